package io.kindred.cluster.quorum;

import io.kindred.cluster.message.QuorumSpec;

/**
 * The quorums of a datacenter (of all of them together it is a majority) and the limits that a coordinator keeps.
 *
 * @param readDefault 0: a majority
 * @param writeDefault 0: a majority
 */
public record QuorumSettings(
        int readDefault, int writeDefault, int siblingsMax, int clockEntriesMax, long timeoutNanos) {
    /** An answer is late after this part of the timeout at most: so there is time to ask others. */
    private static final int LATE_PARTS = 4;

    /** How many of {@code replicas} must answer a read; never more than there are. */
    public int readsNeeded(QuorumSpec asked, int replicas) {
        return reads(asked, replicas).all();
    }

    /** How many of {@code replicas} must have made a write durable; never more than there are. */
    public int writesNeeded(QuorumSpec asked, int replicas) {
        return writes(asked, replicas).all();
    }

    Needs reads(QuorumSpec asked, int replicas) {
        return needs(asked.r(), asked.pr(), asked.global() ? 0 : readDefault, replicas);
    }

    Needs writes(QuorumSpec asked, int replicas) {
        return needs(asked.w(), asked.pw(), asked.global() ? 0 : writeDefault, replicas);
    }

    /** What is asked of the key's own replicas can only raise the number. */
    private static Needs needs(int asked, int askedOfOwn, int standard, int replicas) {
        int majority = replicas / 2 + 1;
        int wanted = asked > 0 ? asked : standard > 0 ? standard : majority;
        int own = Math.min(askedOfOwn, replicas);
        return new Needs(Math.min(Math.max(wanted, own), replicas), own);
    }

    public long lateMaxNanos() {
        return timeoutNanos / LATE_PARTS;
    }

    public long timeoutMillis() {
        return timeoutNanos / 1_000_000;
    }
}
