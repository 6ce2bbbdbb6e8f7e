package io.kindred.engine;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Appends on the owner thread: a copy into the kernel's page cache, which survives the process but not a power cut. A
 * thread of its own makes it durable each second ({@link SyncPolicy#EVERYSEC}) or when it is done with ({@link
 * SyncPolicy#NO}), and whenever it is asked to.
 *
 * <p>A force that fails is not repeated on the same file, for the kernel may have forgotten what it could not write. The
 * segment is left at once and the owner is told, so that a flush makes durable what the log could not.
 */
final class DirectAppender implements LogAppender {
    private static final long SYNC_INTERVAL_MILLIS = 1000;

    private final CommitLog log;
    private final Outcome outcome;
    private final OwnerMailbox mailbox;
    private final EngineCounters counters;
    private final boolean syncing;
    private final ScheduledThreadPoolExecutor syncer = Threads.named("sync", 1);
    private final Queue<Target> retired = new ConcurrentLinkedQueue<>();
    private volatile @Nullable Target target;
    /** Owned by: the sync thread. Some of what was appended since the last rotation may not be on the disk. */
    private @Nullable EngineFailure unforced;

    /** A file to be forced, and whether something was appended since the last force. */
    private static final class Target {
        final Disk.DiskFile file;
        final Path path;
        volatile boolean dirty = true;

        Target(Disk.DiskFile file, Path path) {
            this.file = file;
            this.path = path;
        }
    }

    DirectAppender(CommitLog log, Outcome outcome, OwnerMailbox mailbox, EngineContext context) {
        this.log = log;
        this.outcome = outcome;
        this.mailbox = mailbox;
        this.counters = context.counters();
        this.syncing = context.options().syncPolicy() == SyncPolicy.EVERYSEC;
        if (syncing) {
            syncer.scheduleWithFixedDelay(
                    Threads.reporting("sync", this::sync),
                    SYNC_INTERVAL_MILLIS,
                    SYNC_INTERVAL_MILLIS,
                    TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void append(LogBatch batch) {
        try {
            counters.appendedBytes.addAndGet(log.append(List.of(batch)));
        } catch (IOException e) {
            appendFailed(EngineFailure.of(log.segmentFile(), e));
            return;
        }
        markDirty();
        outcome.appended(1);
    }

    @Override
    public LogEnd acknowledged() {
        return log.end();
    }

    @Override
    public void sync(CommitCallback done) {
        syncer.execute(Threads.reporting("sync", () -> {
            EngineFailure failure = forceAll();
            mailbox.post(() -> done.committed(failure));
        }));
    }

    @Override
    public void rotate() {
        Target left = target;
        if (left != null) {
            retired.add(left);
            syncer.execute(Threads.reporting("sync", this::syncLeft));
        }
        target = null;
        log.leaveSegment();
        outcome.rotated(log.end().segment());
    }

    @Override
    public void resume() {
        // Nothing is queued here that a failure could have overtaken.
    }

    @Override
    public Closed close() {
        Threads.join(syncer);
        List<EngineFailure> failures = new ArrayList<>();
        Target last = target;
        if (last != null) {
            try (last.file) {
                last.file.force();
            } catch (IOException e) {
                failures.add(EngineFailure.of(last.path, e));
            }
        }
        return new Closed(log.end(), failures);
    }

    private void appendFailed(EngineFailure failure) {
        counters.logFailures.incrementAndGet();
        outcome.failed(failure);
        if (target != null && log.file() == null) {
            // The segment was given up, and with it what the next force would have covered.
            target = null;
            outcome.syncFailed(failure);
        }
    }

    private void markDirty() {
        Target current = target;
        Disk.DiskFile file = log.file();
        if (current != null && current.file == file) {
            current.dirty = true;
        } else if (file != null) {
            target = new Target(file, log.segmentFile());
        }
    }

    /**
     * On the sync thread. Segments become durable in their order: a segment is only the target once those before it are
     * retired, so the target is looked at first and forced last.
     */
    private void sync() {
        Target newest = target;
        retireAll();
        if (syncing && newest != null) {
            force(newest);
        }
    }

    /** On the sync thread. What could not be forced before goes to the tables with what the flush has begun to write. */
    private void syncLeft() {
        unforced = null;
        sync();
    }

    /** On the sync thread; null: all of it is on the disk. */
    private @Nullable EngineFailure forceAll() {
        Target newest = target;
        EngineFailure failure = retireAll();
        EngineFailure ofNewest = newest == null ? null : force(newest);
        return failure != null ? failure : ofNewest;
    }

    private @Nullable EngineFailure retireAll() {
        for (Target left = retired.poll(); left != null; left = retired.poll()) {
            EngineFailure failure = retire(left);
            unforced = failure == null ? unforced : failure;
        }
        return unforced;
    }

    /**
     * A file that is closed already has been forced here before: it was the target when it was retired. Forced also under
     * {@link SyncPolicy#NO}, for {@link #sync(CommitCallback)} may be asked for afterwards.
     */
    private @Nullable EngineFailure retire(Target left) {
        EngineFailure failure = force(left);
        try {
            left.file.close();
        } catch (IOException e) {
            report(left.path, e);
        }
        return failure;
    }

    private @Nullable EngineFailure force(Target current) {
        if (!current.dirty) {
            return null;
        }
        current.dirty = false;
        long start = System.nanoTime();
        try {
            current.file.force();
            counters.fsynced(start);
            return null;
        } catch (IOException e) {
            report(current.path, e);
            EngineFailure failure = EngineFailure.of(current.path, e);
            unforced = failure;
            return failure;
        }
    }

    private void report(Path path, IOException e) {
        counters.logFailures.incrementAndGet();
        EngineFailure failure = EngineFailure.of(path, e);
        mailbox.post(() -> outcome.syncFailed(failure));
    }
}
