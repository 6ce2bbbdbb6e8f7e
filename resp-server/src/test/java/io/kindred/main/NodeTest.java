package io.kindred.main;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One whole node, talked to over its socket. */
class NodeTest {
    @TempDir
    Path dir;

    private LocalNodes nodes;
    private Node node;
    private RespClient client;

    @BeforeEach
    void startNode() throws Exception {
        nodes = new LocalNodes(dir);
        node = nodes.start("n1");
        client = new RespClient(node.port());
    }

    @AfterEach
    void stopNodes() throws Exception {
        client.close();
        nodes.close();
    }

    @Test
    void runsDataCommands() throws Exception {
        assertEquals("OK", client.call("SET", "k", "v"));
        assertEquals("v", client.call("GET", "k"));
        assertNull(client.call("GET", "none"));
        assertEquals(1L, client.call("INCR", "c"));
        assertEquals(2L, client.call("INCR", "c"));
        assertEquals(1L, client.call("EXPIRE", "c", "100"));
        assertEquals(100L, client.call("TTL", "c"));
        assertEquals(2L, client.call("DBSIZE"));
        assertEquals(1L, client.call("DEL", "k", "none"));
        assertNull(client.call("GET", "k"));
        assertEquals(1L, client.call("DBSIZE"));
        assertEquals(List.of("c"), client.call("KEYS", "*"));
        assertEquals("c", client.call("RANDOMKEY"));
        assertEquals("OK", client.call("FLUSHALL"));
        assertEquals(0L, client.call("DBSIZE"));
    }

    @Test
    void answersPipelinedCommandsInOrder() throws Exception {
        for (int i = 0; i < 500; i++) {
            client.send("SET", "k", "v" + i);
            client.send("GET", "k");
            client.send("INCR", "c");
        }
        for (int i = 0; i < 500; i++) {
            assertEquals("OK", client.read());
            assertEquals("v" + i, client.read());
            assertEquals(i + 1L, client.read());
        }
    }

