package io.kindred.cluster.handoff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.version.HybridClock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StampCountsTest {
    private static final long SECOND = HybridClock.ofMillis(1_000);

    /** A tree of all stamps that are there says which is the oldest. Outages are long at first, and small and steady then. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void isCloseBelowTheOldestAndExactAgainWhenOutagesAreSmall(long seed) {
        Random random = new Random(seed);
        StampCounts counts = new StampCounts();
        TreeSet<Long> model = new TreeSet<>();
        long now = HybridClock.ofMillis(1_700_000_000_000L);
        long lastLate = 0;
        for (int step = 0; step < 40_000; step++) {
            boolean isLongOutage = step < 20_000;
            now += (long) (random.nextDouble() * 4 * SECOND);
            long stamp = now - (long) (random.nextDouble() * SECOND);
            if (model.add(stamp)) {
                counts.put(stamp);
            }
            if (isLongOutage ? model.size() > 1 && random.nextInt(3) == 0 : model.first() < now - 10 * SECOND) {
                long gone = isLongOutage ? anyOf(model, random) : model.first();
                model.remove(gone);
                counts.take(gone);
            }
            lastLate = model.first() - counts.oldest();
            assertTrue(counts.size() <= StampCounts.INTERVALS_MAX);
            assertTrue(lastLate >= 0, "seed " + seed + " step " + step);
            if (isLongOutage) {
                long span = now - model.first();
                assertTrue(lastLate <= 2 * SECOND + span / 64, "seed " + seed + ": " + lastLate / SECOND + " s");
            }
            while (!isLongOutage && model.first() < now - 20 * SECOND) {
                counts.take(model.pollFirst());
            }
        }
        assertTrue(lastLate <= 2 * SECOND, "seed " + seed + ": " + lastLate / SECOND + " s late at last");
    }

    private static long anyOf(TreeSet<Long> stamps, Random random) {
        long from = stamps.first() + (long) (random.nextDouble() * (stamps.last() - stamps.first()));
        return Objects.requireNonNull(stamps.ceiling(from));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void nothingIsLeftWhenAllIsTakenOut(long seed) {
        Random random = new Random(seed);
        StampCounts counts = new StampCounts();
        List<Long> stamps = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            stamps.add(random.nextLong(1L << 58) >>> random.nextInt(40));
            counts.put(stamps.get(i));
        }
        Collections.shuffle(stamps, random);
        stamps.forEach(counts::take);
        assertEquals(0, counts.size());
        assertEquals(Long.MAX_VALUE, counts.oldest());
        assertThrows(IllegalStateException.class, () -> counts.take(7));
    }
}
