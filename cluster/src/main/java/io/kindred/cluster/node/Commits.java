package io.kindred.cluster.node;

import java.util.Arrays;

/** How many persists of the core each commit under way covers, oldest first: callbacks come in that order. */
final class Commits {

    private int[] persists = new int[16];
    private int first;
    private int size;

    void add(int count) {
        if (size == persists.length) {
            int[] larger = Arrays.copyOf(persists, size * 2);
            for (int i = 0; i < size; i++) {
                larger[i] = persists[(first + i) & (size - 1)];
            }
            persists = larger;
            first = 0;
        }
        persists[(first + size++) & (persists.length - 1)] = count;
    }

    /** Requires: a commit is under way. */
    int removeOldest() {
        if (size == 0) {
            throw new IllegalStateException("a commit is acknowledged that was not made");
        }
        int count = persists[first & (persists.length - 1)];
        first = (first + 1) & (persists.length - 1);
        size--;
        return count;
    }
}
