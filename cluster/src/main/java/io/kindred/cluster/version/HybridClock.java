package io.kindred.cluster.version;

/**
 * A hybrid logical clock: stamps that follow the wall clock, yet always rise, and rise above what was received.
 *
 * <p>A stamp is 48 bits of milliseconds since 1970 and 16 bits that count within one. More than 65,536 stamps in a
 * millisecond carry into the next. A stamp that is further ahead of the wall clock than {@code maxSkewMillis} does not
 * move this clock: one node with a wrong date must not drag the whole cluster there.
 *
 * <p>Owned by: one thread. Source: "Logical Physical Clocks" (Kulkarni and others, 2014).
 */
public final class HybridClock {

    private static final int LOGICAL_BITS = 16;

    /** No later millisecond has a stamp. */
    static final long MILLIS_MAX = Long.MAX_VALUE >>> LOGICAL_BITS;

    /** Some thousands of years of stamps are above it. */
    private static final long RAISED_MAX = Long.MAX_VALUE / 2;

    private final long maxSkewMillis;
    private long last;
    private long refused;

    public HybridClock(long maxSkewMillis) {
        this.maxSkewMillis = maxSkewMillis;
    }

    public long maxSkewMillis() {
        return maxSkewMillis;
    }

    /** The first stamp of a millisecond. */
    public static long ofMillis(long millis) {
        return millis << LOGICAL_BITS;
    }

    /** The milliseconds since 1970 of a stamp. */
    public static long millis(long stamp) {
        return stamp >>> LOGICAL_BITS;
    }

    /** A stamp above every one that this clock gave or observed. */
    public long next(long wallMillis) {
        last = Math.max(last + 1, ofMillis(wallMillis));
        return last;
    }

    /** Moves the clock past a received stamp; false if that is too far in the future, and the clock stays. */
    public boolean observe(long stamp, long wallMillis) {
        if (stamp <= last) {
            return true;
        }
        if (millis(stamp) > wallMillis + maxSkewMillis) {
            refused++;
            return false;
        }
        last = stamp;
        return true;
    }

    /** From now on stamps are above this one, however far ahead it is; but never so far that there are none above it. */
    public void raise(long stamp) {
        last = Math.max(last, Math.min(stamp, RAISED_MAX));
    }

    /**
     * A stamp above {@code stamp}, too, for a write that has to win over it. Where the clock refuses to go there, the
     * stamp is just above, and the clock stays: only the one key pays for the wrong date.
     */
    public long nextAbove(long stamp, long wallMillis) {
        if (observe(stamp, wallMillis)) {
            return next(wallMillis);
        }
        return stamp == Long.MAX_VALUE ? stamp : stamp + 1;
    }

    /** The newest stamp given or observed. */
    public long last() {
        return last;
    }

    /** How many stamps were too far in the future. */
    public long refused() {
        return refused;
    }
}
