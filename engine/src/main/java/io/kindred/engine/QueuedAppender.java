package io.kindred.engine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Appends and forces on a thread of its own, for {@link SyncPolicy#ALWAYS}. While one force runs, further commits
 * gather; they then share one append and one force (group commit). Where it is over the next one waits a moment for the
 * commits of those that it has answered: else one half of the clients would gather while the disk works for the other, and each force
 * would serve half as many. {@link WritePath} bounds how much may gather.
 *
 * <p>A commit that fails takes those behind it with it, for they were made on top of it. The log thread may be handed
 * more of them before the owner hears of the failure; they carry the era in which they were made, and a failed era is
 * refused unwritten until the owner, having taken everything back, starts the next by {@link #resume}.
 */
final class QueuedAppender implements LogAppender {
    /**
     * What is to be done.
     *
     * @param batch to be written; null: a rotation
     */
    private record Order(@Nullable LogBatch batch, long era) {
        long sizeBytes() {
            return batch == null ? 0 : batch.sizeBytes();
        }
    }

    /** How many times as long as the last force took a commit may wait for others, from the end of that one on. */
    private static final int WAIT_FORCES = 2;

    /** One force that takes long says nothing about the next. */
    private static final long WAIT_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(100);

    private static final int GATHERED_EIGHTHS = 7;

    private final CommitLog log;
    private final Outcome outcome;
    private final OwnerMailbox mailbox;
    private final EngineCounters counters;
    private final Queue<Order> orders = new ConcurrentLinkedQueue<>();
    private final AtomicLong queuedBytes = new AtomicLong();
    /** Whether the log thread is going to look into the queue, unless it waits in {@link #gather}. */
    private final AtomicBoolean announced = new AtomicBoolean();

    /** The log thread, where it waits until as much is queued as is wanted. */
    private volatile @Nullable Thread gathering;

    /** Nearly what was forced last and what had come by the end of it. */
    private volatile long wantedBytes;

    private final ScheduledThreadPoolExecutor thread = Threads.named("log", 1);
    private final Runnable work = Threads.reporting("log", this::work);

    /** Owned by: the owner thread. */
    private long era;

    /** Owned by: the owner thread. */
    private LogEnd acknowledged;

    /** Owned by: the log thread. */
    private long failedEra = -1;

    /** The era of the group being gathered, on the log thread; a group never spans two, for a failure ends both. */
    private long groupEra;

    /** Owned by: the log thread. When the last force ended, and how long it took. */
    private long forcedNanos;

    private long forceNanos;

    private final List<EngineFailure> closeFailures = new ArrayList<>();

    QueuedAppender(CommitLog log, Outcome outcome, OwnerMailbox mailbox, EngineContext context) {
        this.log = log;
        this.outcome = outcome;
        this.mailbox = mailbox;
        this.counters = context.counters();
        this.acknowledged = log.end();
    }

    @Override
    public void append(LogBatch batch) {
        enqueue(new Order(batch, era));
    }

    @Override
    public LogEnd acknowledged() {
        return acknowledged;
    }

    /** What was acknowledged was forced before. */
    @Override
    public void sync(CommitCallback done) {
        done.committed(null);
    }

    @Override
    public void rotate() {
        enqueue(new Order(null, era));
    }

    @Override
    public void resume() {
        era++;
    }

    @Override
    public Closed close() {
        thread.execute(Threads.reporting("log", this::leaveSegment));
        Threads.join(thread);
        mailbox.drain();
        return new Closed(log.end(), closeFailures);
    }

    private void enqueue(Order order) {
        orders.add(order);
        long queued = queuedBytes.addAndGet(order.sizeBytes());
        Thread waiting = gathering;
        if (waiting != null) {
            if (queued >= wantedBytes) {
                LockSupport.unpark(waiting);
            }
        } else if (announced.compareAndSet(false, true)) {
            thread.execute(work);
        }
    }

    /** On the log thread: everything that is queued by now, or a moment later. */
    private void work() {
        gather();
        announced.set(false);
        List<LogBatch> group = new ArrayList<>();
        for (Order order = orders.poll(); order != null; order = orders.poll()) {
            queuedBytes.addAndGet(-order.sizeBytes());
            LogBatch batch = order.batch;
            if (batch == null) {
                write(group);
                group = new ArrayList<>();
                rotateNow();
            } else if (order.era != failedEra) {
                group.add(batch);
                groupEra = order.era;
            }
        }
        write(group);
    }

    /**
     * Waits until nearly as much is queued as was forced last and came meanwhile, but no longer than {@link #WAIT_FORCES} says:
     * those that were acknowledged a moment ago mostly send their next commits now.
     */
    private void gather() {
        long end = forcedNanos + Math.min(WAIT_FORCES * forceNanos, WAIT_NANOS_MAX);
        gathering = Thread.currentThread();
        for (long left = end - System.nanoTime();
                left > 0 && queuedBytes.get() < wantedBytes;
                left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
        gathering = null;
    }

    private void write(List<LogBatch> group) {
        if (group.isEmpty()) {
            return;
        }
        long appended = 0;
        try {
            appended = log.append(group);
            long start = System.nanoTime();
            log.force();
            counters.fsynced(start);
            forcedNanos = System.nanoTime();
            forceNanos = forcedNanos - start;
            wantedBytes = (appended + queuedBytes.get()) * GATHERED_EIGHTHS / 8;
            counters.appendedBytes.addAndGet(appended);
            int commits = group.size();
            LogEnd end = log.end();
            mailbox.post(() -> {
                acknowledged = end;
                outcome.appended(commits);
            });
        } catch (IOException e) {
            fail(appended, e);
        }
    }

    private void fail(long appended, IOException e) {
        EngineFailure failure = EngineFailure.of(log.segmentFile(), e);
        if (appended > 0) {
            log.takeBack(appended, e);
        }
        counters.logFailures.incrementAndGet();
        failedEra = groupEra;
        mailbox.post(() -> outcome.failed(failure));
    }

    /** Everything appended was forced with its commit, so that there is nothing left to force. */
    private void rotateNow() {
        leaveSegment();
        long segment = log.end().segment();
        mailbox.post(() -> outcome.rotated(segment));
    }

    private void leaveSegment() {
        Disk.DiskFile left = log.leaveSegment();
        if (left == null) {
            return;
        }
        try {
            left.close();
        } catch (IOException e) {
            closeFailures.add(EngineFailure.of(log.segmentFile(), e));
        }
    }
}
