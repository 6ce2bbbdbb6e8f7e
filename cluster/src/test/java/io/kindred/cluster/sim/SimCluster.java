package io.kindred.cluster.sim;

import io.kindred.cluster.core.NodeConfig;
import io.kindred.cluster.membership.ChangeRecord;
import io.kindred.cluster.quorum.QuorumSettings;
import io.kindred.cluster.ring.Partitioner;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.ring.Replication;
import io.kindred.cluster.version.Versions;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/** One run: a cluster, its clients and its misfortunes, from one seed. */
public final class SimCluster {
    static final int PARTITIONS = 16;
    static final int REPLICAS = 3;
    private static final long SKEW_SEED = 0x536b_6577_6564L;
    private static final long RECORDS_SEED = 0x5265_636f_7264L;
    private static final long ELEMENTS_SEED = 0x656c656d656e7473L;
    private static final long LEAVER_SEED = 0x6c65_6176_6572L;
    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1_000_000_000L;
    static final long TIMEOUT_NANOS = SECOND;

    final SimSchedule schedule = new SimSchedule();
    final SimNetwork network;
    final HistoryChecker checker = new HistoryChecker(this);
    final ValueHistory values = new ValueHistory(this);
    final TermWatch terms = new TermWatch(this);
    private final long seed;
    private final SimPlan plan;
    private final FaultPlan faults;
    private final RingPlan changes;
    final LeaverFaults leavers;
    private final SimRandom random;
    final Partitioner partitioner = new ElementNames();
    private final List<String> keys = new ArrayList<>();
    private final boolean reaps;
    private final boolean splits;
    /** Whether most clients are {@link SimTeller}s. */
    private boolean hasTellers;

    private final boolean rots;
    /** Whether clocks are wrong by up to a day. */
    private final boolean skewsFar;
    /** Every change record that was ever on a disk. */
    final TreeSet<ChangeRecord> records = new TreeSet<>();

    /** So few in most runs that change records are compacted. */
    private final int recordsKept;

    private final PinnedKeys pinned = new PinnedKeys(this);

    private final List<String> pipelined = new ArrayList<>();
    /** Whether some keys are elements of others. */
    final boolean hasElements;

    final SimScanner scanner;
    private boolean over;
    private long highestFlush;
    private long latestWallMillis;
    private boolean skewed;
    private long lastPausedNanos = -1;

    /** What a run was like. */
    public record Report(
            long seed,
            SimPlan plan,
            long events,
            int faults,
            int rotten,
            int pastsLost,
            int copiesStarted,
            int leaversEnded,
            long acknowledged,
            long siblings,
            long reaped,
            long refused,
            long relayed,
            long crossed,
            long compactions,
            long treesRestored,
            long groups,
            long halves,
            long trace) {}

    SimCluster(long seed, SimPlan plan, SimRandom random, boolean reaps, boolean splits) {
        this.reaps = reaps;
        this.splits = splits;
        this.seed = seed;
        this.plan = plan;
        this.random = random;
        // Where one copy is enough for a write, that may be the one that rots.
        rots = plan.trouble() == SimPlan.Trouble.ANY
                && plan.nodes() > 1
                && plan.writeQuorum() != 1
                && new SimRandom(~seed).chance(0.4);
        skewsFar = plan.trouble() == SimPlan.Trouble.ANY && new SimRandom(seed ^ SKEW_SEED).chance(0.3);
        hasElements = plan.clients() > 0 && new SimRandom(seed ^ ELEMENTS_SEED).chance(0.3);
        SimRandom keeps = new SimRandom(seed ^ RECORDS_SEED);
        boolean isCalm = plan.clients() == 0;
        recordsKept = isCalm ? 2 : keeps.chance(0.2) ? NodeConfig.RECORDS_KEPT : 1 + keeps.nextInt(3);
        network = new SimNetwork(schedule, random.split());
        for (int i = 0; i < plan.nodes(); i++) {
            network.add(new SimNode(this, i, plan.datacenter(i), schedule, random.split()));
        }
        for (int i = 0; i < plan.keys(); i++) {
            // All of one key's elements have its hash.
            keys.add(hasElements && i % 2 == 1 ? "k0/" + i : "k" + i);
        }
        faults = new FaultPlan(this, random.split());
        changes = new RingPlan(this, random.split());
        leavers = new LeaverFaults(this, faults, new SimRandom(~(seed ^ LEAVER_SEED)));
        scanner = new SimScanner(this, pinned.names(), random.split());
    }

