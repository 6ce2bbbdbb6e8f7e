package io.kindred.cluster.core;

import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.ring.DatacenterRecords;
import io.kindred.cluster.transfer.OwnPartitions;

/**
 * What a node knows of its cluster: who the members are and who of them is there, which records made the ring, and what
 * everyone holds. It publishes where that leads to as a {@link ClusterView}, which never changes, and {@link RingRouter} looks
 * routes up in the newest one.
 *
 * <p>It knows nothing of keys, requests and data: those are {@link PartitionServer}'s, which goes by what is published here.
 */
final class Cluster {
    private final ClusterMembership membership;
    private final OwnPartitions own;
    private final PubSubPart pubSub;

    /** @param facts of the flushes, which gossip brings to whoever has missed one */
    Cluster(NodeConfig config, Recovered recovered, CoreContext in, Journal journal, LocalFacts facts) {
        own = new OwnPartitions(
                recovered.self().id(),
                OwnPartitionsDisk.stored(config.partitions(), recovered.meta()),
                new OwnPartitionsDisk(journal),
                in.clocks()::nextStamp);
        membership = new ClusterMembership(config, recovered, in, facts, own);
        pubSub = new PubSubPart(membership, in);
        membership.onFolded((datacenter, ring) -> journal.persistMeta(
                MetaKey.of(
                        ring.isSettled() ? MetaKey.SETTLED : MetaKey.FOLDED, (int) DatacenterRecords.idOf(datacenter)),
                ring.encode()));
        membership
                .history()
                .onStore((hash, told) -> journal.persistMeta(
                        MetaKey.of(MetaKey.RECORDS, 0),
                        MetaKey.value(hash),
                        verdict -> told.accept(verdict == Verdict.OK)));
    }

    void onStarted() {
        own.begin(() -> membership.held(own.told()));
        membership.onStarted();
    }

    /** How this node comes in and goes, and what it tells and is told. */
    ClusterMembership membership() {
        return membership;
    }

    /** The members as the change records have them. */
    RingRoster roster() {
        return membership.roster();
    }

    /** The rings as they are now. */
    ClusterView view() {
        return membership.router().view();
    }

    /** Where requests go by that view, and by who is there. */
    RingRouter router() {
        return membership.router();
    }

    /** Who listens to what is published. */
    PubSubPart pubSub() {
        return pubSub;
    }

    /** What this node holds. */
    OwnPartitions own() {
        return own;
    }

    /**
     * Whether a request comes of a node that was forgotten, and tells it so. What it reads it would join with its own old
     * values, and give that to its clients, and to replicas as a repair.
     */
    boolean refuses(long from) {
        if (!roster().isCastOut(from)) {
            return false;
        }
        router().compareRings(from);
        return true;
    }
}
