package io.kindred.cluster.quorum;

import io.kindred.cluster.message.Outcome;

/** What every request core works with; one per node. */
public record Coordination(
        LocalReplica replica,
        HintKeeper hints,
        Router router,
        Outbox outbox,
        Requests requests,
        Clocks clocks,
        QuorumSettings settings,
        QuorumCounters counters,
        FlushStamps flushStamps,
        Latencies latencies,
        RepairBudget repairs,
        RemoteCopies remotes,
        TermBook terms,
        PlainHold plainHold,
        KeyLines lines) {
    long self() {
        return router.self();
    }

    /** The route of a request, given that over the replicas of this datacenter. */
    Route scoped(Ticket ticket, Route local) {
        return ticket.quorum().global() ? router.wide(local) : local;
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
            outbox.reply(ticket.origin(), refusal);
        }
    }
}
