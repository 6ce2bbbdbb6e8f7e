package io.kindred.cluster.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class SimulationTest {
    private static final int SEEDS = 200;
    private static final long EVENTS_MIN = 5_000;
    private static final int FAULTS_MIN = 3;

    /** {@code -Dkindred.sim.seed=n} runs one seed, {@code -Dkindred.sim.seeds=n} that many. */
    @Test
    void invariantsHoldOverSeeds() {
        Long only = Long.getLong("kindred.sim.seed");
        long first = only == null ? 1 : only;
        long last = only == null ? Integer.getInteger("kindred.sim.seeds", SEEDS) : only;
        runSeeds(first, last);
    }

    @Test
    @Tag("long")
    void invariantsHoldOverManySeeds() {
        runSeeds(1_000, 1_000 + Integer.getInteger("kindred.sim.seeds", 2_000));
    }

    private static void runSeeds(long first, long last) {
        long events = 0;
        long acknowledged = 0;
        long siblings = 0;
        for (long seed = first; seed <= last; seed++) {
            SimCluster.Report report = SimCluster.run(seed);
            assertTrue(report.events() >= EVENTS_MIN, () -> "too small a run: " + report);
            assertTrue(report.faults() >= FAULTS_MIN, () -> "too quiet a run: " + report);
            events += report.events();
            acknowledged += report.acknowledged();
            siblings += report.siblings();
        }
        System.out.println("simulated seeds " + first + " to " + last + ": " + events + " events, " + acknowledged
                + " acknowledged writes, " + siblings + " containers with siblings written");
    }

    /** Nothing but the node's own disk is waited for there, and not past the deadline either. */
    @Test
    void invariantsHoldOnOneNodeAlone() {
        for (long seed = 1; seed <= 10; seed++) {
            SimCluster.run(seed, new SimPlan(1, 5, 4, 0, 0, true, true, false, 0, 0.1, 1 << 20, 12_000_000_000L, 1));
        }
    }

    @Test
    void theSameSeedGivesTheSameRun() {
        SimCluster.Report once = SimCluster.run(7);
        SimCluster.Report again = SimCluster.run(7);
        assertEquals(once, again);
        assertNotEquals(once.trace(), SimCluster.run(8).trace());
    }
}
