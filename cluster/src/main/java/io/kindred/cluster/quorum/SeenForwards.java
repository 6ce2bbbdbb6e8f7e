package io.kindred.cluster.quorum;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;

/**
 * The forwarded operations of the last few seconds: a message that comes twice must not be applied twice. What is older
 * is refused as stale before it is looked up here.
 */
final class SeenForwards {
    private final long keptNanos;
    /** Looked up, never iterated over. */
    private final Set<Forwarded> seen = new HashSet<>();

    private final ArrayDeque<Forwarded> oldestFirst = new ArrayDeque<>();
    private final ArrayDeque<Long> times = new ArrayDeque<>();

    private record Forwarded(long peer, long requestId) {}

    SeenForwards(long keptNanos) {
        this.keptNanos = keptNanos;
    }

    boolean isFirst(long peer, long requestId, long nowNanos) {
        while (!times.isEmpty() && nowNanos - times.element() > keptNanos) {
            times.remove();
            seen.remove(oldestFirst.remove());
        }
        Forwarded forwarded = new Forwarded(peer, requestId);
        if (!seen.add(forwarded)) {
            return false;
        }
        oldestFirst.add(forwarded);
        times.add(nowNanos);
        return true;
    }
}
