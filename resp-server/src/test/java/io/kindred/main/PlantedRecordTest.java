package io.kindred.main;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.ring.Md5Partitioner;
import io.kindred.cluster.ring.Placement;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.engine.EngineOptions;
import io.kindred.engine.LsmEngine;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A record that makes no sense is in a node's store: nothing stops at it, and it can be replaced or deleted. */
class PlantedRecordTest {
    private static final int KEYS = 200;
    private static final int PARTITIONS = 16;
    private static final String POISONED = "key:7";
    private static final String DELETED = "key:8";
    private static final String PADDING = "-".repeat(2_000);

    @TempDir
    Path dir;

    @Test
    void aNodeAloneGoesOnBesideIt() throws Exception {
        try (LocalNodes nodes = new LocalNodes(dir)) {
            try (RespClient client = new RespClient(start(nodes, "r1").port())) {
                setAll(client, "first");
            }
            nodes.stop("r1");
            plant("r1", POISONED, "no record begins like this".getBytes(StandardCharsets.US_ASCII));
            plant("r1", DELETED, new byte[] {-1});
            try (RespClient client = new RespClient(start(nodes, "r1").port())) {
                assertAllGoesOn(client);
            }
            nodes.stop("r1");
            try (RespClient client = new RespClient(start(nodes, "r1").port())) {
                assertAllGoesOn(client);
                assertTrue(Integer.parseInt(LocalNodes.info(client, "records_unreadable")) >= 2);
                assertEquals("OK", client.call("SET", POISONED, "new"));
                assertEquals("new", client.call("GET", POISONED));
                assertEquals(1L, client.call("DEL", DELETED));
                assertNull(client.call("GET", DELETED));
            }
            nodes.stop("r1");
            try (RespClient client = new RespClient(start(nodes, "r1").port())) {
                assertEquals("new", client.call("GET", POISONED));
                assertEquals(KEYS - 1, client.list("KEYS", "*").size());
            }
        }
    }

    @Test
    void aFlushTakesItAlong() throws Exception {
        try (LocalNodes nodes = new LocalNodes(dir)) {
            try (RespClient client = new RespClient(start(nodes, "r1").port())) {
                setAll(client, "first");
            }
            nodes.stop("r1");
            plant("r1", POISONED, new byte[] {0, 0, 0});
            try (RespClient client = new RespClient(start(nodes, "r1").port())) {
                assertEquals("OK", client.call("FLUSHALL"));
                assertEquals(0, client.list("KEYS", "*").size());
                assertEquals("OK", client.call("SET", POISONED, "new"));
                assertEquals("new", client.call("GET", POISONED));
            }
        }
    }

    @Test
    void theOthersMakeItGood() throws Exception {
        try (LocalNodes nodes = new LocalNodes(dir)) {
            Node first = start(nodes, "r1");
            String seed = "127.0.0.1:" + LocalNodes.clusterPort(first);
            start(nodes, "r2", "--seeds", seed);
            start(nodes, "r3", "--seeds", seed);
            try (RespClient client = new RespClient(first.port())) {
                setAll(client, "first");
                client.call("KIN.REPAIR");
            }
            nodes.stop("r2");
            plant("r2", POISONED, new byte[] {7});
            try (RespClient client =
                    new RespClient(start(nodes, "r2", "--seeds", seed).port())) {
                for (int i = 0; i < KEYS; i++) {
                    assertEquals(value("first", i), client.call("GET", "key:" + i));
                }
                await(client, "records_mended", 1);
                client.call("KIN.QUORUM", "R", "3");
                assertEquals(value("first", 7), client.call("GET", POISONED));
                assertEquals("0", LocalNodes.info(client, "records_unreadable"));
            }
        }
    }

    private static Node start(LocalNodes nodes, String name, String... more) throws Exception {
        List<String> all = new ArrayList<>(List.of(
                "--gossip-interval-ms", "50", "--ring-partitions", "" + PARTITIONS, "--memtable-bytes", "128kb"));
        all.addAll(List.of(more));
        return nodes.start(name, all.toArray(new String[0]));
    }

    private static String value(String text, int i) {
        return text + " of " + i + PADDING;
    }

    /** More than a memtable holds. */
    private static void setAll(RespClient client, String text) throws Exception {
        for (int i = 0; i < KEYS; i++) {
            assertEquals("OK", client.call("SET", "key:" + i, value(text, i)));
        }
    }

    private static void assertAllGoesOn(RespClient client) throws Exception {
        TreeSet<String> expected = new TreeSet<>();
        for (int i = 0; i < KEYS; i++) {
            expected.add("key:" + i);
        }
        TreeSet<String> keys = new TreeSet<>();
        client.list("KEYS", "*").forEach(key -> keys.add(String.valueOf(key)));
        assertEquals(expected, keys);
        TreeSet<String> scanned = new TreeSet<>();
        String cursor = "0";
        do {
            List<?> page = client.list("SCAN", cursor, "COUNT", "17");
            cursor = String.valueOf(page.get(0));
            ((List<?>) page.get(1)).forEach(key -> scanned.add(String.valueOf(key)));
        } while (!cursor.equals("0"));
        assertEquals(expected, scanned);
        for (int i = 0; i < 50; i++) {
            assertNotNull(client.call("RANDOMKEY"));
        }
        for (String key : List.of(POISONED, DELETED)) {
            for (String[] command : new String[][] {{"GET", key}, {"APPEND", key, "x"}, {"EXPIRE", key, "100"}}) {
                RespClient.Failure failure = assertInstanceOf(RespClient.Failure.class, client.call(command));
                assertTrue(failure.text().contains("UNREADABLE"), failure::text);
            }
        }
        int flushes = Integer.parseInt(LocalNodes.info(client, "flushes"));
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < KEYS; i++) {
                String key = "key:" + i;
                if (!key.equals(POISONED) && !key.equals(DELETED)) {
                    assertEquals("OK", client.call("SET", key, value("round " + round, i)));
                    assertEquals(value("round " + round, i), client.call("GET", key));
                }
            }
        }
        await(client, "flushes", flushes + 2);
    }

    private static void await(RespClient client, String field, int least) throws Exception {
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (Integer.parseInt(LocalNodes.info(client, field)) < least) {
            assertTrue(System.nanoTime() < deadlineNanos, client.text("INFO", "kindred"));
        }
    }

    /** The node has been stopped. */
    private void plant(String node, String key, byte[] senseless) throws Exception {
        byte[] name = key.getBytes(StandardCharsets.US_ASCII);
        Placement place = new Md5Partitioner().place(name, PARTITIONS);
        RecordKey storageKey = RecordKey.head(place.partition(), 0, place.hash(), name);
        ExecutorService owner = Executors.newSingleThreadExecutor();
        try {
            LsmEngine engine =
                    LsmEngine.open(dir.resolve(node).resolve("store"), EngineOptions.forHeap(64 << 20), owner);
            CompletableFuture<String> done = new CompletableFuture<>();
            owner.execute(() -> {
                engine.put(storageKey.bytes(), senseless, 0);
                engine.commit(failure -> done.complete(String.valueOf(failure)));
            });
            assertEquals("null", done.get(20, TimeUnit.SECONDS));
            CompletableFuture.runAsync(engine::close, owner).get(20, TimeUnit.SECONDS);
        } finally {
            owner.shutdown();
        }
    }
}
