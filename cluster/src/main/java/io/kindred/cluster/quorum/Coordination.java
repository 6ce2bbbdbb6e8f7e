package io.kindred.cluster.quorum;

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
        RepairBudget repairs) {
    long self() {
        return router.self();
    }
}
