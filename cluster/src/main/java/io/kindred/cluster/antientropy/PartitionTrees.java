package io.kindred.cluster.antientropy;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** The trees of one partition, by lane; a lane without records may have none. */
final class PartitionTrees {
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

    long root() {
        long root = 0;
        for (MerkleTree tree : byLane) {
            root += tree == null ? 0 : tree.root();
        }
        return root;
    }
}
