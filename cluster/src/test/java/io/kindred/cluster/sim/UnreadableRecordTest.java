package io.kindred.cluster.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
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
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A record whose bytes make no sense: what goes on beside it, and what becomes of it. */
class UnreadableRecordTest {
    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final String POISONED = "k0";

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void whatNobodyCanReadStopsNothing(int nodes) {
        SimCluster cluster = poisoned(nodes, nodes);
        for (SimNode node : cluster.network.nodes()) {
            assertEquals(new TreeSet<>(cluster.keys()), keys(cluster, node), node.name);
            for (String key : cluster.keys()) {
                Outcome read = run(cluster, node, new Operation.Get(0, bytes(key)));
                if (key.equals(POISONED)) {
                    assertEquals(Outcome.UNREADABLE, read);
                } else {
                    assertEquals(key, value(read));
                }
            }
            Operation update = new Operation.Update(0, bytes(POISONED), new byte[][] {bytes("APPEND"), bytes("x")});
            assertEquals(Outcome.UNREADABLE, run(cluster, node, update));
        }
        cluster.runFor(5 * SECOND_NANOS);
        for (SimNode node : cluster.network.nodes()) {
            assertEquals(1, node.lostRecords(), node.name);
            assertEquals(0, node.recordsMended());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void aWriteReplacesWhatNobodyCanRead(int nodes) {
        SimCluster cluster = poisoned(nodes, nodes);
        cluster.runFor(90 * SECOND_NANOS);
        set(cluster, cluster.node(0), POISONED, "new");
        for (SimNode node : cluster.network.nodes()) {
            assertEquals("new", value(run(cluster, node, new Operation.Get(0, bytes(POISONED)))));
            assertEquals(0, node.lostRecords(), node.name);
        }
        assertEquals(cluster.keys().size(), count(cluster));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void aDeleteReplacesWhatNobodyCanRead(int nodes) {
        SimCluster cluster = poisoned(nodes, nodes);
        cluster.runFor(90 * SECOND_NANOS);
        Operation.Put delete = new Operation.Put(0, bytes(POISONED), null, none(), Sibling.NEVER);
        assertInstanceOf(Outcome.Written.class, run(cluster, cluster.node(0), delete));
        TreeSet<String> left = new TreeSet<>(cluster.keys());
        left.remove(POISONED);
        assertEquals(left, keys(cluster, cluster.node(0)));
        assertEquals(left.size(), count(cluster));
        assertEquals("", value(run(cluster, cluster.node(0), new Operation.Get(0, bytes(POISONED)))));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void aFlushTakesItAlong(int nodes) {
        SimCluster cluster = poisoned(nodes, nodes);
        assertEquals(new ClusterAnswer.Flushed(), ask(cluster, cluster.node(0), new ClusterQuery.FlushKeys(0)));
        assertEquals(new TreeSet<>(), keys(cluster, cluster.node(0)));
        assertEquals(0, count(cluster));
        set(cluster, cluster.node(0), "k1", "after");
        cluster.runFor(30 * SECOND_NANOS);
        for (SimNode node : cluster.network.nodes()) {
            assertNull(node.storage.look(cluster.storageKey(POISONED)), node.name);
            assertEquals("after", value(run(cluster, node, new Operation.Get(0, bytes("k1")))));
            assertEquals("", value(run(cluster, node, new Operation.Get(0, bytes(POISONED)))));
        }
        assertEquals(1, count(cluster));
    }

    @Test
    void oneThatOthersCanReadIsMendedWithoutBeingAskedFor() {
        SimCluster cluster = poisoned(3, 1);
        set(cluster, cluster.node(1), "k1", "written beside it");
        cluster.runFor(90 * SECOND_NANOS);
        assertEquals(1, cluster.node(0).recordsMended());
        byte[] mended = cluster.node(0).storage.look(cluster.storageKey(POISONED));
        assertTrue(mended != null && !SimStorage.isSenseless(mended));
        assertEquals(POISONED, value(run(cluster, cluster.node(0), new Operation.Get(0, bytes(POISONED)))));
    }

    /** The one that may have it alone is away: nothing is written over, and nothing of its neighbours stops. */
    @Test
    void itIsNotReplacedWhileAReplicaIsAway() {
        SimCluster cluster = poisoned(3, 1);
        for (SimNode other : cluster.network.nodes()) {
            cluster.network.cut(cluster.node(2), other);
            cluster.network.cut(other, cluster.node(2));
        }
        cluster.runFor(20 * SECOND_NANOS);
        assertEquals(0, cluster.node(0).lostRecords());
        assertEquals(new TreeSet<>(cluster.keys()), keys(cluster, cluster.node(0)));
        set(cluster, cluster.node(0), "k1", "beside it");
        cluster.network.heal();
        cluster.runFor(30 * SECOND_NANOS);
        assertEquals(POISONED, value(run(cluster, cluster.node(0), new Operation.Get(0, bytes(POISONED)))));
        assertEquals(1, cluster.node(0).recordsMended());
    }

    /** An exchange is owed in its place; those behind it are handed over. */
    @Test
    void aHintThatMakesNoSenseIsReplacedByAnExchange() {
        SimCluster cluster = filled(3);
        SimNode away = cluster.node(2);
        for (SimNode other : List.of(cluster.node(0), cluster.node(1))) {
            cluster.network.cut(away, other);
            cluster.network.cut(other, away);
        }
        cluster.runFor(10 * SECOND_NANOS);
        for (String key : cluster.keys()) {
            set(cluster, cluster.node(0), key, "new " + key);
        }
        RecordKey hint = cluster.storageKey(POISONED).hint(away.id);
        int poisoned = 0;
        for (SimNode node : List.of(cluster.node(0), cluster.node(1))) {
            if (node.storage.look(hint) != null) {
                node.storage.makeSenseless(hint);
                poisoned++;
            }
        }
        assertTrue(poisoned > 0);
        cluster.network.heal();
        cluster.runFor(60 * SECOND_NANOS);
        for (SimNode node : List.of(cluster.node(0), cluster.node(1))) {
            assertNull(node.storage.look(hint), node.name);
        }
        for (String key : cluster.keys()) {
            Outcome read = run(cluster, away, new Operation.Get(0, bytes(key)));
            assertEquals("new " + key, value(read));
        }
        assertEquals(List.of(), cluster.node(0).storage.hints());
    }

    private static SimCluster filled(int nodes) {
        SimCluster cluster = SimCluster.calm(1, nodes, false);
        for (String key : cluster.keys()) {
            set(cluster, cluster.node(0), key, key);
        }
        cluster.runFor(5 * SECOND_NANOS);
        return cluster;
    }

    /** The first so many nodes cannot make sense of one record. */
    private static SimCluster poisoned(int nodes, int poisoned) {
        SimCluster cluster = filled(nodes);
        for (int i = 0; i < poisoned; i++) {
            RecordKey key = cluster.storageKey(POISONED);
            assertTrue(cluster.node(i).storage.look(key) != null);
            cluster.node(i).storage.makeSenseless(key);
        }
        return cluster;
    }

    private static void set(SimCluster cluster, SimNode node, String key, String value) {
        Operation.Put put = new Operation.Put(0, bytes(key), null, bytes(value), Sibling.NEVER);
        assertInstanceOf(Outcome.Written.class, run(cluster, node, put));
    }

    private static TreeSet<String> keys(SimCluster cluster, SimNode node) {
        TreeSet<String> found = new TreeSet<>();
        long cursor = 0;
        do {
            ClusterAnswer answer = ask(cluster, node, new ClusterQuery.ScanKeys(0, cursor, 100));
            ClusterAnswer.Page page = assertInstanceOf(ClusterAnswer.Page.class, answer);
            page.keys().forEach(key -> found.add(new String(key, StandardCharsets.UTF_8)));
            cursor = page.cursor();
        } while (cursor != 0);
        return found;
    }

    private static long count(SimCluster cluster) {
        ClusterAnswer answer = ask(cluster, cluster.node(0), new ClusterQuery.CountKeys(0));
        return assertInstanceOf(ClusterAnswer.Count.class, answer).keys();
    }

    private static ClusterAnswer ask(SimCluster cluster, SimNode node, ClusterQuery query) {
        List<ClusterAnswer> answers = new ArrayList<>();
        node.ask(query, answers::add);
        cluster.runFor(SECOND_NANOS);
        assertEquals(1, answers.size());
        return answers.get(0);
    }

    private static Outcome run(SimCluster cluster, SimNode node, Operation operation) {
        List<Outcome> answers = new ArrayList<>();
        node.request(operation, QuorumSpec.DEFAULT, answers::add);
        cluster.runFor(2 * SECOND_NANOS);
        assertEquals(1, answers.size());
        return answers.get(0);
    }

    private static String value(Outcome outcome) {
        Sibling winner =
                assertInstanceOf(Outcome.Found.class, outcome).versions().winner();
        byte[] value = winner == null ? null : winner.value();
        return value == null ? "" : new String(value, StandardCharsets.UTF_8);
    }

    // NullAway does not see that a record's array may be null once the record has been compiled.
    @SuppressWarnings("NullAway")
    private static byte @Nullable [] none() {
        return null;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
