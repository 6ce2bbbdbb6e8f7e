package io.kindred.cluster.sim;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Deletes, writes of what was deleted, and expiry, with tombstones that go after seconds and nodes that are away for
 * longer: nothing that was deleted comes back, and with everyone there nothing is left of it.
 */
class ReapingSimulationTest {
    private static final int SEEDS = 30;
    private static final int DATACENTER_SEEDS = 10;

    @Test
    void nothingDeletedComesBack() {
        run(SeedRange.ofBuild(SEEDS));
    }

    @Test
    void nothingDeletedComesBackFromAnotherDatacenter() {
        LongAdder reaped = new LongAdder();
        SeedRange.ofBuild(DATACENTER_SEEDS).run(SimRuns::runReapingDatacenters, report -> reaped.add(report.reaped()));
        assertTrue(reaped.sum() > 0, "nothing was reaped");
    }

    @Test
    @Tag("long")
    void nothingDeletedComesBackOverManySeeds() {
        run(SeedRange.ofMany(1_000));
    }

    /** A copy of a node that had left said that it owed something, in its name, and was gone. */
    @Test
    void aCopyOfALeaverMayLeaveAgain() {
        SimRuns.runReaping(135);
    }

    /** A copy was started from the directory of a node whose clock was ahead. */
    @Test
    void aCopyHasWhatItsOriginalHasCountedOut() {
        SimRuns.runReapingDatacenters(54);
    }

    /** Who was to be met had left and was through with it, and its disk was gone. */
    @Test
    void nobodyWaitsForWhoHasDeparted() {
        SimRuns.runReaping(1049);
    }

    private static void run(SeedRange seeds) {
        LongAdder reaped = new LongAdder();
        seeds.run(SimRuns::runReaping, report -> reaped.add(report.reaped()));
        assertTrue(reaped.sum() > seeds.last() - seeds.first(), () -> "only " + reaped + " containers were reaped");
        System.out.println("simulated reaping, " + seeds + ": " + reaped + " containers reaped");
    }
}
