package io.kindred.cluster.node;

import io.kindred.metrics.MetricSet;

/**
 * What a node's loop has done so far.
 *
 * @param events given to the core
 * @param turns ended, each with at most a few commits and one write a peer
 * @param commits group commits that had something to write
 * @param persists writes of the core; divided by commits: how well they are grouped
 * @param storeFailures commits, reads and scans that the engine failed
 * @param inFlight clients' requests under way
 * @param refusedForRoom writes, of clients and of other nodes, that were refused with OOM
 * @param parkedReads other nodes' reads that had to wait until answers before theirs were on their way
 * @param lastCommitFailed whether the storage failed the newest commit that it has answered
 */
public record LoopStats(
        long events,
        long turns,
        long commits,
        long persists,
        long storeFailures,
        int inFlight,
        long refusedForRoom,
        long parkedReads,
        boolean lastCommitFailed) {
    public static final MetricSet<LoopStats> METRICS = MetricSet.<LoopStats>of(LoopStats.class)
            .counter("loop_events", "Events that the core was given.", LoopStats::events)
            .counter("loop_turns", "Turns of the event loop that had any.", LoopStats::turns)
            .counter("storage_commits", "Group commits that had something to write.", LoopStats::commits)
            .counter("storage_writes", "Records in these.", LoopStats::persists)
            .counter("storage_failures", "Commits, reads and scans that the storage failed.", LoopStats::storeFailures)
            .gauge("operations_in_flight", "Operations of clients under way.", LoopStats::inFlight)
            .counter(
                    "writes_refused_for_room",
                    "Writes, of clients and of other nodes, that were refused with OOM.",
                    LoopStats::refusedForRoom)
            .counter(
                    "peer_reads_put_off",
                    "Other nodes' reads that had to wait until answers before theirs were on their way.",
                    LoopStats::parkedReads)
            .flag(
                    "storage_failing",
                    "Whether the storage failed the newest commit that it has answered.",
                    LoopStats::lastCommitFailed)
            .build();
}
