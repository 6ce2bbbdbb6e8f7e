package io.kindred.cluster.sim;

import io.kindred.cluster.core.StoreFailure;
import io.kindred.cluster.ring.DatacenterRecords;
import io.kindred.cluster.ring.RecordKey;
import java.util.ArrayList;
import java.util.List;

/** Misfortunes at random times, each with its end. The number that struck is counted. */
final class FaultPlan {
    /** Most find some node away, or the last damage not made good. */
    private static final int FAILING_READS = 4;

    private static final int ROT_TRIES = 40;

    private static final long DAY_MILLIS = 86_400_000;

    /** From this one on misfortunes are those of processes alone. */
    private static final int KILLS = 12;

    /** Of what could travel together. */
    private static final double FRAME_RATE = 0.7;

    private final SimCluster cluster;
    private final SimRandom random;
    private final List<SimNode> nodes;
    int struck;
    /** Times that a block rotted that had something. */
    int rotten;
    /** Times that a node came back with less than it had. */
    int pastsLost;
    /** Times that a copy of a node's directory was started beside it. */
    int copiesStarted;

    FaultPlan(SimCluster cluster, SimRandom random) {
        this.cluster = cluster;
        this.random = random;
        this.nodes = cluster.network.nodes();
    }

    void begin(long untilNanos) {
        cluster.network.frameRate = FRAME_RATE;
        int faults = 3 + random.nextInt(8);
        for (int i = 0; i < faults; i++) {
            long at = random.between(500_000_000L, untilNanos - 500_000_000L);
            cluster.schedule.after(at, "fault", this::strike);
        }
    }

    /** The datacenters lose each other for a while, in the middle of it. */
    void beginSplit(long untilNanos) {
        long at = random.between(1_000_000_000L, untilNanos / 2);
        cluster.schedule.after(at, "split", () -> {
            struck++;
            cluster.network.splitDatacenters(true);
        });
        cluster.schedule.after(
                at + random.between(500_000_000L, untilNanos / 2),
                "join",
                () -> cluster.network.splitDatacenters(false));
    }

    /** One node after the other is away for longer than tombstones stay. */
    void beginAbsences(long untilNanos) {
        for (long at = random.between(8_000_000_000L, 20_000_000_000L);
                at < untilNanos - 25_000_000_000L;
                at += random.between(25_000_000_000L, 35_000_000_000L)) {
            cluster.schedule.after(at, "absence", () -> {
                struck++;
                kill(random.pick(nodes), random.chance(0.5), random.between(15_000_000_000L, 22_000_000_000L));
            });
        }
    }

    /** Blocks of one node's tables rot, and of another's when all of that is made good. */
    void beginDamage(long untilNanos, SimRandom random) {
        for (int i = 0; i < ROT_TRIES; i++) {
            cluster.schedule.after(random.between(500_000_000L, untilNanos), "rot", () -> rot(random));
        }
    }

    /** Clocks go wrong by up to a day, forward and back, while nodes run and between a stop and a start. */
    void beginFarSkews(long untilNanos, SimRandom random) {
        int skews = 3 + random.nextInt(6);
        for (int i = 0; i < skews; i++) {
            cluster.schedule.after(random.between(500_000_000L, untilNanos), "skew", () -> {
                SimNode node = random.pick(nodes);
                struck++;
                if (random.chance(0.5)) {
                    kill(node, random.chance(0.3), random.between(50_000_000L, 1_500_000_000L));
                }
                long by = random.chance(0.3) ? random.between(-5_000, 5_000) : random.between(-DAY_MILLIS, DAY_MILLIS);
                node.skewMillis = by;
                cluster.skewed();
            });
        }
    }