    /** Most clients are {@link SimTeller}s. */
    void giveTellers() {
        hasTellers = true;
    }

    Report runToEnd() {
        try {
            return run();
        } catch (SimViolation violation) {
            throw violation;
        } catch (RuntimeException bug) {
            throw new SimViolation(seed, test(), bug.toString(), bug);
        }
    }

    /** One datacenter, whole and without clients, for a test that says itself what happens. */
    static SimCluster calm(long seed, int nodes, boolean reaps) {
        SimRandom random = new SimRandom(seed);
        SimPlan plan = calmPlan(nodes, 8, true, 1);
        return new SimCluster(seed, plan, random, reaps, false).whole();
    }

    /** As {@link #calm}; what was acknowledged is on the disk a second later only. */
    static SimCluster calmEverysec(long seed, int nodes) {
        SimRandom random = new SimRandom(seed);
        SimPlan plan = calmPlan(nodes, 8, false, 1);
        return new SimCluster(seed, plan, random, false, false).whole();
    }

    /** Two datacenters, whole and without clients, for a test that says itself what happens. */
    static SimCluster calmDatacenters(long seed, int nodes) {
        SimRandom random = new SimRandom(seed);
        SimPlan plan = calmPlan(nodes, 0, true, 2);
        return new SimCluster(seed, plan, random, false, false).whole();
    }

    private static SimPlan calmPlan(int nodes, int keys, boolean syncsEachWrite, int datacenters) {
        SimPlan.Trouble none = SimPlan.Trouble.NONE;
        return new SimPlan(nodes, 0, keys, 0, 0, syncsEachWrite, none, false, 0, 0.02, 1 << 30, SECOND, datacenters);
    }

    private SimCluster whole() {
        network.nodes().forEach(SimNode::start);
        runUntil(() -> network.nodes().stream().allMatch(node -> node.isServing() && node.knowsAll(plan.nodes())));
        syncEverySecond();
        runUntil(() -> !isMoving());
        return this;
    }

    private Report run() {
        network.nodes().forEach(SimNode::start);
        runUntil(() -> network.nodes().stream().allMatch(node -> node.isServing() && node.knowsAll(plan.nodes())));
        syncEverySecond();
        beginClients();
        pinned.write();
        scanner.begin();
        new SimTrouble(this, faults, seed).begin(random);
        if (plan.isTroubled()) {
            changes.begin(plan.changes(), plan.lastsNanos());
        } else {
            beginCalm();
        }
        runFor(plan.lastsNanos());
        over = true;
        runFor(5 * SECOND);
        faults.heal();
        runFor(10 * SECOND);
        new SimEnd(this, random).judge();
        return new Report(
                seed,
                plan,
                schedule.events(),
                faults.struck,
                faults.rotten,
                faults.pastsLost,
                faults.copiesStarted,
                leavers.ended(),
                checker.acknowledged,
                checker.siblingsSeen,
                checker.containersReaped,
                checker.refused,
                checker.relayed,
                checker.crossed,
                network.nodes().stream()
                        .mapToLong(node -> node.changeRecords().compactions())
                        .sum(),
                network.nodes().stream().mapToLong(node -> node.treesRestored).sum(),
                values.accounts().stream()
                        .mapToLong(each -> each.moves + each.sums)
                        .sum(),
                values.accounts().stream().mapToLong(Accounts::halves).sum(),
                schedule.trace());
    }

