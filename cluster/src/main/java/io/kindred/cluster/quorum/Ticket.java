package io.kindred.cluster.quorum;

import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.QuorumSpec;

/**
 * An operation on its way.
 *
 * @param stamp given once, by the node that took the command; retries keep it
 * @param deadlineNanos by this node's monotonic clock
 */
public record Ticket(Origin origin, Operation operation, QuorumSpec quorum, long stamp, long deadlineNanos) {
    /** Stamped above {@code floor}. */
    Ticket above(long floor, Clocks clocks) {
        return stamp > floor ? this : new Ticket(origin, operation, quorum, clocks.above(stamp, floor), deadlineNanos);
    }
}
