package io.kindred.cluster.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.core.ClusterAnswer;
import io.kindred.cluster.core.ClusterQuery;
import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.QuorumSpec;
import io.kindred.cluster.message.RequestMessage;
import io.kindred.cluster.version.Versions;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Nodes that come back with the records of an earlier life, while the ring has gone on or stands in a change. */
class RestartSimulationTest {
    private static final int SEEDS = 10;
    private static final int KEYS = 8;
    private static final long MILLI_NANOS = 1_000_000L;
    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final QuorumSpec STRICT = new QuorumSpec(0, 0, 2, 2);
    private static final QuorumSpec WRITE_ALL_READ_ONE = new QuorumSpec(1, 3, 1, 3);

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Operation set(String key) {
        return new Operation.Put(0, bytes(key), null, bytes("value of " + key), -1);
    }

    private static Operation get(String key) {
        return new Operation.Get(0, bytes(key));
    }

    private static Operation delete(String key) {
        return new Operation.Update(0, bytes(key), new byte[][] {bytes("DEL")});
    }

    private static Outcome answer(SimCluster cluster, SimNode node, Operation operation) {
        return answer(cluster, node, operation, STRICT);
    }

    /** The answer within two seconds. */
    private static Outcome answer(SimCluster cluster, SimNode node, Operation operation, QuorumSpec quorum) {
        List<Outcome> answers = new ArrayList<>();
        node.request(operation, quorum, answers::add);
        cluster.runFor(2 * SECOND_NANOS);
        assertEquals(1, answers.size());
        return answers.get(0);
    }

    private static void decide(SimCluster cluster, SimNode node, ClusterQuery query) {
        List<ClusterAnswer> answers = new ArrayList<>();
        node.ask(query, answers::add);
        cluster.runFor(SECOND_NANOS);
        assertEquals(List.of(new ClusterAnswer.Decided()), answers);
    }

    // --- after the others have given it up ---

    /** The last node is away; the others forget it, delete what it has, and reap that. */
    private static void forgetTheLast(SimCluster cluster, SimNode last) {
        cluster.runFor(20 * SECOND_NANOS);
        decide(cluster, cluster.node(0), new ClusterQuery.Forget(last.name));
        cluster.runFor(20 * SECOND_NANOS);
        for (int i = 0; i < KEYS; i++) {
            assertInstanceOf(Outcome.Updated.class, answer(cluster, cluster.node(0), delete("k" + i)));
        }
        cluster.runFor(60 * SECOND_NANOS);
        assertNothingIsThere(cluster, last);
        assertTrue(cluster.checker.containersReaped > 0);
    }

    private static SimCluster written(long seed) {
        SimCluster cluster = SimCluster.calm(seed, 4, true);
        for (int i = 0; i < KEYS; i++) {
            assertInstanceOf(Outcome.Written.class, answer(cluster, cluster.node(0), set("k" + i)));
        }
        cluster.runFor(5 * SECOND_NANOS);
        return cluster;
    }

    private static void assertNothingIsThere(SimCluster cluster, SimNode but) {
        for (SimNode node : cluster.network.nodes()) {
            for (int i = 0; i < KEYS && node != but; i++) {
                assertTrue(cluster.checker.held(node, "k" + i).isEmpty(), node.name + " has k" + i);
            }
        }
    }

    /** As clients do that have found it up, from its first moment on. The history checker watches what is written. */
    private static void readAllTheTime(SimCluster cluster, SimNode node, QuorumSpec quorum, List<Outcome> answers) {
        for (int i = 0; i < 800; i++) {
            if (node.isServing()) {
                node.request(get("k" + i % KEYS), quorum, answers::add);
            }
            cluster.runFor(MILLI_NANOS);
        }
        cluster.runFor(5 * SECOND_NANOS);
    }

    private static void assertNoneFoundAnything(List<Outcome> answers) {
        for (Outcome answer : answers) {
            if (answer instanceof Outcome.Found found) {
                assertTrue(found.versions().isEmpty(), () -> "deleted and reaped, and read again: " + found);
            }
        }
    }

