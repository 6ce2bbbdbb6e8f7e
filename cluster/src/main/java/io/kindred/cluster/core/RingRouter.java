package io.kindred.cluster.core;

import io.kindred.cluster.keyspace.PartitionMap;
import io.kindred.cluster.membership.ChangeRecord;
import io.kindred.cluster.membership.Holding;
import io.kindred.cluster.membership.Member;
import io.kindred.cluster.membership.MembershipView;
import io.kindred.cluster.message.Guard;
import io.kindred.cluster.quorum.Route;
import io.kindred.cluster.quorum.Router;
import io.kindred.cluster.ring.Checkpoint;
import io.kindred.cluster.ring.DatacenterRecords;
import io.kindred.cluster.ring.Partitioner;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.ring.Ring;
import io.kindred.cluster.transfer.DatacenterRing;
import io.kindred.cluster.transfer.HeldBy;
import io.kindred.cluster.transfer.OwnHolding;
import io.kindred.cluster.transfer.ServingMap;
import io.kindred.cluster.transfer.WideRoute;
import io.kindred.cluster.version.Term;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The rings as this node knows them, with what the membership says of each replica. Requests are served by the nodes of
 * the home datacenter; the others are asked for what concerns all.
 */
final class RingRouter implements Router, PartitionMap {
    private final MembershipView membership;
    private final MemberWatch watch;
    private Partitioner partitioner;
    private final int partitions;
    private final int databases;
    private final Datacenters datacenters;
    private ServingMap serving;
    /** By partition: this node's place among those that take its writes, or -1. */
    private final int[] selfIn;
    /** By partition that is changing: those that take its writes, and then all others in the order of the walk. */
    private final TreeMap<Integer, long[]> walks = new TreeMap<>();

    private final OwnHolding own;
    /** The nodes that hold something, in the ring or not. */
    private final TreeSet<Long> holders = new TreeSet<>();

    private LongPredicate everSpokenOf = node -> false;

    /** By partition: stands for the sets of nodes that a write must reach, whatever their order. */
    private final long[] prints;

    private long newestRecord;
    private int version;
    private boolean alone;
    private BitSet touched = new BitSet();
    /** Whose turn it is among the nodes of another datacenter. */
    private int turn;
    /** A request asks for its key's route more than once, with the same array; each time anew costs a digest. */
    private @Nullable Route lastRoute;

    private final ForeseenRoutes foreseen = new ForeseenRoutes();

    private byte @Nullable [] lastKey;
    private int lastDb;

    RingRouter(
            MembershipView membership, MemberWatch watch, Partitioner partitioner, NodeConfig config, OwnHolding own) {
        this.membership = membership;
        this.watch = watch;
        this.partitioner = partitioner;
        this.partitions = config.partitions();
        this.databases = config.databases();
        this.datacenters = new Datacenters(
                partitions, config.replication(), membership.self().datacenter());
        this.serving = datacenters.home().serving();
        this.selfIn = new int[partitions];
        this.prints = new long[partitions];
        this.own = own;
        Arrays.fill(selfIn, -1);
    }

    /** @param everSpokenOf whether a change record has ever put a node into a ring, or taken it out */
    void useRecords(LongPredicate everSpokenOf) {
        this.everSpokenOf = everSpokenOf;
    }

    /** Where keys are found from now on. Requires: that there are no records yet that others have placed. */
    void useKeys(Partitioner by) {
        partitioner = by;
    }

    /** The records, or what somebody holds, have changed. */
    void use(Checkpoint from, List<ChangeRecord> since, HeldBy held) {
        BitSet changed = datacenters.use(from, since, held, this::datacenterOf);
        serving = datacenters.home().serving();
        newestRecord = from.records().stamp();
        for (ChangeRecord record : since) {
            newestRecord = Math.max(newestRecord, record.stamp());
        }
        holders.clear();
        for (long member : held.members()) {
            Holding told = held.holding(member);
            if (told == null || told.holdsAny()) {
                holders.add(member);
            }
        }
        lastRoute = null;
        foreseen.clear();
        alone = ring().members().size() == 1 && datacenters.remotes().length == 0 && serving.isSettled();
        walks.clear();
        for (int partition = changed.nextSetBit(0); partition >= 0; partition = changed.nextSetBit(partition + 1)) {
            selfIn[partition] = placeOf(self(), serving.of(partition).writers());
            prints[partition] = RingPrint.of(serving.of(partition));
            touch(partition);
        }
    }

    /** Something about a partition has changed. */
    void touch(int partition) {
        touched.set(partition);
        version++;
    }

    /** The partitions that were touched since this was last asked. */
    BitSet takeTouched() {
        BitSet taken = touched;
        touched = new BitSet(partitions);
        return taken;
    }

    boolean isTouched() {
        return !touched.isEmpty();
    }

    private String datacenterOf(long id) {
        Member member = membership.member(id);
        return member == null ? "" : member.datacenter();
    }

