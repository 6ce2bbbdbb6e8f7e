package io.kindred.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * SIGKILL of a node under load, over and over: no acknowledged write is missing afterwards.
 *
 * <p>Each writer overwrites its own few keys with numbers that only grow. After each restart a key must hold at least
 * the last acknowledged number and at most the last one sent.
 */
final class CrashIT {
    private static final int KILLS = Integer.getInteger("kindred.kills", 20);
    private static final int WRITERS = 4;
    private static final int KEYS_EACH = 200;
    private static final int PIPELINE = 8;
    private final Seed seed = Seed.of(CrashIT.class);
    private final long[][] sent = new long[WRITERS][KEYS_EACH];
    private final long[][] acknowledged = new long[WRITERS][KEYS_EACH];

    @ParameterizedTest
    @ValueSource(strings = {"always", "everysec"})
    void noAcknowledgedWriteIsMissingAfterSigkillUnderLoad(String appendfsync, @TempDir Path dir) {
        Random random = seed.random(0);
        try (KindredProcess node = KindredProcess.started(NodeOptions.of("n1", dir, "--appendfsync", appendfsync))) {
            for (int round = 0; round < KILLS; round++) {
                writeUntilKilled(node, 50 + random.nextInt(1_500));
                node.restart();
                verify(node, round);
            }
        }
    }

    private void writeUntilKilled(KindredProcess node, int writesBeforeKill) {
        AtomicLong writes = new AtomicLong();
        AtomicBoolean killed = new AtomicBoolean();
        Crowd.run(WRITERS + 1, client -> {
            if (client < WRITERS) {
                write(node, client, writes, killed);
                return 0;
            }
            Await.until("the node takes writes", Duration.ofSeconds(60), () -> writes.get() >= writesBeforeKill);
            killed.set(true);
            node.kill();
            return 0;
        });
    }

    /** Writes until the connection breaks, which is an error only if the node was not killed yet. */
    private void write(KindredProcess node, int writer, AtomicLong writes, AtomicBoolean killed) {
        try (RespConnection connection = node.connect()) {
            for (int next = 0; ; next += PIPELINE) {
                for (int i = next; i < next + PIPELINE; i++) {
                    int key = i % KEYS_EACH;
                    sent[writer][key]++;
                    connection.send("SET", key(writer, key), sent[writer][key]);
                }
                for (int i = next; i < next + PIPELINE; i++) {
                    connection.receive();
                    acknowledged[writer][i % KEYS_EACH]++;
                    writes.incrementAndGet();
                }
            }
        } catch (UncheckedIOException e) {
            if (!killed.get()) {
                throw e;
            }
        }
    }

    private void verify(KindredProcess node, int round) {
        try (RespConnection connection = node.connect()) {
            for (int writer = 0; writer < WRITERS; writer++) {
                for (int key = 0; key < KEYS_EACH; key++) {
                    String text = connection.text("GET", key(writer, key));
                    long found = text == null ? 0 : Long.parseLong(text);
                    assertTrue(
                            found >= acknowledged[writer][key] && found <= sent[writer][key],
                            "after kill " + round + " " + key(writer, key) + " is " + found + ", acknowledged "
                                    + acknowledged[writer][key] + ", sent " + sent[writer][key] + "; " + seed);
                    // What was sent but not acknowledged may have been applied: the next round goes on from there.
                    acknowledged[writer][key] = found;
                    sent[writer][key] = found;
                }
            }
        }
    }

    private static String key(int writer, int key) {
        return "w" + writer + "." + key;
    }
}
