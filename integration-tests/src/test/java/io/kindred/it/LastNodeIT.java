package io.kindred.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two of three nodes are killed. Who asks for W=1 goes on writing; who does not is told the truth. */
final class LastNodeIT {
    private static final int KEYS = 1_000;
    private static final int QUORUM_WRITES = 40;
    private static final Duration BACK_WITHIN = Duration.ofSeconds(30);
    /** The request timeout of a second, and what a busy machine adds. */
    private static final Duration ANSWERED_WITHIN = Duration.ofMillis(1_500);

    @Test
    void whatTheLastNodeTookIsOnAllThreeOnceTheyAreBack(@TempDir Path dir) {
        try (KindredCluster cluster = KindredCluster.ofThree(dir)) {
            write(cluster, "before", 3, KEYS);
            List<String> refused = new ArrayList<>();
            cluster.node(1).kill();
            cluster.node(2).kill();
            overwriteAndDelete(cluster);
            write(cluster, "new", 1, KEYS);
            tryWithAQuorum(cluster, refused);
            cluster.node(1).relaunch();
            cluster.node(2).relaunch();
            long begunNanos = System.nanoTime();
            cluster.awaitWhole();
            awaitAllOnEach(cluster, begunNanos);
            System.out.printf(
                    "all on each of three %d ms after their start%n", (System.nanoTime() - begunNanos) / 1_000_000);
            cluster.awaitNoHints(left(begunNanos));
            for (int node = 0; node < 3; node++) {
                check(cluster, node, refused);
            }
        }
    }

    /** What is held for others is as durable as a write: it outlives the process that holds it. */
    @Test
    void whatIsHeldForOthersSurvivesItsHolder(@TempDir Path dir) {
        try (KindredCluster cluster = KindredCluster.ofThree(dir)) {
            cluster.node(1).kill();
            cluster.node(2).kill();
            write(cluster, "held", 1, KEYS);
            // A write that was on its way to a node while that died becomes a hint when its round ends.
            Await.until(
                    "all that was missed is held",
                    Duration.ofSeconds(10),
                    () -> cluster.info("hints_pending").equals(Map.of("n1", 2L * KEYS)));
            cluster.node(0).kill();
            cluster.node(0).restart();
            assertEquals(Map.of("n1", 2L * KEYS), cluster.info("hints_pending"));
            cluster.node(1).relaunch();
            cluster.node(2).relaunch();
            long begunNanos = System.nanoTime();
            cluster.awaitWhole();
            cluster.awaitNoHints(left(begunNanos));
            List<String> keys =
                    IntStream.range(0, KEYS).mapToObj(i -> "held" + i).toList();
            Replicas.awaitAgreement(cluster, keys, left(begunNanos));
        }
    }

    private static void write(KindredCluster cluster, String prefix, int w, int count) {
        try (RespConnection connection = cluster.connect(0)) {
            connection.call("KIN.QUORUM", "R", 1, "W", w);
            for (int i = 0; i < count; i++) {
                assertEquals("OK", connection.text("SET", prefix + i, "v" + i));
            }
        }
    }

    /** Right after the kill: half of what there was gets new values, a quarter is deleted, by command and by context. */
    private static void overwriteAndDelete(KindredCluster cluster) {
        try (RespConnection connection = cluster.connect(0)) {
            connection.call("KIN.QUORUM", "R", 1, "W", 1);
            for (int i = 0; i < KEYS; i++) {
                String key = "before" + i;
                if (i % 8 == 0) {
                    assertEquals(1, connection.number("DEL", key));
                } else if (i % 8 == 1) {
                    String context = connection.texts("KIN.GET", key).get(0);
                    connection.text("KIN.DEL", key, String.valueOf(context));
                } else if (i % 2 == 0) {
                    assertEquals("OK", connection.text("SET", key, "again" + i));
                }
            }
        }
    }

    /** The default quorum cannot be had: each write says so, in time, and TRYAGAIN must be true. */
    private static void tryWithAQuorum(KindredCluster cluster, List<String> refused) {
        try (RespConnection connection = cluster.connect(0)) {
            for (int i = 0; i < QUORUM_WRITES; i++) {
                long sentNanos = System.nanoTime();
                RespError error = connection.error("SET", "quorum" + i, "v");
                Duration took = Duration.ofNanos(System.nanoTime() - sentNanos);
                assertTrue(Set.of("TRYAGAIN", "NOQUORUM").contains(error.code()), error::line);
                assertTrue(took.compareTo(ANSWERED_WITHIN) < 0, () -> error.line() + " after " + took);
                if (error.code().equals("TRYAGAIN")) {
                    refused.add("quorum" + i);
                }
            }
        }
    }

    private static void awaitAllOnEach(KindredCluster cluster, long begunNanos) {
        List<String> keys = IntStream.range(0, KEYS)
                .boxed()
                .flatMap(i -> List.of("before" + i, "new" + i).stream())
                .toList();
        Replicas.awaitAgreement(cluster, keys, left(begunNanos));
    }

    private static Duration left(long begunNanos) {
        return BACK_WITHIN.minusNanos(System.nanoTime() - begunNanos);
    }

    private static void check(KindredCluster cluster, int node, List<String> refused) {
        try (RespConnection connection = cluster.connect(node)) {
            connection.call("KIN.QUORUM", "R", 1);
            for (int i = 0; i < KEYS; i++) {
                assertEquals("v" + i, connection.text("GET", "new" + i));
                String value = connection.text("GET", "before" + i);
                if (i % 8 < 2) {
                    assertNull(value, "before" + i + " was deleted");
                } else {
                    assertEquals((i % 2 == 0 ? "again" : "v") + i, value);
                }
            }
            for (String key : refused) {
                assertNull(connection.text("GET", key), key + " got TRYAGAIN");
            }
        }
    }
}
