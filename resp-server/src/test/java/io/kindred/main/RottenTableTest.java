package io.kindred.main;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A bit turns over in a table of one of three nodes, while that is stopped. It goes on serving and writing. */
class RottenTableTest {
    private static final int KEYS = 1_500;
    private static final int BLOCK_BYTES = 4_096;
    private static final String PADDING = "-".repeat(500);

    @TempDir
    Path dir;

    @Test
    void theScrubFindsItAndTheOthersMakeItGood() throws Exception {
        try (LocalNodes nodes = new LocalNodes(dir)) {
            Node first = nodes.start("r1", directives());
            String seed = "127.0.0.1:" + LocalNodes.clusterPort(first);
            nodes.start("r2", directives("--seeds", seed));
            nodes.start("r3", directives("--seeds", seed));
            try (RespClient client = new RespClient(first.port())) {
                await(client, "members_up", 3);
                for (int i = 0; i < KEYS; i++) {
                    assertEquals("OK", client.call("SET", "key:" + i, value(i)));
                }
                client.call("KIN.REPAIR");
            }
            nodes.stop("r2");
            turnBits(dir.resolve("r2"), value(KEYS / 3).getBytes(StandardCharsets.ISO_8859_1), 1);
            Node again = nodes.start("r2", directives("--seeds", seed));
            try (RespClient client = new RespClient(again.port())) {
                await(client, "records_mended", 1);
                assertTrue(Integer.parseInt(LocalNodes.info(client, "scrub_unreadable")) > 0);
                await(client, "losses_accepted", 1);
                await(client, "records_unreadable", 0);
                await(client, "partitions_damaged", 0);
                await(client, "damaged_blocks", 0);
                client.call("KIN.QUORUM", "R", "1");
                for (int i = 0; i < KEYS; i++) {
                    assertEquals(value(i), client.call("GET", "key:" + i));
                }
                assertEquals(KEYS, client.list("KEYS", "*").size());
                int flushes = Integer.parseInt(LocalNodes.info(client, "flushes"));
                for (int i = 0; i < 4 * KEYS; i++) {
                    assertEquals("OK", client.call("SET", "key:" + i % KEYS, value(i)));
                }
                await(client, "flushes", flushes + 4);
                for (int i = 0; i < KEYS; i++) {
                    assertEquals(value(3 * KEYS + i), client.call("GET", "key:" + i));
                }
            }
        }
    }

    @Test
    void aNodeStartsThatCannotReadItsHints() throws Exception {
        try (LocalNodes nodes = new LocalNodes(dir)) {
            Node first = nodes.start("r1", directives());
            String seed = "127.0.0.1:" + LocalNodes.clusterPort(first);
            Node second = nodes.start("r2", directives("--seeds", seed));
            String seedToo = "127.0.0.1:" + LocalNodes.clusterPort(second);
            Node third = nodes.start("r3", directives("--seeds", seed));
            byte[] hint;
            try (RespClient client = new RespClient(third.port())) {
                await(client, "members_up", 3);
                long id = Long.parseUnsignedLong(LocalNodes.info(client, "node_id"), 16);
                hint = ByteBuffer.allocate(1 + Long.BYTES)
                        .put((byte) 3)
                        .putLong(id)
                        .array();
            }
            nodes.stop("r3");
            try (RespClient client = new RespClient(first.port())) {
                for (int i = 0; i < KEYS; i++) {
                    assertEquals("OK", client.call("SET", "key:" + i, value(i)));
                }
                await(client, "hints_pending", KEYS / 2);
            }
            nodes.stop("r1");
            turnBits(dir.resolve("r1"), hint, 3);
            Node again = nodes.start("r1", directives("--seeds", seedToo));
            try (RespClient client = new RespClient(again.port())) {
                assertTrue(Integer.parseInt(LocalNodes.info(client, "repair_debt_ranges")) > 0);
                third = nodes.start("r3", directives("--seeds", seedToo));
                await(client, "hints_pending", 0);
                await(client, "repair_debt_ranges", 0);
            }
            try (RespClient client = new RespClient(third.port())) {
                client.call("KIN.QUORUM", "R", "1");
                for (int i = 0; i < KEYS; i++) {
                    assertEquals(value(i), client.call("GET", "key:" + i));
                }
            }
        }
    }

    private static String value(int i) {
        return "<value of " + i + ">" + PADDING;
    }

    private static String[] directives(String... more) {
        List<String> all =
                List.of("--gossip-interval-ms", "50", "--ring-partitions", "16", "--memtable-bytes", "128kb");
        return Stream.concat(all.stream(), Stream.of(more)).toArray(String[]::new);
    }

    private static void await(RespClient client, String field, int least) throws Exception {
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        int value = Integer.parseInt(LocalNodes.info(client, field));
        while (least == 0 ? value > 0 : value < least) {
            assertTrue(System.nanoTime() < deadlineNanos, client.text("INFO", "kindred"));
            value = Integer.parseInt(LocalNodes.info(client, field));
        }
    }

    /** Near these bytes, which are in its tables: a bit in each of so many blocks. */
    private static void turnBits(Path node, byte[] near, int blocks) throws IOException {
        String wanted = new String(near, StandardCharsets.ISO_8859_1);
        int turned = 0;
        try (Stream<Path> files = Files.walk(node)) {
            for (Path table :
                    files.filter(file -> file.toString().endsWith(".ldb")).toList()) {
                byte[] bytes = Files.readAllBytes(table);
                String text = new String(bytes, StandardCharsets.ISO_8859_1);
                for (int at = text.indexOf(wanted);
                        at >= 0 && turned < blocks;
                        at = text.indexOf(wanted, at + BLOCK_BYTES)) {
                    bytes[at + 100] ^= 4;
                    turned++;
                }
                Files.write(table, bytes);
            }
        }
        assertEquals(blocks, turned);
    }
}
