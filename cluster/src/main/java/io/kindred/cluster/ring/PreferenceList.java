package io.kindred.cluster.ring;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The replicas of a partition, and who stands in for them.
 *
 * <p>The first {@code n} nodes of the walk clockwise from the partition, distinct zones first where there are zones, are
 * its replicas; all other nodes follow in the order of the walk. Immutable; the arrays are shared, nobody writes them.
 */
public final class PreferenceList {

    private final Ring ring;
    private final int partition;
    private final long[] ids;
    /** Published by a race that is benign: every thread computes the same, and the field in it is final. */
    private @Nullable Walk walk;

    private static final class Walk {
        final long[] ids;

        Walk(long[] ids) {
            this.ids = ids;
        }
    }

    PreferenceList(Ring ring, int partition, long[] ids) {
        this.ring = ring;
        this.partition = partition;
        this.ids = ids;
    }

    public int partition() {
        return partition;
    }

    /** How many replicas there are: fewer than asked for where the ring has fewer nodes. */
    public int size() {
        return ids.length;
    }

    /** The replica at a place; the partition's owner is at 0. */
    public long id(int place) {
        return ids[place];
    }

    /** The replicas. Shared: do not write. */
    public long[] ids() {
        return ids;
    }

    /** The place of a node among the replicas, or -1. */
    public int indexOf(long nodeId) {
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] == nodeId) {
                return i;
            }
        }
        return -1;
    }

    public boolean contains(long nodeId) {
        return indexOf(nodeId) >= 0;
    }

    /** The replicas, then every other node that owns anything, in the order of the walk. Shared: do not write. */
    public long[] extended() {
        Walk known = walk;
        if (known == null) {
            known = new Walk(ring.extend(partition, ids));
            walk = known;
        }
        return known.ids;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PreferenceList that && partition == that.partition && Arrays.equals(ids, that.ids);
    }

    @Override
    public int hashCode() {
        return 31 * partition + Arrays.hashCode(ids);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder().append(partition).append('[');
        for (int i = 0; i < ids.length; i++) {
            text.append(i == 0 ? "" : " ").append(Long.toHexString(ids[i]));
        }
        return text.append(']').toString();
    }
}
