package io.kindred.cluster.node;

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
 */
public record LoopStats(
        long events,
        long turns,
        long commits,
        long persists,
        long storeFailures,
        int inFlight,
        long refusedForRoom,
        long parkedReads) {}
