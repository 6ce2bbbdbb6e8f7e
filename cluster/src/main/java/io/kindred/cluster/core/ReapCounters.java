package io.kindred.cluster.core;

import io.kindred.metrics.MetricSet;

/** What reaping counts, for INFO. Owned by: the core's thread. */
public final class ReapCounters {
    public static final MetricSet<ReapCounters> METRICS = MetricSet.<ReapCounters>of(ReapCounters.class)
            .gauge(
                    "tombstones",
                    "Tombstones that the last walk through each partition has left.",
                    c -> c.tombstonesLeft)
            .counter("tombstones_reaped", "Tombstones that have gone.", c -> c.tombstones)
            .counter("reap_marks_raised", "Partitions whose reap mark has risen.", c -> c.marksRaised)
            .gauge("reap_partitions_waiting", "Partitions that are still to be gone through.", c -> c.partitionsWaiting)
            .build();

    /** Redis has it among its statistics. */
    public static final MetricSet<ReapCounters> EXPIRED = MetricSet.<ReapCounters>of(ReapCounters.class)
            .counter("expired_keys", "Records of expired values that have gone from this node.", c -> c.expired)
            .build();

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
