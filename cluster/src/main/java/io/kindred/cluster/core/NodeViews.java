package io.kindred.cluster.core;

import io.kindred.cluster.antientropy.ExchangeCounters;
import io.kindred.cluster.antientropy.MerkleTrees;
import io.kindred.cluster.antientropy.ReapMarks;
import io.kindred.cluster.antientropy.ScrubCounters;
import io.kindred.cluster.handoff.HandoffCounters;
import io.kindred.cluster.handoff.HintLedger;
import io.kindred.cluster.keyspace.Expiring;
import io.kindred.cluster.membership.ChangeRecord;
import io.kindred.cluster.membership.Member;
import io.kindred.cluster.membership.Status;
import io.kindred.cluster.message.QuorumSpec;
import io.kindred.cluster.pubsub.PubSubCounters;
import io.kindred.cluster.quorum.Clocks;
import io.kindred.cluster.quorum.QuorumCounters;
import io.kindred.cluster.quorum.Route;
import io.kindred.cluster.quorum.StandIns;
import io.kindred.cluster.relay.RelayCounters;
import io.kindred.cluster.ring.Claim;
import io.kindred.cluster.ring.Plan;
import io.kindred.cluster.ring.Ring;
import io.kindred.cluster.term.TermCounters;
import io.kindred.cluster.transfer.DatacenterView;
import io.kindred.cluster.version.Actor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What people and clients may see of a node, between steps. Owned by: the core's thread. */
public final class NodeViews {
    private final NodeConfig config;
    private final ClusterMembership membership;
    private final RingRoster roster;
    private final PubSubPart pubSub;
    private final Clocks clocks;
    private final PartitionServer server;
    private final LocalData data;
    private final KeyspaceService keyspace;
    private final int[] allPartitions;

    NodeViews(Cluster cluster, PartitionServer server) {
        this.server = server;
        data = server.data();
        config = data.config();
        membership = cluster.membership();
        roster = cluster.roster();
        pubSub = cluster.pubSub();
        clocks = data.context().clocks();
        keyspace = data.keyspace();
        allPartitions = IntStream.range(0, config.partitions()).toArray();
    }

    /** A member, what this node thinks of it, and how many partitions it owns. */
    public record MemberLine(Member member, Status status, int partitionsOwned) {}

    /**
     * A node of a key's preference list, in its order.
     *
     * @param standsIn whether it is none of the key's replicas, and serves for one that is avoided just now
     */
    public record ReplicaLine(Member member, Status status, boolean standsIn) {}

    /**
     * What the watch over the members has counted since the start.
     *
     * @param suspicions how often a member became a suspect by its silence
     * @param downs how often members agreed that one is down
     * @param refutations how often this node refuted what others said of it
     * @param stalls how often this node itself was not running for a while
     */
    public record WatchCounts(long suspicions, long downs, long refutations, long stalls) {}

    public WatchCounts watchCounts() {
        return membership.watch().counts();
    }

    private ClusterView view() {
        return membership.router().view();
    }

    public List<MemberLine> members() {
        List<MemberLine> lines = new ArrayList<>();
        for (Member member : roster.listed()) {
            int owned = datacenterOf(member.id()).target().owned(member.id());
            lines.add(new MemberLine(member, roster.status(member.id()), owned));
        }
        return lines;
    }

    public List<ReplicaLine> replicas(int db, byte[] key) {
        Route route = membership.router().route(db, key);
        List<ReplicaLine> lines = new ArrayList<>();
        for (int place = 0; place < route.serving(); place++) {
            addReplica(lines, route.writers()[place], false);
        }
        StandIns standIns = new StandIns(membership.router(), route);
        for (int place = 0; place < route.serving(); place++) {
            if (membership.router().avoids(route.writers()[place])) {
                addReplica(lines, standIns.next(place), true);
            }
        }
        return lines;
    }

    private void addReplica(List<ReplicaLine> lines, long id, boolean standsIn) {
        Member member = id == 0 ? null : membership.view().member(id);
        if (member != null) {
            lines.add(new ReplicaLine(member, roster.status(id), standsIn));
        }
    }

