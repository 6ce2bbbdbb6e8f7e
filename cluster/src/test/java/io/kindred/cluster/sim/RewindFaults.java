package io.kindred.cluster.sim;

/**
 * Whoever runs the updates of some key is started, and a moment later is back at the directory that it had when it started:
 * a copy that was made of it then has been put in its place. It knows nothing of the terms that it has claimed since, and
 * what it has written under them arrives late.
 */
final class RewindFaults {
    private static final long MILLI = 1_000_000L;

    private final SimCluster cluster;
    private final FaultPlan faults;
    private final SimRandom random;

    RewindFaults(SimCluster cluster, FaultPlan faults, SimRandom random) {
        this.cluster = cluster;
        this.faults = faults;
        this.random = random;
    }

    void begin(long untilNanos) {
        for (long at = 500 * MILLI; at < untilNanos - 1_000 * MILLI; at += random.between(500 * MILLI, 900 * MILLI)) {
            cluster.schedule.after(at, "rewind", this::strike);
        }
    }

    private void strike() {
        SimNode node = faults.first();
        if (!node.isRunning()) {
            return;
        }
        faults.struck++;
        node.kill();
        after(random.between(5 * MILLI, 100 * MILLI), () -> {
            node.start();
            SimNode.Copy copy = node.copy();
            after(random.between(10 * MILLI, 200 * MILLI), () -> {
                HeldMessages late = HeldMessages.ofVersions(cluster.network, (from, to) -> from == node);
                after(random.between(0, 40 * MILLI), () -> rewind(node, copy));
                after(random.between(100 * MILLI, 400 * MILLI), late::release);
            });
        });
    }

    /** What it has granted to others it must not forget: nobody could make up for that. */
    private void rewind(SimNode node, SimNode.Copy copy) {
        if (node.isRunning() && node.hasGrantedNothingSince(copy)) {
            node.rewind(copy);
            faults.restartLater(node, random.between(MILLI, 20 * MILLI));
        }
    }

    private void after(long nanos, Runnable what) {
        cluster.schedule.after(nanos, "rewind", what);
    }
}
