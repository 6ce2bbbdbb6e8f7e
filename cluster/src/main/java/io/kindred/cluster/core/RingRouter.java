package io.kindred.cluster.core;

import io.kindred.cluster.keyspace.PartitionMap;
import io.kindred.cluster.membership.ChangeRecord;
import io.kindred.cluster.membership.HeldPartitions;
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
import io.kindred.cluster.transfer.DatacenterView;
import io.kindred.cluster.transfer.Holdings;
import io.kindred.cluster.transfer.OwnPartitions;
import io.kindred.cluster.version.Term;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Where requests go: the rings as this node knows them now, a {@link ClusterView}, with what the membership says of each
 * replica. Requests are served by the nodes of the home datacenter; the others are asked for what concerns all.
 */
final class RingRouter implements Router, PartitionMap {
    private final MembershipView membership;
    private final MemberWatch watch;
    private Partitioner partitioner;
    private final int partitions;
    private final int databases;
    private final Datacenters datacenters;
    private ClusterView view;
    /** By partition that is changing: those that take its writes, and then all others in the order of the walk. */
    private final TreeMap<Integer, long[]> walks = new TreeMap<>();

    private final OwnPartitions own;
    private LongPredicate everSpokenOf = node -> false;

    private int version;
    private BitSet touched = new BitSet();
    /** Whose turn it is among the nodes of another datacenter. */
    private int turn;
    /** A request asks for its key's route more than once, with the same array; each time anew costs a digest. */
    private @Nullable Route lastRoute;

    private final ForeseenRoutes foreseen = new ForeseenRoutes();

    private byte @Nullable [] lastKey;
    private int lastDb;

    RingRouter(
            MembershipView membership,
            MemberWatch watch,
            Partitioner partitioner,
            NodeConfig config,
            OwnPartitions own) {
        this.membership = membership;
        this.watch = watch;
        this.partitioner = partitioner;
        this.partitions = config.partitions();
        this.databases = config.databases();
        this.datacenters = new Datacenters(
                partitions, config.replication(), membership.self().datacenter());
        this.view = ClusterView.empty(partitions, membership.self().id(), datacenters.home());
        this.own = own;
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
    void use(Checkpoint from, List<ChangeRecord> since, Holdings held) {
        BitSet changed = datacenters.use(from, since, held, this::datacenterOf);
        long newestRecord = from.records().stamp();
        for (ChangeRecord record : since) {
            newestRecord = Math.max(newestRecord, record.stamp());
        }
        view = view.next(datacenters, changed, new ClusterView.Heard(newestRecord, holders(held)));
        lastRoute = null;
        foreseen.clear();
        walks.clear();
        changed.stream().forEach(this::touch);
    }

    private static Set<Long> holders(Holdings held) {
        Set<Long> holders = new TreeSet<>();
        for (long member : held.members()) {
            HeldPartitions told = held.holding(member);
            if (told == null || told.holdsAny()) {
                holders.add(member);
            }
        }
        return holders;
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

    /** The rings as they are now. */
    ClusterView view() {
        return view;
    }

    /** What they are folded from. */
    Datacenters datacenters() {
        return datacenters;
    }

    /** The ring that all records lead to, in the home datacenter. */
    Ring ring() {
        return view.ring();
    }

    /** Whether a node is in the ring of any datacenter. */
    boolean hasNode(long node) {
        return view.hasNode(node);
    }

    /** Rises whenever any of it changes. */
    int version() {
        return version;
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
        return view.routeOf(storageKey);
    }

    @Override
    public Guard guard(RecordKey storageKey, Term term) {
        return new Guard(term, termDatacenter(), view.newestRecord(), view.print(storageKey.partition()), false);
    }

    /** What stands for this datacenter in the terms of its versions. */
    long termDatacenter() {
        String name = membership.self().datacenter();
        return name.isEmpty() ? 0 : DatacenterRecords.idOf(name);
    }

    @Override
    public boolean isOld(Guard guard, RecordKey storageKey) {
        return view.newestRecord() > guard.ringStamp() && view.print(storageKey.partition()) != guard.ringPrint();
    }

    @Override
    public void redirect(long node, RecordKey storageKey) {
        watch.rounds().tellHoldings(node, view.writers(storageKey.partition()));
    }

    @Override
    public void compareRings(long node) {
        watch.rounds().compareRecords(node);
    }

    @Override
    public long[] walk(RecordKey storageKey) {
        int partition = storageKey.partition();
        return view.serving().of(partition).isSettled()
                ? view.walk(partition)
                : walks.computeIfAbsent(partition, view::walk);
    }

    @Override
    public boolean isInRing(RecordKey storageKey) {
        return storageKey.db() < databases
                && storageKey.partition() < partitions
                && view.writers(storageKey.partition()).length > 0;
    }

    @Override
    public boolean isReplicaOf(RecordKey storageKey) {
        return isInRing(storageKey) && isReplicaOf(storageKey.partition());
    }

    @Override
    public boolean isReplicaOf(int partition) {
        // Who answers reads takes writes, whatever it thinks of the ring.
        return view.takesWrites(partition) || own.holds(partition);
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
        DatacenterView datacenter = member == null ? view.byId(node) : null;
        return member != null
                ? member.name()
                : datacenter != null ? "datacenter " + datacenter.name() : Long.toHexString(node);
    }

    @Override
    public long[] replicasOf(RecordKey storageKey) {
        return view.writers(storageKey.partition());
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
        return !ring().isEmpty() && !hasNode(node) && !view.mayHold(node);
    }

    @Override
    public long heirOf(long node) {
        DatacenterView datacenter = view.byId(node);
        return datacenter == null ? membership.changes().heirOf(node) : someoneOf(datacenter);
    }

    /** One that can be asked, another one each time; any where there is none. */
    private long someoneOf(DatacenterView datacenter) {
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
        for (long node : view.nodes()) {
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
        return view.servers(partition);
    }

    @Override
    public long[] replicas(int partition) {
        return view.writers(partition);
    }

    @Override
    public boolean mayHaveRecords(int partition) {
        return own.mayHaveRecords(partition);
    }

    @Override
    public boolean keeps(int partition) {
        return view.takesWrites(partition) || own.holds(partition) || own.mayHaveRecords(partition);
    }

    // --- other datacenters ---

    /** Those of the home datacenter. */
    List<Long> nearMembers(List<Long> members) {
        return members.stream()
                .filter(id -> datacenterOf(id).equals(view.home().name()))
                .toList();
    }

    @Override
    public long[] remotes() {
        return view.remotes();
    }

    @Override
    public boolean isDatacenter(long id) {
        return view.byId(id) != null;
    }

    @Override
    public long datacenterOfNode(long node) {
        return DatacenterRecords.idOf(datacenterOf(node));
    }

    @Override
    public long[] writersIn(long datacenter, RecordKey storageKey) {
        return view.writersIn(datacenter, storageKey.partition());
    }

    @Override
    public long[] walkIn(long datacenter, RecordKey storageKey) {
        return view.walkIn(datacenter, storageKey.partition());
    }

    @Override
    public Route wide(Route local) {
        return view.wide(local);
    }

    @Override
    public long[] everywhere(RecordKey storageKey) {
        return everywhere(storageKey.partition());
    }

    @Override
    public long[] everywhere(int partition) {
        return view.everywhere(partition);
    }

    @Override
    public long[] far(int partition) {
        return view.far(partition);
    }

    @Override
    public long receiver(long intended, int partition) {
        DatacenterView datacenter = view.byId(intended);
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
        return view.byId(intended) != null || ClusterView.placeOf(intended, everywhere(partition)) >= 0;
    }
}
