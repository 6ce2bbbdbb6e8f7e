package io.kindred.cluster.quorum;

/**
 * Whom requests are with, and when.
 *
 * @param repairs how much of what reads find to differ may be sent
 */
public record QuorumNetwork(
        Router router, Outbox outbox, Requests requests, Clocks clocks, Latencies latencies, RepairBudget repairs) {}
