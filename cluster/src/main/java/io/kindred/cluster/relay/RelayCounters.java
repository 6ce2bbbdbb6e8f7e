package io.kindred.cluster.relay;

/** What became of this node's writes in other datacenters, since its start. */
public final class RelayCounters {
    /** Writes that another datacenter has acknowledged. */
    public long delivered;
    /** Writes that were kept as hints, because nobody there could be reached in time, or too many were under way. */
    public long kept;
    /** Under way now. */
    public int underWay;

    public long bytesUnderWay;
}
