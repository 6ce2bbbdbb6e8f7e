package io.kindred.cluster.sim;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Updates of several keys at once beside those of single keys, while those who run them are killed, cut off, stopped and slowed,
 * and in all that {@link SimulationTest} and {@link DatacenterSimulationTest} have. {@link Accounts} judges them.
 */
class GroupSimulationTest {
    private static final int SEEDS = 60;
    private static final int ANY_SEEDS = 30;
    private static final int DATACENTER_SEEDS = 15;

    @Test
    void groupsAreMadeAtOnceOverSeeds() {
        run("groups", SeedRange.ofBuild(SEEDS), SimRuns::runGroups);
    }

    @Test
    void groupsAreMadeAtOnceInAnyTrouble() {
        run("groups in any trouble", SeedRange.ofBuild(ANY_SEEDS), SimRuns::runGroupsInAnyTrouble);
    }

    @Test
    void groupsAreMadeAtOnceInEachDatacenter() {
        run("groups in datacenters", SeedRange.ofBuild(DATACENTER_SEEDS), SimRuns::runGroupsInDatacenters);
    }

    @Test
    @Tag("long")
    void groupsAreMadeAtOnceOverManySeeds() {
        run("groups", SeedRange.ofMany(2_000), SimRuns::runGroups);
        run("groups in any trouble", SeedRange.ofMany(1_000), SimRuns::runGroupsInAnyTrouble);
        run("groups in datacenters", SeedRange.ofMany(500), SimRuns::runGroupsInDatacenters);
    }

    private static void run(String what, SeedRange seeds, LongFunction<SimCluster.Report> simulation) {
        LongAdder events = new LongAdder();
        LongAdder groups = new LongAdder();
        LongAdder halves = new LongAdder();
        seeds.run(simulation, report -> {
            assertTrue(report.groups() > 0, () -> "no group was acknowledged: " + report);
            events.add(report.events());
            groups.add(report.groups());
            halves.add(report.halves());
        });
        System.out.println(
                "simulated " + what + ", " + seeds + ": " + events + " events, " + groups + " acknowledged groups, "
                        + halves + " that W never had, of which one part was seen without the other");
    }
}