    /** In some runs a node hears of no versions for so long that dots which it has lent are given up. */
    void beginDeafness(long untilNanos, SimRandom random) {
        if (!random.chance(0.5)) {
            return;
        }
        for (int i = 0; i < 3; i++) {
            boolean arrives = random.chance(0.7);
            long lasts = random.between(3_200_000_000L, 6_000_000_000L);
            cluster.schedule.after(random.between(500_000_000L, untilNanos), "deaf", () -> {
                struck++;
                SimNode node = random.pick(nodes);
                HeldMessages held = HeldMessages.ofVersions(cluster.network, (from, to) -> to == node);
                cluster.schedule.after(lasts, "hears", arrives ? held::release : held::lose);
            });
        }
    }

    /** In some runs all that have some key are away at once; the others have nothing of it, or little. */
    void beginOutages(long untilNanos, SimRandom random) {
        if (!random.chance(0.3)) {
            return;
        }
        for (int i = 0; i < 2; i++) {
            cluster.schedule.after(random.between(500_000_000L, untilNanos), "outage", () -> {
                struck++;
                String key = random.pick(cluster.pinned());
                if (cluster.isRingKnown()) {
                    long lasts = random.between(500_000_000L, 4_000_000_000L);
                    cluster.replicasOf(key).forEach(node -> kill(node, false, lasts));
                }
            });
        }
    }

    /** In some runs nodes cannot read for a while what their memory does not have. */
    void beginFailingReads(long untilNanos, SimRandom random) {
        if (!random.chance(0.3)) {
            return;
        }
        for (int i = 0; i < FAILING_READS; i++) {
            cluster.schedule.after(random.between(500_000_000L, untilNanos), "reads fail", () -> {
                SimNode node = random.pick(nodes);
                node.readsFail = true;
                struck++;
                long lasts = random.between(50_000_000L, 5_000_000_000L);
                cluster.schedule.after(lasts, "reads work", () -> node.readsFail = false);
            });
        }
    }

    /** One node at a time comes back with an older copy of its directory, or without its store. */
    void beginLostPasts(long untilNanos, SimRandom random) {
        cluster.schedule.after(random.between(500_000_000L, untilNanos / 2), "copy", () -> losePast(random));
    }

    private void losePast(SimRandom random) {
        SimNode node = random.pick(nodes);
        if (!node.isServing() || !isWhole()) {
            cluster.schedule.after(100_000_000L, "copy", () -> losePast(random));
            return;
        }
        node.stop();
        SimNode.Copy copy = node.copy();
        node.start();
        boolean isCopy = random.chance(0.6);
        cluster.schedule.after(random.between(500_000_000L, 4_000_000_000L), "past", () -> {
            // What another node has lost by now may be what this one alone has.
            if (!node.isServing() || !isWhole()) {
                return;
            }
            struck++;
            pastsLost++;
            if (random.chance(0.5)) {
                node.stop();
            } else {
                node.kill();
            }
            if (isCopy) {
                node.putBack(copy);
            } else {
                node.loseStore();
            }
            restartLater(node, random.between(1_000_000L, 2_000_000_000L));
        });
    }

    /** A copy of one node's directory is started beside it, and is there for a while. */
    void beginCopies(long untilNanos, SimRandom random) {
        cluster.schedule.after(random.between(500_000_000L, untilNanos / 2), "copy", () -> startCopy(random));
    }

    private void startCopy(SimRandom random) {
        SimNode node = random.pick(nodes);
        if (!node.isServing() || !isWhole()) {
            cluster.schedule.after(100_000_000L, "copy", () -> startCopy(random));
            return;
        }
        node.stop();
        SimNode beside = node.beside(node.copy());
        node.start();
        // What another node has lost by now may be what these two alone have.
        cluster.schedule.after(random.between(0, 4_000_000_000L), "beside", () -> {
            if (!isWhole()) {
                return;
            }
            struck++;
            copiesStarted++;
            cluster.network.addCopy(beside);
            beside.start();
            if (random.chance(0.3)) {
                // Started anew beside it, the original is the one that comes second.
                kill(node, false, random.between(1_000_000L, 1_500_000_000L));
            }
            cluster.schedule.after(random.between(500_000_000L, 6_000_000_000L), "gone", () -> endCopy(beside));
        });
    }