    /** What it would move if a node with this weight and zone joined this node's datacenter now. */
    public Plan planJoin(long newcomer, double weight, String zone) {
        ChangeRecord.Site site = new ChangeRecord.Site(zone, self().datacenter());
        return plan(view().home(), ChangeRecord.join(self().id(), clocks.lastStamp() + 1, newcomer, weight, site));
    }

    /** What it would move if this member left its datacenter now. */
    public Plan planLeave(long member) {
        return plan(datacenterOf(member), ChangeRecord.leave(self().id(), clocks.lastStamp() + 1, member));
    }

    private static Plan plan(DatacenterView where, ChangeRecord change) {
        return Plan.of(where.target(), Claim.apply(where.target(), change), where.replicas());
    }

    /** That of the ring which has the node; this node's own where none has. */
    private DatacenterView datacenterOf(long node) {
        DatacenterView ring = view().ringOf(node);
        return ring == null ? view().home() : ring;
    }

    /** The datacenters that have nodes, by name; that of nodes without one is empty. */
    public List<String> datacenters() {
        return view().names();
    }

    /** N in this node's datacenter. */
    public int replicas() {
        return config.replication().in(self().datacenter());
    }

    /** How many replicas a key has in all datacenters together. */
    public int replicasEverywhere() {
        return datacenters().stream().mapToInt(config.replication()::in).sum();
    }

    /** What was claimed and granted. */
    public TermCounters terms() {
        return server.terms().counters();
    }

    /** Partitions in which this node does not count as one of the own replicas. */
    public int partitionsUncounted() {
        return server.terms().uncounted();
    }

    /** What became of this node's writes in other datacenters. */
    public RelayCounters relays() {
        return server.relays().counters();
    }

    /** Whether a node is in the ring of any datacenter. */
    public boolean isInRing(long node) {
        return roster.isInRing(node);
    }

    /** That of this node's datacenter. */
    public Ring ring() {
        return membership.router().ring();
    }

    public int partitions() {
        return config.partitions();
    }

    /** By MD5 the hashes of untagged keys begin with their partition's bits, so a uniform one would miss them all. */
    long randomHashIn(int partition, RandomSource random) {
        int bits = Integer.numberOfTrailingZeros(config.partitions());
        long low = random.nextLong();
        return bits == 0 || !config.partitioner().equals("md5")
                ? low
                : (long) partition << (Long.SIZE - bits) | low >>> bits;
    }

    int partitionOf(int db, byte[] key) {
        return membership.router().route(db, key).storageKey().partition();
    }

    public NodeConfig config() {
        return config;
    }

    public Member self() {
        return membership.view().self();
    }

    public StartState startState() {
        return membership.start().state();
    }

    /** Why this node does not serve, in words; empty where it does, or only waits to join. */
    public String notServingBecause() {
        return membership.start().why();
    }

    /** The cluster that this node belongs to; 0: none yet. */
    public long cluster() {
        return membership.view().cluster();
    }

    /** How often a member of another cluster looked for one of its own here. */
    public long mistaken() {
        return membership.start().mistaken();
    }

    /** Whether this node found less than it had, and has not fetched all of it yet. */
    public boolean isDoubted() {
        return membership.start().isDoubted();
    }

    public boolean isServing() {
        return membership.isServing();
    }

    /** The owners of a partition in the order of the preference list; not to be changed. */
    public long[] owners(int partition) {
        return view().target(partition);
    }

    public @Nullable Member memberNamed(String name) {
        return roster.named(name);
    }

    public String nameOf(long node) {
        return membership.router().nameOf(node);
    }

    /** As clocks show it: the node's name, and its incarnation past the first. */
    public String nameOf(Actor actor) {
        String name = nameOf(actor.nodeId());
        return actor.incarnation() <= 1 ? name : name + "#" + actor.incarnation();
    }

