package io.kindred.cluster.handoff;

/** What handoff counts, for INFO. Owned by: the core's thread. */
public final class HandoffCounters {
    public long stored;
    public long refused;
    public long delivered;
    public long batches;
    /** Hints that were too large for one message. */
    public long inParts;
    /** Times that hints could not be read, and exchanges were owed instead. */
    public long lost;
}
