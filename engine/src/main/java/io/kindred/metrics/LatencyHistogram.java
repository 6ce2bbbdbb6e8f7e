package io.kindred.metrics;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Counts durations by how long they were. Buckets are log-linear: eight of them from each power of two nanoseconds to the
 * next, so that a quantile is known to within an eighth. Below {@value #SHORTEST_SHIFT} bits (about a microsecond) and
 * above {@value #LONGEST_SHIFT} (about 17 seconds) there is one bucket each.
 *
 * <p>Recording is one increment in a plain array. An array is made by the first record: a histogram that counts nothing
 * costs nothing.
 *
 * <p>Owned by: one thread.
 */
public final class LatencyHistogram {
    private static final int SHORTEST_SHIFT = 10;
    private static final int LONGEST_SHIFT = 34;
    private static final int PART_BITS = 3;
    private static final int PARTS = 1 << PART_BITS;
    private static final int BUCKETS = (LONGEST_SHIFT - SHORTEST_SHIFT) * PARTS + 1;

    private long @Nullable [] counts;
    private long total;
    private long sumNanos;

    /** A negative duration, of a clock that went back, counts as none. */
    public void record(long nanos) {
        long[] buckets = counts;
        if (buckets == null) {
            buckets = new long[BUCKETS];
            counts = buckets;
        }
        long duration = Math.max(0, nanos);
        buckets[bucket(duration)]++;
        total++;
        sumNanos += duration;
    }

    private static int bucket(long nanos) {
        if (nanos < 1L << SHORTEST_SHIFT) {
            return 0;
        }
        int power = Long.SIZE - 1 - Long.numberOfLeadingZeros(nanos);
        if (power >= LONGEST_SHIFT) {
            return BUCKETS - 1;
        }
        int part = (int) (nanos >>> (power - PART_BITS)) & (PARTS - 1);
        return (power - SHORTEST_SHIFT) * PARTS + part;
    }

    /** What a bucket's durations are below. */
    private static long endNanos(int bucket) {
        int power = SHORTEST_SHIFT + bucket / PARTS;
        return (1L << power) + (((long) bucket % PARTS + 1) << (power - PART_BITS));
    }

    public long count() {
        return total;
    }

    public long sumNanos() {
        return sumNanos;
    }

    /** The ends of the coarse buckets of {@link #coarseCounts}, in nanoseconds: each is twice the one before. */
    public static long[] coarseEndsNanos() {
        long[] ends = new long[LONGEST_SHIFT - SHORTEST_SHIFT];
        for (int i = 0; i < ends.length; i++) {
            ends[i] = 2L << (SHORTEST_SHIFT + i);
        }
        return ends;
    }

    /** How many durations were in each coarse bucket; behind the last one, those that were longer than all. */
    public long[] coarseCounts() {
        long[] coarse = new long[LONGEST_SHIFT - SHORTEST_SHIFT + 1];
        long[] buckets = counts;
        for (int i = 0; buckets != null && i < BUCKETS; i++) {
            coarse[i / PARTS] += buckets[i];
        }
        return coarse;
    }

    /**
     * The duration that this part of all was not longer than, to within an eighth; 0 where nothing is recorded.
     *
     * @param part from 0 to 1
     */
    public static long quantileNanos(double part, List<LatencyHistogram> histograms) {
        long all = histograms.stream().mapToLong(LatencyHistogram::count).sum();
        if (all == 0) {
            return 0;
        }
        long rank = Math.max(1, (long) Math.ceil(part * all));
        long seen = 0;
        for (int i = 0; i < BUCKETS; i++) {
            for (LatencyHistogram each : histograms) {
                long[] buckets = each.counts;
                seen += buckets == null ? 0 : buckets[i];
            }
            if (seen >= rank) {
                return endNanos(i);
            }
        }
        throw new IllegalStateException("fewer durations than were counted");
    }

    /** As it was at first. */
    public void reset() {
        counts = null;
        total = 0;
        sumNanos = 0;
    }
}
