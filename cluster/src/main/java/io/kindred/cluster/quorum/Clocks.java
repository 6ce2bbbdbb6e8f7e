package io.kindred.cluster.quorum;

import io.kindred.cluster.version.HybridClock;

/** The clocks as they stood when the step began, and the hybrid logical clock that follows them. */
public final class Clocks {
    private final HybridClock hybrid;
    private long nanos;
    private long wallMillis;
    private long highestWritten;

    public Clocks(HybridClock hybrid) {
        this.hybrid = hybrid;
    }

    public void advance(long nowNanos, long nowWallMillis) {
        nanos = nowNanos;
        wallMillis = nowWallMillis;
    }

    public long nanos() {
        return nanos;
    }

    public long wallMillis() {
        return wallMillis;
    }

    public long nextStamp() {
        return hybrid.next(wallMillis);
    }

    /** The stamp itself where it is above {@code floor}, else one that is. */
    public long above(long stamp, long floor) {
        return stamp > floor ? stamp : hybrid.nextAbove(floor, wallMillis);
    }

    public boolean observe(long stamp) {
        return hybrid.observe(stamp, wallMillis);
    }

    public long lastStamp() {
        return hybrid.last();
    }

    /** A version with this stamp is kept, or was made, by this node. */
    public void written(long stamp) {
        highestWritten = Math.max(highestWritten, stamp);
    }

    /** Above all stamps that this clock gave, and not below any that was written here since this node was started. */
    public long stampOfAll() {
        return Math.max(hybrid.next(wallMillis), highestWritten);
    }

    /** By how much a stamp is ahead of the wall clock, beyond what clocks may differ by; 0: it is not. */
    public long aheadMillis(long stamp) {
        long ahead = HybridClock.millis(stamp) - wallMillis;
        return ahead > hybrid.maxSkewMillis() ? ahead : 0;
    }

    public long skewMaxMillis() {
        return hybrid.maxSkewMillis();
    }

    public long skewsRefused() {
        return hybrid.refused();
    }
}
