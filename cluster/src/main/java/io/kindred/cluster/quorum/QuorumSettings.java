package io.kindred.cluster.quorum;

import io.kindred.cluster.message.QuorumSpec;

/**
 * The cluster's quorums and the limits that a coordinator keeps.
 *
 * @param readDefault 0: a majority
 * @param writeDefault 0: a majority
 */
public record QuorumSettings(
        int readDefault,
        int writeDefault,
        int siblingsMax,
        int clockEntriesMax,
        long timeoutNanos,
        long hedgeAfterNanos) {

    /** How many of {@code replicas} must answer a read; never more than there are. */
    public int readsNeeded(QuorumSpec asked, int replicas) {
        return needed(asked.r(), asked.pr(), readDefault, replicas);
    }

    /** How many of {@code replicas} must have made a write durable; never more than there are. */
    public int writesNeeded(QuorumSpec asked, int replicas) {
        return needed(asked.w(), asked.pw(), writeDefault, replicas);
    }

    /** What is asked of the key's own replicas can only raise the number: every node that serves a key is one by now. */
    private static int needed(int asked, int askedOfOwn, int standard, int replicas) {
        int majority = replicas / 2 + 1;
        int wanted = asked > 0 ? asked : standard > 0 ? standard : majority;
        return Math.min(Math.max(wanted, askedOfOwn), replicas);
    }

    public long timeoutMillis() {
        return timeoutNanos / 1_000_000;
    }
}
