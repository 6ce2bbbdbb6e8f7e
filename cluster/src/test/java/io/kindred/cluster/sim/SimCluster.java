package io.kindred.cluster.sim;

import io.kindred.cluster.core.ClusterAnswer;
import io.kindred.cluster.core.ClusterQuery;
import io.kindred.cluster.core.NodeConfig;
import io.kindred.cluster.membership.ChangeRecord;
import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.QuorumSpec;
import io.kindred.cluster.quorum.QuorumSettings;
import io.kindred.cluster.ring.Partitioner;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.ring.Replication;
import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.Versions;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One run: a cluster, its clients and its misfortunes, from one seed. */
public final class SimCluster {
    static final int PARTITIONS = 16;
    private static final int REPLICAS = 3;
    private static final int PINNED = 4;
    private static final long READ_SEED = 0x5265_6164_73L;
    private static final long ROT_SEED = 0x526f_7474_656eL;
    private static final long SKEW_SEED = 0x536b_6577_6564L;
    private static final long RECORDS_SEED = 0x5265_636f_7264L;
    private static final long ELEMENTS_SEED = 0x656c656d656e7473L;
    private static final long PAST_SEED = 0x5061_7374L;
    private static final long COPY_SEED = 0x636f7079;
    private static final long DEAF_SEED = 0x6465_6166L;
    private static final long OUTAGE_SEED = 0x6f75_74_6167_65L;
    private static final long LEAVER_SEED = 0x6c65_6176_6572L;
    private static final double COPY_CHANCE = 0.3;
    private static final double LEAVER_CHANCE = 0.5;
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
    /** Written before anything goes wrong, and never again. */
    private final List<String> pinned = new ArrayList<>();

    private final List<String> pipelined = new ArrayList<>();
    /** Whether some keys are elements of others. */
    final boolean hasElements;

    private final SimScanner scanner;
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

    private SimCluster(long seed, SimPlan plan, SimRandom random, boolean reaps, boolean splits) {
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
        scanner = new SimScanner(this, pinned, random.split());
    }

    /** Runs a seed to its end; throws a {@link SimViolation} that names the seed where an invariant is broken. */
    public static Report run(long seed) {
        SimRandom random = new SimRandom(seed);
        return run(seed, SimPlan.draw(random), random);
    }

    public static Report run(long seed, SimPlan plan) {
        return run(seed, plan, new SimRandom(seed));
    }

    /** Tombstones go after seconds, and nodes are away for longer than that. */
    public static Report runReaping(long seed) {
        SimRandom random = new SimRandom(seed);
        return run(seed, SimPlan.drawReaping(random), random, true, false);
    }

    /** Nothing but updates, and what goes wrong with those who run them. */
    static Report runFirstReplicas(long seed) {
        SimRandom random = new SimRandom(seed);
        SimPlan plan = SimPlan.drawFirstReplicas(random);
        return switch ((int) (seed % 20)) {
            case 0, 13 -> run(seed, plan.withTrouble(SimPlan.Trouble.REWINDS));
            case 2, 9 -> run(seed, plan.withTrouble(SimPlan.Trouble.HEIRS));
            case 7, 11 -> run(seed, plan.withTrouble(SimPlan.Trouble.APART));
            default -> run(seed, plan, random);
        };
    }

    /** As {@link #runFirstReplicas}, with updates of several keys at once. */
    static Report runGroups(long seed) {
        SimRandom random = new SimRandom(seed);
        SimPlan plan = SimPlan.drawFirstReplicas(random).shorter();
        return switch ((int) (seed % 10)) {
            case 0 -> runGroups(seed, plan.withTrouble(SimPlan.Trouble.REWINDS), new SimRandom(seed));
            case 2 -> runGroups(seed, plan.withTrouble(SimPlan.Trouble.HEIRS), new SimRandom(seed));
            case 7 -> runGroups(seed, plan.withTrouble(SimPlan.Trouble.APART), new SimRandom(seed));
            default -> runGroups(seed, plan, random);
        };
    }

    /** As {@link #run(long)}, with updates of several keys at once. */
    static Report runGroupsInAnyTrouble(long seed) {
        SimRandom random = new SimRandom(seed);
        return runGroups(seed, SimPlan.draw(random), random);
    }

