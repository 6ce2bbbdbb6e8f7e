package io.kindred.cluster.relay;

import io.kindred.metrics.MetricSet;
import io.kindred.metrics.Unit;

/** What became of this node's writes in other datacenters, since its start. */
public final class RelayCounters {
    public static final MetricSet<RelayCounters> METRICS = MetricSet.<RelayCounters>of(RelayCounters.class)
            .counter("relays_delivered", "Writes that another datacenter has acknowledged.", c -> c.delivered)
            .gauge("relays_under_way", "Writes on their way to another datacenter.", c -> c.underWay)
            .gauge("relays_under_way_bytes", Unit.BYTES, "What these hold.", c -> c.bytesUnderWay)
            .counter(
                    "relays_kept_as_hints",
                    "Writes that were kept as hints, because nobody there could be reached in time.",
                    c -> c.kept)
            .build();

    /** Writes that another datacenter has acknowledged. */
    public long delivered;
    /** Writes that were kept as hints, because nobody there could be reached in time, or too many were under way. */
    public long kept;
    /** Under way now. */
    public int underWay;

    public long bytesUnderWay;
}