    /** Every other one updates keys that are judged by their values. */
    private void beginClients() {
        for (int i = 0; i < plan.clients(); i++) {
            if (hasTellers && i % 3 != 0) {
                new SimTeller(this, i, random.split()).begin();
            } else if (i % 2 == 0 && !plan.onlyUpdates()) {
                new SimClient(this, i, random.split()).begin();
            } else {
                new SimUpdater(this, i, random.split()).begin();
            }
        }
    }

    private void beginCalm() {
        if (plan.changes() > 0) {
            SimPipeliner pipeliner = new SimPipeliner(this, random.split());
            pipelined.addAll(pipeliner.keys());
            pipeliner.begin();
            changes.beginCalm(plan.changes());
        }
    }

    interface Condition {
        boolean holds();
    }

    void runUntil(Condition condition) {
        long limit = schedule.nowNanos() + 60 * SECOND;
        while (!condition.holds()) {
            if (!schedule.step() || schedule.nowNanos() > limit) {
                throw violation("the cluster never came together: "
                        + network.nodes().stream().map(SimNode::reapingState).toList());
            }
        }
    }

    void runFor(long nanos) {
        boolean[] reached = {false};
        schedule.after(nanos, "milestone", () -> reached[0] = true);
        while (!reached[0]) {
            schedule.step();
        }
    }

    List<String> everyKey() {
        List<String> all = new ArrayList<>(keys);
        all.addAll(pinned.names());
        all.addAll(pipelined);
        all.addAll(values.keys());
        return all;
    }

    private void syncEverySecond() {
        schedule.after(SECOND, "everysec", () -> {
            if (!syncsEachWrite()) {
                network.nodes().forEach(node -> node.storage.sync());
                network.copies().forEach(copy -> copy.storage.sync());
            }
            syncEverySecond();
        });
    }

    List<SimNode> members(String datacenter) {
        return network.nodes().stream()
                .filter(node -> node.isMember() && node.datacenter.equals(datacenter))
                .toList();
    }

    /** One more node, not started yet. */
    SimNode addNode(String datacenter) {
        SimNode node = new SimNode(this, network.nodes().size(), datacenter, schedule, random.split());
        network.add(node);
        return node;
    }

    boolean isMoving() {
        return network.nodes().stream()
                .anyMatch(node ->
                        !node.isLost && (node.partitionsMoving() > 0 || (node.isMember() && !node.isServing())));
    }

    /** Whether blocks rot in this run. */
    boolean rots() {
        return rots;
    }

    /** Whether clocks are wrong by up to a day. */
    boolean skewsFar() {
        return skewsFar;
    }

    boolean splits() {
        return splits;
    }

    boolean isLossUnderWay() {
        return changes.isLossUnderWay();
    }

    /** Whether keys may have deadlines that are counted right. */
    boolean countsDeadlines() {
        return reaps && !rots;
    }

    NodeConfig config(boolean seeded) {
        QuorumSettings quorums =
                new QuorumSettings(plan.readQuorum(), plan.writeQuorum(), 1_000, 10_000, TIMEOUT_NANOS);
        NodeConfig.MembershipTimes times = reaps
                ? new NodeConfig.MembershipTimes(200 * MILLI, 1_000 * MILLI, 500)
                : new NodeConfig.MembershipTimes(1_000 * MILLI, 5_000 * MILLI, 500);
        return new NodeConfig(
                PARTITIONS,
                "md5",
                Replication.of(REPLICAS),
                1,
                seeded,
                plan.hintBytesMax(),
                // Where nothing but a split goes wrong, hints alone make up for it.
                splits ? 3_600 * SECOND : SECOND,
                reaps ? 2_000 : 86_400_000,
                recordsKept,
                quorums,
                times);
    }

    boolean reaps() {
        return reaps;
    }

