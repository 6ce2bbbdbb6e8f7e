package io.kindred.engine;

import java.util.Arrays;

/**
 * The entries of one group of a memtable in the order of their keys, for scan steps.
 *
 * <p>Nothing is sorted while entries are written. A step first takes up what the group's chain has got since the step
 * before it: these entries become one sorted run, and runs of like length are merged, so that each is more than twice
 * as long as the next. So there are never more than a few, and an entry is merged once for each doubling: what a scan
 * costs beyond what it gives is in proportion to what was written since, not to what is there. A step then goes along all
 * runs at once.
 *
 * <p>An entry that a newer one has superseded stays in its run until that is merged, and is passed over, for the newer
 * one may yet be taken back. When steps have passed over as many entries as there are, all runs become one without them.
 *
 * <p>Owned by: the engine's owner thread, also when the memtable is sealed.
 */
final class GroupOrder {
    private static final int[] NO_REFS = {};

    private final MemTable table;
    private int[][] runs = {NO_REFS, NO_REFS};
    private int[] at = new int[2];
    private int runCount;
    private int passedOver;
    /** The newest entry of the group that is in a run, 0 if none is. */
    private int newest;

    GroupOrder(MemTable table) {
        this.table = table;
    }

    /** Whether this entry is the newest that a run may hold. */
    boolean endsWith(int ref) {
        return newest == ref;
    }

    /**
     * Stands before the first key that is not below `from`.
     *
     * @param head the newest entry of the group's chain
     */
    void seek(int head, byte[] from) {
        takeUp(head);
        if (passedOver > size()) {
            compact();
        }
        for (int run = 0; run < runCount; run++) {
            at[run] = lowerBound(runs[run], from);
        }
    }

    /** The next entry that is the newest of its key, 0 after the last. */
    int next() {
        int least = -1;
        for (int run = 0; run < runCount; run++) {
            passSuperseded(run);
            if (at[run] < runs[run].length
                    && (least < 0 || table.compareKeys(runs[run][at[run]], runs[least][at[least]]) < 0)) {
                least = run;
            }
        }
        return least < 0 ? 0 : runs[least][at[least]++];
    }

    private void passSuperseded(int run) {
        int[] refs = runs[run];
        while (at[run] < refs.length && table.isSuperseded(refs[at[run]])) {
            at[run]++;
            passedOver++;
        }
    }

    private void takeUp(int head) {
        if (head == newest) {
            return;
        }
        int[] added = new int[16];
        int count = 0;
        for (int ref = head; ref != newest; ref = table.nextInGroup(ref)) {
            if (!table.isSuperseded(ref)) {
                if (count == added.length) {
                    added = Arrays.copyOf(added, count * 2);
                }
                added[count++] = ref;
            }
        }
        newest = head;
        if (count > 0) {
            RefSort.sort(table, added, 0, count);
            add(Arrays.copyOf(added, count));
            while (runCount > 1 && runs[runCount - 2].length <= 2 * runs[runCount - 1].length) {
                mergeLastTwo();
            }
        }
    }

    private void add(int[] run) {
        if (runCount == runs.length) {
            runs = Arrays.copyOf(runs, runCount * 2);
            at = Arrays.copyOf(at, runCount * 2);
        }
        runs[runCount++] = run;
    }

    private void compact() {
        add(NO_REFS);
        while (runCount > 1) {
            mergeLastTwo();
        }
        passedOver = 0;
    }

    private void mergeLastTwo() {
        int[] left = runs[runCount - 2];
        int[] right = runs[runCount - 1];
        runs[--runCount] = NO_REFS;
        int[] merged = new int[left.length + right.length];
        int leftAt = 0;
        int rightAt = 0;
        int filled = 0;
        while (leftAt < left.length || rightAt < right.length) {
            boolean fromLeft = rightAt == right.length
                    || leftAt < left.length && table.compareKeys(left[leftAt], right[rightAt]) <= 0;
            int ref = fromLeft ? left[leftAt++] : right[rightAt++];
            if (!table.isSuperseded(ref)) {
                merged[filled++] = ref;
            }
        }
        runs[runCount - 1] = Arrays.copyOf(merged, filled);
    }

    private int size() {
        int size = 0;
        for (int run = 0; run < runCount; run++) {
            size += runs[run].length;
        }
        return size;
    }

    private int lowerBound(int[] refs, byte[] from) {
        int low = 0;
        int high = refs.length;
        while (low < high) {
            int middle = low + high >>> 1;
            if (table.compareKey(refs[middle], from) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
