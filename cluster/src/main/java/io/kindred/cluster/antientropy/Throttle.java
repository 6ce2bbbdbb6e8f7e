package io.kindred.cluster.antientropy;

import io.kindred.cluster.quorum.Clocks;
import io.kindred.cluster.quorum.Latencies;
import java.util.ArrayDeque;

/**
 * Lets through what other nodes ask of this one in exchanges: at once while it has no requests to serve, and otherwise one
 * piece after the other, with a pause between them. A node that joins has no clients yet and asks as fast as it can; those
 * that it asks have.
 */
final class Throttle {
    private static final long PAUSE_NANOS = 40_000_000L;
    private static final long STRAINED_PAUSE_NANOS = 100_000_000L;
    /** Past so many the oldest is let through at once: whoever asks does not wait for ever. */
    private static final int WAITING_MAX = 32;

    private final Clocks clocks;
    private final Latencies latencies;
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    private long dueNanos;

    Throttle(Clocks clocks, Latencies latencies) {
        this.clocks = clocks;
        this.latencies = latencies;
    }

    /** Runs it now, or a little later. */
    void pass(Runnable work) {
        boolean isDue = clocks.nanos() - dueNanos >= 0;
        if (!latencies.isServing() || (waiting.isEmpty() && isDue)) {
            run(work);
            return;
        }
        waiting.add(work);
        if (waiting.size() > WAITING_MAX) {
            run(waiting.remove());
        }
    }

    private void run(Runnable work) {
        dueNanos = clocks.nanos() + (latencies.isStrained() ? STRAINED_PAUSE_NANOS : PAUSE_NANOS);
        work.run();
    }

    long nextTickNanos() {
        return waiting.isEmpty() ? Long.MAX_VALUE : dueNanos;
    }

    void onTick() {
        if (!waiting.isEmpty() && clocks.nanos() - dueNanos >= 0) {
            run(waiting.remove());
        }
    }
}
