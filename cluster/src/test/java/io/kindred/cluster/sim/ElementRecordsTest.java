package io.kindred.cluster.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.core.ClusterAnswer;
import io.kindred.cluster.core.ClusterQuery;
import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.QuorumSpec;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.Versions;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A key with many elements: its records are moved, counted and dropped as any others, by what was made for heads. */
class ElementRecordsTest {
    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final String KEY = "big";
    /** More than pages and batches of records have room for. */
    private static final int ELEMENTS = 600;

    private final SimCluster cluster = SimCluster.calm(1, 3, true);

    private static String name(int element) {
        return KEY + "/element " + element;
    }

    private void write(SimNode node, String name, @Nullable String value) {
        byte[] bytes = value == null ? null : value.getBytes(StandardCharsets.UTF_8);
        List<Outcome> answers = new ArrayList<>();
        node.request(
                new Operation.Put(0, name.getBytes(StandardCharsets.UTF_8), null, bytes, Sibling.NEVER),
                QuorumSpec.DEFAULT,
                answers::add);
        for (int i = 0; i < 100 && answers.isEmpty(); i++) {
            cluster.runFor(SECOND_NANOS / 50);
        }
        assertEquals(1, answers.size());
        assertInstanceOf(Outcome.Written.class, answers.get(0));
    }

    private void writeElements(SimNode node, @Nullable String value) {
        for (int i = 0; i < ELEMENTS; i++) {
            write(node, name(i), value);
        }
    }

    private ClusterAnswer ask(SimNode node, ClusterQuery query) {
        List<ClusterAnswer> answers = new ArrayList<>();
        node.ask(query, answers::add);
        cluster.runFor(2 * SECOND_NANOS);
        assertEquals(1, answers.size());
        return answers.get(0);
    }

    /** What a node has on its disk for itself of some key. */
    private static List<RecordKey> records(SimNode node) {
        return node.storage.containers().keySet().stream()
                .filter(key -> !key.isHint())
                .toList();
    }

    private void assertAllHaveAll(String value) {
        for (SimNode node : cluster.network.nodes()) {
            for (int i = 0; i < ELEMENTS; i++) {
                Versions held = cluster.checker.held(node, name(i));
                Sibling winner = held.winner();
                assertTrue(winner != null, node.name + " has not " + name(i));
                assertEquals(value, new String(winner.value(), StandardCharsets.UTF_8));
            }
        }
    }

    @Test
    void headsAloneAreCountedAndScanned() {
        writeElements(cluster.node(0), "v");
        assertEquals(new ClusterAnswer.Count(0), ask(cluster.node(1), new ClusterQuery.CountKeys(0)));
        write(cluster.node(0), KEY, "head");
        write(cluster.node(0), "other", "head");
        write(cluster.node(0), "other/element", "v");
        for (SimNode node : cluster.network.nodes()) {
            assertEquals(new ClusterAnswer.Count(2), ask(node, new ClusterQuery.CountKeys(0)));
            TreeSet<String> found = new TreeSet<>();
            long cursor = 0;
            int pages = 0;
            do {
                ClusterAnswer.Page page =
                        assertInstanceOf(ClusterAnswer.Page.class, ask(node, new ClusterQuery.ScanKeys(0, cursor, 10)));
                page.keys().forEach(key -> assertTrue(found.add(new String(key, StandardCharsets.UTF_8))));
                cursor = page.cursor();
                assertTrue(cursor < 1L << 53);
                assertTrue(++pages < 10, "a scan goes over elements");
            } while (cursor != 0);
            assertEquals(List.of(KEY, "other"), List.copyOf(found));
        }
    }

    /** The engine counts no elements, so that there seems to be nothing to sweep. */
    @Test
    void aFlushSweepsElementsOfKeysWithoutAHead() {
        writeElements(cluster.node(0), "v");
        write(cluster.node(0), "other", "v");
        assertEquals(new ClusterAnswer.Flushed(), ask(cluster.node(1), new ClusterQuery.FlushKeys(0)));
        cluster.runFor(10 * SECOND_NANOS);
        for (SimNode node : cluster.network.nodes()) {
            assertEquals(0, records(node).size(), node.name);
        }
        writeElements(cluster.node(0), "w");
        assertAllHaveAll("w");
        SimNode again = cluster.node(2);
        again.kill();
        again.start();
        cluster.runFor(5 * SECOND_NANOS);
        assertEquals(new ClusterAnswer.Flushed(), ask(cluster.node(1), new ClusterQuery.FlushKeys(0)));
        cluster.runFor(10 * SECOND_NANOS);
        for (SimNode node : cluster.network.nodes()) {
            assertEquals(0, records(node).size(), node.name);
        }
    }

    @Test
    void whatIsDeletedIsReaped() {
        writeElements(cluster.node(0), "v");
        writeElements(cluster.node(1), null);
        for (int i = 0;
                i < 120
                        && cluster.network.nodes().stream()
                                .anyMatch(node -> !records(node).isEmpty());
                i++) {
            cluster.runFor(SECOND_NANOS);
        }
        for (SimNode node : cluster.network.nodes()) {
            assertEquals(0, records(node).size(), node.name);
        }
    }

    @Test
    void hintsOfElementsAreHandedOver() {
        SimNode away = cluster.node(2);
        away.kill();
        cluster.runFor(SECOND_NANOS);
        writeElements(cluster.node(0), "v");
        assertTrue(cluster.network.nodes().stream()
                .anyMatch(node -> node != away
                        && node.storage.containers().keySet().stream().anyMatch(RecordKey::isHint)));
        away.start();
        cluster.runFor(20 * SECOND_NANOS);
        assertAllHaveAll("v");
        for (SimNode node : cluster.network.nodes()) {
            assertTrue(node.storage.containers().keySet().stream().noneMatch(RecordKey::isHint), node.name);
        }
    }

    @Test
    void whoeverLosesItsStoreFetchesElements() {
        writeElements(cluster.node(0), "v");
        write(cluster.node(0), KEY, "head");
        SimNode emptied = cluster.node(1);
        emptied.kill();
        emptied.loseStore();
        emptied.start();
        cluster.runFor(60 * SECOND_NANOS);
        assertTrue(emptied.isServing());
        assertAllHaveAll("v");
        assertEquals(new ClusterAnswer.Count(1), ask(emptied, new ClusterQuery.CountKeys(0)));
    }

    @Test
    void anElementThatMakesNoSenseIsMended() {
        writeElements(cluster.node(0), "v");
        SimNode node = cluster.node(1);
        node.storage.makeSenseless(cluster.storageKey(name(7)));
        List<Outcome> answers = new ArrayList<>();
        node.request(new Operation.Get(0, name(7).getBytes(StandardCharsets.UTF_8)), QuorumSpec.DEFAULT, answers::add);
        cluster.runFor(20 * SECOND_NANOS);
        assertInstanceOf(Outcome.Found.class, answers.get(0));
        assertAllHaveAll("v");
    }
}
