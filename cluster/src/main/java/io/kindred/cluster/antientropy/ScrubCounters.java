package io.kindred.cluster.antientropy;

/** What the scrubber is at. */
public final class ScrubCounters {
    /** What it did last; empty: nothing yet. */
    public String task = "";
    /** The partition in which it did that. */
    public int partition;
    /** Records that it has read since the start. */
    public long records;

    public long recordsPerSecond;
}
