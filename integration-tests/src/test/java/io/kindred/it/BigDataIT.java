package io.kindred.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** More data than memory: a small heap takes five million keys, reads them back, and is soon there again after a stop. */
@Tag("long")
final class BigDataIT {
    private static final int KEYS = Integer.getInteger("kindred.keys", 5_000_000);
    private static final int WRITERS = 4;
    private static final int PIPELINE = 500;
    private static final int SAMPLES = 20_000;
    private static final Duration START_WITHIN = Duration.ofSeconds(10);
    private final Seed seed = Seed.of(BigDataIT.class);

    @Test
    void fiveMillionKeysInHalfAGigabyteOfHeap(@TempDir Path dir) {
        NodeOptions options = NodeOptions.of("n1", dir).withJvm("-Xmx512m");
        try (KindredProcess node = KindredProcess.started(options)) {
            long begun = System.nanoTime();
            load(node);
            System.out.printf("%,d keys written in %.1f s%n", KEYS, seconds(begun));
            readBack(node);
            assertTrue(!node.log().contains("OutOfMemoryError"), node::log);

            assertEquals(0, node.terminate(), node::log);
            startsSoon(node, "a clean stop");
            readBack(node);

            overwriteSome(node);
            node.kill();
            startsSoon(node, "SIGKILL");
            readBack(node);
        }
    }

    private static void load(KindredProcess node) {
        Crowd.run(WRITERS, writer -> {
            try (RespConnection connection = node.connect()) {
                for (int from = writer * PIPELINE; from < KEYS; from += WRITERS * PIPELINE) {
                    int to = Math.min(KEYS, from + PIPELINE);
                    for (int key = from; key < to; key++) {
                        connection.send("SET", "key:" + key, value(key));
                    }
                    for (int key = from; key < to; key++) {
                        assertEquals("OK", connection.receive());
                    }
                }
            }
            return 0;
        });
    }

    private static void overwriteSome(KindredProcess node) {
        try (RespConnection connection = node.connect()) {
            for (int key = 0; key < KEYS; key += KEYS / 1_000) {
                assertEquals("OK", connection.text("SET", "key:" + key, value(key)));
            }
        }
    }

    private static void startsSoon(KindredProcess node, String after) {
        long begun = System.nanoTime();
        node.restart();
        double seconds = seconds(begun);
        System.out.printf("start after %s: %.1f s%n", after, seconds);
        assertTrue(seconds < START_WITHIN.toSeconds(), () -> "start after " + after + " took " + seconds + " s");
    }

    private void readBack(KindredProcess node) {
        Random random = seed.random(0);
        try (RespConnection connection = node.connect()) {
            assertEquals(KEYS, connection.number("DBSIZE"));
            for (int i = 0; i < SAMPLES; i++) {
                int key = random.nextInt(KEYS);
                assertEquals(value(key), connection.text("GET", "key:" + key), () -> "key:" + key + "; " + seed);
            }
        }
    }

    /** A hundred bytes that tell which key's they are. */
    private static String value(int key) {
        return (key + ".").repeat(13).concat("x".repeat(100)).substring(0, 100);
    }

    private static double seconds(long begunNanos) {
        return (System.nanoTime() - begunNanos) / 1e9;
    }
}
