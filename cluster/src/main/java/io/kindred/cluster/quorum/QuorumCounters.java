package io.kindred.cluster.quorum;

/** What the coordinator counts, for INFO. Owned by: the core's thread. */
public final class QuorumCounters {
    public long reads;
    public long writes;
    public long updates;
    public long forwards;
    public long readRepairs;
    public long repairsShed;
    public long sloppyWrites;
    public long siblingReads;
    public long lwwLosers;
    public long clockPrunes;
    public long siblingRefusals;
    public long supersededOnAck;
    public long hedges;
    public long pauses;
    public long timeouts;
}
