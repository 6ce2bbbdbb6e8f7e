package io.kindred.cluster.handoff;

import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Partitions of which some replica is owed writes that nobody could hold for it: anti-entropy's to repair. There are at
 * most as many as members times partitions.
 */
public final class OwedRanges {
    /** When each debt was last added to, as a number that rises. */
    private final TreeMap<Range, Long> ranges = new TreeMap<>();

    private long last;

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
        return ranges.put(range, ++last) == null;
    }

    /** Stands for all debts there are now: see {@link #payUpTo}. */
    public long last() {
        return last;
    }

    /**
     * A repair that began when {@link #last} was {@code until} has come to its end.
     *
     * @return whether that paid the debt: the caller forgets it durably. Not if it has grown since
     */
    public boolean payUpTo(Range range, long until) {
        @Nullable Long added = ranges.get(range);
        if (added == null || added > until) {
            return false;
        }
        ranges.remove(range);
        return true;
    }

    public List<Range> all() {
        return List.copyOf(ranges.keySet());
    }

    void remove(Range range) {
        ranges.remove(range);
    }

    public int size() {
        return ranges.size();
    }
}