    /** As {@link #runDatacenters}, with updates of several keys at once. */
    static Report runGroupsInDatacenters(long seed) {
        SimRandom random = new SimRandom(seed);
        return runGroups(seed, SimPlan.drawDatacenters(random), random);
    }

    private static Report runGroups(long seed, SimPlan plan, SimRandom random) {
        SimCluster cluster = new SimCluster(seed, plan, random, false, false);
        cluster.hasTellers = true;
        return cluster.runToEnd();
    }

    /** As {@link #runReaping}, in two datacenters that lose each other as well. */
    public static Report runReapingDatacenters(long seed) {
        SimRandom random = new SimRandom(seed);
        return run(seed, SimPlan.drawReapingDatacenters(random), random, true, false);
    }

    /** No fault, but a ring that changes in several ways at once. */
    static Report runCalmChanges(long seed) {
        SimRandom random = new SimRandom(seed);
        return run(seed, SimPlan.drawCalmChanges(random), random);
    }

    /** Two datacenters with all faults. */
    static Report runDatacenters(long seed) {
        SimRandom random = new SimRandom(seed);
        return run(seed, SimPlan.drawDatacenters(random), random);
    }

    /** Two datacenters, and no fault but that they lose each other for a while, or none at all. */
    static Report runQuietDatacenters(long seed, boolean split) {
        SimRandom random = new SimRandom(seed);
        return run(seed, SimPlan.drawDatacenters(random).withoutFaults(), random, false, split);
    }

    private static Report run(long seed, SimPlan plan, SimRandom random) {
        return run(seed, plan, random, false, false);
    }

    private static Report run(long seed, SimPlan plan, SimRandom random, boolean reaps, boolean splits) {
        return new SimCluster(seed, plan, random, reaps, splits).runToEnd();
    }

