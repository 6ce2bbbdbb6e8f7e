package io.kindred.cluster.antientropy;

import io.kindred.cluster.ring.RecordKey;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a start finds in the engine's log about trees: which were stored there, and by how much writes behind that have changed
 * them. What it finds has to agree with itself, else it counts for nothing: trees that are built from records are always right.
 *
 * <p>Owned by: whoever opens the engine, and then the core's thread.
 */
public final class ReplayedTrees {
    /** Changes that are kept of partitions whose trees are not in the log, in all. */
    static final int PENDING_MAX = 1 << 20;

    /** The number of a record that is not there. */
    static final long NO_NUMBER = 0;

    /** Where there is no log. */
    public static final ReplayedTrees NONE = new ReplayedTrees(0, "md5", 1);

    private static final int CHANGE_LONGS = 4;
    private static final int CHANGES_FIRST = 4;
    private static final long[] NO_CHANGES = {};
    private static final Found NOTHING = new Found();

    private final TreeLayout lanes;
    private final @Nullable Found[] found;
    private int pending;
    private boolean isTrusted = true;

    /** What the log has of one partition. */
    private static final class Found {
        /** The last trees that were stored; null: none since the log begins. */
        @Nullable
        PartitionTrees trees;

        long number = NO_NUMBER;
        /** The number of the record that was last said to be outdated. */
        long outdated = NO_NUMBER;
        /** Whether a write has changed the trees since they were stored, or since the log begins. */
        boolean hasChanges;
        /** Whether changes were met that nothing says the begin of, or that were too many to keep. */
        boolean isLost;
        /** The changes, where there are no trees yet to add them to, by fours: lane, path, difference, more entries. */
        long[] kept = NO_CHANGES;

        int keptEnd;

        void keep(int lane, long path, long difference, int moreEntries) {
            if (keptEnd == kept.length) {
                kept = Arrays.copyOf(kept, Math.max(CHANGES_FIRST * CHANGE_LONGS, 2 * kept.length));
            }
            kept[keptEnd++] = lane;
            kept[keptEnd++] = path;
            kept[keptEnd++] = difference;
            kept[keptEnd++] = moreEntries;
        }

        int changes() {
            return keptEnd / CHANGE_LONGS;
        }

        void addKept(PartitionTrees to) {
            for (int at = 0; at < keptEnd; at += CHANGE_LONGS) {
                to.add((int) kept[at], kept[at + 1], kept[at + 2], (int) kept[at + 3]);
            }
        }

        void drop() {
            kept = NO_CHANGES;
            keptEnd = 0;
        }
    }

    /** @param partitioner {@code md5} or {@code slot} */
    public ReplayedTrees(int partitions, String partitioner, int databases) {
        this.lanes = new TreeLayout(partitions, partitioner.equals("md5"), databases);
        this.found = new @Nullable Found[partitions];
    }

    /** Not all of the log could be read. */
    public void distrust() {
        isTrusted = false;
        Arrays.fill(found, null);
    }

    private Found of(int partition) {
        Found there = found[partition];
        if (there == null) {
            there = new Found();
            found[partition] = there;
        }
        return there;
    }

    private boolean isPartition(int partition) {
        return isTrusted && partition >= 0 && partition < found.length;
    }

    /** Trees were stored. */
    public void saved(int partition, byte[] record) {
        if (isPartition(partition)) {
            drop(partition);
            Found there = of(partition);
            there.trees = TreeRecord.decode(record, lanes);
            there.number = TreeRecord.number(record);
        }
    }

    /** What was stored of a partition was deleted. */
    public void forgotten(int partition) {
        if (isPartition(partition)) {
            drop(partition);
        }
    }

    private void drop(int partition) {
        Found there = found[partition];
        pending -= there == null ? 0 : there.changes();
        found[partition] = null;
    }

    /** The record of that number was said to be outdated. */
    public void outdated(int partition, long number) {
        if (isPartition(partition)) {
            Found there = of(partition);
            there.isLost |= there.hasChanges;
            there.outdated = number;
        }
    }

    /** A write has changed the trees of its partition. */
    public void changed(RecordKey key, int countDelta, long difference) {
        if (difference == 0 || !isPartition(key.partition())) {
            return;
        }
        Found there = of(key.partition());
        there.hasChanges = true;
        there.isLost |= there.outdated == NO_NUMBER;
        if (there.isLost) {
            return;
        }
        PartitionTrees trees = there.trees;
        if (trees != null) {
            trees.add(lanes.of(key), lanes.path(lanes.of(key), key.hash()), difference, countDelta);
        } else if (pending < PENDING_MAX) {
            pending++;
            there.keep(lanes.of(key), lanes.path(lanes.of(key), key.hash()), difference, countDelta);
        } else {
            there.isLost = true;
            pending -= there.changes();
            there.drop();
        }
    }

    /**
     * A partition's trees as its records are now; null: nobody knows.
     *
     * @param stored the record of them that the store has
     * @param outdated the number of the one that the store says is outdated
     */
    @Nullable
    Taken take(int partition, byte[] stored, long outdated) {
        if (!isPartition(partition)) {
            return null;
        }
        Found there = found[partition] == null ? NOTHING : found[partition];
        long number = TreeRecord.number(stored);
        boolean isSame = there.number == NO_NUMBER || there.number == number;
        if (!isSame || there.isLost || outdated > number) {
            return null;
        }
        boolean isExact = !there.hasChanges && outdated < number;
        if (!isExact && there.outdated != number) {
            return null;
        }
        PartitionTrees trees = there.trees == null ? TreeRecord.decode(stored, lanes) : there.trees;
        if (trees != null) {
            there.addKept(trees);
        }
        return trees == null ? null : new Taken(trees, number, isExact);
    }

    /**
     * What a start goes on with.
     *
     * @param isExact whether it is just what the record of that number says
     */
    record Taken(PartitionTrees trees, long number, boolean isExact) {}
}