    private void endCopy(SimNode beside) {
        if (beside.isRunning()) {
            beside.lose();
        }
        cluster.network.removeCopy(beside);
        cluster.network.linkChanged();
    }

    /** Everyone is there, and has all that it had. */
    private boolean isWhole() {
        return !cluster.isLossUnderWay()
                && cluster.network.copies().isEmpty()
                && nodes.stream()
                        .allMatch(node -> node.isLost || (node.isServing() && !node.isDamaged() && !node.isDoubted()));
    }

    private void rot(SimRandom random) {
        RecordKey first = cluster.storageKey(random.pick(cluster.keys()));
        List<SimNode> holders = nodes.stream()
                .filter(node -> !node.isLost && node.storage.look(first) != null)
                .toList();
        if (!isWhole() || holders.isEmpty()) {
            return;
        }
        // A block has many keys, of one partition mostly, and may have had some that nobody has now.
        List<RecordKey> block = cluster.keys().stream()
                .map(cluster::storageKey)
                .filter(key -> key.partition() == first.partition())
                .filter(key -> key.equals(first) || random.chance(0.7))
                .toList();
        SimNode node = random.pick(holders);
        boolean isHints = random.chance(0.3);
        SimNode holder = isHints ? random.pick(nodes) : node;
        if (holder.isLost || !holder.storage.damage(isHints ? hints(holder, block) : block)) {
            return;
        }
        rotten++;
        struck++;
        if (random.chance(0.5)) {
            alone(random.chance(0.5) ? holder : random.pick(nodes), random.between(50_000_000L, 2_000_000_000L));
        }
    }

    /** What it may hold of these keys for others. */
    private List<RecordKey> hints(SimNode node, List<RecordKey> block) {
        List<RecordKey> hints = new ArrayList<>();
        for (SimNode other : nodes) {
            for (RecordKey key : block) {
                hints.add(key.hint(other.id));
                hints.add(key.hint(DatacenterRecords.idOf(other.datacenter)));
            }
        }
        hints.removeIf(hint -> node.storage.look(hint) == null);
        return hints;
    }

    private void strike() {
        struck++;
        SimNode node = random.pick(nodes);
        long lasts = random.between(50_000_000L, 3_000_000_000L);
        switch (cluster.plan().trouble() == SimPlan.Trouble.KILLS
                ? KILLS + random.nextInt(4)
                : random.nextInt(KILLS + 4)) {
            case 0 -> kill(node, false, lasts);
            case 1 -> kill(node, true, lasts);
            case 2 -> split(lasts);
            case 3 -> oneWay(node, random.pick(nodes), lasts);
            case 4 -> alone(node, lasts);
            case 5 -> noise(lasts);
            case 6 -> stall(node, lasts);
            case 7 -> skew(node);
            case 8 -> stop(node, lasts);
            case 9 -> bridge(node, lasts);
            case 10 -> flap(node, 3 + random.nextInt(5));
            case 11 -> full(node, lasts);
            case KILLS -> pause(node, lasts);
            case KILLS + 1 -> bounce(node, 2 + random.nextInt(4));
            default -> bounceFirst(3 + random.nextInt(4));
        }
    }

    void kill(SimNode node, boolean power, long lasts) {
        if (!node.isRunning()) {
            return;
        }
        if (power) {
            node.powerLoss();
        } else {
            node.kill();
        }
        restartLater(node, lasts);
    }

    private void stop(SimNode node, long lasts) {
        if (node.isRunning()) {
            node.stop();
            restartLater(node, lasts);
        }
    }

    void restartLater(SimNode node, long lasts) {
        cluster.schedule.after(lasts, "restart", () -> {
            if (!node.isRunning()) {
                node.start();
            }
        });
    }

    /** The process stands still, and goes on as if nothing had been. */
    void pause(SimNode node, long lasts) {
        node.pause();
        cluster.schedule.after(lasts, "resume", node::resume);
    }

