package io.kindred.engine;

/** Sorts refs of a memtable by their keys: a merge sort on ints, so that nothing is boxed. */
final class RefSort {
    private static final int INSERTION_MAX = 8;

    private final MemTable table;
    private final int[] refs;
    private final int[] scratch;

    private RefSort(MemTable table, int[] refs, int length) {
        this.table = table;
        this.refs = refs;
        this.scratch = new int[length];
    }

    static void sort(MemTable table, int[] refs, int from, int to) {
        new RefSort(table, refs, (to - from + 1) / 2).mergeSort(from, to);
    }

    private void mergeSort(int from, int to) {
        if (to - from <= INSERTION_MAX) {
            insertionSort(from, to);
            return;
        }
        int middle = from + to >>> 1;
        mergeSort(from, middle);
        mergeSort(middle, to);
        if (table.compareKeys(refs[middle - 1], refs[middle]) > 0) {
            merge(from, middle, to);
        }
    }

    private void insertionSort(int from, int to) {
        for (int i = from + 1; i < to; i++) {
            int ref = refs[i];
            int place = i;
            while (place > from && table.compareKeys(refs[place - 1], ref) > 0) {
                refs[place] = refs[place - 1];
                place--;
            }
            refs[place] = ref;
        }
    }

    private void merge(int from, int middle, int to) {
        int leftLength = middle - from;
        System.arraycopy(refs, from, scratch, 0, leftLength);
        int left = 0;
        int right = middle;
        int out = from;
        while (left < leftLength && right < to) {
            boolean leftFirst = table.compareKeys(scratch[left], refs[right]) <= 0;
            refs[out++] = leftFirst ? scratch[left++] : refs[right++];
        }
        System.arraycopy(scratch, left, refs, out, leftLength - left);
    }
}
