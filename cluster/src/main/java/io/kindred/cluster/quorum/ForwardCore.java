package io.kindred.cluster.quorum;

import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;

/**
 * Waits for the replica that was asked to coordinate. A plain SET whose coordinator is lost goes to the next live one
 * with the same stamp, since applying it twice is the same as once; an update never does.
 */
final class ForwardCore extends Request {
    private final Coordination node;
    private final Ticket ticket;
    private final Route route;
    private int target;

    private ForwardCore(Coordination node, Ticket ticket, Route route, int target) {
        this.node = node;
        this.ticket = ticket;
        this.route = route;
        this.target = target;
    }

    /** @param target the place in the preference list of the replica to ask */
    static void start(Coordination node, Ticket ticket, Route route, int target) {
        node.counters().forwards++;
        ForwardCore core = new ForwardCore(node, ticket, route, target);
        node.requests().open(core, node.clocks().nanos());
        core.send();
    }

    private void send() {
        long leftNanos = Math.max(0, ticket.deadlineNanos() - node.clocks().nanos());
        int budgetMillis = (int) Math.min(Integer.MAX_VALUE, leftNanos / 1_000_000);
        node.outbox()
                .send(
                        route.replicas()[target],
                        new Message.Forward(id, ticket.operation(), ticket.quorum(), ticket.stamp(), budgetMillis));
    }

    @Override
    protected void onForwardReply(long from, Message.ForwardReply reply) {
        node.requests().close(this);
        node.outbox().reply(ticket.origin(), reply.outcome());
    }

    @Override
    protected void onPeerLost(long peer) {
        if (peer != route.replicas()[target]) {
            return;
        }
        int next = isRepeatable() ? Coordinator.firstLive(node.router(), route, target + 1) : -1;
        if (next >= 0) {
            target = next;
            send();
            return;
        }
        node.requests().close(this);
        node.outbox()
                .reply(
                        ticket.origin(),
                        new Outcome.NoQuorum("the coordinator " + node.router().nameOf(peer)
                                + " was lost; the write may still take effect"));
    }

    private boolean isRepeatable() {
        return ticket.operation() instanceof Operation.Put put && put.context() == null;
    }

    @Override
    protected void onDeadline() {
        node.counters().timeouts++;
        node.outbox()
                .reply(
                        ticket.origin(),
                        new Outcome.NoQuorum("no answer from the coordinator "
                                + node.router().nameOf(route.replicas()[target]) + " in "
                                + node.settings().timeoutMillis() + " ms; the write may still take effect"));
    }
}
