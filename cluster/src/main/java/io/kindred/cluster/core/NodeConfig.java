package io.kindred.cluster.core;

import io.kindred.cluster.quorum.QuorumSettings;
import io.kindred.cluster.ring.Replication;

/**
 * What a core is told once.
 *
 * @param partitions Q, fixed when the cluster is created
 * @param partitioner {@code md5} or {@code slot}
 * @param replication N
 * @param seeded whether there are seeds to join: such a node never rings alone
 * @param hintBytesMax how much may be held for other nodes
 * @param exchangeIntervalNanos how often two replicas of a partition compare their trees
 * @param tombstoneGraceMillis how long a tombstone stays at least
 * @param recordsKept so many of the newest change records are never compacted
 */
public record NodeConfig(
        int partitions,
        String partitioner,
        Replication replication,
        int databases,
        boolean seeded,
        long hintBytesMax,
        long exchangeIntervalNanos,
        long tombstoneGraceMillis,
        int recordsKept,
        QuorumSettings quorums,
        MembershipTimes times) {

    /**
     * What a decision of a member that was given up, and did not know, may come late by; what they cost is told with each
     * join and folded at each start.
     */
    public static final int RECORDS_KEPT = 64;

    /** @param clockSkewMaxMillis how far ahead of the wall clock a received stamp may drag the hybrid logical clock */
    public record MembershipTimes(long gossipIntervalNanos, long suspectAfterNanos, long clockSkewMaxMillis) {}

    /** What all nodes of a cluster must have in common. */
    public String fingerprint() {
        return "ring-partitions " + partitions + " partitioner " + partitioner + " replication-n " + replication.text()
                + " databases " + databases;
    }
}