    /** One node is killed and started again and again, for moments: the others have hardly noticed when it is back. */
    private void bounce(SimNode node, int times) {
        kill(node, false, random.between(5_000_000, 900_000_000));
        if (times > 1) {
            long until = random.between(300_000_000, 1_500_000_000);
            cluster.schedule.after(until, "bounce", () -> bounce(node, times - 1));
        }
    }

    /** The node that runs the updates of some key. */
    private void bounceFirst(int times) {
        bounce(first(), times);
    }

    SimNode first() {
        return replicasOfHot().get(0);
    }

    /** Of some key that clients update; the first one runs its updates. */
    List<SimNode> replicasOfHot() {
        List<String> hot = cluster.values.inUse();
        boolean isKnown = cluster.members("").stream().anyMatch(SimNode::isServing) && !hot.isEmpty();
        return isKnown ? cluster.replicasOf(random.pick(hot)) : List.of(random.pick(nodes));
    }

    private void split(long lasts) {
        List<SimNode> left = new ArrayList<>();
        for (SimNode node : nodes) {
            if (random.chance(0.5)) {
                left.add(node);
            }
        }
        for (SimNode a : left) {
            for (SimNode b : nodes) {
                if (!left.contains(b)) {
                    cluster.network.cut(a, b);
                    cluster.network.cut(b, a);
                }
            }
        }
        healLater(lasts);
    }

    void oneWay(SimNode from, SimNode to, long lasts) {
        cluster.network.cut(from, to);
        healLater(lasts);
    }

    void alone(SimNode node, long lasts) {
        for (SimNode other : nodes) {
            cluster.network.cut(node, other);
            cluster.network.cut(other, node);
        }
        healLater(lasts);
    }

    /** Two halves that cannot hear each other, and one node that both hear. */
    private void bridge(SimNode between, long lasts) {
        List<SimNode> left = new ArrayList<>();
        for (SimNode node : nodes) {
            if (node != between && random.chance(0.5)) {
                left.add(node);
            }
        }
        for (SimNode a : left) {
            for (SimNode b : nodes) {
                if (b != between && !left.contains(b)) {
                    cluster.network.cut(a, b);
                    cluster.network.cut(b, a);
                }
            }
        }
        healLater(lasts);
    }

    /** One node's links come and go. */
    private void flap(SimNode node, int times) {
        alone(node, random.between(20_000_000L, 300_000_000L));
        if (times > 0) {
            cluster.schedule.after(random.between(300_000_000L, 700_000_000L), "flap", () -> flap(node, times - 1));
        }
    }

    void noise(long lasts) {
        cluster.network.lossRate = random.nextInt(31) / 100.0;
        cluster.network.doubleRate = random.nextInt(20) / 100.0;
        cluster.network.delayMaxNanos = random.between(2_000_000, 400_000_000);
        healLater(lasts);
    }

    private void healLater(long lasts) {
        cluster.schedule.after(lasts, "heal", cluster.network::heal);
    }

    void stall(SimNode node, long lasts) {
        node.stalled = true;
        cluster.schedule.after(lasts, "unstall", () -> node.stalled = false);
    }

    private void skew(SimNode node) {
        cluster.skewed();
        node.skewMillis = random.between(-2_000, 2_000);
    }

    private void full(SimNode node, long lasts) {
        node.storage.fail(random.chance(0.5) ? StoreFailure.FULL : StoreFailure.FAILED);
        cluster.schedule.after(lasts, "room", () -> node.storage.fail(null));
    }

    void heal() {
        List.copyOf(cluster.network.copies()).forEach(this::endCopy);
        cluster.network.heal();
        cluster.network.splitDatacenters(false);
        for (SimNode node : nodes) {
            node.stalled = false;
            node.readsFail = false;
            node.resume();
            node.storage.fail(null);
            if (!node.isRunning()) {
                node.start();
            }
        }
    }
}
