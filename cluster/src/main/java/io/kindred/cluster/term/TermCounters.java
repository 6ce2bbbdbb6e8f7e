package io.kindred.cluster.term;

import io.kindred.metrics.MetricSet;

/** What a node counts of terms, for INFO. Owned by: the core's thread. */
public final class TermCounters {
    public static final MetricSet<TermCounters> METRICS = MetricSet.<TermCounters>of(TermCounters.class)
            .counter(
                    "term_claims", "Claims of a partition's updates that a majority has granted this node.", c -> c.won)
            .counter("term_claims_repeated", "Times that such a claim was begun anew.", c -> c.repeated)
            .counter("terms_granted", "Claims of other nodes that were granted here.", c -> c.granted)
            .build();

    /** Claims that a majority has granted. */
    public long won;
    /** Times that one was begun anew: refused, late, or for a ring that was not known yet. */
    public long repeated;
    /** Claims of others that were granted here. */
    public long granted;
}
