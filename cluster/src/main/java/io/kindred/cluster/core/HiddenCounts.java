package io.kindred.cluster.core;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * How many of the keys that the engine counts in a group are hidden by a flush. The engine counts records that have a
 * value, flushed or not, and that count is exact; until the sweep has dropped what a flush left, this is taken off it.
 *
 * <p>It is an estimate only while a sweep is under way: writes that meet a flush halfway may be on either side.
 */
final class HiddenCounts {
    /** Looked up, never iterated over. */
    private final Map<Integer, Long> hidden = new HashMap<>();
    /** Whether groups of which nothing is known may have elements, which the engine does not count: not in a new store. */
    private boolean isOldStore = true;
    /** Those of which it is the other way round. Looked up, never iterated over. */
    private final Set<Integer> unlikeTheRest = new HashSet<>();

    /** There are no records yet. */
    void storeIsNew() {
        isOldStore = false;
    }

    /** False: a group has no records of elements that a flush might have hidden. */
    boolean mayHaveElements(int group) {
        return isOldStore != unlikeTheRest.contains(group);
    }

    void hasElements(int group, boolean may) {
        if (isOldStore == may) {
            unlikeTheRest.remove(group);
        } else {
            unlikeTheRest.add(group);
        }
    }

    long of(int group) {
        return hidden.isEmpty() ? 0 : hidden.getOrDefault(group, 0L);
    }

    /** All that the group counts now was flushed. */
    void hideAll(int group, long count) {
        if (count > 0) {
            hidden.put(group, count);
        } else {
            hidden.remove(group);
        }
    }

    /** A flushed record was dropped or written anew. */
    void oneLess(int group) {
        hidden.computeIfPresent(group, (key, count) -> count > 1 ? count - 1 : null);
    }

    /** The sweep has been through the group: nothing hidden is left. */
    void clear(int group) {
        hidden.remove(group);
    }
}
