package io.kindred.cluster.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.QuorumSpec;
import io.kindred.cluster.message.RequestMessage;
import io.kindred.cluster.version.Sibling;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes on, and what does not happen, while clocks are wrong and messages late. */
class ClockScenariosTest {
    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final long HOUR_MILLIS = 3_600_000;

    private final SimCluster cluster = SimCluster.calm(1, 4, false);

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Operation append(String key, String token) {
        return new Operation.Update(0, bytes(key), new byte[][] {bytes("APPEND"), bytes(token)});
    }

    private List<Outcome> ask(SimNode node, Operation operation) {
        List<Outcome> answers = new ArrayList<>();
        node.request(operation, QuorumSpec.DEFAULT, answers::add);
        cluster.runFor(SECOND_NANOS / 4);
        return answers;
    }

    private String value(String key) {
        cluster.runFor(SECOND_NANOS);
        Outcome outcome = ask(cluster.node(3), new Operation.Get(0, bytes(key))).get(0);
        Sibling winner =
                assertInstanceOf(Outcome.Found.class, outcome).versions().winner();
        byte[] value = winner == null ? null : winner.value();
        return value == null ? "" : new String(value, StandardCharsets.UTF_8);
    }

    /** A key that this node forwards updates of to that one. */
    private String keyForwarded(SimNode from, SimNode to) {
        for (int i = 0; i < 1_000; i++) {
            String key = "f" + i;
            if (!cluster.node(0).replicasOf(key).contains(from)
                    && cluster.node(0).replicasOf(key).get(0) == to) {
                return key;
            }
        }
        throw new AssertionError("no key is forwarded so");
    }

    @ParameterizedTest
    @ValueSource(longs = {2_000, -2_000, 24 * HOUR_MILLIS, -24 * HOUR_MILLIS})
    void updatesThroughEachNodeSucceedWhileOneClockIsWrong(long skewMillis) {
        cluster.node(1).skewMillis = skewMillis;
        List<String> refused = new ArrayList<>();
        for (SimNode node : cluster.network.nodes()) {
            for (int i = 0; i < 30; i++) {
                String key = "u" + i;
                List<Outcome> answers = ask(node, append(key, node.name));
                if (answers.size() != 1 || !(answers.get(0) instanceof Outcome.Updated)) {
                    refused.add(node.name + " " + key + " " + answers);
                }
            }
        }
        assertEquals(List.of(), refused);
        for (int i = 0; i < 30; i++) {
            assertEquals("n1,n2,n3,n4", value("u" + i));
        }
    }

    /** It lay on a slow link, or with a process that was stopped. */
    @ParameterizedTest
    @ValueSource(longs = {0, 10_000, -10_000})
    void aForwardThatComesLateIsNotApplied(long skewMillis) {
        SimNode asker = cluster.node(0);
        String key = keyForwarded(asker, cluster.node(2));
        asker.skewMillis = skewMillis;
        cluster.network.hold(message -> message instanceof RequestMessage.Forward);
        List<Outcome> answers = ask(asker, append(key, "late"));
        cluster.runFor(2 * SECOND_NANOS);
        assertInstanceOf(Outcome.NoQuorum.class, answers.get(0));
        cluster.network.release(1);
        assertEquals("", value(key));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 3_000, -3_000})
    void aDoubledForwardIsAppliedOnceHoweverLateTheCopyComes(long skewMillis) {
        SimNode asker = cluster.node(0);
        String key = keyForwarded(asker, cluster.node(2));
        asker.skewMillis = skewMillis;
        for (long afterNanos : List.of(1_000_000L, SECOND_NANOS, 5 * SECOND_NANOS / 2, 20 * SECOND_NANOS)) {
            cluster.network.copy(message -> message instanceof RequestMessage.Forward);
            List<Outcome> answers = ask(asker, append(key, "t" + afterNanos));
            assertInstanceOf(Outcome.Updated.class, answers.get(0));
            cluster.runFor(afterNanos);
            cluster.network.release(2);
        }
        assertEquals("t1000000,t1000000000,t2500000000,t20000000000", value(key));
    }

    /** What the former life has applied nobody knows any more. */
    @Test
    void aForwardToAFormerLifeIsNotApplied() {
        SimNode asker = cluster.node(0);
        SimNode target = cluster.node(2);
        String key = keyForwarded(asker, target);
        cluster.network.copy(message -> message instanceof RequestMessage.Forward);
        assertInstanceOf(Outcome.Updated.class, ask(asker, append(key, "once")).get(0));
        target.kill();
        target.start();
        cluster.runFor(SECOND_NANOS / 10);
        cluster.network.release(1);
        cluster.runFor(5 * SECOND_NANOS);
        assertEquals("once", value(key));
    }

    private long stampOf(SimNode node, String key) {
        Operation put = new Operation.Put(0, bytes(key), null, bytes(key), Sibling.NEVER);
        assertInstanceOf(Outcome.Written.class, ask(node, put).get(0));
        Outcome outcome = ask(node, new Operation.Get(0, bytes(key))).get(0);
        Sibling winner =
                assertInstanceOf(Outcome.Found.class, outcome).versions().winner();
        assertNotNull(winner);
        return winner.stamp();
    }

    @Test
    void noStampIsBelowOneFromBeforeTheStop() {
        SimNode node = cluster.node(1);
        long stamp = stampOf(node, "a");
        for (boolean clean : List.of(true, false)) {
            node.skewMillis -= HOUR_MILLIS;
            if (clean) {
                node.stop();
            } else {
                node.kill();
            }
            node.start();
            cluster.runFor(10 * SECOND_NANOS);
            long next = stampOf(node, "b" + clean);
            long before = stamp;
            assertTrue(next > before, () -> next + " is not above " + before);
            stamp = next;
        }
    }
}
