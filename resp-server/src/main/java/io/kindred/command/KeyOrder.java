package io.kindred.command;

import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.QuorumSpec;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Keeps one connection's operations on one key in order, where different nodes coordinate them: a client that pipelines
 * SET and INCR of a key expects the second to see the first.
 *
 * <p>While a write is in flight, what comes behind it on the same key goes at once only if the same node coordinates it
 * (messages between two nodes keep their order, and a coordinator works one key's chain off in order); else it waits
 * until no write of the key is in flight, and so does all that comes behind it. Reads are not waited for: they change
 * nothing. What waits is bounded by the commands that a connection may have in flight.
 *
 * <p>A key has a line only while a write of it is in flight, and where this node coordinates everything there are no
 * lines at all, so that a lone node pays one look at a flag and one at a size.
 *
 * <p>Owned by: the connection's loop thread.
 */
public final class KeyOrder {
    private final Map<Key, Line> lines = new HashMap<>();

    /** Runs an operation through {@code port}, now or when those before it are done. */
    void execute(KeyPort port, Operation operation, QuorumSpec quorum, OutcomeCallback callback) {
        if (lines.isEmpty() && port.isLocal()) {
            port.execute(operation, quorum, callback);
            return;
        }
        Key key = new Key(operation.db(), operation.key());
        Line line = lines.get(key);
        if (line == null) {
            if (operation instanceof Operation.Get) {
                port.execute(operation, quorum, callback);
                return;
            }
            line = new Line(key, port.coordinatorOf(operation));
            lines.put(key, line);
        }
        line.take(new Waiting(port, operation, quorum, callback));
    }

    /** Keys that writes are in flight to. */
    int size() {
        return lines.size();
    }

    private record Key(int db, byte[] bytes) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Key that && db == that.db && Arrays.equals(bytes, that.bytes);
        }

        @Override
        public int hashCode() {
            return 31 * Arrays.hashCode(bytes) + db;
        }
    }

    private record Waiting(KeyPort port, Operation operation, QuorumSpec quorum, OutcomeCallback callback) {}

    /** One key's writes in flight, all of one coordinator, and what waits behind them. It is their callback too. */
    private final class Line {
        private final Key key;
        private final ArrayDeque<Waiting> waiting = new ArrayDeque<>(0);
        private long coordinator;
        private int writesInFlight;
        private boolean releasing;

        Line(Key key, long coordinator) {
            this.key = key;
            this.coordinator = coordinator;
        }

        void take(Waiting next) {
            boolean mayGo =
                    waiting.isEmpty() && !releasing && next.port().coordinatorOf(next.operation()) == coordinator;
            if (mayGo) {
                run(next);
            } else {
                waiting.add(next);
                release();
            }
        }

        private void run(Waiting next) {
            if (next.operation() instanceof Operation.Get) {
                next.port().execute(next.operation(), next.quorum(), next.callback());
                return;
            }
            writesInFlight++;
            next.port().execute(next.operation(), next.quorum(), outcome -> done(next.callback(), outcome));
        }

        private void done(OutcomeCallback callback, Outcome outcome) {
            writesInFlight--;
            callback.done(outcome);
            release();
        }

        /** A loop, because an operation may be done before {@code execute} returns. */
        private void release() {
            if (releasing) {
                return;
            }
            releasing = true;
            for (Waiting next = waiting.peek(); next != null && mayRelease(next); next = waiting.peek()) {
                waiting.remove();
                run(next);
            }
            releasing = false;
            if (writesInFlight == 0 && waiting.isEmpty()) {
                lines.remove(key, this);
            }
        }

        private boolean mayRelease(Waiting next) {
            long its = next.port().coordinatorOf(next.operation());
            if (writesInFlight == 0) {
                coordinator = its;
            }
            return its == coordinator;
        }
    }
}
