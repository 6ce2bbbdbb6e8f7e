package io.kindred.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The row cache against a map. One seed: `mvn -pl engine test -Dtest=RowCacheTest -Dseed=N`. */
final class RowCacheTest {
    private static final int BYTES_MAX = 16 << 10;

    private final RowCache cache = new RowCache(BYTES_MAX);

    static LongStream seeds() {
        Long one = Long.getLong("seed");
        return one != null ? LongStream.of(one) : LongStream.rangeClosed(1, 20);
    }

    private static byte[] key(int number) {
        return ByteBuffer.allocate(4).putInt(number).array();
    }

    /** Few distinct hashes, so that chains are long. */
    private static int hash(int number) {
        return -number % 11;
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void neverGivesAnythingButTheNewestValueAndKeepsItsBounds(long seed) {
        Random random = new Random(seed);
        Map<Integer, byte[]> newest = new HashMap<>();
        int hits = 0;
        for (int i = 0; i < 20_000; i++) {
            int number = random.nextInt(150);
            byte[] value = random.nextInt(5) == 0 ? StorageEngine.ABSENT : new byte[random.nextInt(300)];
            switch (random.nextInt(6)) {
                case 0, 1 -> {
                    newest.put(number, value);
                    cache.put(key(number), hash(number), value);
                }
                case 2 -> {
                    newest.put(number, value);
                    cache.remove(key(number), hash(number));
                }
                case 3 -> cache.remove(key(number), hash(number));
                default -> {
                    byte[] found = cache.get(key(number), hash(number));
                    hits += found == null ? 0 : 1;
                    if (found != null) {
                        assertSame(
                                newest.get(number),
                                found,
                                () -> "mvn -pl engine test -Dtest=RowCacheTest -Dseed=" + seed);
                    }
                }
            }
            assertTrue(cache.bytes() <= BYTES_MAX && cache.bytes() >= 0);
        }
        assertTrue(hits > 500, "the cache is of some use");
        for (int number = 0; number < 150; number++) {
            cache.remove(key(number), hash(number));
        }
        assertEquals(0, cache.bytes());
    }

    @Test
    void keepsWhatIsAskedForOverAStreamOfOthers() {
        byte[] hot = key(-1);
        cache.put(hot, KeyHash.of(hot), new byte[10]);
        for (int i = 0; i < 10_000; i++) {
            byte[] key = key(i);
            cache.put(key, KeyHash.of(key), new byte[10]);
            assertTrue(cache.get(hot, KeyHash.of(hot)) != null, "after " + i);
        }
    }

    /** A full cache whose eviction follows the order of the hashes would crowd the entries that it has not come to. */
    @Test
    void aStreamOfSmallEntriesFindsEachInAFewSteps() {
        RowCache large = new RowCache(16 << 20);
        assertTimeoutPreemptively(Duration.ofSeconds(10), () -> {
            for (int i = 0; i < 2_000_000; i++) {
                byte[] key = key(i);
                int hash = KeyHash.of(key);
                assertNull(large.get(key, hash));
                large.put(key, hash, StorageEngine.ABSENT);
            }
        });
    }

    @Test
    void doesNotTakeAValueThatWouldDriveTheOthersOut() {
        cache.put(key(1), hash(1), new byte[100]);
        cache.put(key(2), hash(2), new byte[BYTES_MAX]);
        assertNull(cache.get(key(2), hash(2)));
        assertTrue(cache.get(key(1), hash(1)) != null);
    }
}
