package io.kindred.cluster.quorum;

/** What every request core works with; one per node. */
public record Coordination(
        LocalReplica replica,
        Router router,
        Outbox outbox,
        Requests requests,
        Clocks clocks,
        QuorumSettings settings,
        QuorumCounters counters,
        FlushStamps flushStamps) {}
