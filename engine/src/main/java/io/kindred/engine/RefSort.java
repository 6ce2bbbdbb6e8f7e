package io.kindred.engine;

import java.util.Arrays;

/**
 * Sorts refs of a memtable by their keys, without boxing any.
 *
 * <p>Many are sorted as numbers first, made of the four bytes of each key that follow what all keys begin with, and of its
 * ref: comparing keys would look all over the memtable's memory, which takes several times as long. What is equal in
 * these bytes is left to a merge sort.
 */
final class RefSort {
    private static final int INSERTION_MAX = 8;
    private static final int MERGE_MAX = 64;

    private final MemTable table;
    private final int[] refs;
    private int[] scratch = {};

    private RefSort(MemTable table, int[] refs) {
        this.table = table;
        this.refs = refs;
    }

    static void sort(MemTable table, int[] refs, int from, int to) {
        RefSort sort = new RefSort(table, refs);
        if (to - from <= MERGE_MAX) {
            sort.mergeSort(from, to);
        } else {
            sort.numberSort(from, to);
        }
    }

    private void numberSort(int from, int to) {
        int common = Integer.MAX_VALUE;
        for (int i = from + 1; i < to; i++) {
            common = Math.min(common, table.commonPrefix(refs[from], refs[i]));
        }
        long[] numbers = new long[to - from];
        for (int i = from; i < to; i++) {
            int word = table.keyWord(refs[i], common) ^ Integer.MIN_VALUE;
            numbers[i - from] = (long) word << Integer.SIZE | Integer.toUnsignedLong(refs[i]);
        }
        Arrays.sort(numbers);
        int equal = from;
        for (int i = from; i < to; i++) {
            long number = numbers[i - from];
            refs[i] = (int) number;
            if (number >> Integer.SIZE != numbers[equal - from] >> Integer.SIZE) {
                mergeSort(equal, i);
                equal = i;
            }
        }
        mergeSort(equal, to);
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
        if (scratch.length < leftLength) {
            scratch = new int[leftLength];
        }
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
