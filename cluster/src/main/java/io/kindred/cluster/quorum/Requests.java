package io.kindred.cluster.quorum;

import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.RequestMessage;
import java.util.Arrays;
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
    private static final int DEADLINE_PARTS = 16;
    /**
     * A tick that comes so much later than it was due was kept waiting by this node's own work or pauses. So were the
     * answers, perhaps: they get a little longer.
     */
    private static final long STALL_NANOS = 15_000_000L;
    /** How much longer, in parts of the timeout, where it was the deadline that nobody looked at; once. */
    private static final int UNSEEN_PARTS = 4;

    private final LongMap<Request> open = new LongMap<>();
    /** By how much of the timeout was left: 0, 1, ... parts of it. */
    private final DeadlineQueue[] deadlines = new DeadlineQueue[DEADLINE_PARTS + 1];
    /** By step: 1, 2, 4, ... times the first one's patience. */
    private final DeadlineQueue[] hedges = new DeadlineQueue[PATIENCE_STEPS];

    private final long timeoutNanos;
    private long lastId;
    private long weightBytes;
    private long nextTickNanos = Long.MAX_VALUE;

    /** @param firstId above every id of an earlier life of this node, so that late answers meet nobody */
    public Requests(long firstId, long timeoutNanos) {
        this.lastId = firstId;
        this.timeoutNanos = timeoutNanos;
        Arrays.setAll(hedges, i -> new DeadlineQueue());
        Arrays.setAll(deadlines, i -> new DeadlineQueue());
    }

    /** For how long answers are waited for. */
    public long timeoutNanos() {
        return timeoutNanos;
    }

    /** Gives the request an id (a new one where it had one), and the whole timeout. */
    public void open(Request request, long nowNanos) {
        open(request, nowNanos, nowNanos + timeoutNanos);
    }

    /** As {@link #open(Request, long)}, for the rest of an operation: up to a sixteenth of the timeout early, never late. */
    public void open(Request request, long nowNanos, long deadlineNanos) {
        if (request.id != 0) {
            open.remove(request.id);
        }
        request.id = ++lastId;
        request.wasUnseen = false;
        open.put(request.id, request);
        long parts = (deadlineNanos - nowNanos) * DEADLINE_PARTS / timeoutNanos;
        int part = (int) Math.max(0, Math.min(DEADLINE_PARTS, parts));
        DeadlineQueue queue = deadlines[part];
        add(queue, nowNanos + timeoutNanos * part / DEADLINE_PARTS, request.id);
    }

    /** Gives the request an id, for as long as it likes: it sees by itself to it that it ends. */
    public void openUntilClosed(Request request) {
        if (request.id != 0) {
            open.remove(request.id);
        }
        request.id = ++lastId;
        open.put(request.id, request);
    }

    /** Tells the request, if it is still open then, that its answers are late. */
    public void hedge(Request request, long nowNanos, long patienceNanos) {
        int step = 0;
        while (step < PATIENCE_STEPS - 1 && PATIENCE_STEP_NANOS << step < patienceNanos) {
            step++;
        }
        add(hedges[step], nowNanos + (PATIENCE_STEP_NANOS << step), request.id);
    }

    public void close(Request request) {
        if (request.id != 0) {
            open.remove(request.id);
            request.id = 0;
            weightBytes -= request.weightBytes;
            request.weightBytes = 0;
        }
    }

    /** An open request holds so much until it is closed: a round waits for the last of its answers, long after W. */
    void weigh(Request request, long bytes) {
        request.weightBytes += bytes;
        weightBytes += bytes;
    }

    /** What all open requests hold. */
    public long weightBytes() {
        return weightBytes;
    }

    public @Nullable Request find(long id) {
        return id == 0 ? null : open.get(id);
    }

    /** Gives an answer to the request whose it is, if that still waits. */
    public void onAnswer(long from, Message.Answer answer) {
        Request request = find(answer.requestId());
        if (request != null) {
            request.onAnswer(from, answer);
        }
    }

    public void onAcks(long from, RequestMessage.Acks acks) {
        for (long id : acks.requestIds()) {
            Request request = find(id);
            if (request != null) {
                request.onAcknowledged(from);
            }
        }
    }

    void forEach(Consumer<Request> visitor) {
        open.forEach(visitor);
    }

    public int size() {
        return open.size();
    }

    private void add(DeadlineQueue queue, long dueNanos, long id) {
        dropEndedHeads(queue);
        queue.add(dueNanos, id);
        nextTickNanos = Math.min(nextTickNanos, dueNanos);
    }

    public void onTick(long nowNanos) {
        if (nowNanos < nextTickNanos) {
            return;
        }
        for (DeadlineQueue queue : hedges) {
            hedgeDue(queue, nowNanos);
        }
        for (DeadlineQueue queue : deadlines) {
            endDue(queue, nowNanos);
        }
        findNextTick();
    }

    /** What came while this node did not look has not been read yet: nothing ends for its own pause. */
    private void endDue(DeadlineQueue queue, long nowNanos) {
        boolean unseen = !queue.isEmpty() && nowNanos - queue.headDeadline() > STALL_NANOS;
        for (long id = nextDue(queue, nowNanos); id != 0; id = nextDue(queue, nowNanos)) {
            Request request = open.get(id);
            if (request == null) {
                continue;
            }
            if (unseen && !request.wasUnseen) {
                request.wasUnseen = true;
                add(deadlines[UNSEEN_PARTS], nowNanos + timeoutNanos * UNSEEN_PARTS / DEADLINE_PARTS, id);
            } else {
                request.onDeadline();
                if (request.id == id) {
                    close(request);
                }
            }
        }
    }

    private void findNextTick() {
        nextTickNanos = Long.MAX_VALUE;
        for (DeadlineQueue queue : deadlines) {
            nextTickNanos = Math.min(nextTickNanos, headOf(queue));
        }
        for (DeadlineQueue queue : hedges) {
            nextTickNanos = Math.min(nextTickNanos, headOf(queue));
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

    /** When {@link #onTick} next has something to do, or a little earlier; {@code Long.MAX_VALUE}: never. */
    public long nextTickNanos() {
        return nextTickNanos;
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
