package io.kindred.cluster.quorum;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;

/**
 * Which forwarded operations have come: a message that comes twice must not be applied twice. Each is remembered for as
 * long as a copy of it would not be refused as late, and longer: its asker must not hear that a copy was refused while the
 * first one is being applied.
 */
final class SeenForwards {
    /** So many are remembered at most; what comes then is not taken. */
    static final int SEEN_MAX = 200_000;

    private final long keptNanos;
    /** Looked up, never iterated over. */
    private final Set<Forwarded> seen = new HashSet<>();

    private final ArrayDeque<Kept> oldestFirst = new ArrayDeque<>();

    private record Forwarded(long peer, long requestId) {}

    private record Kept(Forwarded forwarded, long untilNanos) {}

    /** What is known of one that has come. */
    enum Known {
        FIRST,
        COPY,
        /** There is no room to remember it: it may be a copy, or be followed by one. */
        TOO_MANY
    }

    /** @param keptNanos for how long each is remembered behind the time at which it is late */
    SeenForwards(long keptNanos) {
        this.keptNanos = keptNanos;
    }

    /** @param lateNanos from when on this one is refused as late */
    Known add(long peer, long requestId, long lateNanos, long nowNanos) {
        while (!oldestFirst.isEmpty() && nowNanos - oldestFirst.element().untilNanos() > 0) {
            seen.remove(oldestFirst.remove().forwarded());
        }
        Forwarded forwarded = new Forwarded(peer, requestId);
        if (seen.contains(forwarded)) {
            return Known.COPY;
        }
        if (seen.size() >= SEEN_MAX) {
            return Known.TOO_MANY;
        }
        seen.add(forwarded);
        oldestFirst.add(new Kept(forwarded, Math.max(nowNanos, lateNanos) + keptNanos));
        return Known.FIRST;
    }
}
