package io.kindred.cluster.quorum;

import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.QuorumSpec;
import org.jspecify.annotations.Nullable;

/**
 * An operation on its way.
 *
 * @param stamp given once, by the node that took the command; retries keep it
 * @param deadlineNanos by this node's monotonic clock
 * @param isPassedOn whether a node that was asked has passed it on: it is run where it is now
 * @param pauses takes what cannot be begun while the ring changes; null: the asker is told, and tries again by itself
 */
record Ticket(
        Origin origin,
        Operation operation,
        QuorumSpec quorum,
        long stamp,
        long deadlineNanos,
        boolean isPassedOn,
        @Nullable Pauses pauses) {
    /** Stamped above {@code floor}. */
    Ticket above(long floor, Clocks clocks) {
        return stamp > floor ? this : stamped(clocks.above(stamp, floor));
    }

    Ticket stamped(long newStamp) {
        return new Ticket(origin, operation, quorum, newStamp, deadlineNanos, isPassedOn, pauses);
    }
}
