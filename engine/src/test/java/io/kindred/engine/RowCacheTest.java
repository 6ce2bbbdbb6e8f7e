package io.kindred.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
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

    private static byte @Nullable [] get(RowCache cache, byte[] key, int hash) {
        return cache.get(key, hash, ValueView.COPY);
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
        // Rows that share chunks; rows that have one each, too.
        int lengths = seed % 2 == 0 ? 300 : 2000;
        for (int i = 0; i < 20_000; i++) {
            int number = random.nextInt(150);
            byte[] value = random.nextInt(5) == 0 ? StorageEngine.ABSENT : new byte[random.nextInt(lengths)];
            if (value != StorageEngine.ABSENT) {
                random.nextBytes(value);
            }
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
                    byte[] found = get(cache, key(number), hash(number));
                    hits += found == null ? 0 : 1;
                    if (found != null) {
                        byte[] expected = newest.get(number);
                        assertEquals(expected == StorageEngine.ABSENT, found == StorageEngine.ABSENT);
                        assertArrayEquals(
                                expected, found, () -> "mvn -pl engine test -Dtest=RowCacheTest -Dseed=" + seed);
                    }
                }
            }
            assertTrue(cache.bytes() <= BYTES_MAX && cache.bytes() >= 0);
        }
        assertTrue(hits > 500, "the cache is of some use");
        for (int number = 0; number < 150; number++) {
            cache.remove(key(number), hash(number));
            assertNull(get(cache, key(number), hash(number)));
        }
    }

    /** As where keys are written over and over: each time their rows are taken away and come back later. */
    @Test
    void rowsThatAreTakenAwayLeaveNoHoles() {
        RowCache large = new RowCache(1 << 20);
        Random random = new Random(1);
        int keys = 5_000;
        for (int i = 0; i < 200_000; i++) {
            byte[] key = key(random.nextInt(keys));
            large.remove(key, KeyHash.of(key));
            large.put(key, KeyHash.of(key), new byte[85]);
        }
        int found = 0;
        for (int number = 0; number < keys; number++) {
            found += get(large, key(number), KeyHash.of(key(number))) == null ? 0 : 1;
        }
        // They take a little more than half of it.
        assertEquals(keys, found);
    }

    @Test
    void keepsWhatIsAskedForOverAStreamOfOthers() {
        byte[] hot = key(-1);
        cache.put(hot, KeyHash.of(hot), new byte[10]);
        for (int i = 0; i < 10_000; i++) {
            byte[] key = key(i);
            cache.put(key, KeyHash.of(key), new byte[10]);
            assertTrue(get(cache, hot, KeyHash.of(hot)) != null, "after " + i);
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
                assertNull(get(large, key, hash));
                large.put(key, hash, StorageEngine.ABSENT);
            }
        });
    }

    @Test
    void doesNotTakeAValueThatWouldDriveTheOthersOut() {
        cache.put(key(1), hash(1), new byte[100]);
        cache.put(key(2), hash(2), new byte[BYTES_MAX]);
        assertNull(get(cache, key(2), hash(2)));
        assertTrue(get(cache, key(1), hash(1)) != null);
    }
}
