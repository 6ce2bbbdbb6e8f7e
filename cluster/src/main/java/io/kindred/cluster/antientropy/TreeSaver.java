package io.kindred.cluster.antientropy;

import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Stores the trees that are to be stored ({@link TreeSaves}), some in each step. */
public final class TreeSaver implements ScrubTask {
    private static final long PAUSE_NANOS = 2_000_000L;
    private static final int STEP_PARTITIONS_MAX = 32;
    private static final int STEP_BYTES = 64 << 10;

    private final MerkleTrees trees;
    private final LongSupplier seals;
    private long lastSeals;

    /** @param seals how often the engine has sealed what it has in memory */
    public TreeSaver(MerkleTrees trees, LongSupplier seals) {
        this.trees = trees;
        this.seals = seals;
        this.lastSeals = seals.getAsLong();
    }

    @Override
    public String name() {
        return "save";
    }

    @Override
    public boolean isWanted() {
        long now = seals.getAsLong();
        if (now != lastSeals) {
            lastSeals = now;
            trees.saves().sealed();
        }
        return trees.saves().hasDue();
    }

    @Override
    public void step(Consumer<Step> done) {
        int last = 0;
        int bytes = 0;
        for (int count = 0; count < STEP_PARTITIONS_MAX && bytes < STEP_BYTES; count++) {
            int partition = trees.saves().nextDue();
            if (partition < 0) {
                break;
            }
            last = partition;
            bytes += trees.save(partition);
        }
        done.accept(Step.of(last, 0));
    }

    @Override
    public long pauseNanos() {
        return PAUSE_NANOS;
    }
}
