package io.kindred.cluster.quorum;

/** What the coordinator counts, for INFO. Owned by: the core's thread. */
public final class QuorumCounters {
    public long reads;
    public long writes;
    public long updates;
    /** Updates that too few of the key's own replicas were there for. */
    public long sloppyUpdates;
    /** Times that updates were refused, and settled. */
    public long updatesRefused;
    /** Updates that passed on to the key's first live replica by a node that is not. */
    public long updatesPassedOn;

    public long forwards;
    public long readRepairs;
    public long repairsShed;
    public long sloppyWrites;
    public long siblingReads;
    public long lwwLosers;
    public long clockPrunes;
    public long siblingRefusals;
    /** Writes whose context another cluster had given out. */
    public long foreignContexts;

    public long supersededOnAck;
    public long hedges;
    public long pauses;
    public long timeouts;
}
