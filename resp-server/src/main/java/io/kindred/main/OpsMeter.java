package io.kindred.main;

import java.util.function.LongSupplier;

/**
 * How many commands a second there were lately: samples of the running total, the oldest of which is compared with the
 * newest.
 *
 * <p>Owned by: the loop thread.
 */
final class OpsMeter {
    static final long SAMPLE_MILLIS = 200;
    private static final int SAMPLES = 8;

    private final LongSupplier total;
    private final LongSupplier nanos;
    private final long[] totals = new long[SAMPLES];
    private final long[] times = new long[SAMPLES];
    private int taken;

    OpsMeter(LongSupplier total, LongSupplier nanos) {
        this.total = total;
        this.nanos = nanos;
    }

    void sample() {
        totals[taken % SAMPLES] = total.getAsLong();
        times[taken % SAMPLES] = nanos.getAsLong();
        taken++;
    }

    /** 0 where the total was set back meanwhile. */
    long perSecond() {
        if (taken < 2) {
            return 0;
        }
        int newest = (taken - 1) % SAMPLES;
        int oldest = taken <= SAMPLES ? 0 : taken % SAMPLES;
        long elapsedNanos = times[newest] - times[oldest];
        return elapsedNanos <= 0 ? 0 : Math.max(0, Math.round((totals[newest] - totals[oldest]) * 1e9 / elapsedNanos));
    }
}