    /** The ring that all records lead to, in the home datacenter. */
    Ring ring() {
        return datacenters.home().target();
    }

    Datacenters datacenters() {
        return datacenters;
    }

    /** Whether a node is in the ring of any datacenter. */
    boolean hasNode(long node) {
        return datacenters.hasNode(node);
    }

    /** Whether this ring has one node, in one datacenter, and no data is on its way. */
    boolean isAlone() {
        return alone;
    }

    ServingMap servingMap() {
        return serving;
    }

    /** Whether this node takes a partition's writes. */
    boolean takesWrites(int partition) {
        return selfIn[partition] >= 0;
    }

    /** Rises whenever any of it changes. */
    int version() {
        return version;
    }

    /** The replicas that all records lead to. Shared, not to be changed. */
    long[] target(int partition) {
        return serving.of(partition).target();
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
        Route known = foreseen.take(db, key);
        Route route = known == null ? find(db, key) : known;
        lastRoute = route;
        lastKey = key;
        lastDb = db;
        return route;
    }

    /** The first {@code count} keys are asked for next, in this order. Gives their storage keys, in an array that is shared. */
    byte[][] foresee(int db, byte[][] keys, int count) {
        foreseen.begin(db);
        for (int i = 0; i < count; i++) {
            foreseen.add(keys[i], find(db, keys[i]));
        }
        return foreseen.storageKeys();
    }

    private Route find(int db, byte[] key) {
        return routeOf(partitioner.record(db, key, partitions));
    }

    @Override
    public Route routeOf(RecordKey storageKey) {
        int partition = storageKey.partition();
        ServingMap.Nodes nodes = serving.of(partition);
        return new Route(storageKey, nodes.writers(), nodes.serving(), nodes.sets(), selfIn[partition], false);
    }

    @Override
    public Guard guard(RecordKey storageKey, Term term) {
        return new Guard(term, termDatacenter(), newestRecord, prints[storageKey.partition()], false);
    }

    /** What stands for this datacenter in the terms of its versions. */
    long termDatacenter() {
        String name = membership.self().datacenter();
        return name.isEmpty() ? 0 : DatacenterRecords.idOf(name);
    }

    @Override
    public boolean isOld(Guard guard, RecordKey storageKey) {
        return newestRecord > guard.ringStamp() && prints[storageKey.partition()] != guard.ringPrint();
    }

    @Override
    public void redirect(long node, RecordKey storageKey) {
        watch.rounds().tellHoldings(node, serving.of(storageKey.partition()).writers());
    }

    @Override
    public void compareRings(long node) {
        watch.rounds().compareRecords(node);
    }

    @Override
    public long[] walk(RecordKey storageKey) {
        int partition = storageKey.partition();
        long[] extended = datacenters.home().walk(partition);
        ServingMap.Nodes nodes = serving.of(partition);
        return nodes.isSettled() ? extended : walks.computeIfAbsent(partition, p -> extend(nodes.writers(), extended));
    }

    private static long[] extend(long[] writers, long[] walk) {
        long[] all = Arrays.copyOf(writers, writers.length + walk.length);
        int size = writers.length;
        for (long node : walk) {
            if (placeOf(node, writers) < 0) {
                all[size++] = node;
            }
        }
        return Arrays.copyOf(all, size);
    }

    @Override
    public boolean isInRing(RecordKey storageKey) {
        return storageKey.db() < databases
                && storageKey.partition() < partitions
                && serving.of(storageKey.partition()).writers().length > 0;
    }

    @Override
    public boolean isReplicaOf(RecordKey storageKey) {
        return isInRing(storageKey) && isReplicaOf(storageKey.partition());
    }

    @Override
    public boolean isReplicaOf(int partition) {
        // Who answers reads takes writes, whatever it thinks of the ring.
        return selfIn[partition] >= 0 || own.holds(partition);
    }

    @Override
    public boolean holds(RecordKey storageKey) {
        return isInRing(storageKey) && own.holds(storageKey.partition());
    }

    @Override
    public boolean avoids(long node) {
        return watch.avoids(node);
    }

    @Override
    public boolean isFresh(long node) {
        return watch.isFresh(node);
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
        String datacenter = member == null ? datacenters.nameOf(node) : null;
        return member != null
                ? member.name()
                : datacenter != null ? "datacenter " + datacenter : Long.toHexString(node);
    }

    @Override
    public long[] replicasOf(RecordKey storageKey) {
        return serving.of(storageKey.partition()).writers();
    }

    @Override
    public boolean isMember(long node) {
        return membership.member(node) != null;
    }

    @Override
    public boolean wasEverMember(long node) {
        return isMember(node) || everSpokenOf.test(node);
    }

    @Override
    public boolean isOut(long node) {
        return !ring().isEmpty() && !hasNode(node) && !holders.contains(node);
    }

