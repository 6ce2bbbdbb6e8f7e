package io.kindred.cluster.sim;

import io.kindred.cluster.message.RequestMessage;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * What a key's new owners may never hear of: two of three have made updates while the first one was cut off. One of the two
 * loses its disk and is replaced. The other one leaves the ring, and is gone before it has given away what it has; later it
 * is there again. Which of that happens at all, and when, is chance.
 */
final class HeirFaults {
    private static final long MILLI = 1_000_000L;
    private static final long LOOK_NANOS = 5 * MILLI;
    private static final long RETRY_NANOS = 700 * MILLI;
    private static final long PATIENCE_NANOS = 2_000 * MILLI;
    private static final long LASTS_NANOS = 9_000 * MILLI;

    private final SimCluster cluster;
    private final FaultPlan faults;
    private final SimRandom random;

    HeirFaults(SimCluster cluster, FaultPlan faults, SimRandom random) {
        this.cluster = cluster;
        this.faults = faults;
        this.random = random;
    }

    void begin(long untilNanos) {
        for (long at = random.between(1_000 * MILLI, 3_000 * MILLI);
                at < untilNanos - LASTS_NANOS / 2;
                at += LASTS_NANOS) {
            cluster.schedule.after(at, "heirs", this::strike);
        }
    }

    private void strike() {
        List<SimNode> replicas = faults.replicasOfHot();
        boolean isWhole = cluster.network.nodes().stream()
                .allMatch(node -> node.isLost || (node.isServing() && node.partitionsMoving() == 0));
        if (!isWhole || replicas.size() < 3 || cluster.members("").size() < 5) {
            if (faults.struck == 0 && !cluster.isOver()) {
                cluster.schedule.after(RETRY_NANOS, "heirs", this::strike);
            }
            return;
        }
        faults.struck++;
        new Fate(replicas).begin();
    }

    private final class Fate {
        private final SimNode behind;
        private final SimNode leaves;
        private final SimNode lost;

        Fate(List<SimNode> replicas) {
            behind = replicas.get(0);
            leaves = replicas.get(1 + random.nextInt(2));
            lost = replicas.get(1) == leaves ? replicas.get(2) : replicas.get(1);
        }

        void begin() {
            faults.alone(behind, 10 * RETRY_NANOS);
            HeldMessages hints = new HeldMessages(
                    cluster.network,
                    (from, to, message) ->
                            message instanceof RequestMessage.Deltas replicate && replicate.intended() != 0);
            after(random.between(200 * MILLI, 1_000 * MILLI), () -> {
                hints.lose();
                loseOne();
            });
        }

        private void loseOne() {
            HeldMessages silence = HeldMessages.ofVersions(cluster.network, (from, to) -> from == leaves);
            lost.lose();
            cluster.network.heal();
            RingPlan.leaveNow(leaves);
            boolean isHeard = random.chance(0.9);
            long patient = cluster.schedule.nowNanos() + PATIENCE_NANOS;
            BooleanSupplier hasHeard = () -> behind.isRunning() && !behind.hasInRing(leaves);
            when(() -> !isHeard || hasHeard.getAsBoolean() || cluster.schedule.nowNanos() > patient, () -> {
                faults.kill(leaves, random.chance(0.3), random.between(3_000 * MILLI, 6_000 * MILLI));
                silence.lose();
                after(random.between(0, 1_000 * MILLI), () -> RingPlan.replaceByNew(cluster, lost, () -> {}));
            });
        }

        private void after(long nanos, Runnable what) {
            cluster.schedule.after(nanos, "heirs", what);
        }

        private void when(BooleanSupplier condition, Runnable what) {
            if (condition.getAsBoolean()) {
                what.run();
            } else {
                after(LOOK_NANOS, () -> when(condition, what));
            }
        }
    }
}
