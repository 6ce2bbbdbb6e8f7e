package io.kindred.cluster.antientropy;

import io.kindred.metrics.MetricSet;
import io.kindred.metrics.Unit;

/** What anti-entropy counts, for INFO. Owned by: the core's thread. */
public final class ExchangeCounters {
    public static final MetricSet<ExchangeCounters> METRICS = MetricSet.<ExchangeCounters>of(ExchangeCounters.class)
            .counter("exchange_rounds", "Exchanges with one node that came to their end.", c -> c.rounds)
            .counter(
                    "exchange_failures",
                    "Exchanges that ended early; what is left is for the next one.",
                    c -> c.failures)
            .counter(
                    "exchange_keys_repaired",
                    "Keys that an exchange has changed here, or has sent to a node that lacked them.",
                    c -> c.keysRepaired)
            .counter(
                    "exchange_keys_in_parts",
                    "Keys that were too large for one message, and were sent in parts.",
                    c -> c.keysInParts)
            .counter("exchange_bytes_sent", Unit.BYTES, "About what this node has sent in exchanges.", c -> c.bytesSent)
            .counter("trees_built", "Merkle trees that were built from the records.", c -> c.treesBuilt)
            .counter("scrub_partitions", "Partitions that the scrubber has been through.", c -> c.scrubbed)
            .counter(
                    "scrub_mismatches",
                    "Partitions in which the scrubber found tree and records to differ.",
                    c -> c.scrubMismatches)
            .counter("scrub_unreadable", "Steps of builds and scrubs that could not be read.", c -> c.unreadable)
            .gauge("records_unreadable", "Keys whose records cannot be read just now.", c -> c.unreadableKeys)
            .counter(
                    "records_mended",
                    "Records that could not be read, and were replaced by other replicas'.",
                    c -> c.recordsMended)
            .gauge("partitions_damaged", "Partitions of which not all can be read now.", c -> c.damagedPartitions)
            .counter(
                    "losses_accepted",
                    "Times that something could not be read, and was given up when nobody else had it.",
                    c -> c.lossesAccepted)
            .build();

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
