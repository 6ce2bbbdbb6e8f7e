package io.kindred.cluster.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Two datacenters, 40 ms apart, with everything else that may go wrong, and with nothing else. */
class DatacenterSimulationTest {
    private static final int SEEDS = 60;
    private static final int QUIET_SEEDS = 5;

    /** {@code -Dkindred.sim.seed=n} runs one seed, {@code -Dkindred.sim.seeds=n} that many. */
    @Test
    void invariantsHoldOverSeeds() {
        Long only = Long.getLong("kindred.sim.seed");
        runSeeds(only == null ? 1 : only, only == null ? Integer.getInteger("kindred.sim.seeds", SEEDS) : only);
    }

    @Test
    @Tag("long")
    void invariantsHoldOverManySeeds() {
        runSeeds(1_000, 1_000 + Integer.getInteger("kindred.sim.seeds", 1_000));
    }

    private static void runSeeds(long first, long last) {
        long events = 0;
        long acknowledged = 0;
        long relayed = 0;
        for (long seed = first; seed <= last; seed++) {
            SimCluster.Report report = SimCluster.runDatacenters(seed);
            events += report.events();
            acknowledged += report.acknowledged();
            relayed += report.relayed();
        }
        System.out.println("simulated datacenters, seeds " + first + " to " + last + ": " + events + " events, "
                + acknowledged + " acknowledged writes, " + relayed + " sent to another datacenter");
    }

    /** Both go on by themselves, and in the end both have everything. */
    @Test
    void datacentersThatLoseEachOtherServeOn() {
        for (long seed = 1; seed <= QUIET_SEEDS; seed++) {
            SimCluster.Report report = SimCluster.runQuietDatacenters(seed, true);
            assertEquals(0, report.refused(), () -> "requests failed: " + report);
            assertEquals(0, report.crossed(), () -> "requests waited for another datacenter: " + report);
        }
    }

    @Test
    void eachWriteGoesToTheOtherDatacenterOnce() {
        for (long seed = 1; seed <= QUIET_SEEDS; seed++) {
            SimCluster.Report report = SimCluster.runQuietDatacenters(seed, false);
            assertEquals(0, report.refused(), () -> "requests failed: " + report);
            assertEquals(0, report.crossed(), () -> "requests waited for another datacenter: " + report);
            // Deletes are writes as well, and no acknowledged ones here.
            assertTrue(report.relayed() >= report.acknowledged(), () -> "writes were not sent: " + report);
            assertTrue(report.relayed() <= report.acknowledged() * 1.3, () -> "writes were sent more often: " + report);
        }
    }
}
