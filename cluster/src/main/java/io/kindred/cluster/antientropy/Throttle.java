package io.kindred.cluster.antientropy;

import io.kindred.cluster.quorum.Clocks;
import io.kindred.cluster.quorum.Latencies;
import java.util.ArrayDeque;

/**
 * Lets through what other nodes ask of this one in exchanges: at once while it has no requests to serve, and otherwise one
 * piece after the other, with a pause between them. A node that joins has no clients yet and asks as fast as it can; those
 * that it asks have.
 *
 * <p>Whoever asks waits for {@code request-timeout-ms} only. So nothing is held for more than a quarter of that, and what
 * has been held for longer all the same, because this node did not run, is dropped: nobody waits for its answer.
 */
final class Throttle {
    private static final long PAUSE_NANOS = 20_000_000L;
    private static final long STRAINED_PAUSE_NANOS = 100_000_000L;
    /** No pause is longer than this part of the timeout, and nothing is held for longer than that one. */
    private static final int PAUSE_PARTS = 10;

    private static final int HELD_PARTS = 4;
    /** Past so many the oldest is let through at once: whoever asks does not wait for ever. */
    private static final int WAITING_MAX = 32;

    private final Clocks clocks;
    private final Latencies latencies;
    private final long timeoutNanos;
    private final ArrayDeque<Held> waiting = new ArrayDeque<>();
    private long dueNanos;

    private record Held(Runnable work, long sinceNanos) {}

    /** @param timeoutNanos for how long an answer is waited for */
    Throttle(Clocks clocks, Latencies latencies, long timeoutNanos) {
        this.clocks = clocks;
        this.latencies = latencies;
        this.timeoutNanos = timeoutNanos;
    }

    /** Runs it now, or a little later. */
    void pass(Runnable work) {
        boolean isDue = clocks.nanos() - dueNanos >= 0;
        if (!latencies.isServing() || (waiting.isEmpty() && isDue)) {
            run(work);
            return;
        }
        waiting.add(new Held(work, clocks.nanos()));
        if (waiting.size() > WAITING_MAX) {
            run(waiting.remove().work());
        }
    }

    private void run(Runnable work) {
        long pause = latencies.isStrained() ? STRAINED_PAUSE_NANOS : PAUSE_NANOS;
        dueNanos = clocks.nanos() + Math.min(pause, timeoutNanos / PAUSE_PARTS);
        latencies.worked();
        work.run();
    }

    long nextTickNanos() {
        Held oldest = waiting.peek();
        return oldest == null ? Long.MAX_VALUE : Math.min(dueNanos, oldest.sinceNanos() + timeoutNanos / HELD_PARTS);
    }

    void onTick() {
        long now = clocks.nanos();
        for (Held oldest = waiting.peek(); oldest != null; oldest = waiting.peek()) {
            long heldNanos = now - oldest.sinceNanos();
            if (heldNanos >= timeoutNanos) {
                waiting.remove();
            } else if (heldNanos >= timeoutNanos / HELD_PARTS || now - dueNanos >= 0) {
                waiting.remove();
                run(oldest.work());
            } else {
                return;
            }
        }
    }
}
