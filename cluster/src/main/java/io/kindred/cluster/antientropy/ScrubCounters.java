package io.kindred.cluster.antientropy;

import io.kindred.metrics.MetricSet;

/** What the scrubber is at. */
public final class ScrubCounters {
    public static final MetricSet<ScrubCounters> METRICS = MetricSet.<ScrubCounters>of(ScrubCounters.class)
            .text("scrub_task", "What the scrubber did last; empty: nothing yet.", c -> c.task)
            .gauge("scrub_position", "The partition in which it did that.", c -> c.partition)
            .counter("scrub_records", "Records that it has read.", c -> c.records)
            .gauge("scrub_records_per_second", "How many it reads a second.", c -> c.recordsPerSecond)
            .build();

    /** What it did last; empty: nothing yet. */
    public String task = "";
    /** The partition in which it did that. */
    public int partition;
    /** Records that it has read since the start. */
    public long records;

    public long recordsPerSecond;
}
