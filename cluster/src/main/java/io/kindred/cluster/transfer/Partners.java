package io.kindred.cluster.transfer;

import java.util.Set;
import java.util.TreeSet;

/** With whom a partition has been exchanged since there is something to be done about it. */
final class Partners {
    private final TreeSet<Long> all = new TreeSet<>();
    private final TreeSet<Long> counting = new TreeSet<>();

    /** @param counts whether the peer counts as one of the partition's own replicas; one that did goes on to */
    void add(long peer, boolean counts) {
        all.add(peer);
        if (counts) {
            counting.add(peer);
        }
    }

    boolean has(long peer) {
        return all.contains(peer);
    }

    Set<Long> all() {
        return all;
    }

    /** Those that counted: who has met enough of the former owners has all that was acknowledged before it did. */
    Set<Long> counting() {
        return counting;
    }
}
