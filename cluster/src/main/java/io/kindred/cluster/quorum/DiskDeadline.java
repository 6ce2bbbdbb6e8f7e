package io.kindred.cluster.quorum;

import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import java.util.List;

/**
 * Where this node is a key's only replica there is no round: its disk is all that is waited for, and this is how long.
 */
final class DiskDeadline extends Request {
    private final Coordination node;
    private final List<Ticket> tickets;
    private final long deadlineNanos;
    private boolean over;

    DiskDeadline(Coordination node, Ticket ticket) {
        this(node, List.of(ticket), ticket.deadlineNanos());
    }

    /** @param tickets of all who wait for the same write */
    DiskDeadline(Coordination node, List<Ticket> tickets, long deadlineNanos) {
        this.node = node;
        this.tickets = tickets;
        this.deadlineNanos = deadlineNanos;
    }

    void begin() {
        node.requests().open(this, node.clocks().nanos(), deadlineNanos);
    }

    /** The disk is done. False: too late, the client has been told. */
    boolean end() {
        node.requests().close(this);
        return !over;
    }

    @Override
    protected void onDeadline() {
        over = true;
        node.counters().timeouts++;
        tickets.forEach(this::tell);
    }

    private void tell(Ticket ticket) {
        boolean reads = ticket.operation() instanceof Operation.Get;
        String what = "got 0 of 1 " + (reads ? "read answers" : "write acknowledgements") + " in "
                + node.settings().timeoutMillis() + " ms" + (reads ? "" : "; the write may still take effect");
        node.outbox().reply(ticket.origin(), new Outcome.NoQuorum(what));
    }
}
