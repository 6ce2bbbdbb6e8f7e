package io.kindred.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Three nodes: the clock of one is right, that of another 2 s ahead, and that of the third an hour. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class WrongClocksIT {
    private static final int KEYS = 300;
    private static final long HOUR_MILLIS = 3_600_000;
    private static final Duration SEEN_WITHIN = Duration.ofSeconds(30);

    private static KindredCluster cluster;

    @BeforeAll
    static void start(@TempDir Path dir) {
        List<NodeOptions> nodes = new ArrayList<>();
        for (long aheadMillis : List.of(0L, 2_000L, HOUR_MILLIS)) {
            NodeOptions right = NodeOptions.of("n" + (nodes.size() + 1), dir);
            List<String> jvm = new ArrayList<>(right.jvm());
            jvm.add("-Dkindred.test.clock-ahead-ms=" + aheadMillis);
            nodes.add(right.withJvm(jvm.toArray(String[]::new)));
        }
        cluster = KindredCluster.started(nodes, NodeOptions::clusterPort);
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    @Order(1)
    void updatesOfAllKeysSucceedThroughEachNode() {
        for (int node = 0; node < cluster.size(); node++) {
            try (RespConnection connection = cluster.connect(node)) {
                for (int i = 0; i < KEYS; i++) {
                    String counter = "counter" + i;
                    String key = "key" + node + "." + i;
                    assertEquals(node + 1, connection.number("INCR", counter));
                    assertEquals("OK", connection.text("SET", key, "v", "NX"));
                    assertEquals(1, connection.number("EXPIRE", key, "100000"));
                    assertEquals("v", connection.text("GETDEL", key));
                    assertEquals("OK", connection.text("SET", key, "w", "NX"));
                    assertEquals(1, connection.number("DEL", key));
                }
            }
        }
    }

    @Test
    @Order(2)
    void theWrongClocksAreInTheLogsAndInInfo() {
        Await.until(
                "n3 warns of its own clock",
                SEEN_WITHIN,
                () -> cluster.node(2).log().contains(" ms ahead of the median of "));
        Await.until(
                "n2 warns of n3's clock",
                SEEN_WITHIN,
                () -> cluster.node(1).log().contains("the clock of n3 is "));
        try (RespConnection first = cluster.connect(0);
                RespConnection third = cluster.connect(2)) {
            Info right = Info.of(first, "kindred");
            assertEquals("n3", right.text("clock_skew_node"));
            assertTrue(right.number("clock_skew_ms_max") > HOUR_MILLIS - 5_000, right.text("clock_skew_ms_max"));
            long ahead = Info.of(third, "kindred").number("clock_ahead_of_median_ms");
            assertTrue(ahead > HOUR_MILLIS - 10_000 && ahead < HOUR_MILLIS, () -> "ahead by " + ahead);
        }
    }

    @Test
    @Order(3)
    void theNodeAheadRefusesAFlushAndTheOthersFlushAll() {
        try (RespConnection first = cluster.connect(0);
                RespConnection second = cluster.connect(1);
                RespConnection third = cluster.connect(2)) {
            for (RespConnection flushing : List.of(first, second, first)) {
                for (RespConnection each : List.of(first, second, third)) {
                    for (int i = 0; i < KEYS; i++) {
                        assertEquals("OK", each.text("SET", "f" + i, "v"));
                    }
                }
                String refusal = third.error("FLUSHALL").line();
                assertTrue(refusal.startsWith("ERR the clock of n3, this node, is "), refusal);
                assertEquals("v", first.text("GET", "f0"));
                assertEquals("OK", flushing.text("FLUSHALL"));
                for (RespConnection each : List.of(first, second, third)) {
                    assertEquals(0, each.number("DBSIZE"));
                    for (int i = 0; i < KEYS; i++) {
                        assertNull(each.text("GET", "f" + i));
                    }
                }
            }
        }
    }
}
