package io.kindred.cluster.antientropy;

import io.kindred.cluster.quorum.Clocks;
import io.kindred.cluster.quorum.Latencies;
import io.kindred.cluster.version.CorruptRecordException;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Builds the trees that are missing, doubtful or crowded, one partition after the other in small steps, and verifies them
 * when there are none: the scrub, which goes through all records for ever, slowly. Where the scrub finds that records are
 * no longer what was written (a value that has rotted, a record that cannot be decoded) the new tree tells the truth, and
 * an exchange is asked for.
 *
 * <p>A step reads {@value TreeBuild#ENTRIES_A_STEP} records at most; behind it there is a pause, a longer one while this
 * node's requests take longer than they used to.
 */
public final class TreeBuilder {
    private static final long BUILD_PAUSE_NANOS = 5_000_000L;
    private static final long SCRUB_PAUSE_NANOS = 50_000_000L;
    private static final long STRAINED_PAUSE_NANOS = 200_000_000L;
    private static final long RETRY_NANOS = 1_000_000_000L;
    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final long MEASURE_NANOS = 10 * SECOND_NANOS;

    private final MerkleTrees trees;
    private final RecordRange range;
    private final Clocks clocks;
    private final Latencies latencies;
    private final ExchangeCounters counters;
    private final Consumer<String> note;
    private final Doubted doubted;
    private @Nullable TreeBuild current;
    private int lastBuilt = -1;
    /** Partitions that could not be built, and were told of. */
    private final TreeSet<Integer> unbuildable = new TreeSet<>();

    private boolean busy;
    private boolean begun;
    private long dueNanos;
    private long measuredNanos;
    private long measuredRecords;

    /** What the builder works with. */
    public record Work(MerkleTrees trees, RecordRange range, Clocks clocks, Latencies latencies) {}

    /** Is told of a partition whose records are not what its tree said, or cannot be read. */
    public interface Doubted {
        void partition(int partition, boolean unreadable);
    }

    public TreeBuilder(Work work, ExchangeCounters counters, Consumer<String> note, Doubted doubted) {
        this.trees = work.trees();
        this.range = work.range();
        this.clocks = work.clocks();
        this.latencies = work.latencies();
        this.counters = counters;
        this.note = note;
        this.doubted = doubted;
        counters.scrubPosition = -1;
    }

    public long nextTickNanos() {
        // Asked after each event, so it must not look at the partitions one by one.
        if (busy || trees.owned() == 0) {
            return Long.MAX_VALUE;
        }
        return begun ? dueNanos : clocks.nanos();
    }

    public void onTick() {
        if (!busy && (!begun || clocks.nanos() - dueNanos >= 0)) {
            begun = true;
            step();
        }
    }

    private void step() {
        TreeBuild build = trees.isWanted(current) ? current : null;
        if (build == null || (build.scrub && trees.building() > 0)) {
            // What is missing goes first; a scrub that it interrupts begins its partition anew.
            build = next();
            current = build;
        }
        if (build == null) {
            dueNanos = clocks.nanos() + RETRY_NANOS;
            return;
        }
        busy = true;
        TreeBuild asked = build;
        range.read(build.begin(), build.end(), TreeBuild.ENTRIES_A_STEP, page -> take(asked, page));
    }

    private @Nullable TreeBuild next() {
        int missing = trees.nextUnbuilt(lastBuilt);
        if (missing >= 0) {
            lastBuilt = missing;
            return trees.begin(missing, false);
        }
        int verified = trees.nextBuilt(counters.scrubPosition);
        verified = verified < 0 ? trees.nextBuilt(-1) : verified;
        return verified < 0 ? null : trees.begin(verified, true);
    }

    private void take(TreeBuild build, RecordRange.Page page) {
        busy = false;
        if (build.scrub) {
            measure(page.keys().size());
        }
        pause(build, page.keys().isEmpty());
        if (!trees.isWanted(build)) {
            return;
        }
        switch (build.take(page, this::damaged)) {
            case GO_ON -> {}
            case DONE -> done(build);
            case FAILED -> failed(build);
        }
    }

    private void measure(int records) {
        counters.scrubRecords += records;
        long tookNanos = clocks.nanos() - measuredNanos;
        if (tookNanos >= MEASURE_NANOS) {
            counters.scrubRecordsPerSecond = (counters.scrubRecords - measuredRecords) * SECOND_NANOS / tookNanos;
            measuredRecords = counters.scrubRecords;
            measuredNanos = clocks.nanos();
        }
    }

    private void damaged(byte[] storageKey, CorruptRecordException damage) {
        counters.unreadable++;
        note.accept("a record cannot be read: " + damage.getMessage());
    }

    private void pause(TreeBuild build, boolean nothingFound) {
        long pause = build.scrub ? SCRUB_PAUSE_NANOS : nothingFound ? 0 : BUILD_PAUSE_NANOS;
        dueNanos = clocks.nanos() + (latencies.isStrained() ? STRAINED_PAUSE_NANOS : pause);
    }

    private void done(TreeBuild build) {
        boolean same = trees.replace(build);
        if (!build.scrub) {
            counters.treesBuilt++;
            return;
        }
        counters.scrubbed++;
        counters.scrubPosition = build.partition;
        if (!same) {
            counters.scrubMismatches++;
            note.accept("the records of partition " + build.partition
                    + " are not what was written: the scrub asks its other replicas");
            doubted.partition(build.partition, false);
        }
    }

    private void failed(TreeBuild build) {
        counters.unreadable++;
        trees.abandon();
        dueNanos = clocks.nanos() + RETRY_NANOS;
        if (build.scrub) {
            counters.scrubPosition = build.partition;
            note.accept("not all of partition " + build.partition
                    + " can be read: the scrub asks its other replicas and goes on behind it");
        }
        if (build.scrub || unbuildable.add(build.partition)) {
            doubted.partition(build.partition, true);
        }
    }
}
