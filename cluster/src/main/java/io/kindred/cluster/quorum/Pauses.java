package io.kindred.cluster.quorum;

import io.kindred.cluster.message.Operation;
import java.util.function.Consumer;

/**
 * Operations of this node's clients that nobody could begin because the ring is changing: a node of the new ring is not
 * connected yet, or has not heard of it, or who was asked does not hold the key any more. Nothing has been written, and a
 * moment later all is as it should be: they are parked in the key's line and begun anew then, until their time is up. What
 * this node's clients want of the same key meanwhile waits behind them.
 */
final class Pauses {
    private static final long PAUSE_NANOS = 20_000_000L;
    /** So long after its beginning what another node refuses may be due to a change that is not known here. */
    private static final long UNKNOWN_NANOS = 200_000_000L;

    private static final String TOO_LONG = "the ring was changing for too long";

    private final Coordination node;
    private final Consumer<Ticket> begin;

    /** A moment in which nothing of a key is begun for clients of this node. */
    private final class Pause extends Request {
        private final KeyLine line;
        private final Turn first;

        /** @param first for which the others wait */
        Pause(KeyLine line, Turn first) {
            this.line = line;
            this.first = first;
        }

        @Override
        protected void onHedge() {
            node.requests().close(this);
            line.release(Hold.PARKED);
        }

        @Override
        protected void onDeadline() {
            if (line.leave(first)) {
                first.refuse(TOO_LONG);
            }
            line.release(Hold.PARKED);
        }
    }

    /** @param begin called again with each ticket */
    Pauses(Coordination node, Consumer<Ticket> begin) {
        this.node = node;
        this.begin = begin;
    }

    /** True where others of the same key are waiting: so does this one, or it is told that its time is up. */
    boolean joins(Ticket ticket, Route route) {
        KeyLine line = node.lines().find(route.storageKey());
        if (line == null || !line.isHeld(Hold.PARKED)) {
            return false;
        }
        if (isInTime(ticket)) {
            line.stand(turn(ticket));
        } else {
            turn(ticket).refuse(TOO_LONG);
        }
        return true;
    }

    private Turn turn(Ticket ticket) {
        return new Turn.OfTicket(node, ticket, Hold.FOR_CLIENTS, begin);
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
            KeyLine line = node.lines().of(route.storageKey());
            line.hold(Hold.PARKED, ticket.deadlineNanos());
            Turn first = turn(ticket);
            line.standFirst(first);
            Pause pause = new Pause(line, first);
            node.requests().open(pause, now, ticket.deadlineNanos());
            node.requests().hedge(pause, now, PAUSE_NANOS);
        }
        return true;
    }
}