    @Test
    void scanGivesEveryKeyOnce() throws Exception {
        Set<String> set = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            client.send("SET", "key:" + i, "v");
            set.add("key:" + i);
        }
        for (int i = 0; i < 1000; i++) {
            assertEquals("OK", client.read());
        }
        List<Object> seen = new ArrayList<>();
        String cursor = "0";
        do {
            List<?> page = client.list("SCAN", cursor, "COUNT", "100");
            cursor = (String) page.get(0);
            seen.addAll((List<?>) page.get(1));
        } while (!cursor.equals("0"));
        assertEquals(set, new HashSet<>(seen));
        assertEquals(set.size(), seen.size());
    }

    @Test
    void databasesAreApart() throws Exception {
        client.call("SET", "k", "zero");
        assertEquals("OK", client.call("SELECT", "3"));
        assertNull(client.call("GET", "k"));
        client.call("SET", "k", "three");
        String info = client.text("INFO", "keyspace");
        assertEquals("# Keyspace\r\ndb0:keys=1,expires=0,avg_ttl=0\r\ndb3:keys=1,expires=0,avg_ttl=0\r\n", info);
        client.call("FLUSHDB");
        assertEquals("# Keyspace\r\ndb0:keys=1,expires=0,avg_ttl=0\r\n", client.text("INFO", "keyspace"));
    }

    @Test
    void anExpiredKeyLeavesTheCounts() throws Exception {
        client.call("SET", "for-ever", "v");
        client.call("SET", "soon", "v", "PX", "60");
        client.call("SET", "later", "v", "EX", "1000");
        client.call("SET", "kept", "v", "EX", "1000");
        client.call("PERSIST", "kept");
        while (client.call("GET", "soon") != null) {
            Thread.onSpinWait();
        }
        assertEquals(3L, client.call("DBSIZE"));
        String info = client.text("INFO", "keyspace");
        assertTrue(info.matches("# Keyspace\\r\\ndb0:keys=3,expires=1,avg_ttl=(9[89]|100)\\d{4}\\r\\n"), info);
        client.close();
        nodes.stop("n1");
        node = nodes.start("n1");
        client = new RespClient(node.port());
        assertEquals(3L, client.call("DBSIZE"));
        assertTrue(client.text("INFO", "keyspace").startsWith("# Keyspace\r\ndb0:keys=3,expires=1,avg_ttl="));
        client.call("DEL", "later");
        assertEquals("# Keyspace\r\ndb0:keys=2,expires=0,avg_ttl=0\r\n", client.text("INFO", "keyspace"));
        client.call("SET", "again", "v", "PX", "1");
        client.call("FLUSHALL");
        assertEquals("# Keyspace\r\n", client.text("INFO", "keyspace"));
    }

    @Test
    void restartKeepsData() throws Exception {
        for (int i = 0; i < 100; i++) {
            client.call("SET", "k" + i, "v" + i);
        }
        client.call("DEL", "k7");
        client.close();
        nodes.stop("n1");
        node = nodes.start("n1");
        client = new RespClient(node.port());
        for (int i = 0; i < 100; i++) {
            assertEquals(i == 7 ? null : "v" + i, client.call("GET", "k" + i));
        }
        assertEquals(99L, client.call("DBSIZE"));
        assertEquals("1", LocalNodes.info(client, "started_clean"));
        assertEquals("1", LocalNodes.info(client, "incarnation"));
        assertTrue(Long.parseLong(LocalNodes.info(client, "generation")) > 1);
        assertEquals("0", LocalNodes.info(client, "start_in_doubt"));
    }

    @Test
    void infoHasWhatClientsLookFor() throws Exception {
        client.call("SET", "k", "v");
        String info = client.text("INFO");
        for (String line : List.of(
                "redis_mode:standalone",
                "role:master",
                "loading:0",
                "cluster_enabled:0",
                "blocked_clients:0",
                "maxmemory_policy:noeviction",
                "connected_clients:1",
                "tcp_port:" + node.port(),
                "process_id:" + ProcessHandle.current().pid(),
                "node_name:n1",
                "partitions_owned:1024",
                "members_up:1",
                "db0:keys=1,expires=0,avg_ttl=0")) {
            assertTrue(info.contains("\r\n" + line + "\r\n"), line + " is not in\n" + info);
        }
        assertTrue(info.contains("\r\nredis_version:7."), info);
        assertTrue(Long.parseLong(LocalNodes.info(client, "total_commands_processed")) > 0);
        assertTrue(Long.parseLong(LocalNodes.info(client, "used_memory")) > 0);
        assertEquals(
                info.lines().count(), client.text("INFO", "default").lines().count());
        assertEquals("# Cluster\r\ncluster_enabled:0\r\n", client.text("INFO", "cluster"));
        assertEquals("", client.text("INFO", "nothing"));
    }

    @Test
    void resetStatSetsCountersToZero() throws Exception {
        client.call("PING");
        client.call("PING");
        assertEquals("OK", client.call("CONFIG", "RESETSTAT"));
        assertEquals("1", LocalNodes.info(client, "total_commands_processed"));
        assertEquals("0", LocalNodes.info(client, "total_connections_received"));
    }

    @Test
    void configSetTakesEffectAtOnce() throws Exception {
        assertEquals("OK", client.call("CONFIG", "SET", "max-value-bytes", "10", "requirepass", "secret"));
        assertEquals(List.of("max-value-bytes", "10"), client.call("CONFIG", "GET", "MAX-value-*"));
        assertInstanceOf(RespClient.Failure.class, client.call("SET", "k", "12345678901"));
        try (RespClient stranger = new RespClient(node.port())) {
            assertEquals(new RespClient.Failure("NOAUTH Authentication required."), stranger.call("GET", "k"));
            assertEquals("OK", stranger.call("AUTH", "secret"));
            assertNull(stranger.call("GET", "k"));
        }
    }

    @Test
    void clientsPastTheLimitAreTurnedAway() throws Exception {
        client.call("CONFIG", "SET", "maxclients", "1");
        try (RespClient second = new RespClient(node.port())) {
            assertEquals(new RespClient.Failure("ERR max number of clients reached"), second.read());
        }
    }

    @Test
    void shutdownEndsTheNodeInGoodOrder() throws Exception {
        client.send("SHUTDOWN");
        assertTrue(client.isAtEnd());
        assertEquals(Node.EXIT_OK, node.awaitEnd());
        assertThrows(IOException.class, () -> new RespClient(node.port()).close());
    }

    @Test
    void directoryInUseIsRefused() throws Exception {
        Node second = new Node(nodes.config("n1", List.of()), level -> {});
        StartFailed refused = assertThrows(StartFailed.class, second::start);
        assertTrue(String.valueOf(refused.getMessage()).contains("already in use"), refused.getMessage());
        assertEquals(Node.EXIT_FATAL, second.awaitEnd());
        assertEquals("PONG", client.call("PING"));
    }

    @Test
    void portInUseIsRefused() throws Exception {
        Node second = new Node(nodes.config("n2", List.of("--port", Integer.toString(node.port()))), level -> {});
        StartFailed refused = assertThrows(StartFailed.class, second::start);
        assertTrue(String.valueOf(refused.getMessage()).contains("127.0.0.1:" + node.port()), refused.getMessage());
    }

    @Test
    void nodeThatFindsNoSeedAnswersLoading() throws Exception {
        Node lost = new Node(nodes.config("n2", List.of("--seeds", "127.0.0.1:1")), level -> {});
        lost.start();
        try (RespClient other = new RespClient(lost.port())) {
            assertTrue(other.text("PING").contains("LOADING"));
            assertFalse(lost.whenServing().isDone());
        }
        lost.stop();
        assertEquals(Node.EXIT_OK, lost.awaitEnd());
    }
}
