package io.kindred.cluster.core;

import io.kindred.cluster.antientropy.MerkleTrees;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Versions;

/** Has the hash trees follow the records. */
record TreeFollower(MerkleTrees trees) implements RecordFollower {
    @Override
    public void changed(RecordChange change) {
        RecordKey key = change.key();
        Versions before = change.before();
        if (before == null) {
            trees.replacedUnknown(key.partition(), key.db());
            return;
        }
        long difference = trees.changed(key, before, change.after());
        if (difference != 0) {
            change.note(difference);
            change.ifUndone(new TakeBack(trees, key, difference, trees.epoch()));
        }
    }

    private record TakeBack(MerkleTrees trees, RecordKey key, long difference, int epoch) implements RecordChange.Undo {
        @Override
        public void undo() {
            trees.undone(key, difference, epoch);
        }
    }
}