    private Report runToEnd() {
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
        pinKeys();
        scanner.begin();
        beginTrouble();
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
        checkEveryoneIsUp();
        for (int second = 0; second < 60 && isMoving(); second++) {
            runFor(SECOND);
        }
        checkMoved();
        for (int second = 0; second < 60 && isUncounted(); second++) {
            runFor(SECOND);
        }
        checkAllCount();
        for (int second = 0; second < 20 && isOwing(); second++) {
            runFor(SECOND);
        }
        checkDebt();
        for (int second = 0; second < 60 && isDamaged(); second++) {
            runFor(SECOND);
        }
        checkMended();
        for (int second = 0; second < 20 && !leavers.stillListed().isEmpty(); second++) {
            runFor(SECOND);
        }
        checkDepartures();
        checkNothingWasTakenForLost();
        checkRingsAgree();
        checkDeadlines();
        if (reaps && !skewsFar) {
            // Where clocks were wrong, what they stamped goes when the time has come that they showed.
            runUntil(this::isReaped);
        }
        checker.checkEnd(everyKey());
        values.checkEnd();
        checkTrees();
        readEverything();
        updateEverything();
        moveEverything();
        checker.checkEnd(everyKey());
        values.checkEnd();
        checkScans();
        checkNobodyWaits();
        checkDeadlines();
        if (!rots && !(reaps && skewsFar)) {
            // What was lost with a block is still counted, and what was counted out stays so when the clock is set
            // back.
            checkKeySpace();
        }
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

    private void beginTrouble() {
        switch (plan.trouble()) {
            case ANY, KILLS -> {
                faults.begin(plan.lastsNanos());
                if (plan.datacenters() > 1) {
                    faults.beginSplit(plan.lastsNanos());
                }
                if (reaps) {
                    faults.beginAbsences(plan.lastsNanos());
                }
            }
            case FIRST_REPLICAS, SLOW_DISKS -> new FirstFaults(this, faults, random.split()).begin(plan.lastsNanos());
            case APART -> new ApartFaults(this, faults, random.split()).begin(plan.lastsNanos());
            case REWINDS -> new RewindFaults(this, faults, random.split()).begin(plan.lastsNanos());
            case HEIRS -> new HeirFaults(this, faults, random.split()).begin(plan.lastsNanos());
            default -> {}
        }
        // Each of its own numbers, so that seeds without it stay what they were.
        if (rots) {
            faults.beginDamage(plan.lastsNanos(), new SimRandom(seed ^ ROT_SEED));
        }
        if (skewsFar) {
            faults.beginFarSkews(plan.lastsNanos(), new SimRandom(~(seed ^ SKEW_SEED)));
        }
        if (plan.trouble() == SimPlan.Trouble.ANY) {
            faults.beginFailingReads(plan.lastsNanos(), new SimRandom(seed ^ READ_SEED));
            faults.beginDeafness(plan.lastsNanos(), new SimRandom(seed ^ DEAF_SEED));
            if (!pinned.isEmpty()) {
                faults.beginOutages(plan.lastsNanos(), new SimRandom(seed ^ OUTAGE_SEED));
            }
        }
        boolean isElsewhereToo = plan.nodes() > 1 && plan.writeQuorum() != 1;
        boolean comesAndGoes = isElsewhereToo
                && switch (plan.trouble()) {
                    case ANY, KILLS, FIRST_REPLICAS -> true;
                    default -> false;
                };
        if (comesAndGoes && new SimRandom(seed ^ PAST_SEED).chance(0.3)) {
            faults.beginLostPasts(plan.lastsNanos(), new SimRandom(~(seed ^ PAST_SEED)));
        }
        if (comesAndGoes && new SimRandom(seed ^ COPY_SEED).chance(COPY_CHANCE)) {
            faults.beginCopies(plan.lastsNanos(), new SimRandom(~(seed ^ COPY_SEED)));
        }
        if (comesAndGoes && plan.nodes() > 3 && new SimRandom(seed ^ LEAVER_SEED).chance(LEAVER_CHANCE)) {
            leavers.begin(plan.lastsNanos());
        }
        if (splits) {
            faults.beginSplit(plan.lastsNanos());
        }
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

    /** A flush takes all, so that there is nothing to pin then. */
    private void pinKeys() {
        if (plan.flushes()) {
            return;
        }
        for (int i = 0; i < PINNED; i++) {
            pin("pinned" + i);
        }
        runUntil(() -> pinned.size() == PINNED);
        runFor(2 * SECOND);
    }

    private void pin(String key) {
        HistoryChecker.Write write = checker.begin(key, key, null);
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        Operation put = new Operation.Put(0, bytes, null, write.token.getBytes(StandardCharsets.UTF_8), -1);
        node(0).request(put, plan.writing(true, false), outcome -> {
            if (!(outcome instanceof Outcome.Written)) {
                throw violation("before anything goes wrong, " + key + " cannot be written: " + outcome);
            }
            checker.acknowledge(write, true, node(0).datacenter);
            pinned.add(key);
        });
    }

    private List<String> everyKey() {
        List<String> all = new ArrayList<>(keys);
        all.addAll(pinned);
        all.addAll(pipelined);
        all.addAll(values.keys());
        return all;
    }

    private void checkScans() {
        if (scanner.completed == 0) {
            throw violation("no scan was ever completed");
        }
    }

    /** All have heard of all changes by now, and make the same of them. */
    private void checkRingsAgree() {
        for (int datacenter = 0; datacenter < plan.datacenters(); datacenter++) {
            List<SimNode> members = members(plan.datacenter(datacenter));
            for (String key : everyKey()) {
                for (SimNode node : members) {
                    List<SimNode> asFirst = members.get(0).replicasOf(key);
                    if (!node.replicasOf(key).equals(asFirst)) {
                        throw violation(node.name + " and " + members.get(0).name + " differ on the replicas of " + key
                                + ": " + names(node.replicasOf(key)) + " and " + names(asFirst));
                    }
                }
            }
        }
    }

    private static List<String> names(List<SimNode> nodes) {
        return nodes.stream().map(node -> node.name).toList();
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

    /** Reads every key at all of its replicas, so that read repair has seen each of them. */
    private void readEverything() {
        for (int round = 0; round < 2; round++) {
            for (String key : keys) {
                for (int datacenter = 0; datacenter < plan.datacenters(); datacenter++) {
                    readAtAll(key, plan.datacenter(datacenter));
                }
            }
        }
    }

    private void readAtAll(String key, String datacenter) {
        boolean[] read = {false};
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        random.pick(members(datacenter)).request(new Operation.Get(0, bytes), new QuorumSpec(REPLICAS, 0, 0, 0), o -> {
            read[0] = o instanceof Outcome.Found;
        });
        runFor(2 * SECOND);
        if (!read[0]) {
            throw violation("after healing, " + key + " cannot be read at all replicas");
        }
    }

    /** With everyone there, every update is acknowledged, wherever it is asked for. */
    private void updateEverything() {
        for (ValueKey key : plan.datacenters() == 1 ? values.endless() : List.<ValueKey>of()) {
            for (SimNode node : members("")) {
                long before = values.acknowledged;
                new SimUpdater(this, plan.clients() + node.index, random.split()).updateOnce(node, key, () -> {});
                runFor(TIMEOUT_NANOS);
                if (values.acknowledged == before) {
                    throw violation("after healing, " + key.name + " cannot be updated at " + node.name);
                }
            }
        }
    }

    /** As {@link #updateEverything}, of several keys at once. */
    private void moveEverything() {
        for (Accounts accounts : plan.datacenters() == 1 ? List.copyOf(values.accounts()) : List.<Accounts>of()) {
            for (SimNode node : accounts.isExact() ? members("") : List.<SimNode>of()) {
                boolean[] isDone = {false};
                SimTeller teller = new SimTeller(this, plan.clients() + node.index, random.split());
                teller.move(node, accounts, () -> teller.sum(node, accounts, () -> isDone[0] = true));
                runFor(TIMEOUT_NANOS);
                if (!isDone[0]) {
                    throw violation("after healing, {" + accounts.tag + "} cannot be summed up at " + node.name);
                }
            }
        }
    }

    List<SimNode> members(String datacenter) {
        return network.nodes().stream()
                .filter(node -> node.isMember() && node.datacenter.equals(datacenter))
                .toList();
    }

    /** Ten rounds of gossip after healing nobody is thought to be away. */
    private void checkEveryoneIsUp() {
        for (SimNode node : network.nodes()) {
            String away = node.awayMembers();
            if (!away.isEmpty()) {
                throw violation("after healing, " + node.name + " thinks that " + away);
            }
        }
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

    private boolean isUncounted() {
        return network.nodes().stream().anyMatch(node -> !node.isLost && node.partitionsUncounted() > 0);
    }

    /** Whoever came to hold a partition without having met enough of those before it has done so. */
    private void checkAllCount() {
        for (SimNode node : network.nodes()) {
            if (!node.isLost && node.partitionsUncounted() > 0) {
                throw violation(node.name + " never counts in " + node.partitionsUncounted() + " of its partitions");
            }
        }
    }

    /** Every partition is where the ring has it, and nowhere else. */
    private void checkMoved() {
        for (SimNode node : network.nodes()) {
            if (!node.isLost && (node.partitionsMoving() > 0 || (node.isMember() && !node.isServing()))) {
                throw violation("the ring does not come to rest: "
                        + network.nodes().stream().map(SimNode::moving).collect(Collectors.joining("; ")));
            }
        }
        for (String key : everyKey()) {
            List<SimNode> replicas = replicasOf(key);
            long wanted = 0;
            for (int datacenter = 0; datacenter < plan.datacenters(); datacenter++) {
                wanted +=
                        Math.min(REPLICAS, members(plan.datacenter(datacenter)).size());
            }
            if (replicas.size() != wanted) {
                throw violation(key + " has " + replicas.size() + " replicas and not " + wanted);
            }
            for (SimNode node : network.nodes()) {
                if (!replicas.contains(node) && !checker.held(node, key).isEmpty()) {
                    throw violation(node.name + " still has " + key + ", which is not its own");
                }
            }
        }
    }

    private boolean isOwing() {
        return network.nodes().stream().anyMatch(node -> node.hintsHeld() > 0 || node.rangesOwed() > 0);
    }

    private boolean isDamaged() {
        return network.nodes().stream().anyMatch(SimNode::isDamaged);
    }

    /** Whatever could not be read has been replaced, or given up. */
    private void checkMended() {
        for (SimNode node : network.nodes()) {
            if (node.isDamaged()) {
                throw violation(node.name + " has " + node.storage.damagedKeys() + " keys that cannot be read, and "
                        + node.damagedPartitions() + " damaged partitions");
            }
        }
    }

    /** Whoever was through with leaving when it ended is a member for nobody. */
    private void checkDepartures() {
        if (!leavers.stillListed().isEmpty()) {
            throw violation(leavers.stillListed());
        }
    }

    /** Where no block rots every read that fails may succeed the next time. */
    private void checkNothingWasTakenForLost() {
        for (SimNode node : network.nodes()) {
            if (!rots && node.takenForLost() > node.rangesOwed()) {
                throw violation(node.name + " has taken for lost what it could not read for a moment");
            }
        }
    }

    /** Whether blocks rot in this run. */
    boolean rots() {
        return rots;
    }

    boolean isLossUnderWay() {
        return changes.isLossUnderWay();
    }

    /** No tree was ever other than its records, and all are there. */
    private void checkTrees() {
        for (SimNode node : network.nodes()) {
            if (node.treesWrong() > 0 || node.treesBuilding() > 0) {
                throw violation(node.name + " has " + node.treesBuilding() + " trees to build and found "
                        + node.treesWrong() + " wrong");
            }
        }
    }

    /** What was held for others has reached them; where it was too much to hold, an exchange has brought it. */
    private void checkDebt() {
        for (SimNode node : network.nodes()) {
            if (node.hintsHeld() > 0) {
                throw violation(node.name + " still holds " + node.hintsHeld() + " hints");
            }
            if (node.rangesOwed() > 0) {
                throw violation(node.name + " still owes " + node.rangesOwed() + " ranges");
            }
        }
    }

    private void checkNobodyWaits() {
        runFor(5 * SECOND);
        for (SimNode node : network.nodes()) {
            // Exchanges come and go.
            for (int moment = 0; moment < 100 && node.unanswered() > 0; moment++) {
                runFor(20 * MILLI);
            }
            if (node.unanswered() > 0) {
                throw violation(node.name + " has " + node.unanswered() + " requests that nobody answered");
            }
        }
    }

    /** Whether keys may have deadlines that are counted right. */
    boolean countsDeadlines() {
        return reaps && !rots;
    }

    private void checkDeadlines() {
        if (countsDeadlines()) {
            network.nodes().forEach(checker.deadlines::check);
        }
    }

    /** Counts and pages tell what the containers do. */
    private void checkKeySpace() {
        TreeSet<String> live = new TreeSet<>();
        for (String key : everyKey()) {
            SimNode replica = replicasOf(key).get(0);
            Sibling winner = visible(checker.held(replica, key)).winner();
            if (!ElementNames.isElement(key) && winner != null && !winner.isExpired(replica.wallMillis())) {
                live.add(key);
            }
        }
        SimNode asked =
                random.pick(network.nodes().stream().filter(SimNode::isMember).toList());
        List<ClusterAnswer> answers = new ArrayList<>();
        asked.ask(new ClusterQuery.CountKeys(0), answers::add);
        runFor(2 * SECOND);
        if (!answers.equals(List.of(new ClusterAnswer.Count(live.size())))) {
            throw violation("the keys are " + live + ", and counted " + answers);
        }
        TreeSet<String> scanned = scan(asked);
        if (!scanned.equals(live)) {
            throw violation("the keys are " + live + ", and scanned " + scanned);
        }
    }

    private TreeSet<String> scan(SimNode asked) {
        TreeSet<String> found = new TreeSet<>();
        long[] cursor = {0};
        do {
            long from = cursor[0];
            cursor[0] = -1;
            asked.ask(new ClusterQuery.ScanKeys(0, from, 2), answer -> {
                if (answer instanceof ClusterAnswer.Page page) {
                    cursor[0] = page.cursor();
                    page.keys().forEach(key -> found.add(new String(key, StandardCharsets.UTF_8)));
                }
            });
            runFor(2 * SECOND);
            if (cursor[0] < 0) {
                throw violation("after healing, a scan fails");
            }
        } while (cursor[0] != 0);
        return found;
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

    /** With everyone there, nothing is left of what was deleted or has expired. */
    private boolean isReaped() {
        for (SimNode node : network.nodes()) {
            for (String key : everyKey()) {
                Versions held = checker.held(node, key);
                if (!held.isEmpty() && held.goneAt() != Long.MAX_VALUE) {
                    return false;
                }
            }
        }
        return true;
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
        return pinned;
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
