package io.kindred.cluster.membership;

/**
 * How regularly a member's signs of life come: the mean of the intervals and their mean deviation, as running averages that
 * forget.
 */
final class Arrivals {
    /** A new interval counts for an eighth. */
    private static final int WEIGHT_BITS = 3;
    /** Silence is unusual past so many deviations above the mean. */
    private static final int DEVIATIONS = 8;
    /** What a silence may at most teach, as a multiple of the bound before it. */
    private static final int LESSON_MAX = 2;

    private final long intervalNanos;
    private long meanNanos;
    private long deviationNanos;
    private long lastNanos;

    /** @param expectedNanos the interval to reckon with until it has been seen */
    Arrivals(long intervalNanos, long expectedNanos, long nowNanos) {
        this.intervalNanos = intervalNanos;
        this.meanNanos = expectedNanos;
        this.deviationNanos = expectedNanos / 2;
        this.lastNanos = nowNanos;
    }

    void arrived(long nowNanos) {
        long interval = Math.min(nowNanos - lastNanos, LESSON_MAX * boundNanos());
        lastNanos = nowNanos;
        long off = interval - meanNanos;
        meanNanos += off >> WEIGHT_BITS;
        deviationNanos += (Math.abs(off) - deviationNanos) >> WEIGHT_BITS;
    }

    /** The silence past which a member is stale. */
    long boundNanos() {
        return Math.max(3 * intervalNanos, meanNanos + DEVIATIONS * deviationNanos + intervalNanos);
    }

    /** This node was not there for so long: no arrival is late by that. */
    void forgive(long nanos, long nowNanos) {
        lastNanos = Math.min(nowNanos, lastNanos + nanos);
    }
}
