package io.kindred.cluster.handoff;

import io.kindred.metrics.MetricSet;

/** What handoff counts, for INFO. Owned by: the core's thread. */
public final class HandoffCounters {
    public static final MetricSet<HandoffCounters> METRICS = MetricSet.<HandoffCounters>of(HandoffCounters.class)
            .counter("hints_stored", "Hints that were kept for other nodes.", c -> c.stored)
            .counter(
                    "hints_refused",
                    "Hints that were not kept, at hint-max-bytes; exchanges are owed instead.",
                    c -> c.refused)
            .counter("hints_delivered", "Hints that the node they were for has acknowledged.", c -> c.delivered)
            .counter("handoff_batches", "Messages of hints that were sent.", c -> c.batches)
            .counter("hints_in_parts", "Hints that were too large for one message.", c -> c.inParts)
            .counter("hints_lost", "Times that hints could not be read, and exchanges were owed instead.", c -> c.lost)
            .build();

    public long stored;
    public long refused;
    public long delivered;
    public long batches;
    /** Hints that were too large for one message. */
    public long inParts;
    /** Times that hints could not be read, and exchanges were owed instead. */
    public long lost;
}
