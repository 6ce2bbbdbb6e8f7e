package io.kindred.command;

import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.QuorumSpec;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one connection's operations on one key in order, where several nodes take part in them: a client that pipelines
 * SET and INCR of a key expects the second to see the first, and one that pipelines GET and DEL expects the value.
 *
 * <p>While an operation is in flight, what comes behind it on the same key waits until it is answered, apart from what
 * can neither overtake it nor be seen by it: reads beside reads, and a write behind writes that the same node coordinates,
 * for messages between two nodes keep their order and a coordinator works one key's writes off in order. Reads and writes
 * wait for each other, because replicas other than the coordinator answer reads. What waits is bounded by the commands
 * that a connection may have in flight.
 *
 * <p>A key has a line only while an operation on it is in flight; and where this node is alone there are no lines at all,
 * so that it pays one look at a flag and one at a size.
 *
 * <p>Owned by: the connection's loop thread.
 */
public final class KeyOrder {
    private final Map<Line, Line> lines = new HashMap<>();

    /** Runs an operation through {@code port}, now or when those before it are done. */
    void execute(KeyPort port, Operation operation, QuorumSpec quorum, OutcomeCallback callback) {
        if (lines.isEmpty() && port.isLocal()) {
            port.execute(operation, quorum, callback);
            return;
        }
        Line fresh = new Line(operation.db(), operation.key());
        Line before = lines.putIfAbsent(fresh, fresh);
        (before == null ? fresh : before).take(port, operation, quorum, callback);
    }

    /** Keys that operations are in flight to. */
    int size() {
        return lines.size();
    }

    private record Waiting(KeyPort port, Operation operation, QuorumSpec quorum, OutcomeCallback callback) {}

    /** One key's operations in flight, the writes all of one coordinator, and what waits behind them. */
    private final class Line {
        private final int db;
        private final byte[] key;
        private final int hash;
        private final ArrayDeque<Waiting> waiting = new ArrayDeque<>(0);
        private long coordinator;
        private int readsInFlight;
        private int writesInFlight;
        private boolean releasing;

        Line(int db, byte[] key) {
            this.db = db;
            this.key = key;
            this.hash = 31 * Arrays.hashCode(key) + db;
        }

        void take(KeyPort port, Operation operation, QuorumSpec quorum, OutcomeCallback callback) {
            if (waiting.isEmpty() && !releasing && mayGo(port, operation)) {
                run(port, operation, quorum, callback);
            } else {
                waiting.add(new Waiting(port, operation, quorum, callback));
                release();
            }
        }

        private boolean mayGo(KeyPort port, Operation operation) {
            if (operation instanceof Operation.Get) {
                return writesInFlight == 0;
            }
            long its = port.coordinatorOf(operation);
            if (isIdle()) {
                coordinator = its;
                return true;
            }
            return readsInFlight == 0 && its == coordinator;
        }

        private boolean isIdle() {
            return readsInFlight + writesInFlight == 0;
        }

        private void run(KeyPort port, Operation operation, QuorumSpec quorum, OutcomeCallback callback) {
            count(operation, 1);
            port.execute(operation, quorum, outcome -> done(operation, callback, outcome));
        }

        private void done(Operation operation, OutcomeCallback callback, Outcome outcome) {
            count(operation, -1);
            callback.done(outcome);
            release();
        }

        private void count(Operation operation, int change) {
            if (operation instanceof Operation.Get) {
                readsInFlight += change;
            } else {
                writesInFlight += change;
            }
        }

        /** A loop, because an operation may be done before {@code execute} returns. */
        private void release() {
            if (releasing) {
                return;
            }
            releasing = true;
            for (Waiting next = waiting.peek();
                    next != null && mayGo(next.port(), next.operation());
                    next = waiting.peek()) {
                waiting.remove();
                run(next.port(), next.operation(), next.quorum(), next.callback());
            }
            releasing = false;
            if (isIdle() && waiting.isEmpty()) {
                lines.remove(this, this);
            }
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Line that && hash == that.hash && db == that.db && Arrays.equals(key, that.key);
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }
}
