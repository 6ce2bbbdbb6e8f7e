package io.kindred.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One server process: what a Redis client sees of it, and what is left after it stops. */
final class OneNodeIT {
    private static KindredProcess node;

    @BeforeAll
    static void start(@TempDir Path dir) {
        node = KindredProcess.started(NodeOptions.of("n1", dir));
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @BeforeEach
    void empty() {
        try (RespConnection connection = node.connect()) {
            assertEquals("OK", connection.text("FLUSHALL"));
        }
    }

    @Test
    void runsTheEverydayCommands() {
        try (RespConnection connection = node.connect()) {
            assertEquals("OK", connection.text("SET", "k", "v"));
            assertEquals("v", connection.text("GET", "k"));
            assertEquals("v", connection.text("GETSET", "k", "w"));
            assertEquals(41, connection.number("INCRBY", "counter", 41));
            assertEquals(42, connection.number("INCR", "counter"));
            assertEquals("OK", connection.text("MSET", "a", "1", "b", "2"));
            assertEquals(java.util.Arrays.asList("1", null, "2"), connection.texts("MGET", "a", "nothing", "b"));
            assertEquals(4, connection.number("DBSIZE"));
            assertEquals(1, connection.number("DEL", "a"));
            assertEquals(0, connection.number("DEL", "a"));
            assertNull(connection.text("GET", "a"));
            assertEquals(3, connection.number("DBSIZE"));
            assertEquals("string", connection.text("TYPE", "k"));
            assertEquals("ERR", connection.error("INCR", "k").code());
            assertEquals("ERR", connection.error("NOSUCHCOMMAND").code());
        }
    }

    @Test
    void expiresKeys() {
        try (RespConnection connection = node.connect()) {
            assertEquals("OK", connection.text("SET", "k", "v", "PX", 150));
            assertTrue(connection.number("PTTL", "k") > 0);
            Await.until("k expires", Duration.ofSeconds(10), () -> connection.text("GET", "k") == null);
            assertEquals(-2, connection.number("TTL", "k"));
        }
    }

    @Test
    void keepsRepliesInOrderOfAPipeline() {
        try (RespConnection connection = node.connect()) {
            for (int i = 0; i < 5_000; i++) {
                connection.send("SET", "p" + i % 50, i);
                connection.send("GET", "p" + i % 50);
            }
            for (int i = 0; i < 5_000; i++) {
                assertEquals("OK", RespConnection.asText(connection.receive()));
                assertEquals(Integer.toString(i), RespConnection.asText(connection.receive()));
            }
        }
    }

    @Test
    void scansEveryKeyOnce() {
        try (RespConnection connection = node.connect()) {
            Set<String> written = new TreeSet<>();
            for (int i = 0; i < 1_000; i++) {
                written.add("s" + i);
                connection.send("SET", "s" + i, i);
            }
            for (int i = 0; i < 1_000; i++) {
                connection.receive();
            }
            List<String> scanned = new ArrayList<>();
            String cursor = "0";
            do {
                List<?> page = connection.list("SCAN", cursor, "COUNT", 100);
                cursor = String.valueOf(RespConnection.asText(page.get(0)));
                scanned.addAll(RespConnection.asTexts(page.get(1)));
            } while (!cursor.equals("0"));
            assertEquals(written, new TreeSet<>(scanned));
            assertEquals(written.size(), scanned.size());
            assertEquals(written.size(), connection.list("KEYS", "s*").size());
        }
    }

    @Test
    void keepsDatabasesApart() {
        try (RespConnection connection = node.connect()) {
            connection.text("SET", "k", "zero");
            assertEquals("OK", connection.text("SELECT", 15));
            assertNull(connection.text("GET", "k"));
            connection.text("SET", "k", "fifteen");
            assertEquals("OK", connection.text("FLUSHDB"));
            assertEquals(0, connection.number("DBSIZE"));
            connection.text("SELECT", 0);
            assertEquals("zero", connection.text("GET", "k"));
            assertEquals("ERR", connection.error("SELECT", 16).code());
        }
    }

    @Test
    void answersInfoAsClientsExpectIt() {
        try (RespConnection connection = node.connect()) {
            Info info = Info.of(connection);
            assertTrue(info.text("redis_version").startsWith("7."));
            assertEquals("standalone", info.text("redis_mode"));
            assertEquals("master", info.text("role"));
            assertEquals("0", info.text("loading"));
            assertEquals("0", info.text("cluster_enabled"));
            assertEquals("0", info.text("blocked_clients"));
            assertEquals("noeviction", info.text("maxmemory_policy"));
            assertEquals(node.pid(), info.number("process_id"));
            assertEquals(node.port(), info.number("tcp_port"));
            assertEquals(1, info.number("members_up"));
        }
    }

    @Test
    void speaksResp3AfterHello() {
        try (RespConnection connection = node.connect()) {
            List<String> hello = connection.texts("HELLO", 3);
            assertEquals("3", hello.get(hello.indexOf("proto") + 1));
            assertNull(connection.call("GET", "nothing"));
            assertEquals("OK", connection.text("SET", "k", "v"));
            assertEquals("v", connection.text("GET", "k"));
        }
    }

    @Test
    void stopsCleanlyAndComesBackWithItsData() {
        try (RespConnection connection = node.connect()) {
            connection.text("SET", "kept", "value");
            connection.text("SET", "brief", "value", "EX", 1_000);
        }
        assertEquals(0, node.terminate(), node::log);
        node.restart();
        try (RespConnection connection = node.connect()) {
            assertEquals("value", connection.text("GET", "kept"));
            assertTrue(connection.number("TTL", "brief") > 900);
            assertEquals(2, connection.number("DBSIZE"));
        }
    }
}
