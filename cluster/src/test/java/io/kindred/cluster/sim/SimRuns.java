package io.kindred.cluster.sim;

/** The kinds of runs that there are, each from its seed to its end. */
public final class SimRuns {
    private SimRuns() {}

    /** Runs a seed to its end; throws a {@link SimViolation} that names the seed where an invariant is broken. */
    public static SimCluster.Report run(long seed) {
        SimRandom random = new SimRandom(seed);
        return run(seed, SimPlan.draw(random), random);
    }

    public static SimCluster.Report run(long seed, SimPlan plan) {
        return run(seed, plan, new SimRandom(seed));
    }

    /** Tombstones go after seconds, and nodes are away for longer than that. */
    public static SimCluster.Report runReaping(long seed) {
        SimRandom random = new SimRandom(seed);
        return run(seed, SimPlan.drawReaping(random), random, true, false);
    }

    /** Nothing but updates, and what goes wrong with those who run them. */
    static SimCluster.Report runFirstReplicas(long seed) {
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
    static SimCluster.Report runGroups(long seed) {
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
    static SimCluster.Report runGroupsInAnyTrouble(long seed) {
        SimRandom random = new SimRandom(seed);
        return runGroups(seed, SimPlan.draw(random), random);
    }

    /** As {@link #runDatacenters}, with updates of several keys at once. */
    static SimCluster.Report runGroupsInDatacenters(long seed) {
        SimRandom random = new SimRandom(seed);
        return runGroups(seed, SimPlan.drawDatacenters(random), random);
    }

    private static SimCluster.Report runGroups(long seed, SimPlan plan, SimRandom random) {
        SimCluster cluster = new SimCluster(seed, plan, random, false, false);
        cluster.giveTellers();
        return cluster.runToEnd();
    }

    /** As {@link #runReaping}, in two datacenters that lose each other as well. */
    public static SimCluster.Report runReapingDatacenters(long seed) {
        SimRandom random = new SimRandom(seed);
        return run(seed, SimPlan.drawReapingDatacenters(random), random, true, false);
    }

    /** No fault, but a ring that changes in several ways at once. */
    static SimCluster.Report runCalmChanges(long seed) {
        SimRandom random = new SimRandom(seed);
        return run(seed, SimPlan.drawCalmChanges(random), random);
    }

    /** Two datacenters with all faults. */
    static SimCluster.Report runDatacenters(long seed) {
        SimRandom random = new SimRandom(seed);
        return run(seed, SimPlan.drawDatacenters(random), random);
    }

    /** Two datacenters, and no fault but that they lose each other for a while, or none at all. */
    static SimCluster.Report runQuietDatacenters(long seed, boolean split) {
        SimRandom random = new SimRandom(seed);
        return run(seed, SimPlan.drawDatacenters(random).withoutFaults(), random, false, split);
    }

    private static SimCluster.Report run(long seed, SimPlan plan, SimRandom random) {
        return run(seed, plan, random, false, false);
    }

    private static SimCluster.Report run(long seed, SimPlan plan, SimRandom random, boolean reaps, boolean splits) {
        return new SimCluster(seed, plan, random, reaps, splits).runToEnd();
    }
}
