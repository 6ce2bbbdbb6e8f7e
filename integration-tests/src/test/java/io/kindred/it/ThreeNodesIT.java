package io.kindred.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three whole nodes: one keyspace through any of them. */
final class ThreeNodesIT {
    private static KindredCluster cluster;

    @BeforeAll
    static void start(@TempDir Path dir) {
        cluster = KindredCluster.ofThree(dir);
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    void whatOneNodeTookAnotherGives() {
        try (RespConnection first = cluster.connect(0);
                RespConnection third = cluster.connect(2)) {
            assertEquals("OK", first.text("SET", "k", "v"));
            assertEquals("v", third.text("GET", "k"));
            assertEquals(1, third.number("DEL", "k"));
            assertNull(first.text("GET", "k"));
        }
    }

    @Test
    void allListEachOtherAsUp() {
        Map<String, String> expected = Map.of("n1", "up", "n2", "up", "n3", "up");
        for (KindredProcess node : cluster.nodes()) {
            try (RespConnection connection = node.connect()) {
                assertEquals(expected, KindredCluster.members(connection));
                assertEquals(3, Info.of(connection, "kindred").number("members_up"));
            }
        }
    }

    @Test
    void eachOwnsAThirdOfTheRing() {
        try (RespConnection connection = cluster.connect(1)) {
            int total = 0;
            for (Object row : connection.list("KIN.MEMBERS")) {
                List<String> fields = RespConnection.asTexts(row);
                int owned = Integer.parseInt(fields.get(15));
                assertTrue(owned > 0.9 * 1024 / 3 && owned < 1.1 * 1024 / 3, fields::toString);
                total += owned;
            }
            assertEquals(1024, total);
        }
    }

    @Test
    void allComputeTheSameRing() {
        String first;
        try (RespConnection connection = cluster.connect(0)) {
            first = RespConnection.show(connection.call("KIN.RING", "FULL"));
        }
        for (KindredProcess node : cluster.nodes()) {
            try (RespConnection connection = node.connect()) {
                assertEquals(first, RespConnection.show(connection.call("KIN.RING", "FULL")));
                assertEquals(3, connection.list("KIN.REPLICAS", "some key").size());
            }
        }
    }

    @Test
    void countsAndScansTheWholeKeyspaceThroughAnyNode() {
        try (RespConnection connection = cluster.connect(0)) {
            connection.text("SELECT", 3);
            TreeSet<String> written = new TreeSet<>();
            for (int i = 0; i < 300; i++) {
                written.add("key" + i);
                connection.text("SET", "key" + i, i);
            }
            for (KindredProcess node : cluster.nodes()) {
                try (RespConnection other = node.connect()) {
                    other.text("SELECT", 3);
                    assertEquals(written, new TreeSet<>(other.texts("KEYS", "*")), node.name());
                    Await.until(
                            "DBSIZE on " + node.name() + " is 300",
                            Duration.ofSeconds(10),
                            () -> other.number("DBSIZE") == 300);
                }
            }
            assertEquals("OK", connection.text("FLUSHDB"));
            for (KindredProcess node : cluster.nodes()) {
                try (RespConnection other = node.connect()) {
                    other.text("SELECT", 3);
                    assertEquals(0, other.number("DBSIZE"), node.name());
                    assertNull(other.text("GET", "key7"), node.name());
                }
            }
        }
    }

    @Test
    void aPipelineReadsItsOwnWritesThroughAnyNode() {
        for (KindredProcess node : cluster.nodes()) {
            try (RespConnection connection = node.connect()) {
                for (int i = 0; i < 1_000; i++) {
                    connection.send("SET", "pipe" + i % 20, i);
                    connection.send("GET", "pipe" + i % 20);
                    connection.send("INCR", "pipe" + i % 20);
                    connection.send("GET", "pipe" + i % 20);
                }
                for (int i = 0; i < 1_000; i++) {
                    assertEquals("OK", RespConnection.asText(connection.receive()));
                    assertEquals(Integer.toString(i), RespConnection.asText(connection.receive()));
                    assertEquals(Integer.toString(i + 1), RespConnection.asText(connection.receive()));
                    assertEquals(Integer.toString(i + 1), RespConnection.asText(connection.receive()));
                }
            }
        }
    }
}
