package io.kindred.cluster.core;

/** What reaping counts, for INFO. Owned by: the core's thread. */
public final class ReapCounters {
    /** Containers of tombstones that have gone. */
    public long tombstones;
    /** Containers of expired values that have gone. */
    public long expired;
    /** Partitions whose mark has risen. */
    public long marksRaised;
    /** Partitions that are still to be gone through. */
    public int partitionsWaiting;
    /** Tombstones that the last walk through each partition has left. */
    public long tombstonesLeft;
}
