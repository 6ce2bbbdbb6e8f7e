package io.kindred.cluster.quorum;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The requests under way at this node, by id, with their deadlines and the times at which their answers are late.
 *
 * <p>Patience differs from request to request, so it is rounded up to a few steps, each with a queue of its own: within
 * one, what was added first is due first.
 */
public final class Requests {
    private static final long PATIENCE_STEP_NANOS = 20_000_000L;
    private static final int PATIENCE_STEPS = 8;
    /**
     * A tick that comes so much later than it was due was kept waiting by this node's own work or pauses. So were the
     * answers, perhaps: they get a little longer.
     */
    private static final long STALL_NANOS = 15_000_000L;

    private final LongMap<Request> open = new LongMap<>();
    private final DeadlineQueue deadlines = new DeadlineQueue();
    /** By step: 1, 2, 4, ... times the first one's patience. */
    private final DeadlineQueue[] hedges = new DeadlineQueue[PATIENCE_STEPS];

    private final long timeoutNanos;
    private long lastId;

    /** @param firstId above every id of an earlier life of this node, so that late answers meet nobody */
    public Requests(long firstId, long timeoutNanos) {
        this.lastId = firstId;
        this.timeoutNanos = timeoutNanos;
        for (int i = 0; i < PATIENCE_STEPS; i++) {
            hedges[i] = new DeadlineQueue();
        }
    }

    /** Gives the request an id (a new one where it had one) and a deadline. */
    public void open(Request request, long nowNanos) {
        if (request.id != 0) {
            open.remove(request.id);
        }
        dropEndedHeads(deadlines);
        request.id = ++lastId;
        open.put(request.id, request);
        deadlines.add(nowNanos + timeoutNanos, request.id);
    }

    /** Tells the request, if it is still open then, that its answers are late. */
    void hedge(Request request, long nowNanos, long patienceNanos) {
        int step = 0;
        while (step < PATIENCE_STEPS - 1 && PATIENCE_STEP_NANOS << step < patienceNanos) {
            step++;
        }
        dropEndedHeads(hedges[step]);
        hedges[step].add(nowNanos + (PATIENCE_STEP_NANOS << step), request.id);
    }

    public void close(Request request) {
        if (request.id != 0) {
            open.remove(request.id);
            request.id = 0;
        }
    }

    public @Nullable Request find(long id) {
        return id == 0 ? null : open.get(id);
    }

    void forEach(Consumer<Request> visitor) {
        open.forEach(visitor);
    }

    public int size() {
        return open.size();
    }

    public void onTick(long nowNanos) {
        for (DeadlineQueue queue : hedges) {
            hedgeDue(queue, nowNanos);
        }
        for (long id = nextDue(deadlines, nowNanos); id != 0; id = nextDue(deadlines, nowNanos)) {
            Request request = open.get(id);
            if (request != null) {
                request.onDeadline();
                close(request);
            }
        }
    }

    private void hedgeDue(DeadlineQueue queue, long nowNanos) {
        boolean busy = !queue.isEmpty() && nowNanos - queue.headDeadline() > STALL_NANOS;
        for (long id = nextDue(queue, nowNanos); id != 0; id = nextDue(queue, nowNanos)) {
            Request request = open.get(id);
            if (request != null && busy) {
                hedge(request, nowNanos, PATIENCE_STEP_NANOS);
            } else if (request != null) {
                request.onHedge();
            }
        }
    }

    /** When {@link #onTick} next has something to do; {@code Long.MAX_VALUE}: never. */
    public long nextTickNanos() {
        long next = headOf(deadlines);
        for (DeadlineQueue queue : hedges) {
            next = Math.min(next, headOf(queue));
        }
        return next;
    }

    private long headOf(DeadlineQueue queue) {
        dropEndedHeads(queue);
        return queue.isEmpty() ? Long.MAX_VALUE : queue.headDeadline();
    }

    private static long nextDue(DeadlineQueue queue, long nowNanos) {
        if (queue.isEmpty() || queue.headDeadline() - nowNanos > 0) {
            return 0;
        }
        long id = queue.headId();
        queue.pop();
        return id;
    }

    private void dropEndedHeads(DeadlineQueue queue) {
        while (!queue.isEmpty() && open.get(queue.headId()) == null) {
            queue.pop();
        }
    }
}
