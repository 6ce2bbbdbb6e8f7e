package io.kindred.cluster.core;

import io.kindred.cluster.antientropy.ReplayedTrees;
import io.kindred.cluster.antientropy.TreeSaves;
import io.kindred.cluster.message.Message.Verdict;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where a node keeps the trees of its partitions: one node-local record each, and one with the number of the record that is
 * outdated.
 */
public final class TreeDisk implements TreeSaves.Disk {
    private final Journal journal;

    TreeDisk(Journal journal) {
        this.journal = journal;
    }

    @Override
    public void save(int partition, byte[] record, Consumer<Boolean> told) {
        journal.persistMeta(
                MetaKey.of(MetaKey.TREES, partition), record, verdict -> told.accept(verdict == Verdict.OK));
    }

    @Override
    public void outdate(int partition, long number, Consumer<Boolean> told) {
        journal.persistMeta(
                MetaKey.of(MetaKey.TREES_OUTDATED, partition),
                MetaKey.value(number),
                verdict -> told.accept(verdict == Verdict.OK));
    }

    @Override
    public void forget(int partition, Consumer<Boolean> told) {
        journal.persistMeta(MetaKey.of(MetaKey.TREES, partition), null, verdict -> told.accept(verdict == Verdict.OK));
    }

    /** What a start finds of a record of the node's own in the engine's log. */
    public static void replayed(byte[] key, byte @Nullable [] value, ReplayedTrees trees) {
        byte kind = key.length > 1 ? MetaKey.kind(key) : 0;
        if (kind == MetaKey.TREES && value != null) {
            trees.saved(MetaKey.number(key), value);
        } else if (kind == MetaKey.TREES) {
            trees.forgotten(MetaKey.number(key));
        } else if (kind == MetaKey.TREES_OUTDATED && value != null) {
            trees.outdated(MetaKey.number(key), MetaKey.value(value));
        }
    }
}
