package io.kindred.engine;

import java.util.Arrays;

/**
 * The groups of a memtable: for each, the head of the chain of its entries and the sum of their count deltas. A group
 * is never forgotten, not even when its last entry is taken back; a memtable does not live long enough for that to
 * matter.
 */
final class MemGroups {
    private final GroupCounts counts = new GroupCounts();
    private int[] heads = new int[16];

    /** The sums of the count deltas. */
    GroupCounts counts() {
        return counts;
    }

    /** Puts an entry before the others of its group and gives the one that was first, 0 if none. */
    int link(int group, int ref, int countDelta) {
        int place = counts.place(group);
        if (place >= heads.length) {
            heads = Arrays.copyOf(heads, heads.length * 2);
        }
        int next = heads[place];
        heads[place] = ref;
        counts.add(group, countDelta);
        return next;
    }

    /** Takes the first entry of a group out again. */
    void unlink(int group, int next, int countDelta) {
        heads[counts.place(group)] = next;
        counts.add(group, -countDelta);
    }

    /** The first entry of a group's chain, 0 if none. */
    int head(int group) {
        int place = counts.find(group);
        return place == GroupCounts.NO_PLACE ? 0 : heads[place];
    }

    /** All groups, in the order of their keys. */
    int[] sorted() {
        return counts.sorted();
    }
}
