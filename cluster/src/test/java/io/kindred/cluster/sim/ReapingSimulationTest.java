package io.kindred.cluster.sim;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Deletes, writes of what was deleted, and expiry, with tombstones that go after seconds and nodes that are away for
 * longer: nothing that was deleted comes back, and with everyone there nothing is left of it.
 */
class ReapingSimulationTest {
    private static final int SEEDS = 30;
    private static final int DATACENTER_SEEDS = 10;

    /** {@code -Dkindred.sim.seed=n} runs one seed, {@code -Dkindred.sim.seeds=n} that many. */
    @Test
    void nothingDeletedComesBack() {
        Long only = Long.getLong("kindred.sim.seed");
        long first = only == null ? 1 : only;
        runSeeds(first, only == null ? Integer.getInteger("kindred.sim.seeds", SEEDS) : only);
    }

    @Test
    void nothingDeletedComesBackFromAnotherDatacenter() {
        Long only = Long.getLong("kindred.sim.seed");
        long last = only == null ? Integer.getInteger("kindred.sim.seeds", DATACENTER_SEEDS) : only;
        long reaped = 0;
        for (long seed = only == null ? 1 : only; seed <= last; seed++) {
            reaped += SimCluster.runReapingDatacenters(seed).reaped();
        }
        assertTrue(reaped > 0, "nothing was reaped");
    }

    @Test
    @Tag("long")
    void nothingDeletedComesBackOverManySeeds() {
        runSeeds(1_000, 1_000 + Integer.getInteger("kindred.sim.seeds", 1_000));
    }

    private static void runSeeds(long first, long last) {
        long reaped = 0;
        for (long seed = first; seed <= last; seed++) {
            SimCluster.Report report = SimCluster.runReaping(seed);
            reaped += report.reaped();
        }
        long total = reaped;
        assertTrue(total > last - first, () -> "only " + total + " containers were reaped");
        System.out.println("simulated reaping, seeds " + first + " to " + last + ": " + reaped + " containers reaped");
    }
}
