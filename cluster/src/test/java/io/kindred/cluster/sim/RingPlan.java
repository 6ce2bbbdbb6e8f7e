package io.kindred.cluster.sim;

import io.kindred.cluster.core.ClusterAnswer;
import io.kindred.cluster.core.ClusterQuery;
import java.util.List;

/**
 * Changes of the ring at random times, while clients write and faults strike: nodes join, leave, take another weight, or
 * are lost with their disk and forgotten or replaced. Several may be under way at once, decided at different nodes; but a
 * disk is lost only when nothing else is on its way, and only where a write is at two nodes at least.
 */
final class RingPlan {
    private static final int MEMBERS_MIN = 4;
    private static final long RETRY_NANOS = 700_000_000L;

    private final SimCluster cluster;
    private final SimRandom random;
    private boolean isLossUnderWay;
    int made;

    RingPlan(SimCluster cluster, SimRandom random) {
        this.cluster = cluster;
        this.random = random;
    }

    /** Whether a disk was lost, and what it had is not yet at as many nodes as before. */
    boolean isLossUnderWay() {
        return isLossUnderWay;
    }

    void begin(int changes, long untilNanos) {
        for (int i = 0; i < changes; i++) {
            cluster.schedule.after(random.between(200_000_000L, untilNanos), "change", this::change);
        }
    }

    /** All of them within a moment, and none that is a fault itself: nobody restarts, and no disk is lost. */
    void beginCalm(int changes) {
        long at = random.between(200_000_000L, 2_000_000_000L);
        for (int i = 0; i < changes; i++) {
            cluster.schedule.after(at + random.between(0, 400_000_000L), "change", this::changeCalmly);
        }
    }

    private void changeCalmly() {
        made++;
        if (random.chance(0.6)) {
            cluster.addNode(cluster.plan().datacenter(made)).start();
        } else {
            leave(random.pick(cluster.network.nodes()));
        }
    }

    private void change() {
        made++;
        switch (random.nextInt(6)) {
            case 0, 1 -> cluster.addNode(cluster.plan().datacenter(made)).start();
            case 2, 3 -> leave(random.pick(cluster.network.nodes()));
            case 4 -> weigh(random.pick(cluster.network.nodes()));
            default -> lose(random.pick(cluster.network.nodes()));
        }
    }

    /** Those of the datacenter of this node. */
    private List<SimNode> members(SimNode near) {
        return cluster.network.nodes().stream()
                .filter(node -> node.isMember() && SimNetwork.isNear(node, near))
                .toList();
    }

    private void leave(SimNode node) {
        if (node.isServing() && node.isMember() && members(node).size() >= MEMBERS_MIN) {
            leaveNow(node);
        }
    }

    static void leaveNow(SimNode node) {
        node.ask(new ClusterQuery.Leave(), answer -> node.hasLeft |= answer instanceof ClusterAnswer.Decided);
    }

    private void weigh(SimNode node) {
        node.weight = random.pick(List.of(0.5, 1.0, 1.5, 2.0));
        if (node.isRunning()) {
            node.stop();
            cluster.schedule.after(100_000_000L, "restart", () -> {
                if (!node.isRunning()) {
                    node.start();
                }
            });
        }
    }

    private void lose(SimNode node) {
        boolean isWhole = cluster.network.nodes().stream()
                .allMatch(other -> other.isLost
                        || (other.isServing()
                                && other.partitionsMoving() == 0
                                && other.hintsHeld() == 0
                                && !other.isDamaged()));
        if (isLossUnderWay
                || !isWhole
                || !cluster.network.copies().isEmpty()
                || !node.isMember()
                || members(node).size() < MEMBERS_MIN
                || cluster.plan().writeQuorum() == 1) {
            return;
        }
        isLossUnderWay = true;
        node.lose();
        long after = random.between(0, 2_000_000_000L);
        if (random.chance(0.5)) {
            cluster.schedule.after(after, "forget", () -> forget(node));
        } else {
            cluster.schedule.after(after, "replace", () -> replaceByNew(cluster, node, () -> isLossUnderWay = false));
        }
    }

    private void forget(SimNode lost) {
        SimNode by = random.pick(cluster.network.nodes());
        if (by.isServing() && !by.hasInRing(lost)) {
            isLossUnderWay = false;
            return;
        }
        if (by.isServing()) {
            by.ask(new ClusterQuery.Forget(lost.name), answer -> {});
        }
        cluster.schedule.after(RETRY_NANOS, "forget", () -> forget(lost));
    }

    /** A node of its own comes in place of one whose disk is lost: it asks until the ring has it. */
    static void replaceByNew(SimCluster cluster, SimNode lost, Runnable done) {
        SimNode heir = cluster.addNode(lost.datacenter);
        heir.start();
        replace(cluster, heir, lost, done);
    }

    private static void replace(SimCluster cluster, SimNode heir, SimNode lost, Runnable done) {
        if (heir.isServing() && heir.hasInRing(heir) && !heir.hasInRing(lost)) {
            done.run();
            return;
        }
        if (heir.isRunning()) {
            heir.ask(new ClusterQuery.Replace(lost.name), answer -> {});
        }
        cluster.schedule.after(RETRY_NANOS, "replace", () -> replace(cluster, heir, lost, done));
    }
}
