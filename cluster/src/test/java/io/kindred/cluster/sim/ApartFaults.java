package io.kindred.cluster.sim;

import java.util.List;

/**
 * Whoever runs the updates of some key, and one that has nothing of it, do not reach each other till the next time; nothing
 * else goes wrong. {@link TermWatch} looks on.
 */
final class ApartFaults {
    private static final long MILLI = 1_000_000L;

    private final SimCluster cluster;
    private final FaultPlan faults;
    private final SimRandom random;

    ApartFaults(SimCluster cluster, FaultPlan faults, SimRandom random) {
        this.cluster = cluster;
        this.faults = faults;
        this.random = random;
    }

    void begin(long untilNanos) {
        for (long at = 500 * MILLI; at < untilNanos - 500 * MILLI; at += random.between(800 * MILLI, 2_000 * MILLI)) {
            cluster.schedule.after(at, "apart", this::strike);
        }
    }

    private void strike() {
        faults.struck++;
        List<SimNode> replicas = faults.replicasOfHot();
        List<SimNode> strangers = cluster.network.nodes().stream()
                .filter(node -> !replicas.contains(node))
                .toList();
        SimNode asker = random.pick(strangers);
        SimNode first = replicas.get(0);
        cluster.network.heal();
        cluster.network.cut(asker, first);
        cluster.network.cut(first, asker);
        cluster.terms.begin(asker, first);
    }
}
