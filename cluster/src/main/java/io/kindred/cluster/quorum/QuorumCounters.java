package io.kindred.cluster.quorum;

import io.kindred.metrics.LatencyHistogram;
import io.kindred.metrics.MetricSet;

/** What the coordinator counts, for INFO. Owned by: the core's thread. */
public final class QuorumCounters {
    public static final MetricSet<QuorumCounters> METRICS = MetricSet.<QuorumCounters>of(QuorumCounters.class)
            .counter("reads", "Gets that this node coordinated.", c -> c.reads)
            .counter("writes", "Blind writes that this node coordinated.", c -> c.writes)
            .counter("updates", "Read-modify-writes that this node coordinated.", c -> c.updates)
            .counter(
                    "group_updates",
                    "Read-modify-writes of several keys at once that this node coordinated.",
                    c -> c.groupUpdates)
            .counter("forwards", "Operations that this node passed to a replica of the key.", c -> c.forwards)
            .counter("read_repairs", "Replicas that were sent what a read found they lacked.", c -> c.readRepairs)
            .counter("sibling_reads", "Reads that found more than one live value of their key.", c -> c.siblingReads)
            .counter(
                    "lww_losers",
                    "Values that a plain read or update passed over for a newer sibling.",
                    c -> c.lwwLosers)
            .counter(
                    "clock_prunes",
                    "Entries that were dropped from vector clocks at clock-max-entries.",
                    c -> c.clockPrunes)
            .counter("sibling_refusals", "Writes that were refused at max-siblings.", c -> c.siblingRefusals)
            .counter(
                    "foreign_contexts_refused",
                    "Writes that were refused because their context is another cluster's.",
                    c -> c.foreignContexts)
            .counter(
                    "writes_superseded_again",
                    "Plain writes that met unseen siblings at a replica and superseded those too.",
                    c -> c.supersededOnAck)
            .counter(
                    "read_repairs_shed",
                    "Read repairs that were left to anti-entropy for lack of room.",
                    c -> c.repairsShed)
            .counter("sloppy_writes", "Writes that a stand-in took for a replica that was away.", c -> c.sloppyWrites)
            .counter(
                    "sloppy_updates",
                    "Updates for which too few of the key's own replicas were there, so that two might run at once.",
                    c -> c.sloppyUpdates)
            .counter(
                    "updates_refused",
                    "Updates that replicas refused for a greater term, and that were settled.",
                    c -> c.updatesRefused)
            .counter(
                    "updates_passed_on",
                    "Updates that a node which is not the key's first live replica passed on to it.",
                    c -> c.updatesPassedOn)
            .counter(
                    "hedges", "Requests in which one more replica was asked because an answer was late.", c -> c.hedges)
            .counter(
                    "put_off",
                    "Operations that were tried again a little later, as no replica could be reached.",
                    c -> c.pauses)
            .gauge("key_lines", "Keys whose operations may have to wait for each other at this node.", c -> c.keyLines)
            .gauge("key_line_turns", "Operations that wait in the lines of their keys.", c -> c.turnsWaiting)
            .counter(
                    "key_line_refusals",
                    "Operations that were refused because too many of the same key were waiting.",
                    c -> c.turnsRefused)
            .counter("timeouts", "Requests that ended at request-timeout-ms without their quorum.", c -> c.timeouts)
            .histogram("read_round", "From the first question of a read to its R-th answer.", c -> c.readRounds)
            .histogram(
                    "write_round",
                    "From when a write was durable here and sent to its W-th acknowledgement.",
                    c -> c.writeRounds)
            .build();

    public final LatencyHistogram readRounds = new LatencyHistogram();
    public final LatencyHistogram writeRounds = new LatencyHistogram();

    public long reads;
    public long writes;
    public long updates;
    public long groupUpdates;
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
    /** Now. */
    long keyLines;
    /** Now, in all lines. */
    long turnsWaiting;

    long turnsRefused;
}