    /** The stamp at or below which a database's versions count as deleted. */
    public long flushStamp(int db) {
        return data.kept().flushStamps().of(db);
    }

    /** What nodes are told whose clients keep copies. */
    public ChangeTelling changes() {
        return data.changes();
    }

    /**
     * The quorum of a read whose reply a client keeps; null: not all of the key's replicas are there, and it is not to be
     * kept. As many own replicas answer as every acknowledged write has one of.
     */
    public @Nullable QuorumSpec trackedRead(QuorumSpec asked, int db, byte[] key) {
        Route route = membership.router().route(db, key);
        for (int i = 0; i < route.serving(); i++) {
            if (i != route.self() && membership.router().isGone(route.writers()[i])) {
                return null;
            }
        }
        int n = route.serving();
        int reads = Math.max(
                config.quorums().readsNeeded(asked, n), n - config.quorums().writesNeeded(QuorumSpec.DEFAULT, n) + 1);
        return new QuorumSpec(reads, asked.w(), Math.max(reads, asked.pr()), asked.pw(), asked.global());
    }

    /** Deadlines that are watched, to tell of keys that expire. */
    public ExpiryWatch expiries() {
        return data.expiries();
    }

    /** What was published between nodes. */
    public PubSubCounters pubSub() {
        return pubSub.core().counters();
    }

    public QuorumCounters counters() {
        return server.counters();
    }

    /** What this node holds for others. */
    public HintLedger hints() {
        return server.handoff().ledger();
    }

    public HandoffCounters handoff() {
        return server.handoff().counters();
    }

    /** How many partitions some replica is owed that could not be held for it. */
    public int owedRanges() {
        return data.kept().owed().size();
    }

    public ExchangeCounters exchange() {
        return server.antiEntropy().counters();
    }

    /** What the scrubber is at. */
    public ScrubCounters scrubbed() {
        return server.scrubber().counters();
    }

    public ReapCounters reaping() {
        return server.reaping().counters();
    }

    /** At or below this stamp the partition's tombstones are gone, or go: see {@link ReapMarks}. */
    public long reapMark(int partition) {
        return data.kept().marks().of(partition);
    }

    /** The members that keep tombstones from being reaped now, by name. */
    public List<String> reapBlockedBy() {
        return server.reaping().blockedBy().stream().map(this::nameOf).toList();
    }

    public MerkleTrees trees() {
        return data.kept().trees();
    }

    /** What a clean stop stores, in the commit of its last writes, of trees that have changed since they were stored. */
    public List<Recovered.MetaRecord> treeRecords() {
        return data.kept().treeRecords();
    }

    /** What a clean stop deletes, in the same commit. */
    public List<byte[]> staleTreeKeys() {
        return data.kept().staleTreeKeys();
    }

    /** Partitions of the whole cluster, as this node knows it, that are not where the ring has them, or elsewhere as well. */
    public int partitionsInTransfer() {
        return view().serving().unsettled();
    }

    /** For people: which partitions are on their way, as this node knows it, and who holds them. */
    public String transfers() {
        return server.transfers().underWay();
    }

    /** Partitions that this node owns and does not hold yet. */
    public int partitionsFetching() {
        return server.transfers().core().fetchingCount();
    }

    /** Partitions that this node has records of for others. */
    public int partitionsParting() {
        return server.transfers().core().partingCount();
    }

    /** What other nodes' writes hold that wait for the disk here. */
    public long peerWritesWaitingBytes() {
        return data.replica().chains().waitingBytes();
    }

    /** What writes hold that this node coordinates, until the last of their replicas has answered. */
    public long writesUnderWayBytes() {
        return server.requests().weightBytes();
    }

    /** How many replicas of a key may be away without a write of default quorum missing them. */
    public int replicasToSpare() {
        int there = Math.min(replicas(), Math.max(1, ring().members().size()));
        return there - config.quorums().writesNeeded(QuorumSpec.DEFAULT, there);
    }

    public int requestsUnderWay() {
        return server.requests().size();
    }

