package io.kindred.cluster.handoff;

import java.util.TreeSet;

/**
 * Partitions of which some replica is owed writes that nobody could hold for it: anti-entropy's to repair. There are at
 * most as many as members times partitions.
 */
public final class OwedRanges {
    private final TreeSet<Range> ranges = new TreeSet<>();

    /** One partition that one node is owed. */
    public record Range(long intended, int partition) implements Comparable<Range> {
        @Override
        public int compareTo(Range that) {
            int order = Long.compare(intended, that.intended);
            return order != 0 ? order : Integer.compare(partition, that.partition);
        }
    }

    /** True if it was not known yet: the caller makes it durable. */
    public boolean add(Range range) {
        return ranges.add(range);
    }

    public int size() {
        return ranges.size();
    }
}
