package io.kindred.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Five million keys with values of 100 bytes, in an engine that believes in a heap of 512 MB. */
@Tag("long")
final class ManyKeysTest {
    private static final int KEYS = 5_000_000;
    private static final int COMMIT = 100;
    private static final long OPEN_SECONDS_MAX = 10;

    @TempDir
    Path directory = Path.of("unset");

    private static byte[] key(long number) {
        long mixed = number * 0x9E3779B97F4A7C15L;
        return ByteBuffer.allocate(20)
                .putInt((int) (mixed >>> 54))
                .putLong(mixed)
                .putLong(number)
                .array();
    }

    private static byte[] value(long number) {
        return ByteBuffer.allocate(100).putLong(number).array();
    }

    @Test
    void opensWithinSecondsAndHoldsThemAll() throws Exception {
        EngineOptions options = EngineOptions.forHeap(512L << 20);
        OwnerQueue owner = new OwnerQueue();
        try (LsmEngine engine = LsmEngine.open(directory, options, owner)) {
            EngineDriver driver = new EngineDriver(engine, owner);
            for (int i = 0; i < KEYS; i += COMMIT) {
                for (int j = i; j < i + COMMIT; j++) {
                    engine.put(key(j), value(j), 1);
                }
                assertNull(driver.commit());
                if (engine.stallNanos() > StorageEngine.STALL_NANOS_MAX / 10) {
                    owner.runUntil(() -> engine.stallNanos() == 0);
                }
            }
        }
        long start = System.nanoTime();
        try (LsmEngine engine = LsmEngine.open(directory, options, owner)) {
            double seconds = (System.nanoTime() - start) / 1e9;
            System.out.printf(Locale.ROOT, "opened %,d keys in %.2f s: %s%n", KEYS, seconds, engine.stats());
            assertTrue(seconds < OPEN_SECONDS_MAX, () -> seconds + " s");
            EngineDriver driver = new EngineDriver(engine, owner);
            long[] sum = {0};
            engine.forEachCount((group, count) -> sum[0] += count);
            assertEquals(KEYS, sum[0]);
            for (long i = 0; i < KEYS; i += 997) {
                byte[] found = driver.read(key(i)).result;
                assertTrue(found != null && ByteBuffer.wrap(found).getLong() == i, "key " + i);
            }
        }
    }
}
