package io.kindred.cluster.quorum;

import io.kindred.cluster.version.HybridClock;

/** The clocks as they stood when the step began, and the hybrid logical clock that follows them. */
public final class Clocks {
    private final HybridClock hybrid;
    private long nanos;
    private long wallMillis;

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

    long skewMaxMillis() {
        return hybrid.maxSkewMillis();
    }

    public long skewsRefused() {
        return hybrid.refused();
    }
}
