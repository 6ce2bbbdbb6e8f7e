package io.kindred.cluster.core;

import java.util.HashMap;
import java.util.Map;

/**
 * What the engine's count of a group began at when the group was last flushed: the records that a flush hides are still
 * counted, and stay so when they are swept or written anew, so they are taken off for good.
 */
final class CountBases {
    /** Looked up, never iterated over. */
    private final Map<Integer, Long> bases = new HashMap<>();

    long base(int group) {
        return bases.getOrDefault(group, 0L);
    }

    void rebase(int group, long count) {
        bases.put(group, count);
    }
}
