package io.kindred.cluster.quorum;

import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.QuorumSpec;
import org.jspecify.annotations.Nullable;

/**
 * An operation on its way.
 *
 * @param stamp given once, by the node that took the command; retries keep it
 * @param deadlineNanos by this node's monotonic clock
 * @param pauses takes what cannot be begun while the ring changes; null: the asker is told, and tries again by itself
 */
record Ticket(
        Origin origin,
        Operation operation,
        QuorumSpec quorum,
        long stamp,
        long deadlineNanos,
        @Nullable Pauses pauses) {
    /** Stamped above {@code floor}. */
    Ticket above(long floor, Clocks clocks) {
        return stamp > floor
                ? this
                : new Ticket(origin, operation, quorum, clocks.above(stamp, floor), deadlineNanos, pauses);
    }
}
