package io.kindred.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LatencyHistogramTest {
    @Test
    void quantilesAreExactToAnEighth() {
        long seed = 1;
        Random random = new Random(seed);
        LatencyHistogram one = new LatencyHistogram();
        LatencyHistogram other = new LatencyHistogram();
        long[] all = new long[10_000];
        for (int i = 0; i < all.length; i++) {
            all[i] = 1L << 10 + random.nextInt(23) | random.nextLong(1 << 10);
            (i % 3 == 0 ? one : other).record(all[i]);
        }
        Arrays.sort(all);
        for (double part : new double[] {0.01, 0.5, 0.9, 0.99, 0.999, 1}) {
            long exact = all[(int) Math.ceil(part * all.length) - 1];
            long found = LatencyHistogram.quantileNanos(part, List.of(one, other));
            assertTrue(
                    found >= exact && found <= exact + exact / 8 + 1,
                    part + " of seed " + seed + ": " + found + " is not " + exact);
        }
    }

    @Test
    void bucketsHoldWhatIsBelowTheirEnd() {
        long[] ends = LatencyHistogram.coarseEndsNanos();
        for (int i = 0; i < ends.length; i++) {
            LatencyHistogram histogram = new LatencyHistogram();
            histogram.record(ends[i] - 1);
            histogram.record(ends[i]);
            long[] counts = histogram.coarseCounts();
            assertEquals(1, counts[i], "below " + ends[i]);
            assertEquals(1, counts[i + 1], "from " + ends[i]);
        }
    }

    @Test
    void extremesAreCounted() {
        LatencyHistogram histogram = new LatencyHistogram();
        histogram.record(-5);
        histogram.record(0);
        histogram.record(Long.MAX_VALUE / 4);
        long[] counts = histogram.coarseCounts();
        assertEquals(2, counts[0]);
        assertEquals(1, counts[counts.length - 1]);
        assertEquals(3, histogram.count());
        histogram.reset();
        assertEquals(0, histogram.count());
        assertEquals(0, LatencyHistogram.quantileNanos(0.5, List.of(histogram)));
    }
}
