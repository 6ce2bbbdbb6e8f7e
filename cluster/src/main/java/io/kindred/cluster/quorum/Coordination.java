package io.kindred.cluster.quorum;

import io.kindred.cluster.version.Versions;

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
        RemoteCopies remotes) {
    long self() {
        return router.self();
    }

    /** The route of a request, given that over the replicas of this datacenter. */
    Route scoped(Ticket ticket, Route local) {
        return ticket.quorum().global() ? router.wide(local) : local;
    }

    /** A write has been made: other datacenters get it, unless its own round reaches them. */
    void spread(Ticket ticket, byte[] storageKey, Versions delta) {
        if (!ticket.quorum().global()) {
            remotes.spread(storageKey, delta);
        }
    }
}
