package io.kindred.cluster.quorum;

import io.kindred.cluster.message.AskerDeadline;
import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.RequestMessage;
import java.util.function.Consumer;

/**
 * Waits for the replica that was asked to coordinate. Once sent, an operation is never tried elsewhere: the first
 * coordinator may have applied it, and a second one would write it again, over what came between.
 */
final class ForwardCore extends Request {
    private final Coordination node;
    private final Ticket ticket;
    private final long target;
    private final Consumer<Ticket> elsewhere;
    private long sentNanos;
    /** Whether it could say until when it waits; else it was refused for that, and tells the clock to say it by. */
    private boolean isTimed;

    private ForwardCore(Coordination node, Ticket ticket, long target, Consumer<Ticket> elsewhere) {
        this.node = node;
        this.ticket = ticket;
        this.target = target;
        this.elsewhere = elsewhere;
    }

    /**
     * @param target the replica to ask
     * @param elsewhere where the operation goes if the target has applied nothing and another node is to coordinate by now
     */
    static void start(Coordination node, Ticket ticket, long target, Consumer<Ticket> elsewhere) {
        node.counters().forwards++;
        ForwardCore core = new ForwardCore(node, ticket, target, elsewhere);
        node.requests().open(core, node.clocks().nanos(), ticket.deadlineNanos());
        core.send();
    }

    private void send() {
        sentNanos = node.clocks().nanos();
        long leftNanos = Math.max(0, ticket.deadlineNanos() - sentNanos);
        int budgetMillis = (int) Math.min(Integer.MAX_VALUE, leftNanos / 1_000_000);
        AskerDeadline deadline = node.clocks().peers().there(target, ticket.deadlineNanos(), sentNanos);
        isTimed = deadline.start() != 0;
        node.outbox()
                .send(
                        target,
                        new RequestMessage.Forward(
                                id,
                                ticket.operation(),
                                ticket.quorum(),
                                ticket.stamp(),
                                budgetMillis,
                                deadline,
                                ticket.origin().isPeer()));
    }

    @Override
    public void onForwardReply(long from, RequestMessage.ForwardReply reply) {
        node.clocks().peers().answered(from, reply.reading(), sentNanos, node.clocks());
        node.requests().close(this);
        if (reply.outcome() instanceof Outcome.TryAgain && isInTime() && (hasMoved() || isClockKnownNow())) {
            elsewhere.accept(ticket);
        } else if (reply.outcome() instanceof Outcome.TryAgain) {
            node.tryAgain(ticket, reply.outcome(), true);
        } else {
            node.outbox().reply(ticket.origin(), reply.outcome());
        }
    }

    private boolean hasMoved() {
        Operation operation = ticket.operation();
        Route now = node.router().route(operation.db(), operation.key());
        int first = Coordinator.firstLive(node.router(), now);
        return first >= 0 && now.writers()[first] != target;
    }

    private boolean isInTime() {
        return ticket.deadlineNanos() - node.clocks().nanos() > 0;
    }

    private boolean isClockKnownNow() {
        long now = node.clocks().nanos();
        return !isTimed && node.clocks().peers().there(target, now, now).start() != 0;
    }

    @Override
    protected void onPeerLost(long peer) {
        if (peer == target) {
            node.requests().close(this);
            fail("the coordinator " + node.router().nameOf(peer) + " was lost");
        }
    }

    @Override
    protected void onDeadline() {
        node.counters().timeouts++;
        fail("no answer from the coordinator " + node.router().nameOf(target) + " in "
                + node.settings().timeoutMillis() + " ms");
    }

    private void fail(String what) {
        node.outbox().reply(ticket.origin(), new Outcome.NoQuorum(what + "; the write may still take effect"));
    }
}
