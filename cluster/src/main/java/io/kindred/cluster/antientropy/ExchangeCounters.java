package io.kindred.cluster.antientropy;

/** What anti-entropy counts, for INFO. Owned by: the core's thread. */
public final class ExchangeCounters {
    /** Exchanges with one node that came to their end. */
    public long rounds;
    /** Exchanges that ended early; what is left is for the next one. */
    public long failures;
    /** Containers that an exchange has changed here, or has sent to somebody who lacked them. */
    public long keysRepaired;
    /** Containers that were too large for one message, and were sent in parts. */
    public long keysInParts;
    /** About what this node sent in exchanges, asked and asking. */
    public long bytesSent;
    /** Trees that were built from the records. */
    public long treesBuilt;
    /** Partitions that a scrub has been through, and those where tree and records differed. */
    public long scrubbed;

    public long scrubMismatches;
    /** Scan steps of builds and scrubs that could not be read. */
    public long unreadable;
    /** Containers that could not be read, or were not what was written, and were replaced by other replicas'. */
    public long recordsMended;
    /** Keys whose records cannot be read just now. */
    public int unreadableKeys;
    /** Partitions of which not all can be read now. */
    public int damagedPartitions;
    /** How often something of a partition could not be read, and was given up when nobody else had it. */
    public long lossesAccepted;
}
