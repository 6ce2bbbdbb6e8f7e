package io.kindred.cluster.quorum;

import io.kindred.cluster.message.Outcome;

/** What every request core works with; one per node. */
public record Coordination(
        QuorumNetwork network,
        OwnCopies own,
        KeyTurns turns,
        RemoteCopies remotes,
        QuorumSettings settings,
        QuorumCounters counters) {
    /**
     * What this node has of the data.
     *
     * @param hints what it holds for other nodes
     */
    public record OwnCopies(LocalReplica replica, HintKeeper hints, FlushStamps flushStamps) {}

    /** What keeps operations of a key in one order. */
    public record KeyTurns(TermBook terms, PlainHold plainHold, KeyLines lines) {}

    public LocalReplica replica() {
        return own.replica();
    }

    public HintKeeper hints() {
        return own.hints();
    }

    public FlushStamps flushStamps() {
        return own.flushStamps();
    }

    public TermBook terms() {
        return turns.terms();
    }

    public PlainHold plainHold() {
        return turns.plainHold();
    }

    public KeyLines lines() {
        return turns.lines();
    }

    public Router router() {
        return network.router();
    }

    public Outbox outbox() {
        return network.outbox();
    }

    public Requests requests() {
        return network.requests();
    }

    public Clocks clocks() {
        return network.clocks();
    }

    public Latencies latencies() {
        return network.latencies();
    }

    public RepairBudget repairs() {
        return network.repairs();
    }

    long self() {
        return router().self();
    }

    /** The route of a request, given that over the replicas of this datacenter. */
    Route scoped(Ticket ticket, Route local) {
        return ticket.quorum().global() ? router().wide(local) : local;
    }

    /** True where operations of the same key have been put off: this one is begun after them. */
    boolean waitsForOthers(Ticket ticket, Route route) {
        Pauses pauses = ticket.pauses();
        return pauses != null && pauses.joins(ticket, route);
    }

    /** An operation was refused before anything of it was written. */
    void tryAgain(Ticket ticket, String why) {
        tryAgain(ticket, new Outcome.TryAgain(why), false);
    }

    /** @param isForeign whether another node has refused it */
    void tryAgain(Ticket ticket, Outcome refusal, boolean isForeign) {
        Pauses pauses = ticket.pauses();
        if (pauses == null || !pauses.take(ticket, isForeign)) {
            outbox().reply(ticket.origin(), refusal);
        }
    }
}
