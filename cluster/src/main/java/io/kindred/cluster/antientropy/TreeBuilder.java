package io.kindred.cluster.antientropy;

import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.CorruptRecordException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Builds the trees that are missing, doubtful or crowded, one partition after the other in small steps, and verifies them
 * when there are none: the scrub, which goes through all records for ever, slowly. Where the scrub finds that records are
 * no longer what was written (a value that has rotted, a record that cannot be decoded) the new tree tells the truth, and
 * an exchange is asked for.
 *
 * <p>A step reads {@value TreeBuild#ENTRIES_A_STEP} records at most.
 */
public final class TreeBuilder implements ScrubTask {
    private static final long BUILD_PAUSE_NANOS = 5_000_000L;
    private static final long SCRUB_PAUSE_NANOS = 50_000_000L;

    private final MerkleTrees trees;
    private final RecordRange range;
    private final ExchangeCore.Repairs repairs;
    private final ExchangeCounters counters;
    private final Consumer<String> note;
    private final Doubted doubted;
    private @Nullable TreeBuild current;
    private int lastBuilt = -1;

    private long pauseNanos;
    private int lastVerified = -1;

    /** What the builder works with. */
    public record Work(MerkleTrees trees, RecordRange range, ExchangeCore.Repairs repairs) {}

    /** Is told of a partition whose records are not what its tree said, or cannot be read. */
    public interface Doubted {
        void partition(int partition, boolean unreadable);
    }

    public TreeBuilder(Work work, ExchangeCounters counters, Consumer<String> note, Doubted doubted) {
        this.trees = work.trees();
        this.range = work.range();
        this.repairs = work.repairs();
        this.counters = counters;
        this.note = note;
        this.doubted = doubted;
    }

    @Override
    public String name() {
        TreeBuild build = current;
        return build == null || build.scrub ? "verify" : "build";
    }

    @Override
    public boolean isWanted() {
        return trees.owned() > 0;
    }

    @Override
    public long pauseNanos() {
        return pauseNanos;
    }

    @Override
    public void step(Consumer<Step> told) {
        TreeBuild build = trees.isWanted(current) ? current : null;
        if (build == null || (build.scrub && trees.building() > 0)) {
            // What is missing goes first; a scrub that it interrupts begins its partition anew.
            build = next();
            current = build;
        }
        if (build == null) {
            told.accept(Step.later(0));
            return;
        }
        TreeBuild asked = build;
        range.read(
                build.begin(),
                build.end(),
                TreeBuild.ENTRIES_A_STEP,
                page -> told.accept(
                        take(asked, page)
                                ? Step.of(asked.partition, page.keys().size())
                                : Step.later(asked.partition)));
    }

    private @Nullable TreeBuild next() {
        int missing = trees.nextUnbuilt(lastBuilt);
        if (missing >= 0) {
            lastBuilt = missing;
            return trees.begin(missing, false);
        }
        int suspect = trees.nextSuspect();
        if (suspect >= 0) {
            return trees.begin(suspect, true);
        }
        int verified = trees.nextBuilt(lastVerified);
        verified = verified < 0 ? trees.nextBuilt(-1) : verified;
        return verified < 0 ? null : trees.begin(verified, true);
    }

    /** False: the records cannot be read just now. */
    private boolean take(TreeBuild build, RecordRange.Page page) {
        pauseNanos = build.scrub ? SCRUB_PAUSE_NANOS : page.keys().isEmpty() ? 0 : BUILD_PAUSE_NANOS;
        TreeBuild.Progress progress =
                trees.isWanted(build) ? build.take(page, this::damaged) : TreeBuild.Progress.GO_ON;
        switch (progress) {
            case GO_ON -> {}
            case DONE -> done(build);
            case FAILED -> counters.unreadable++;
            case DAMAGED -> damaged(build);
        }
        return progress == TreeBuild.Progress.GO_ON || progress == TreeBuild.Progress.DONE;
    }

    private void damaged(RecordKey storageKey, CorruptRecordException damage) {
        counters.unreadable++;
        repairs.found(storageKey, damage);
    }

    private void done(TreeBuild build) {
        boolean same = trees.replace(build);
        if (!build.scrub) {
            counters.treesBuilt++;
            return;
        }
        counters.scrubbed++;
        lastVerified = build.partition;
        if (!same) {
            counters.scrubMismatches++;
            note.accept("the records of partition " + build.partition
                    + " are not what was written: the scrub asks its other replicas");
            doubted.partition(build.partition, false);
        }
    }

    private void damaged(TreeBuild build) {
        counters.unreadable++;
        trees.abandon();
        if (build.scrub) {
            lastVerified = build.partition;
        }
        note.accept("not all of partition " + build.partition + " can be read: its other replicas are asked for it");
        doubted.partition(build.partition, true);
    }
}
