package io.kindred.cluster.quorum;

import io.kindred.cluster.message.ClockReading;
import io.kindred.cluster.version.HybridClock;
import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.Versions;

/** The clocks as they stood when the step began, the hybrid logical clock that follows them, and those of the peers. */
public final class Clocks {
    private final HybridClock hybrid;
    private final PeerClocks peers = new PeerClocks();
    private final long start;
    private long nanos;
    private long wallMillis;
    private long highestWritten;
    private long highestGiven;
    private boolean isSet;
    private long setByMillis;

    public Clocks(HybridClock hybrid) {
        this(hybrid, 1);
    }

    /** @param start the number of this node's start, from 1 */
    public Clocks(HybridClock hybrid, long start) {
        this.hybrid = hybrid;
        this.start = start;
    }

    /**
     * What an earlier life has stored.
     *
     * @param given no stamp that it gave is above this one
     * @param kept nor is one of anything that it kept
     */
    public void recover(long given, long kept) {
        hybrid.raise(given);
        highestWritten = Math.max(highestWritten, kept);
    }

    public void advance(long nowNanos, long nowWallMillis) {
        long byMillis = nowWallMillis - wallMillis - (nowNanos - nanos) / 1_000_000;
        if (isSet && Math.abs(byMillis) > hybrid.maxSkewMillis()) {
            setByMillis += byMillis;
        }
        isSet = true;
        nanos = nowNanos;
        wallMillis = nowWallMillis;
    }

    public long nanos() {
        return nanos;
    }

    public long wallMillis() {
        return wallMillis;
    }

    /** What other nodes may know of these clocks. */
    public ClockReading reading() {
        return new ClockReading(start, nanos, wallMillis);
    }

    public PeerClocks peers() {
        return peers;
    }

    /** By how much the wall clock was set, or the machine suspended, since this was last asked; 0: not past what clocks may differ by. */
    public long takeSetByMillis() {
        long by = setByMillis;
        setByMillis = 0;
        return by;
    }

    /** For something that is written. */
    public long nextStamp() {
        return given(hybrid.next(wallMillis));
    }

    /** For something that only tells how far this clock has come. */
    public long tellStamp() {
        return hybrid.next(wallMillis);
    }

    /** The stamp itself where it is above {@code floor}, else one that is. */
    public long above(long stamp, long floor) {
        return stamp > floor ? stamp : given(hybrid.nextAbove(floor, wallMillis));
    }

    private long given(long stamp) {
        highestGiven = Math.max(highestGiven, stamp);
        return stamp;
    }

    /** The newest stamp that was given here to something that is written. */
    public long highestGiven() {
        return highestGiven;
    }

    /** All that is stamped from now on is above this stamp, however far ahead it is. */
    public void goAbove(long stamp) {
        hybrid.raise(stamp);
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

    /** Versions that another node has made are to be kept: this clock is not behind them from now on. */
    public void keeps(Versions versions) {
        for (Sibling sibling : versions.siblings()) {
            observe(sibling.stamp());
            written(sibling.stamp());
        }
    }

    public long highestWritten() {
        return highestWritten;
    }

    /** Above all stamps that this clock gave, and not below any that was ever written here. */
    public long stampOfAll() {
        return Math.max(hybrid.next(wallMillis), highestWritten);
    }

    /** By how much the hybrid clock is ahead of the wall clock: after that was set back, or after a flush. */
    public long stampsAheadMillis() {
        return Math.max(0, HybridClock.millis(hybrid.last()) - wallMillis);
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
