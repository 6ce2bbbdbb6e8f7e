package io.kindred.cluster.antientropy;

import io.kindred.cluster.quorum.FlushStamps;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** The trees of one partition, by lane; a lane without records may have none. */
final class PartitionTrees {
    /** Of a tree of which it is to be found out under which one it is. */
    private static final long NO_STAMP = -1;

    final @Nullable MerkleTree[] byLane;
    /** Whether all records of the partition are in the trees. */
    boolean built;
    /** Databases whose trees are in doubt: a flush has hidden some of what is in them, or an undone write is. */
    final BitSet doubtful = new BitSet();
    /** Databases that have outgrown their trees, which serve on until there are new ones. */
    final BitSet crowded = new BitSet();

    PartitionTrees(int lanes, boolean built) {
        byLane = new @Nullable MerkleTree[lanes];
        this.built = built;
    }

    /** Whether another node's trees may be compared with these. */
    boolean isReady() {
        return built && doubtful.isEmpty();
    }

    boolean wantsBuild() {
        return !built || !doubtful.isEmpty() || !crowded.isEmpty();
    }

    /** Requires: where there is no tree yet, whoever does this gives it its flush stamp later ({@link #under}). */
    void add(int lane, long path, long difference, int moreEntries) {
        MerkleTree tree = byLane[lane];
        if (tree == null) {
            tree = new MerkleTree(0, NO_STAMP);
            byLane[lane] = tree;
        }
        tree.add(path, difference, moreEntries);
    }

    /** Whether each tree was built under the flush stamp that holds; what was made without one is given it. */
    boolean under(FlushStamps flushStamps) {
        for (int lane = 0; lane < byLane.length; lane++) {
            MerkleTree tree = byLane[lane];
            long stamp = flushStamps.of(TreeLayout.db(lane));
            if (tree != null && tree.flushStamp() == NO_STAMP) {
                byLane[lane] = tree.under(stamp);
            } else if (tree != null && tree.flushStamp() != stamp) {
                return false;
            }
        }
        return true;
    }

    long root() {
        long root = 0;
        for (MerkleTree tree : byLane) {
            root += tree == null ? 0 : tree.root();
        }
        return root;
    }
}
