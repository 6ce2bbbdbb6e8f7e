package io.kindred.cluster.sim;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Updates of few keys from all sides, while those who run them are killed, cut off, stopped and slowed again and again. */
class FirstReplicaSimulationTest {
    private static final int SEEDS = 200;
    private static final int FAULTS_MIN = 12;

    @Test
    void updatesAreExactOverSeeds() {
        run(SeedRange.ofBuild(SEEDS));
    }

    @Test
    @Tag("long")
    void updatesAreExactOverManySeeds() {
        run(SeedRange.ofMany(2_000));
    }

    private static void run(SeedRange seeds) {
        LongAdder events = new LongAdder();
        LongAdder faults = new LongAdder();
        seeds.run(SimRuns::runFirstReplicas, report -> {
            // What HeirFaults does to a cluster is one long story.
            boolean isStory = report.plan().trouble() == SimPlan.Trouble.HEIRS;
            assertTrue(report.faults() >= (isStory ? 1 : FAULTS_MIN), () -> "too quiet a run: " + report);
            events.add(report.events());
            faults.add(report.faults());
        });
        System.out.println("simulated first replicas, " + seeds + ": " + events + " events, " + faults + " faults");
    }
}
