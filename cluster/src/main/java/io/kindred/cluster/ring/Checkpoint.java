package io.kindred.cluster.ring;

import io.kindred.cluster.membership.CompactedRecords;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What stands for the change records up to a stamp, once every member has them: what is left of them, and the rings that
 * they lead to. The fold of the records behind it goes on from there.
 *
 * @param rings by datacenter
 */
public record Checkpoint(CompactedRecords records, SortedMap<String, Ring> rings) {
    public static final Checkpoint NONE = new Checkpoint(CompactedRecords.NONE, Collections.emptySortedMap());

    public Checkpoint {
        rings = Collections.unmodifiableSortedMap(new TreeMap<>(rings));
    }

    /** Whether it may be that of a cluster with that many partitions. */
    public boolean isPossible(int partitions) {
        return records.isWhole() && rings.values().stream().allMatch(ring -> ring.partitions() == partitions);
    }

    /** What the fold of one datacenter's records begins with. */
    Base base(String datacenter) {
        Ring ring = rings.get(datacenter);
        return ring == null ? Base.NONE : new Base(records.stamp(), records.hash(), ring);
    }

    /**
     * One datacenter's part of it.
     *
     * @param ring null: the ring of nobody
     */
    public record Base(long stamp, long hash, @Nullable Ring ring) {
        public static final Base NONE = new Base(0, 0, null);
    }
}
