package io.kindred.cluster.quorum;

/** How many read repairs may be sent: a bucket that fills with time, so that repairs never crowd out requests. */
public final class RepairBudget {
    private static final long PER_SECOND = 2_000;
    private static final long ROOM = 4_000;
    private static final long NANOS_EACH = 1_000_000_000L / PER_SECOND;

    private long fullAtNanos = Long.MIN_VALUE;

    /** Whether one more may be sent now. */
    boolean take(long nowNanos) {
        long from = Math.max(fullAtNanos, nowNanos);
        if (from - nowNanos > (ROOM - 1) * NANOS_EACH) {
            return false;
        }
        fullAtNanos = from + NANOS_EACH;
        return true;
    }
}
