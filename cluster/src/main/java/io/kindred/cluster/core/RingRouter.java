package io.kindred.cluster.core;

import io.kindred.cluster.keyspace.PartitionMap;
import io.kindred.cluster.membership.Member;
import io.kindred.cluster.membership.MembershipView;
import io.kindred.cluster.quorum.Route;
import io.kindred.cluster.quorum.Router;
import io.kindred.cluster.ring.Partitioner;
import io.kindred.cluster.ring.Placement;
import io.kindred.cluster.ring.Ring;
import io.kindred.cluster.ring.StorageKey;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The ring as this node knows it, with what the membership says of each replica. */
final class RingRouter implements Router, PartitionMap {
    private final MembershipView membership;
    private final MemberWatch watch;
    private final Partitioner partitioner;
    private final int partitions;
    private final int replicas;
    private final int databases;
    private Ring ring = Ring.EMPTY;
    /** By partition: its replicas, and this node's place among them. Made anew when the ring changes. */
    private long[][] replicasOf;

    private int[] selfIn;
    /** A request asks for its key's route more than once, with the same array; each time anew costs a digest. */
    private @Nullable Route lastRoute;

    private byte @Nullable [] lastKey;
    private int lastDb;

    RingRouter(MembershipView membership, MemberWatch watch, Partitioner partitioner, NodeConfig config) {
        this.membership = membership;
        this.watch = watch;
        this.partitioner = partitioner;
        this.partitions = config.partitions();
        this.replicas = config.replicas();
        this.databases = config.databases();
        this.replicasOf = new long[partitions][0];
        this.selfIn = new int[partitions];
    }

    void use(Ring newRing) {
        ring = newRing;
        lastRoute = null;
        if (newRing.isEmpty()) {
            return;
        }
        for (int partition = 0; partition < partitions; partition++) {
            replicasOf[partition] = newRing.preferenceList(partition, replicas).ids();
            selfIn[partition] = placeOf(self(), replicasOf[partition]);
        }
    }

    Ring ring() {
        return ring;
    }

    private static int placeOf(long node, long[] ids) {
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] == node) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public Route route(int db, byte[] key) {
        Route last = lastRoute;
        if (last != null && key == lastKey && db == lastDb) {
            return last;
        }
        Route route = find(db, key);
        lastRoute = route;
        lastKey = key;
        lastDb = db;
        return route;
    }

    private Route find(int db, byte[] key) {
        Placement place = partitioner.place(key, partitions);
        int partition = place.partition();
        byte[] storageKey = StorageKey.encode(partition, db, place.hash(), key);
        return new Route(storageKey, replicasOf[partition], selfIn[partition]);
    }

    @Override
    public long[] walk(byte[] storageKey) {
        return ring.isEmpty()
                ? new long[0]
                : ring.preferenceList(StorageKey.partition(storageKey), replicas)
                        .extended();
    }

    @Override
    public boolean isInRing(byte[] storageKey) {
        return StorageKey.isValid(storageKey)
                && StorageKey.db(storageKey) < databases
                && StorageKey.partition(storageKey) < partitions
                && replicasOf[StorageKey.partition(storageKey)].length > 0;
    }

    @Override
    public boolean isReplicaOf(byte[] storageKey) {
        return isInRing(storageKey) && selfIn[StorageKey.partition(storageKey)] >= 0;
    }

    @Override
    public boolean avoids(long node) {
        return watch.avoids(node);
    }

    @Override
    public boolean isGone(long node) {
        return watch.isGone(node);
    }

    @Override
    public void late(long node) {
        watch.late(node);
    }

    @Override
    public void answered(long node) {
        watch.answered(node);
    }

    @Override
    public String nameOf(long node) {
        Member member = membership.member(node);
        return member == null ? Long.toHexString(node) : member.name();
    }

    @Override
    public long[] replicasOf(byte[] storageKey) {
        return replicasOf[StorageKey.partition(storageKey)];
    }

    @Override
    public boolean isMember(long node) {
        return membership.member(node) != null;
    }

    @Override
    public long heirOf(long node) {
        return membership.heirOf(node);
    }

    @Override
    public String zoneOf(long node) {
        Member member = membership.member(node);
        return member == null ? "" : member.zone();
    }

    @Override
    public List<Long> liveNodes() {
        List<Long> live = new ArrayList<>();
        for (long node : ring.nodes()) {
            if (!isGone(node)) {
                live.add(node);
            }
        }
        return live;
    }

    @Override
    public int partitions() {
        return partitions;
    }

    @Override
    public long self() {
        return membership.self().id();
    }

    @Override
    public long[] replicas(int partition) {
        return replicasOf[partition];
    }
}
