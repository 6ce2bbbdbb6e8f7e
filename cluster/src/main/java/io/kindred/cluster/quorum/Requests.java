package io.kindred.cluster.quorum;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The requests under way at this node, by id, with their deadlines. */
public final class Requests {
    private final LongMap<Request> open = new LongMap<>();
    private final DeadlineQueue deadlines = new DeadlineQueue();
    private final DeadlineQueue hedges = new DeadlineQueue();
    private final long timeoutNanos;
    private final long hedgeAfterNanos;
    private long lastId;

    /** @param firstId above every id of an earlier life of this node, so that late answers meet nobody */
    public Requests(long firstId, long timeoutNanos, long hedgeAfterNanos) {
        this.lastId = firstId;
        this.timeoutNanos = timeoutNanos;
        this.hedgeAfterNanos = hedgeAfterNanos;
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

    void hedge(Request request, long nowNanos) {
        dropEndedHeads(hedges);
        hedges.add(nowNanos + hedgeAfterNanos, request.id);
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
        for (long id = nextDue(hedges, nowNanos); id != 0; id = nextDue(hedges, nowNanos)) {
            Request request = open.get(id);
            if (request != null) {
                request.onHedge();
            }
        }
        for (long id = nextDue(deadlines, nowNanos); id != 0; id = nextDue(deadlines, nowNanos)) {
            Request request = open.get(id);
            if (request != null) {
                request.onDeadline();
                close(request);
            }
        }
    }

    /** When {@link #onTick} next has something to do; {@code Long.MAX_VALUE}: never. */
    public long nextTickNanos() {
        dropEndedHeads(hedges);
        dropEndedHeads(deadlines);
        long hedge = hedges.isEmpty() ? Long.MAX_VALUE : hedges.headDeadline();
        long deadline = deadlines.isEmpty() ? Long.MAX_VALUE : deadlines.headDeadline();
        return Math.min(hedge, deadline);
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
