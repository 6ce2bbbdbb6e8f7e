package io.kindred.cluster.sim;

/** What goes wrong in a run: each kind of trouble draws numbers of its own, so that seeds without it stay what they were. */
final class SimTrouble {
    private static final long READ_SEED = 0x5265_6164_73L;
    private static final long ROT_SEED = 0x526f_7474_656eL;
    private static final long SKEW_SEED = 0x536b_6577_6564L;
    private static final long PAST_SEED = 0x5061_7374L;
    private static final long COPY_SEED = 0x636f7079;
    private static final long DEAF_SEED = 0x6465_6166L;
    private static final long OUTAGE_SEED = 0x6f75_74_6167_65L;
    private static final long LEAVER_SEED = 0x6c65_6176_6572L;
    private static final double COPY_CHANCE = 0.3;
    private static final double LEAVER_CHANCE = 0.5;

    private final SimCluster cluster;
    private final SimPlan plan;
    private final FaultPlan faults;
    private final long seed;

    SimTrouble(SimCluster cluster, FaultPlan faults, long seed) {
        this.cluster = cluster;
        this.plan = cluster.plan();
        this.faults = faults;
        this.seed = seed;
    }

    /** @param random whence those faults draw that there is one kind of in a run */
    void begin(SimRandom random) {
        switch (plan.trouble()) {
            case ANY, KILLS -> {
                faults.begin(plan.lastsNanos());
                if (plan.datacenters() > 1) {
                    faults.beginSplit(plan.lastsNanos());
                }
                if (cluster.reaps()) {
                    faults.beginAbsences(plan.lastsNanos());
                }
            }
            case FIRST_REPLICAS, SLOW_DISKS ->
                new FirstFaults(cluster, faults, random.split()).begin(plan.lastsNanos());
            case APART -> new ApartFaults(cluster, faults, random.split()).begin(plan.lastsNanos());
            case REWINDS -> new RewindFaults(cluster, faults, random.split()).begin(plan.lastsNanos());
            case HEIRS -> new HeirFaults(cluster, faults, random.split()).begin(plan.lastsNanos());
            default -> {}
        }
        // Each of its own numbers, so that seeds without it stay what they were.
        if (cluster.rots()) {
            faults.beginDamage(plan.lastsNanos(), new SimRandom(seed ^ ROT_SEED));
        }
        if (cluster.skewsFar()) {
            faults.beginFarSkews(plan.lastsNanos(), new SimRandom(~(seed ^ SKEW_SEED)));
        }
        if (plan.trouble() == SimPlan.Trouble.ANY) {
            faults.beginFailingReads(plan.lastsNanos(), new SimRandom(seed ^ READ_SEED));
            faults.beginDeafness(plan.lastsNanos(), new SimRandom(seed ^ DEAF_SEED));
            if (!cluster.pinned().isEmpty()) {
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
            cluster.leavers.begin(plan.lastsNanos());
        }
        if (cluster.splits()) {
            faults.beginSplit(plan.lastsNanos());
        }
    }
}
