package io.kindred.cluster.quorum;

import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;

/**
 * Where this node is a key's only replica there is no round: its disk is all that is waited for, and this is how long.
 */
final class DiskDeadline extends Request {
    private final Coordination node;
    private final Ticket ticket;
    private boolean over;

    DiskDeadline(Coordination node, Ticket ticket) {
        this.node = node;
        this.ticket = ticket;
    }

    void begin() {
        node.requests().open(this, node.clocks().nanos(), ticket.deadlineNanos());
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
        boolean reads = ticket.operation() instanceof Operation.Get;
        String what = "got 0 of 1 " + (reads ? "read answers" : "write acknowledgements") + " in "
                + node.settings().timeoutMillis() + " ms" + (reads ? "" : "; the write may still take effect");
        node.outbox().reply(ticket.origin(), new Outcome.NoQuorum(what));
    }
}