    /** With a quorum of one it would answer for itself. */
    @Test
    void aForgottenNodeThatStartsServesNobody() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            SimCluster cluster = written(seed);
            SimNode forgotten = cluster.node(3);
            forgotten.kill();
            forgetTheLast(cluster, forgotten);
            forgotten.start();
            List<Outcome> answers = new ArrayList<>();
            readAllTheTime(cluster, forgotten, WRITE_ALL_READ_ONE, answers);
            assertNoneFoundAnything(answers);
            assertNothingIsThere(cluster, forgotten);
            assertFalse(cluster.node(0).hasInRing(forgotten));
            assertFalse(forgotten.isServing());
        }
    }

    /** It serves by itself, as far as it can, and is asked when it is connected again and has not heard of it yet. */
    @Test
    void whatAForgottenNodeStillHasDoesNotComeBackByItsRepairs() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            SimCluster cluster = written(seed);
            SimNode forgotten = cluster.node(3);
            for (SimNode other : cluster.network.nodes().subList(0, 3)) {
                cluster.network.cut(forgotten, other);
                cluster.network.cut(other, forgotten);
            }
            forgotten.kill();
            forgetTheLast(cluster, forgotten);
            forgotten.start();
            cluster.runFor(1_500 * MILLI_NANOS);
            assertTrue(forgotten.isServing());
            cluster.network.heal();
            List<Outcome> answers = new ArrayList<>();
            readAllTheTime(cluster, forgotten, STRICT, answers);
            assertFalse(answers.isEmpty());
            assertNoneFoundAnything(answers);
            assertNothingIsThere(cluster, forgotten);
            assertInstanceOf(Outcome.Refused.class, answer(cluster, forgotten, get("k0")));
        }
    }

    @Test
    void noRepairOfAForgottenNodeIsTaken() {
        SimCluster cluster = written(1);
        SimNode forgotten = cluster.node(3);
        forgotten.kill();
        forgetTheLast(cluster, forgotten);
        for (int i = 0; i < KEYS; i++) {
            Versions old = cluster.checker.held(forgotten, "k" + i);
            for (SimNode node : cluster.network.nodes().subList(0, 3)) {
                node.receive(forgotten, new RequestMessage.Deltas(0, cluster.storageKey("k" + i), old, 0));
            }
        }
        cluster.runFor(SECOND_NANOS);
        assertNothingIsThere(cluster, forgotten);
    }

    @Test
    void aForgottenNodeDoesNotComeBackInAnotherZone() {
        SimCluster cluster = written(1);
        SimNode forgotten = cluster.node(3);
        forgotten.kill();
        forgetTheLast(cluster, forgotten);
        forgotten.zone = "elsewhere";
        forgotten.start();
        cluster.runFor(10 * SECOND_NANOS);
        assertFalse(cluster.node(0).hasInRing(forgotten));
        assertFalse(forgotten.hasInRing(forgotten));
        for (int i = 0; i < KEYS; i++) {
            Outcome.Found found = assertInstanceOf(Outcome.Found.class, answer(cluster, cluster.node(0), get("k" + i)));
            assertTrue(found.versions().isEmpty(), () -> "deleted and reaped, and read again: " + found);
        }
        assertNothingIsThere(cluster, forgotten);
    }

    @Test
    void aMemberThatStartsInAnotherZoneOrWithAnotherWeightSaysSo() {
        SimCluster cluster = SimCluster.calm(1, 4, false);
        SimNode node = cluster.node(3);
        node.kill();
        node.zone = "elsewhere";
        node.start();
        cluster.runFor(2 * SECOND_NANOS);
        assertEquals(node.id, cluster.node(0).newestRecord().subject());
        assertEquals("elsewhere", cluster.node(0).newestRecord().zone());
        cluster.network.nodes().forEach(SimNode::stop);
        node.weight = 2.0;
        cluster.network.nodes().forEach(SimNode::start);
        cluster.runFor(2 * SECOND_NANOS);
        assertEquals(node.id, cluster.node(0).newestRecord().subject());
        assertEquals(2.0, cluster.node(0).newestRecord().weight());
    }

    /** There is nobody whom it could ask. */
    @Test
    void theOnlyMemberThatStartsWithAnotherWeightSaysSo() {
        SimCluster cluster = SimCluster.calm(1, 1, false);
        SimNode node = cluster.node(0);
        node.stop();
        node.weight = 2.0;
        node.start();
        assertTrue(node.isServing());
        cluster.runFor(SECOND_NANOS);
        assertEquals(2.0, node.newestRecord().weight());
    }

    // --- how long a start takes ---

    @Test
    void aNodeServesAsSoonAsItHasHeardAnotherOne() {
        SimCluster cluster = SimCluster.calm(1, 3, false);
        SimNode node = cluster.node(2);
        node.kill();
        cluster.runFor(5 * SECOND_NANOS);
        node.start();
        cluster.runFor(50 * MILLI_NANOS);
        assertTrue(node.isServing());
        cluster.network.nodes().forEach(SimNode::kill);
        cluster.runFor(5 * SECOND_NANOS);
        cluster.network.nodes().forEach(SimNode::start);
        cluster.runFor(50 * MILLI_NANOS);
        assertTrue(cluster.network.nodes().stream().allMatch(SimNode::isServing));
    }

    @Test
    void aNodeServesWhereNobodyElseIsUp() {
        SimCluster cluster = SimCluster.calm(1, 3, false);
        cluster.network.nodes().forEach(SimNode::kill);
        cluster.node(2).start();
        cluster.runFor(1_100 * MILLI_NANOS);
        assertTrue(cluster.node(2).isServing());
    }

    // --- in the midst of a change ---

    /** Of three nodes one has missed writes. A fourth joins, and after a power failure those two alone are there. */
    @Test
    void whoRestartsWhileItJoinsWaitsForAsManyHoldersAsBefore() {
        SimCluster cluster = SimCluster.calm(1, 3, false);
        SimNode behind = cluster.node(0);
        for (SimNode other : cluster.network.nodes().subList(1, 3)) {
            cluster.network.cut(behind, other);
            cluster.network.cut(other, behind);
        }
        cluster.runFor(10 * SECOND_NANOS);
        for (int i = 0; i < KEYS; i++) {
            assertInstanceOf(Outcome.Written.class, answer(cluster, cluster.node(1), set("k" + i)));
        }
        SimNode newcomer = cluster.addNode("");
        newcomer.start();
        for (int i = 0; i < 400 && !newcomer.hasInRing(newcomer); i++) {
            cluster.runFor(10 * MILLI_NANOS);
        }
        cluster.runFor(SECOND_NANOS / 2);
        cluster.network.nodes().forEach(SimNode::kill);
        cluster.network.heal();
        behind.start();
        newcomer.start();
        cluster.runFor(20 * SECOND_NANOS);
        for (int i = 0; i < KEYS; i++) {
            if (answer(cluster, behind, get("k" + i)) instanceof Outcome.Found found) {
                assertFalse(found.versions().isEmpty(), "acknowledged by two, and not found by two: k" + i);
            }
        }
        cluster.node(1).start();
        cluster.node(2).start();
        for (int second = 0; second < 60 && cluster.isMoving(); second++) {
            cluster.runFor(SECOND_NANOS);
        }
        assertTrue(newcomer.isServing());
        for (int i = 0; i < KEYS; i++) {
            Outcome.Found found = assertInstanceOf(Outcome.Found.class, answer(cluster, newcomer, get("k" + i)));
            assertEquals(1, found.versions().valueCount());
        }
    }

    /** Two newcomers are all that is up of their datacenter; the other one has not got what was written here. */
    @Test
    void whoRestartsWhileItJoinsDoesNotTakeAnotherDatacenterForItsOwn() {
        SimCluster cluster = SimCluster.calmDatacenters(1, 6);
        List<SimNode> old = cluster.members("dc1");
        cluster.network.splitDatacenters(true);
        cluster.runFor(15 * SECOND_NANOS);
        for (int i = 0; i < KEYS; i++) {
            assertInstanceOf(Outcome.Written.class, answer(cluster, old.get(0), set("k" + i), WRITE_ALL_READ_ONE));
        }
        List<SimNode> newcomers = List.of(cluster.addNode("dc1"), cluster.addNode("dc1"));
        newcomers.forEach(SimNode::start);
        for (int i = 0; i < 400 && !newcomers.stream().allMatch(node -> node.hasInRing(node)); i++) {
            cluster.runFor(10 * MILLI_NANOS);
        }
        cluster.members("dc1").forEach(SimNode::kill);
        cluster.network.splitDatacenters(false);
        newcomers.forEach(SimNode::start);
        cluster.runFor(30 * SECOND_NANOS);
        for (int i = 0; i < KEYS; i++) {
            Outcome outcome = answer(cluster, newcomers.get(0), get("k" + i), WRITE_ALL_READ_ONE);
            if (outcome instanceof Outcome.Found found) {
                assertFalse(found.versions().isEmpty(), "acknowledged by all, and not found by one: k" + i);
            }
        }
        old.forEach(SimNode::start);
        for (int second = 0; second < 60 && cluster.isMoving(); second++) {
            cluster.runFor(SECOND_NANOS);
        }
        for (int i = 0; i < KEYS; i++) {
            Outcome.Found found =
                    assertInstanceOf(Outcome.Found.class, answer(cluster, newcomers.get(0), get("k" + i)));
            assertEquals(1, found.versions().valueCount());
        }
    }
}