    @Override
    public long heirOf(long node) {
        DatacenterRing datacenter = datacenters.byId(node);
        return datacenter == null ? membership.heirOf(node) : someoneOf(datacenter);
    }

    /** One that can be asked, another one each time; any where there is none. */
    private long someoneOf(DatacenterRing datacenter) {
        List<Long> nodes = datacenter.target().nodes();
        turn = (turn + 1) % nodes.size();
        for (int i = 0; i < nodes.size(); i++) {
            long node = nodes.get((turn + i) % nodes.size());
            if (!avoids(node)) {
                return node;
            }
        }
        return nodes.get(turn);
    }

    @Override
    public String zoneOf(long node) {
        Member member = membership.member(node);
        return member == null ? "" : member.zone();
    }

    @Override
    public List<Long> liveNodes() {
        List<Long> live = new ArrayList<>();
        for (long node : datacenters.nodes()) {
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
    public long[] serving(int partition) {
        ServingMap.Nodes nodes = serving.of(partition);
        return nodes.isSettled() ? nodes.writers() : Arrays.copyOf(nodes.writers(), nodes.serving());
    }

    @Override
    public long[] replicas(int partition) {
        return serving.of(partition).writers();
    }

    @Override
    public boolean mayHaveRecords(int partition) {
        return own.mayHaveRecords(partition);
    }

    @Override
    public boolean keeps(int partition) {
        return selfIn[partition] >= 0 || own.holds(partition) || own.mayHaveRecords(partition);
    }

    // --- other datacenters ---

    /** Those of the home datacenter. */
    List<Long> nearMembers(List<Long> members) {
        return members.stream()
                .filter(id -> datacenterOf(id).equals(datacenters.homeName()))
                .toList();
    }

    @Override
    public long[] remotes() {
        return datacenters.remotes();
    }

    @Override
    public boolean isDatacenter(long id) {
        return datacenters.byId(id) != null;
    }

    @Override
    public long datacenterOfNode(long node) {
        return DatacenterRecords.idOf(datacenterOf(node));
    }

    @Override
    public long[] writersIn(long datacenter, RecordKey storageKey) {
        DatacenterRing ring = datacenters.byId(datacenter);
        return ring == null
                ? new long[0]
                : ring.serving().of(storageKey.partition()).writers();
    }

    @Override
    public long[] walkIn(long datacenter, RecordKey storageKey) {
        DatacenterRing ring = datacenters.byId(datacenter);
        return ring == null ? new long[0] : ring.walk(storageKey.partition());
    }

    @Override
    public Route wide(Route local) {
        if (datacenters.remotes().length == 0) {
            return local;
        }
        List<ServingMap.Nodes> all = new ArrayList<>();
        for (DatacenterRing ring : datacenters.all()) {
            all.add(ring.serving().of(local.storageKey().partition()));
        }
        return WideRoute.of(local.storageKey(), all, self());
    }

    @Override
    public long[] everywhere(RecordKey storageKey) {
        return everywhere(storageKey.partition());
    }

    @Override
    public long[] everywhere(int partition) {
        long[] nodes = serving.of(partition).writers();
        for (long id : datacenters.remotes()) {
            DatacenterRing ring = datacenters.byId(id);
            nodes = ring == null
                    ? nodes
                    : extend(nodes, ring.serving().of(partition).writers());
        }
        return nodes;
    }

    @Override
    public long[] far(int partition) {
        long[] nodes = new long[0];
        for (ServingMap.Nodes its : elsewhere(partition)) {
            nodes = extend(nodes, Arrays.copyOf(its.writers(), its.serving()));
        }
        return nodes;
    }

    /** By other datacenter, the nodes of a partition, where it is held. */
    List<ServingMap.Nodes> elsewhere(int partition) {
        List<ServingMap.Nodes> all = new ArrayList<>();
        for (long id : datacenters.remotes()) {
            DatacenterRing ring = datacenters.byId(id);
            if (ring != null && ring.serving().of(partition).isHeld()) {
                all.add(ring.serving().of(partition));
            }
        }
        return all;
    }

    /** The replicas that all records lead to, in every datacenter. */
    long[] targetEverywhere(int partition) {
        long[] nodes = target(partition);
        for (long id : datacenters.remotes()) {
            DatacenterRing ring = datacenters.byId(id);
            nodes = ring == null
                    ? nodes
                    : extend(nodes, ring.serving().of(partition).target());
        }
        return nodes;
    }

    @Override
    public long receiver(long intended, int partition) {
        DatacenterRing datacenter = datacenters.byId(intended);
        long[] writers = datacenter == null
                ? everywhere(partition)
                : datacenter.serving().of(partition).writers();
        for (long node : writers) {
            if ((datacenter != null || node == intended) && !isGone(node)) {
                return node;
            }
        }
        return 0;
    }

    @Override
    public boolean hasPart(long intended, int partition) {
        return datacenters.byId(intended) != null || placeOf(intended, everywhere(partition)) >= 0;
    }
}
