package io.kindred.cluster.quorum;

/**
 * How long peers take to answer, and so when an answer is late.
 *
 * <p>Per peer a decaying high-water mark stands for the high percentile: an answer above it pulls it up by a quarter of
 * the difference, one below lets it sink by a two-hundredth. So it settles where about one answer in fifty is above. Of
 * a peer that has not answered yet the worst is thought: a process that has just started is slow.
 */
public final class Latencies {
    private static final long LATE_MIN_NANOS = 20_000_000L;
    private static final int MARKS_PATIENCE = 2;
    private static final int RISE = 4;
    private static final int DECAY = 200;
    private static final int FAST = 64;
    private static final int SLOW = 1024;
    /** What is usual is hardly learnt while work in the background may be what makes it so. */
    private static final int SLOW_BESIDE_WORK = 1 << 16;
    /** So many requests a second are a load. */
    private static final int SERVING_MIN = 20;

    private static final long STRAIN_NANOS = 100_000L;
    private static final long CALM_NANOS = 1_000_000_000L;

    private final LongMap<Mark> marks = new LongMap<>();
    private final long lateMaxNanos;
    private long fastNanos;
    private long slowNanos;
    private int samples;
    private boolean isFresh;
    /** Requests since the last look, and whether there were many before it. */
    private int served;

    private boolean isServing;
    /** Whether other work was done lately. */
    private boolean isBesideWork;

    private boolean hasWorked;
    private long calmSinceNanos;

    /** Answers of one peer come many at a time. */
    private long lastPeer;

    private Mark lastMark = new Mark();

    private static final class Mark {
        long nanos;
    }

    /** @param lateMaxNanos an answer is late after that long, whatever its peer used to take */
    public Latencies(long lateMaxNanos) {
        this.lateMaxNanos = lateMaxNanos;
    }

    /** @param isWide whether the request asks other datacenters too: how long that takes says nothing of strain */
    void answered(long peer, long tookNanos, boolean isWide) {
        Mark mark = peer == lastPeer ? lastMark : markOf(peer);
        long took = Math.min(tookNanos, lateMaxNanos);
        mark.nanos += took > mark.nanos ? (took - mark.nanos) / RISE : -(mark.nanos / DECAY);
        if (isWide) {
            return;
        }
        fastNanos += (took - fastNanos) / FAST;
        // The first ones weigh more: a node that has just begun has no earlier times to be slower than.
        samples = Math.min(SLOW, samples + 1);
        slowNanos += (took - slowNanos) / (isBesideWork && samples == SLOW ? SLOW_BESIDE_WORK : samples);
        isFresh = true;
    }

    private Mark markOf(long peer) {
        Mark mark = marks.get(peer);
        if (mark == null) {
            mark = new Mark();
            mark.nanos = lateMaxNanos / MARKS_PATIENCE;
            marks.put(peer, mark);
        }
        lastPeer = peer;
        lastMark = mark;
        return mark;
    }

    /** Time passes: where nothing is asked, nothing is strained. */
    public void onTick(long nowNanos) {
        if (nowNanos - calmSinceNanos >= CALM_NANOS) {
            isServing = served >= SERVING_MIN;
            isBesideWork = hasWorked;
            hasWorked = false;
            served = 0;
            if (!isFresh) {
                fastNanos = Math.min(fastNanos, slowNanos);
            }
            isFresh = false;
            calmSinceNanos = nowNanos;
        }
    }

    /** A request of a client, or what another node asks for one. */
    public void served() {
        if (++served >= SERVING_MIN) {
            isServing = true;
        }
    }

    /** A piece of work in the background was done that requests may feel. */
    public void worked() {
        hasWorked = true;
        isBesideWork = true;
    }

    /** Whether there are requests that work in the background could be in the way of. */
    public boolean isServing() {
        return isServing;
    }

    /** After how long an answer of this peer is late. */
    long lateAfter(long peer) {
        Mark mark = marks.get(peer);
        long usual = mark == null ? lateMaxNanos : mark.nanos;
        return Math.min(lateMaxNanos, Math.max(LATE_MIN_NANOS, MARKS_PATIENCE * usual));
    }

    /** Whether answers take longer than they used to without it: work in the background should give way. */
    public boolean isStrained() {
        return fastNanos > slowNanos + slowNanos / 4 + STRAIN_NANOS;
    }
}
