package io.kindred.cluster.membership;

/** What this node has seen of one other. Transitions are in {@link FailureDetector}. */
final class Liveness {
    final long id;
    Arrivals arrivals;
    /** The last sign of life, from itself or through others. */
    long aliveNanos;

    boolean lost;
    boolean stale;
    boolean down;
    /** Any of the three above. */
    boolean avoided;

    /** May still be; {@link #freshUntilNanos} says how long. */
    boolean isFresh;

    long freshUntilNanos;

    boolean late;
    long lateNanos;
    /** The ping that will clear the mark when it is answered, or one after it. */
    long latePing;

    boolean neighbour;
    /** Until then it is probed though it is no neighbour: its answers were late. */
    long probedUntilNanos;

    long lastPing;
    long lastPingNanos;
    /** Since the last message of its own. */
    int unheardPings;

    long firstUnheardNanos;
    /** Since the last pong. */
    int unansweredPings;

    long firstUnansweredNanos;

    Liveness(long id, Arrivals arrivals, long nowNanos) {
        this.id = id;
        this.arrivals = arrivals;
        this.aliveNanos = nowNanos;
        this.probedUntilNanos = nowNanos;
        this.lastPingNanos = nowNanos - FailureDetector.PING_INTERVAL_NANOS;
    }
}
