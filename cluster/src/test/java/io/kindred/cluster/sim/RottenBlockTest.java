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
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Sibling;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a node makes of blocks that it cannot read, while the others are not all there, or the ring changes. */
class RottenBlockTest {
    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final QuorumSpec TWO_OF_THE_REPLICAS = new QuorumSpec(0, 0, 2, 2);

    private static Outcome ask(SimCluster cluster, SimNode node, Operation operation) {
        List<Outcome> answers = new ArrayList<>();
        node.request(operation, TWO_OF_THE_REPLICAS, answers::add);
        cluster.runFor(3 * SECOND_NANOS);
        assertEquals(1, answers.size());
        return answers.get(0);
    }

    private static void set(SimCluster cluster, SimNode node, String key, String value) {
        Operation.Put put = new Operation.Put(0, bytes(key), null, bytes(value), Sibling.NEVER);
        assertInstanceOf(Outcome.Written.class, ask(cluster, node, put));
    }

    private static Outcome get(SimCluster cluster, SimNode node, String key) {
        return ask(cluster, node, new Operation.Get(0, bytes(key)));
    }

    private static String value(Outcome outcome) {
        Sibling winner =
                assertInstanceOf(Outcome.Found.class, outcome).versions().winner();
        byte[] value = winner == null ? null : winner.value();
        return value == null ? "" : new String(value, StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void rot(SimCluster cluster, SimNode node) {
        List<RecordKey> held = cluster.keys().stream()
                .map(cluster::storageKey)
                .filter(key -> node.storage.look(key) != null)
                .toList();
        assertTrue(node.storage.damage(held));
        assertEquals(held.size(), node.storage.damagedKeys());
    }

    private static void cut(SimCluster cluster, SimNode alone) {
        for (SimNode other : cluster.network.nodes()) {
            cluster.network.cut(alone, other);
            cluster.network.cut(other, alone);
        }
    }

    /** The only other one that has it is away; the one that is there missed it. */
    @Test
    void anOlderValueIsNotPutInPlaceOfALostOne() {
        SimCluster cluster = SimCluster.calm(1, 3, false);
        set(cluster, cluster.node(0), "k0", "old");
        cut(cluster, cluster.node(2));
        cluster.runFor(10 * SECOND_NANOS);
        set(cluster, cluster.node(1), "k0", "new");
        cut(cluster, cluster.node(1));
        rot(cluster, cluster.node(0));
        cluster.network.heal();
        cut(cluster, cluster.node(1));
        cluster.runFor(20 * SECOND_NANOS);
        for (SimNode asked : List.of(cluster.node(0), cluster.node(2))) {
            assertFalse(
                    get(cluster, asked, "k0") instanceof Outcome.Found found
                            && !value(found).equals("new"),
                    "acknowledged by two, and a read of two misses it");
        }
        cluster.network.heal();
        cluster.runFor(20 * SECOND_NANOS);
        assertEquals("new", value(get(cluster, cluster.node(0), "k0")));
        assertFalse(cluster.node(0).isDamaged());
    }

    @Test
    void aNodeJoinsWhereBlocksCannotBeRead() {
        SimCluster cluster = filled(4);
        rot(cluster, cluster.node(1));
        cluster.addNode("").start();
        assertSettles(cluster, 5);
    }

    @Test
    void aNodeLeavesThatCannotReadAllOfItsBlocks() {
        SimCluster cluster = filled(5);
        SimNode leaving = cluster.node(1);
        rot(cluster, leaving);
        leave(cluster, leaving);
        assertSettles(cluster, 4);
    }

    @Test
    void aNodeLeavesAndBlocksOfAnotherCannotBeRead() {
        SimCluster cluster = filled(5);
        rot(cluster, cluster.node(2));
        leave(cluster, cluster.node(1));
        assertSettles(cluster, 4);
    }

    @Test
    void aNodeIsLostAndForgottenThatCouldHaveMadeBlocksGood() {
        SimCluster cluster = filled(5);
        rot(cluster, cluster.node(2));
        cluster.node(1).lose();
        cluster.runFor(10 * SECOND_NANOS);
        decide(cluster, cluster.node(0), new ClusterQuery.Forget("n2"));
        assertSettles(cluster, 4);
    }

    /** Each would wait for the other. */
    @Test
    void blocksOfTwoNodesCannotBeRead() {
        SimCluster cluster = filled(3);
        rot(cluster, cluster.node(0));
        rot(cluster, cluster.node(1));
        assertSettles(cluster, 3);
    }

    private static SimCluster filled(int nodes) {
        SimCluster cluster = SimCluster.calm(1, nodes, false);
        for (String key : cluster.keys()) {
            set(cluster, cluster.node(0), key, key);
        }
        cluster.runFor(5 * SECOND_NANOS);
        return cluster;
    }

    private static void leave(SimCluster cluster, SimNode node) {
        decide(cluster, node, new ClusterQuery.Leave());
        node.hasLeft = true;
    }

    private static void decide(SimCluster cluster, SimNode node, ClusterQuery query) {
        List<ClusterAnswer> answers = new ArrayList<>();
        node.ask(query, answers::add);
        cluster.runFor(SECOND_NANOS);
        assertEquals(List.of(new ClusterAnswer.Decided()), answers);
    }

    private static void assertSettles(SimCluster cluster, int members) {
        cluster.runFor(90 * SECOND_NANOS);
        assertFalse(
                cluster.isMoving(),
                () -> cluster.network.nodes().stream()
                        .map(SimNode::moving)
                        .toList()
                        .toString());
        assertEquals(members, cluster.members("").size());
        cluster.network.nodes().forEach(node -> assertFalse(node.isDamaged(), node.name));
        for (String key : cluster.keys()) {
            assertEquals(3, cluster.replicasOf(key).size());
            for (SimNode replica : cluster.replicasOf(key)) {
                assertTrue(replica.storage.look(cluster.storageKey(key)) != null, replica.name + " has no " + key);
            }
            assertEquals(key, value(get(cluster, cluster.node(0), key)));
        }
    }
}
