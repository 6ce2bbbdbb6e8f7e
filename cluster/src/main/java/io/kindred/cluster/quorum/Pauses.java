package io.kindred.cluster.quorum;

import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.ring.RecordKey;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Operations of this node's clients that nobody could begin because the ring is changing: a node of the new ring is not
 * connected yet, or has not heard of it, or who was asked does not hold the key any more. Nothing has been written, and a
 * moment later all is as it should be: they are begun anew then, until their time is up. What comes for the same key
 * meanwhile waits behind them.
 */
final class Pauses {
    private static final long PAUSE_NANOS = 20_000_000L;
    /** So long after its beginning what another node refuses may be due to a change that is not known here. */
    private static final long UNKNOWN_NANOS = 200_000_000L;

    private static final Outcome TOO_LONG =
            new Outcome.TryAgain("the ring was changing for too long; nothing was applied");

    private final Coordination node;
    private final Consumer<Ticket> begin;
    /** By storage key; looked up, never iterated over. */
    private final Map<RecordKey, Line> lines = new HashMap<>();

    private final class Line extends Request {
        private final RecordKey key;
        private final ArrayDeque<Ticket> tickets = new ArrayDeque<>();

        Line(RecordKey key) {
            this.key = key;
        }

        @Override
        protected void onHedge() {
            node.requests().close(this);
            lines.remove(key);
            tickets.forEach(begin);
        }

        @Override
        protected void onDeadline() {
            lines.remove(key);
            tickets.forEach(ticket -> node.outbox().reply(ticket.origin(), TOO_LONG));
        }
    }

    /** @param begin called again with each ticket */
    Pauses(Coordination node, Consumer<Ticket> begin) {
        this.node = node;
        this.begin = begin;
    }

    /** True where others of the same key are waiting: so does this one, or it is told that its time is up. */
    boolean joins(Ticket ticket, Route route) {
        Line line = lines.isEmpty() ? null : lines.get(route.storageKey());
        if (line == null) {
            return false;
        }
        if (isInTime(ticket)) {
            line.tickets.add(ticket);
        } else {
            node.outbox().reply(ticket.origin(), TOO_LONG);
        }
        return true;
    }

    /** Whether its time is not up by the end of the pause. */
    private boolean isInTime(Ticket ticket) {
        return ticket.deadlineNanos() - node.clocks().nanos() > 2 * PAUSE_NANOS;
    }

    /**
     * Nothing was written.
     *
     * @param isForeign whether another node says so, which may know of a change that this one does not
     * @return whether it is begun anew in a moment; else the client is to be told
     */
    boolean take(Ticket ticket, boolean isForeign) {
        long now = node.clocks().nanos();
        long left = ticket.deadlineNanos() - now;
        Operation operation = ticket.operation();
        Route route = node.scoped(ticket, node.router().route(operation.db(), operation.key()));
        boolean isYoung = node.settings().timeoutNanos() - left < UNKNOWN_NANOS;
        if (!isInTime(ticket) || !(route.sets() != null || (isForeign && isYoung))) {
            return false;
        }
        node.counters().pauses++;
        if (!joins(ticket, route)) {
            Line line = new Line(route.storageKey());
            line.tickets.add(ticket);
            lines.put(line.key, line);
            node.requests().open(line, now, ticket.deadlineNanos());
            node.requests().hedge(line, now, PAUSE_NANOS);
        }
        return true;
    }
}
