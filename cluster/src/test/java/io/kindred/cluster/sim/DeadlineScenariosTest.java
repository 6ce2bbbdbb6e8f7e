package io.kindred.cluster.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.core.ClusterAnswer;
import io.kindred.cluster.core.ClusterQuery;
import io.kindred.cluster.core.NodeViews;
import io.kindred.cluster.core.Recovered;
import io.kindred.cluster.core.StoreFailure;
import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.QuorumSpec;
import io.kindred.cluster.version.Sibling;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Keys with deadlines, as DBSIZE and INFO count them: beside a scan of the records, whatever happens to a node. */
class DeadlineScenariosTest {
    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final long MILLI_NANOS = 1_000_000L;
    private static final int KEYS = 20;
    /** The kind of node-local records that has the buckets (docs/storage-format.md). */
    private static final byte DEADLINES = 'E';

    private final SimCluster cluster = SimCluster.calm(1, 3, true);
    private final SimNode one = cluster.node(0);

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private Outcome put(String key, long ttlMillis) {
        List<Outcome> answers = new ArrayList<>();
        long expiry = ttlMillis < 0 ? Sibling.NEVER : one.wallMillis() + ttlMillis;
        one.request(new Operation.Put(0, bytes(key), null, bytes("v"), expiry), QuorumSpec.DEFAULT, answers::add);
        cluster.runUntil(() -> !answers.isEmpty());
        return answers.get(0);
    }

    private void put(long ttlMillis) {
        for (int i = 0; i < KEYS; i++) {
            assertInstanceOf(Outcome.Written.class, put("k" + i, ttlMillis));
        }
        cluster.runFor(100 * MILLI_NANOS);
    }

    private Object ask(ClusterQuery query) {
        List<ClusterAnswer> answers = new ArrayList<>();
        one.ask(query, answers::add);
        cluster.runUntil(() -> !answers.isEmpty());
        return answers.get(0);
    }

    private static NodeViews views(SimNode node) {
        return Objects.requireNonNull(node.views());
    }

    /** What DBSIZE says, and how many keys with a deadline that is to come each node has. */
    private void assertCounts(long keys, long expires) {
        assertEquals(new ClusterAnswer.Count(keys), ask(new ClusterQuery.CountKeys(0)));
        for (SimNode node : cluster.network.nodes()) {
            assertEquals(expires, views(node).expiringHere(0, node.wallMillis()).left(), node.name);
            assertEquals(keys, views(node).keysHere(0, node.wallMillis()), node.name);
            cluster.checker.deadlines.check(node);
        }
    }

    @Test
    void whatHasExpiredIsNotCounted() {
        put(4_000);
        put("for-ever", -1);
        assertCounts(KEYS + 1, KEYS);
        cluster.runFor(3 * SECOND_NANOS);
        assertCounts(KEYS + 1, KEYS);
        // A 64th of the time to live, and what the clocks may be apart.
        cluster.runFor(SECOND_NANOS + 63 * MILLI_NANOS);
        assertCounts(1, 0);
        assertTrue(cluster.checker.deadlines.seen() > 0);
    }

    @Test
    void aDeadlineMovesAndGoesWithItsValue() {
        put(1_000);
        put(60_000);
        cluster.runFor(2 * SECOND_NANOS);
        assertCounts(KEYS, KEYS);
        put(-1);
        assertCounts(KEYS, 0);
        cluster.runFor(60 * SECOND_NANOS);
        assertCounts(KEYS, 0);
    }

    @Test
    void aFlushTakesThemAlong() {
        put(60_000);
        put("soon", 200);
        cluster.runFor(SECOND_NANOS);
        assertCounts(KEYS, KEYS);
        assertEquals(new ClusterAnswer.Flushed(), ask(new ClusterQuery.FlushKeys(0)));
        cluster.runFor(20 * MILLI_NANOS);
        assertCounts(0, 0);
        put("again", 60_000);
        cluster.runFor(100 * MILLI_NANOS);
        assertCounts(1, 1);
        cluster.runFor(5 * SECOND_NANOS);
        assertCounts(1, 1);
        assertEquals(1, views(one).deadlinesCounted(0), "nothing that was flushed is left");
    }

    @Test
    void aStartCountsAsTheStopDid() {
        put(60_000);
        put("soon", 100);
        cluster.runFor(SECOND_NANOS);
        put("k0", -1);
        cluster.runFor(SECOND_NANOS);
        assertCounts(KEYS, KEYS - 1);
        for (SimNode node : cluster.network.nodes()) {
            node.kill();
            node.start();
        }
        cluster.runUntil(() -> cluster.network.nodes().stream().allMatch(SimNode::isServing));
        assertCounts(KEYS, KEYS - 1);
        cluster.runFor(60 * SECOND_NANOS);
        assertCounts(1, 0);
    }

    /** Its keys count as without a deadline until they are written anew. */
    @Test
    void aStoreOfABuildThatCountedNoneIsTakenOver() {
        put(3_000);
        for (SimNode node : cluster.network.nodes()) {
            node.kill();
            for (Recovered.MetaRecord record : node.storage.meta()) {
                if (record.key()[1] == DEADLINES) {
                    node.storage.put(record.key(), null, 0);
                }
            }
            node.storage.engine().commit(failure -> {});
            node.storage.settle();
            node.start();
        }
        cluster.runUntil(() -> cluster.network.nodes().stream().allMatch(SimNode::isServing));
        assertCounts(KEYS, 0);
        cluster.runFor(4 * SECOND_NANOS);
        assertCounts(KEYS, 0);
        put("k0", 2_000);
        put("k1", -1);
        cluster.runFor(100 * MILLI_NANOS);
        assertCounts(KEYS, 1);
        cluster.network.nodes().forEach(SimNode::kill);
        cluster.network.nodes().forEach(SimNode::start);
        cluster.runUntil(() -> cluster.network.nodes().stream().allMatch(SimNode::isServing));
        assertTrue(views(one).deadlinesSince() > 0);
        cluster.runFor(3 * SECOND_NANOS);
        assertEquals(0, views(one).expiringHere(0, one.wallMillis()).left());
        cluster.network.nodes().forEach(cluster.checker.deadlines::check);
        cluster.runFor(30 * SECOND_NANOS);
        assertCounts(1, 0);
    }

    @Test
    void aWriteThatTheDiskRefusedCountsNothing() {
        put(60_000);
        cluster.network.nodes().forEach(node -> node.storage.fail(StoreFailure.FULL));
        for (int i = 0; i < KEYS; i++) {
            put("k" + i, i % 2 == 0 ? 120_000 : -1);
            put("new" + i, 1_000);
        }
        cluster.network.nodes().forEach(node -> node.storage.fail(null));
        cluster.runFor(2 * SECOND_NANOS);
        assertCounts(KEYS, KEYS);
        put(30_000);
        assertCounts(KEYS, KEYS);
    }
}