    /** How many keys of a database this node holds, without those whose deadline has passed at this time since 1970. */
    public long keysHere(int db, long nowMillis) {
        return keyspace.count(db, allPartitions, nowMillis);
    }

    /** Those of them that have a deadline. */
    public Expiring expiringHere(int db, long nowMillis) {
        return keyspace.expiring(db, allPartitions, nowMillis);
    }

    /** All keys of a database here that have a deadline: those too whose deadline has passed, or that a flush has hidden. */
    public long deadlinesCounted(int db) {
        return keyspace.deadlinesCounted(db, allPartitions);
    }

    /** What is stamped at or below this counts as without a deadline: an earlier build, which counted none, may have stored it. */
    public long deadlinesSince() {
        return keyspace.deadlinesSince();
    }

    /** Records that are not durable yet. */
    public int unpersisted() {
        return data.journal().unpersisted();
    }

    /** Whether a clean stop now has to raise the incarnation all the same: see {@link Dots#hasUnsavedFloors}. */
    public boolean mustRaiseIncarnation() {
        return data.books().dots().hasUnsavedFloors();
    }

    /** How often a record was come upon that cannot be decoded. */
    public long corruptRecords() {
        return data.books().unreadable().encounters();
    }

    /** Records here that no replica can read. */
    public int lostRecords() {
        return data.books().unreadable().lostCount();
    }

    /**
     * How clocks stand, as round trips of the last few seconds have shown.
     *
     * @param skewMillisMax by how much the peer whose clock differs most from this node's is ahead of it; 0 if none is known
     * @param skewPeer that peer's name; empty: none is known
     * @param aheadOfMedianMillis by how much this node's clock is ahead of the median of those that it knows
     * @param stampsAheadMillis by how much what is written here is stamped ahead of this node's clock
     */
    public record ClockSkew(long skewMillisMax, String skewPeer, long aheadOfMedianMillis, long stampsAheadMillis) {}

    public ClockSkew clockSkew() {
        SkewWatch.Standing standing = membership.watch().skews().standing();
        return new ClockSkew(
                standing.worstMillis(),
                standing.worstPeer() == 0 ? "" : nameOf(standing.worstPeer()),
                standing.aheadOfMedianMillis(),
                clocks.stampsAheadMillis());
    }

    /** The newest stamp that this node's hybrid clock gave or went above. */
    public long lastStamp() {
        return clocks.lastStamp();
    }

    /**
     * The change records of the cluster, as this node has them.
     *
     * @param kept those that are kept each by itself
     * @param compacted those that a checkpoint stands for
     * @param compactions how often this node has dropped some for one
     * @param outvoted those of this node's own that others' checkpoint took the place of, which was not of the same ones
     */
    public record ChangeRecords(int kept, long compacted, long compactions, long outvoted) {}

    public ChangeRecords changeRecords() {
        return new ChangeRecords(
                membership.view().changes().size(),
                membership.view().changes().compacted().count(),
                membership.history().compactions(),
                membership.history().dropped());
    }

    public long clockSkewsRefused() {
        return clocks.skewsRefused();
    }

    /** Whether this node has all data, nobody else has, and none of it is on its way. */
    public boolean isAlone() {
        return view().isAlone();
    }

    /** Keys of one partition can be written together. */
    public int partitionOf(byte[] key) {
        return membership.router().route(0, key).storageKey().partition();
    }

    /**
     * Whether this node, as it sees it now, coordinates writes of this key, and the ring does not change under them: those
     * of one scope take effect in the order in which they were asked for.
     *
     * @param update whether it is a read-modify-write, which only the first live replica coordinates
     */
    public boolean isCoordinatedHere(int db, byte[] key, boolean update) {
        Route route = membership.router().route(db, key);
        if (route.sets() != null) {
            return false;
        }
        for (int place = 0; update && place < route.serving(); place++) {
            long id = route.writers()[place];
            if (id == self().id() || !membership.router().isGone(id)) {
                return id == self().id();
            }
        }
        return !update;
    }
}
