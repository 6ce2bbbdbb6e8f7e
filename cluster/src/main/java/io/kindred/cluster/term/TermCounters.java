package io.kindred.cluster.term;

/** What a node counts of terms, for INFO. Owned by: the core's thread. */
public final class TermCounters {
    /** Claims that a majority has granted. */
    public long won;
    /** Times that one was begun anew: refused, late, or for a ring that was not known yet. */
    public long repeated;
    /** Claims of others that were granted here. */
    public long granted;
}
