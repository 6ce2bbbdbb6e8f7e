package io.kindred.it;

import java.util.Arrays;

/** How long requests took. */
record Latencies(int count, double p50Millis, double p99Millis, double p999Millis, double maxMillis) {
    static Latencies of(long[] nanos) {
        long[] sorted = nanos.clone();
        Arrays.sort(sorted);
        return new Latencies(sorted.length, at(sorted, 0.5), at(sorted, 0.99), at(sorted, 0.999), at(sorted, 1));
    }

    /** The smallest that is not exceeded by more than the rest; no requests: 0. */
    private static double at(long[] sorted, double part) {
        if (sorted.length == 0) {
            return 0;
        }
        int rank = (int) Math.ceil(part * sorted.length);
        return sorted[Math.max(0, rank - 1)] / 1e6;
    }

    @Override
    public String toString() {
        return String.format(
                "%6d requests, p50 %.1f ms, p99 %.1f ms, p99.9 %.1f ms, max %.1f ms",
                count, p50Millis, p99Millis, p999Millis, maxMillis);
    }
}
