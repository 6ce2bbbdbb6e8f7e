package io.kindred.cluster.core;

import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.quorum.Clocks;
import io.kindred.cluster.version.HybridClock;

/**
 * Keeps on the disk two bounds that no stamp has passed: none that this node gave, and none of anything that it keeps. So a
 * start knows what came before it, though the wall clock was set back meanwhile, and a flush after it takes what a wrong
 * clock had stamped.
 *
 * <p>The bounds are reserved ahead, once in half a second at most: no write waits for them. They go into the log before what
 * is stamped in the same step, so a killed process loses none. A machine that dies may lose the newest one with the last
 * second of its log, and the stamps of that second with it.
 */
final class StampReserve {
    /** So far ahead of the clock a bound is when it is stored. A node that was killed starts at most so far ahead of it. */
    private static final long STEP_MILLIS = 1_000;
    /** It is stored anew when no more than this is left. */
    private static final long LEFT_MIN_MILLIS = 500;
    /** When to try again where the disk did not take it; with whatever else goes there it is tried at once. */
    private static final long RETRY_NANOS = 100_000_000L;

    private static final int GIVEN = 0;
    private static final int KEPT = 1;

    private final Clocks clocks;
    private final Journal journal;
    /** Stored, or on their way to the disk. */
    private final long[] bounds = new long[2];

    private long retryNanos = Long.MIN_VALUE;

    StampReserve(Clocks clocks, Journal journal) {
        this.clocks = clocks;
        this.journal = journal;
    }

    /** Takes over what an earlier life has stored. */
    static void recover(Clocks clocks, int number, long bound) {
        clocks.recover(number == GIVEN ? bound : 0, bound);
    }

    /** At the beginning of a step: whatever it stamps is below the bound. */
    void before() {
        long reached = Math.max(clocks.lastStamp(), HybridClock.ofMillis(clocks.wallMillis()));
        reserve(GIVEN, reached + HybridClock.ofMillis(LEFT_MIN_MILLIS));
    }

    /** At its end: the clock may have been taken further, and others have stamped what came. */
    void after() {
        before();
        if (clocks.highestWritten() > bounds[GIVEN]) {
            reserve(KEPT, clocks.highestWritten());
        }
    }

    private void reserve(int number, long needed) {
        boolean isTime = journal.unpersisted() > 0 || clocks.nanos() >= retryNanos;
        if (needed <= bounds[number] || !isTime) {
            return;
        }
        long before = bounds[number];
        // What is kept may be stamped as high as can be.
        long step = HybridClock.ofMillis(STEP_MILLIS - LEFT_MIN_MILLIS);
        long bound = needed > Long.MAX_VALUE - step ? Long.MAX_VALUE : needed + step;
        bounds[number] = bound;
        journal.persistMeta(MetaKey.of(MetaKey.CLOCK, number), MetaKey.value(bound), verdict -> {
            if (verdict != Verdict.OK) {
                bounds[number] = Math.min(bounds[number], before);
                retryNanos = clocks.nanos() + RETRY_NANOS;
            }
        });
    }
}
