package io.kindred.cluster.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.QuorumSpec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Two datacenters, 40 ms apart, with everything else that may go wrong, and with nothing else. */
class DatacenterSimulationTest {
    private static final int SEEDS = 60;
    private static final int QUIET_SEEDS = 5;

    @Test
    void invariantsHoldOverSeeds() {
        run(SeedRange.ofBuild(SEEDS));
    }

    @Test
    @Tag("long")
    void invariantsHoldOverManySeeds() {
        run(SeedRange.ofMany(1_000));
    }

    private static void run(SeedRange seeds) {
        LongAdder events = new LongAdder();
        LongAdder acknowledged = new LongAdder();
        LongAdder relayed = new LongAdder();
        seeds.run(SimRuns::runDatacenters, report -> {
            events.add(report.events());
            acknowledged.add(report.acknowledged());
            relayed.add(report.relayed());
        });
        System.out.println("simulated datacenters, " + seeds + ": " + events + " events, " + acknowledged
                + " acknowledged writes, " + relayed + " sent to another datacenter");
    }

    private static final long SECOND_NANOS = 1_000_000_000L;

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Operation set(String key) {
        return new Operation.Put(0, bytes(key), null, bytes("value of " + key), -1);
    }

    private static Operation append(String key) {
        return new Operation.Update(0, bytes(key), new byte[][] {bytes("APPEND"), bytes("x")});
    }

    /** The answer, or nothing after two seconds. */
    private static List<Outcome> answer(SimCluster cluster, SimNode node, Operation operation, boolean global) {
        List<Outcome> answers = new ArrayList<>();
        node.request(operation, QuorumSpec.DEFAULT.withScope(global), answers::add);
        cluster.runFor(2 * SECOND_NANOS);
        return answers;
    }

    /** There are nodes enough that could, but what they hold has not left their datacenter. */
    @Test
    void standInsDoNotCountForAllDatacenters() {
        SimCluster cluster = SimCluster.calmDatacenters(1, 8);
        cluster.network.splitDatacenters(true);
        cluster.runFor(15 * SECOND_NANOS);
        SimNode node = cluster.members("dc1").get(0);
        assertInstanceOf(
                Outcome.TryAgain.class, answer(cluster, node, set("k"), true).get(0));
        assertInstanceOf(
                Outcome.TryAgain.class,
                answer(cluster, node, new Operation.Get(0, bytes("k")), true).get(0));
        assertInstanceOf(
                Outcome.Written.class, answer(cluster, node, set("k"), false).get(0));
    }

    /** It is up for its neighbours, so they must not leave the exchange with the other datacenter to it alone. */
    @Test
    void oneNodeWithoutTheLongLinkKeepsNothingBack() {
        SimCluster cluster = SimCluster.calmDatacenters(1, 6);
        for (SimNode lonely : cluster.members("dc1").subList(0, 1)) {
            for (SimNode far : cluster.members("dc2")) {
                cluster.network.cut(lonely, far);
                cluster.network.cut(far, lonely);
            }
            cluster.runFor(15 * SECOND_NANOS);
            assertInstanceOf(
                    Outcome.Written.class,
                    answer(cluster, lonely, set("k"), false).get(0));
        }
        cluster.runFor(20 * SECOND_NANOS);
        for (SimNode far : cluster.members("dc2")) {
            assertFalse(cluster.checker.held(far, "k").isEmpty(), far.name + " has got nothing");
        }
    }

    @Test
    void localUpdatesDoNotWaitForGlobalOnes() {
        SimCluster cluster = SimCluster.calmDatacenters(1, 6);
        SimNode node = cluster.members("dc1").get(0);
        answer(cluster, node, set("k"), false);
        cluster.network.splitDatacenters(true);
        for (SimNode each : cluster.members("dc1")) {
            each.request(append("k"), QuorumSpec.DEFAULT.withScope(true), outcome -> {});
        }
        cluster.runFor(SECOND_NANOS / 50);
        assertInstanceOf(
                Outcome.Updated.class, answer(cluster, node, append("k"), false).get(0));
    }

    /** Both go on by themselves, and in the end both have everything. */
    @Test
    void datacentersThatLoseEachOtherServeOn() {
        for (long seed = 1; seed <= QUIET_SEEDS; seed++) {
            SimCluster.Report report = SimRuns.runQuietDatacenters(seed, true);
            assertEquals(0, report.refused(), () -> "requests failed: " + report);
            assertEquals(0, report.crossed(), () -> "requests waited for another datacenter: " + report);
        }
    }

    @Test
    void eachWriteGoesToTheOtherDatacenterOnce() {
        for (long seed = 1; seed <= QUIET_SEEDS; seed++) {
            SimCluster.Report report = SimRuns.runQuietDatacenters(seed, false);
            assertEquals(0, report.refused(), () -> "requests failed: " + report);
            assertEquals(0, report.crossed(), () -> "requests waited for another datacenter: " + report);
            // Deletes are writes as well, and no acknowledged ones here.
            assertTrue(report.relayed() >= report.acknowledged(), () -> "writes were not sent: " + report);
            assertTrue(report.relayed() <= report.acknowledged() * 1.3, () -> "writes were sent more often: " + report);
        }
    }
}