    /** What the clock furthest ahead has shown, this node's among them: what had not expired then was there at every node. */
    long latestWallMillis(SimNode node) {
        latestWallMillis = Math.max(latestWallMillis, node.wallMillis());
        return latestWallMillis;
    }

    RecordKey storageKey(String key) {
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        return partitioner.record(0, bytes, PARTITIONS);
    }

    SimPlan plan() {
        return plan;
    }

    /** Keys that are always there. */
    List<String> pinned() {
        return pinned.names();
    }

    List<String> keys() {
        return keys;
    }

    SimNode node(int index) {
        return network.nodes().get(index);
    }

    boolean syncsEachWrite() {
        return plan.syncsEachWrite();
    }

    double memoryMissRate() {
        return plan.memoryMissRate();
    }

    boolean isOver() {
        return over;
    }

    /** Some clock is not what the others are. */
    void skewed() {
        skewed = true;
    }

    boolean wasSkewed() {
        return skewed;
    }

    /** Some node stood still, up to now. */
    void pausedNow() {
        lastPausedNanos = schedule.nowNanos();
    }

    /** Whether some node stood still after that time. */
    boolean wasPaused(long sinceNanos) {
        return lastPausedNanos >= sinceNanos || network.nodes().stream().anyMatch(SimNode::isPaused);
    }

    /** What all replicas of a key have together. */
    Versions merged(String key) {
        Versions merged = Versions.EMPTY;
        for (SimNode node : replicasOf(key)) {
            merged = merged.join(visible(checker.held(node, key)));
        }
        return merged;
    }

    void sawFlush(long stamp) {
        highestFlush = Math.max(highestFlush, stamp);
    }

    /** The highest flush stamp that any node ever had: what is stamped at or below it may be gone. */
    long highestFlush() {
        return highestFlush;
    }

    /** Some process of a datacenter that knows the ring: best one that serves. */
    private Optional<SimNode> knowing(String datacenter) {
        return Stream.concat(members(datacenter).stream(), network.copies().stream())
                .filter(node -> node.isRunning() && node.datacenter.equals(datacenter))
                .max(Comparator.comparing(SimNode::isServing));
    }

    /** Whether somebody is left in each datacenter. */
    boolean isRingKnown() {
        for (int datacenter = 0; datacenter < plan.datacenters(); datacenter++) {
            if (knowing(plan.datacenter(datacenter)).isEmpty()) {
                return false;
            }
        }
        return true;
    }

    /** In all datacenters. */
    List<SimNode> replicasOf(String key) {
        List<SimNode> replicas = new ArrayList<>();
        for (int datacenter = 0; datacenter < plan.datacenters(); datacenter++) {
            replicas.addAll(knowing(plan.datacenter(datacenter))
                    .orElseThrow(() -> violation("no member is left"))
                    .replicasOf(key));
        }
        return replicas;
    }

    Versions visible(Versions held) {
        long known =
                network.nodes().stream().mapToLong(SimNode::flushStamp).max().orElse(0);
        return held.withoutStampsUpTo(known);
    }

    /** As {@link #visible}; what one replica may have reaped the others have not, until their turn comes. */
    Versions unreaped(String key, Versions held) {
        Versions visible = visible(held);
        RecordKey storageKey = storageKey(key);
        long mark = replicasOf(key).stream()
                .mapToLong(node -> node.reapMark(storageKey))
                .max()
                .orElse(0);
        return visible.goneAt() <= mark ? Versions.EMPTY : visible;
    }

    SimViolation violation(String what) {
        return new SimViolation(seed, test(), what, null);
    }

    /** The test that runs such a seed. */
    private String test() {
        String kind = hasTellers
                ? "Group"
                : plan.onlyUpdates() ? "FirstReplica" : reaps ? "Reaping" : plan.datacenters() > 1 ? "Datacenter" : "";
        return kind + "SimulationTest";
    }
}
