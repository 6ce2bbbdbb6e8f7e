package io.kindred.engine;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Spreads a flush over a part of the time in which the memtable before it was filled: whole, it would take the disk and
 * the garbage collector a second in which requests wait. Once the next memtable fills faster than that there is no more
 * pause.
 *
 * <p>Owned by: the engine's owner, but for {@link #pause}, which is the flush thread's.
 */
final class FlushPace {
    /** A flush takes up to this part of the time that the memtable took to fill. */
    private static final int PARTS = 3;

    private static final double HURRY_FROM = 1.0 / PARTS;
    private static final long FLUSH_NANOS_MAX = TimeUnit.SECONDS.toNanos(10);
    /** Whoever stops the engine waits for no more than this. */
    private static final long PAUSE_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(50);

    private long sealedNanos;
    private volatile long flushNanos;
    private volatile boolean hurried;

    FlushPace(long nowNanos) {
        sealedNanos = nowNanos;
    }

    /** A memtable is full, and will be flushed. */
    void sealed(long nowNanos) {
        flushNanos = Math.min(FLUSH_NANOS_MAX, (nowNanos - sealedNanos) / PARTS);
        sealedNanos = nowNanos;
        hurried = false;
    }

    /** @param share how full the next one is, from 0 to 1 */
    void filled(double share) {
        hurried |= share > HURRY_FROM;
    }

    /** How long to pause before each of so many batches. */
    long pauseNanos(int batches) {
        return hurried ? 0 : Math.min(PAUSE_NANOS_MAX, flushNanos / Math.max(1, batches));
    }

    void pause(int batches) {
        long nanos = pauseNanos(batches);
        if (nanos > 0) {
            LockSupport.parkNanos(nanos);
        }
    }
}
