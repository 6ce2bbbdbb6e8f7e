package io.kindred.cluster.antientropy;

import io.kindred.cluster.quorum.Clocks;
import io.kindred.cluster.quorum.Latencies;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything that goes through this node's records in the background: one step of one task at a time, in turn, with a pause
 * behind each, a longer one while there are requests, and longest while they take longer than they used to. So however much there is to sweep,
 * clean, reap, build and verify, requests meet one reader.
 */
public final class Scrubber {
    private static final long STRAINED_PAUSE_NANOS = 200_000_000L;
    /** At least, while requests are served: a step takes a few milliseconds of the thread that answers them. */
    private static final long SERVING_PAUSE_NANOS = 20_000_000L;

    private static final long RETRY_NANOS = 1_000_000_000L;
    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final long MEASURE_NANOS = 10 * SECOND_NANOS;

    private final Clocks clocks;
    private final Latencies latencies;
    private final List<Turn> turns = new ArrayList<>();
    private final ScrubCounters counters = new ScrubCounters();
    private int last;
    private boolean busy;
    private long measuredNanos;
    private long measuredRecords;

    /** A task, and when it may go on. */
    private static final class Turn {
        final ScrubTask task;
        long dueNanos = Long.MIN_VALUE;

        Turn(ScrubTask task) {
            this.task = task;
        }

        boolean isDue(long now) {
            return task.isWanted() && (dueNanos == Long.MIN_VALUE || now - dueNanos >= 0);
        }
    }

    public Scrubber(Clocks clocks, Latencies latencies, List<ScrubTask> tasks) {
        this.clocks = clocks;
        this.latencies = latencies;
        tasks.forEach(task -> turns.add(new Turn(task)));
    }

    public ScrubCounters counters() {
        return counters;
    }

    public long nextTickNanos() {
        long next = Long.MAX_VALUE;
        for (int i = 0; i < turns.size() && !busy; i++) {
            Turn turn = turns.get(i);
            if (turn.task.isWanted()) {
                next = Math.min(next, turn.dueNanos == Long.MIN_VALUE ? clocks.nanos() : turn.dueNanos);
            }
        }
        return next;
    }

    public void onTick() {
        Turn next = busy ? null : next(clocks.nanos());
        if (next != null) {
            busy = true;
            next.task.step(step -> ended(next, step));
        }
    }

    /** The first behind the one whose turn it was. */
    private @Nullable Turn next(long now) {
        for (int i = 1; i <= turns.size(); i++) {
            int at = (last + i) % turns.size();
            if (turns.get(at).isDue(now)) {
                last = at;
                return turns.get(at);
            }
        }
        return null;
    }

    private void ended(Turn turn, ScrubTask.Step step) {
        busy = false;
        turn.dueNanos = clocks.nanos() + (step.tryLater() ? RETRY_NANOS : pauseNanos(turn.task));
        if (!step.tryLater()) {
            counters.task = turn.task.name();
            counters.partition = step.partition();
        }
        measure(step.records());
    }

    private long pauseNanos(ScrubTask task) {
        if (latencies.isStrained()) {
            return STRAINED_PAUSE_NANOS;
        }
        return latencies.isServing() ? Math.max(SERVING_PAUSE_NANOS, task.pauseNanos()) : task.pauseNanos();
    }

    private void measure(int records) {
        counters.records += records;
        long tookNanos = clocks.nanos() - measuredNanos;
        if (tookNanos >= MEASURE_NANOS) {
            counters.recordsPerSecond = (counters.records - measuredRecords) * SECOND_NANOS / tookNanos;
            measuredRecords = counters.records;
            measuredNanos = clocks.nanos();
        }
    }
}
