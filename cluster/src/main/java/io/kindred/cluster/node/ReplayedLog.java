package io.kindred.cluster.node;

import io.kindred.cluster.antientropy.ReplayedTrees;
import io.kindred.cluster.core.TreeDisk;
import io.kindred.cluster.ring.Keyspace;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.engine.ReplayedWrites;
import org.jspecify.annotations.Nullable;

/** Finds in the engine's log what says how the trees of the last life have changed. */
public final class ReplayedLog implements ReplayedWrites {
    private final ReplayedTrees trees;

    public ReplayedLog(ReplayedTrees trees) {
        this.trees = trees;
    }

    public ReplayedTrees trees() {
        return trees;
    }

    @Override
    public void replayed(byte[] key, byte @Nullable [] value, int countDelta, long note) {
        if (key[0] == Keyspace.META) {
            TreeDisk.replayed(key, value, trees);
        } else if (note != 0) {
            RecordKey record = RecordKey.parse(key);
            if (record != null) {
                trees.changed(record, countDelta, note);
            }
        }
    }
}
