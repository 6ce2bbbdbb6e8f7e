package io.kindred.cluster.antientropy;

import io.kindred.cluster.quorum.FlushStamps;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The trees that the last life has stored, from the start until it is known whose partitions are this node's. What is not
 * taken then is deleted, and so is what a write comes before: writes say nothing to trees that nobody keeps.
 */
final class StoredTrees {
    private final FlushStamps flushStamps;
    private final TreeSaves saves;
    private final TreeMap<Integer, byte[]> records = new TreeMap<>();
    /** Numbers of those that were said to be outdated. */
    private final TreeMap<Integer, Long> outdated = new TreeMap<>();

    private ReplayedTrees replayed = ReplayedTrees.NONE;
    private int taken;

    StoredTrees(FlushStamps flushStamps, TreeSaves saves) {
        this.flushStamps = flushStamps;
        this.saves = saves;
    }

    void add(int partition, byte[] record) {
        records.put(partition, record);
        saves.goAbove(TreeRecord.number(record));
    }

    void addOutdated(int partition, long number) {
        outdated.put(partition, number);
        saves.goAbove(number);
    }

    /** What the log has of all this. */
    void replayed(ReplayedTrees found) {
        replayed = found;
    }

    /** A partition's trees as its records are now; null: they are to be built. */
    @Nullable
    PartitionTrees take(int partition) {
        byte[] record = records.remove(partition);
        if (record == null) {
            return null;
        }
        ReplayedTrees.Taken found =
                replayed.take(partition, record, outdated.getOrDefault(partition, ReplayedTrees.NO_NUMBER));
        if (found == null || !found.trees().under(flushStamps)) {
            saves.forget(partition);
            return null;
        }
        taken++;
        saves.recovered(partition, found.number(), found.isExact());
        return found.trees();
    }

    boolean isEmpty() {
        return records.isEmpty();
    }

    /** A partition is written to, and may never have been taken. */
    void forget(int partition) {
        if (records.remove(partition) != null) {
            saves.forget(partition);
        }
    }

    /** Nobody takes any more. */
    void forgetAll() {
        records.keySet().forEach(saves::forget);
        records.clear();
        outdated.clear();
        replayed = ReplayedTrees.NONE;
    }

    /** How many were taken. */
    int taken() {
        return taken;
    }
}
