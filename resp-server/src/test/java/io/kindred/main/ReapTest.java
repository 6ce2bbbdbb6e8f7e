package io.kindred.main;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real nodes with a short grace: what was deleted, or has expired, leaves all of them. */
class ReapTest {
    private static final long SECOND = 1_000_000_000L;
    private static final List<String> THREE = List.of("ra", "rb", "rc");

    @TempDir
    Path dir;

    private static final int PIPELINE = 100;

    private static final List<String> SHORT_TIMES = List.of(
            "--gossip-interval-ms",
            "50",
            "--suspect-after-ms",
            "1000",
            "--request-timeout-ms",
            // Three nodes in one JVM, whose collections stop all of them at once.
            "3000",
            "--max-clock-skew-ms",
            "100",
            "--anti-entropy-interval-s",
            "1",
            "--tombstone-grace-s",
            "1");

    @Test
    void deletedAndExpiredKeysLeaveAllNodes() throws Exception {
        reap(THREE, 2_000, 60);
    }

    @Test
    void aNodeAloneReapsToo() throws Exception {
        reap(List.of("ra"), 200, 60);
    }

    /** Prints what the tables took before and after. */
    @Test
    @Tag("long")
    void aMillionDeletesLeaveTheDisk() throws Exception {
        reap(THREE, Integer.getInteger("kindred.reap.keys", 1_000_000), 1_800);
    }

    private void reap(List<String> names, int keys, int secondsMax) throws Exception {
        try (LocalNodes nodes = new LocalNodes(dir)) {
            List<RespClient> clients = new ArrayList<>();
            String seed = "";
            for (String name : names) {
                List<String> directives = new ArrayList<>(SHORT_TIMES);
                if (!seed.isEmpty()) {
                    directives.addAll(List.of("--seeds", seed));
                }
                Node node = nodes.start(name, directives.toArray(new String[0]));
                seed = seed.isEmpty() ? "127.0.0.1:" + LocalNodes.clusterPort(node) : seed;
                clients.add(new RespClient(node.port()));
            }
            RespClient first = clients.get(0);
            pipelined(first, keys, i -> new String[] {"SET", "k" + i, "a value of some length " + i});
            assertEquals("OK", first.text("SET", "stays", "v"));
            long before = tableBytes(clients);
            pipelined(
                    first,
                    keys,
                    i -> i % 2 == 0 ? new String[] {"DEL", "k" + i} : new String[] {"PEXPIRE", "k" + i, "1"});
            long begun = System.nanoTime();
            for (RespClient client : clients) {
                while (gone(client) < keys) {
                    assertTrue(System.nanoTime() - begun < secondsMax * SECOND, () -> info(client));
                }
                assertEquals(List.of("", List.of()), client.list("KIN.GET", "k0"), "nothing is known of it any more");
                assertEquals("1", client.text("DBSIZE"));
                assertEquals("v", client.text("GET", "stays"));
                assertEquals("", LocalNodes.info(client, "reap_blocked_by"));
                assertEquals("0", LocalNodes.info(client, "scrub_mismatches"));
            }
            System.out.println(
                    keys + " keys reaped on " + names.size() + " nodes after " + (System.nanoTime() - begun) / SECOND
                            + " s; table bytes " + before + " before the deletes, " + tableBytes(clients) + " now");
            for (RespClient client : clients) {
                client.close();
            }
        }
    }

    private static void pipelined(RespClient client, int count, IntFunction<String[]> command) throws Exception {
        for (int from = 0; from < count; from += PIPELINE) {
            int to = Math.min(count, from + PIPELINE);
            for (int i = from; i < to; i++) {
                client.send(command.apply(i));
            }
            for (int i = from; i < to; i++) {
                Object reply = client.read();
                assertFalse(reply instanceof RespClient.Failure, () -> String.valueOf(reply));
            }
        }
    }

    private static long gone(RespClient client) throws Exception {
        return Long.parseLong(LocalNodes.info(client, "tombstones_reaped"))
                + Long.parseLong(LocalNodes.info(client, "expired_keys"));
    }

    private static long tableBytes(List<RespClient> clients) throws Exception {
        long bytes = 0;
        for (RespClient client : clients) {
            bytes += Long.parseLong(LocalNodes.info(client, "table_bytes"));
        }
        return bytes;
    }

    private static String info(RespClient client) {
        try {
            return client.text("INFO", "kindred");
        } catch (Exception e) {
            return e.toString();
        }
    }
}
