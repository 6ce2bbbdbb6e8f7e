package io.kindred.engine;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The life of a full memtable, from the moment in which it is sealed until the tables have taken its place.
 *
 * <pre>
 *   OPEN -> SEALED       between two commits, when the active memtable is full; the log is told to rotate
 *   SEALED -> FLUSHING   when the log has rotated (so the fate of every commit in it is known) and no scan step that
 *                        was begun before the sealing is under way (it must not see newer writes in the tables)
 *   FLUSHING -> FLUSHED  when the tables hold it for certain; the log's segments up to there are deleted
 *   FLUSHED -> OPEN      when no read that was begun before the sealing is under way (so that any write newer than what
 *                        such a read found is still in memory to correct it); the memtable is dropped
 * </pre>
 *
 * <p>A flush that fails is tried again, ever more slowly, until it succeeds; its memtable and segments stay, reads go
 * on, and what is written meanwhile goes to the active memtable until that is full, too.
 *
 * <p>Owned by: the engine's owner thread, except where a method says that it runs on the flush thread.
 */
final class FlushCycle {
    private static final System.Logger LOGGER = System.getLogger(FlushCycle.class.getName());
    private static final long RETRY_FIRST_MILLIS = 100;
    private static final long RETRY_LAST_MILLIS = 10_000;
    private static final long SHAPE_INTERVAL_MILLIS = 2_000;

    private enum State {
        OPEN,
        SEALED,
        FLUSHING,
        FLUSHED
    }

    private final Memory memory;
    private final TableStore tables;
    private final OwnerMailbox mailbox;
    private final EngineContext context;
    private final ScheduledThreadPoolExecutor flusher = Threads.named("flush", 1);
    private final InFlight reads = new InFlight();
    private final InFlight scans = new InFlight();
    private State state = State.OPEN;
    private boolean wanted;
    private boolean rotated;
    private long sealedThrough;
    private GroupCounts flushedCounts;
    private @Nullable EngineFailure failure;
    /** The failure that the log was told of last; the flush thread's. */
    private @Nullable EngineFailure told;
    /** The same, of what could not be collected. */
    private @Nullable EngineFailure toldOfCollecting;
    /** Tasks that the flush thread is waited for with. */
    private final AtomicInteger awaited = new AtomicInteger();

    /** Who waits for what is in the active memtable, and in the sealed one. */
    private final List<CommitCallback> waitForActive = new ArrayList<>();

    private final List<CommitCallback> waitForSealed = new ArrayList<>();
    private Runnable opened = () -> {};
    private final FlushPace pace = new FlushPace(System.nanoTime());
    private volatile TableStore.Shape shape;
    private volatile boolean stopping;

    /** @param flushed the counts are the sums of everything that the tables hold */
    FlushCycle(Memory memory, TableStore tables, OwnerMailbox mailbox, FlushedState flushed) {
        this.memory = memory;
        this.tables = tables;
        this.mailbox = mailbox;
        this.context = flushed.context();
        this.flushedCounts = flushed.counts();
        this.failure = flushed.failure();
        this.shape = tables.shape();
        flusher.scheduleWithFixedDelay(
                Threads.reporting("flush", () -> shape = tables.shape()),
                SHAPE_INTERVAL_MILLIS,
                SHAPE_INTERVAL_MILLIS,
                TimeUnit.MILLISECONDS);
    }

    /**
     * What the cycle starts from.
     *
     * @param failure why a flush failed that was tried before; null: none did
     */
    record FlushedState(
            EngineContext context,
            GroupCounts counts,
            @Nullable EngineFailure failure) {}

    /** Reads that the tables have not answered yet. */
    InFlight reads() {
        return reads;
    }

    /** Scan steps that the tables have not answered yet. */
    InFlight scans() {
        return scans;
    }

    /** The tables' shape as it was a moment ago. */
    TableStore.Shape shape() {
        return shape;
    }

    boolean isBusy() {
        return state != State.OPEN;
    }

    /** Why the last try to flush failed, null if it did not. */
    @Nullable
    EngineFailure failure() {
        return failure;
    }

    /** The log cannot make durable what it holds: a flush must, as soon as it can. */
    void want() {
        wanted = true;
    }

    /** @param listener is told when no memtable is being flushed any more, and the next one is wanted already */
    void onOpen(Runnable listener) {
        opened = listener;
    }

    /** All that is in memory now is to be in the tables, as soon as it can. */
    void flushAll(CommitCallback done) {
        boolean isActiveEmpty = memory.active().keyCount() == 0;
        if (isActiveEmpty && (state == State.OPEN || state == State.FLUSHED)) {
            mailbox.post(() -> done.committed(null));
        } else if (isActiveEmpty) {
            waitForSealed.add(done);
        } else {
            waitForActive.add(done);
            want();
        }
    }

    private void tell(@Nullable EngineFailure failure) {
        List<CommitCallback> told = List.copyOf(waitForSealed);
        waitForSealed.clear();
        told.forEach(done -> done.committed(failure));
    }

    /** Seals the active memtable if it is time. Requires: no commit is open. */
    boolean sealIfDue() {
        double filled =
                (double) memory.active().filledBytes() / context.options().memtableBytes();
        boolean due = wanted || filled >= 1;
        if (state != State.OPEN || !due) {
            pace.filled(filled);
            return false;
        }
        memory.seal();
        pace.sealed(System.nanoTime());
        // The log cannot make durable what this memtable holds: that is not to take longer than it must.
        pace.filled(wanted ? 1 : 0);
        reads.turn();
        scans.turn();
        state = State.SEALED;
        waitForSealed.addAll(waitForActive);
        waitForActive.clear();
        wanted = false;
        rotated = false;
        return true;
    }

    /** Everything in the sealed memtable is in segments up to `segment`. */
    void rotated(long segment) {
        if (state == State.SEALED && !rotated) {
            sealedThrough = segment;
            rotated = true;
            advance();
        }
    }

    /** A read or a scan step has been answered. */
    void advance() {
        MemTable sealed = memory.sealed();
        if (state == State.SEALED && sealed != null && rotated && scans.before() == 0) {
            state = State.FLUSHING;
            memory.sealedIsFinal();
            GroupCounts counts = flushedCounts.copy();
            counts.addAll(sealed.groups().counts());
            TableStore.TableMeta meta = new TableStore.TableMeta(sealedThrough, counts);
            execute(() -> flush(sealed, meta, RETRY_FIRST_MILLIS));
        }
        if (state == State.FLUSHED && reads.before() == 0) {
            memory.dropSealed();
            state = State.OPEN;
            if (wanted) {
                opened.run();
            }
        }
    }

    /** What is damaged between these keys is given up, behind a flush that is under way. */
    void acceptLoss(byte[] from, byte[] to, CommitCallback done) {
        execute(() -> {
            EngineFailure failure = null;
            try {
                // What stands in for lost keys is in the log, and may not be durable yet.
                LogReplay.forceAll(context);
                tables.acceptLoss(from, to);
            } catch (IOException e) {
                failure = EngineFailure.of(context.tablesDirectory(), e);
            }
            EngineFailure why = failure;
            mailbox.post(() -> done.committed(why));
        });
    }

    /** A start may have left room that can be given back. */
    void start() {
        flusher.execute(Threads.reporting("flush", () -> collect(1)));
    }

    private void execute(Runnable task) {
        awaited.incrementAndGet();
        flusher.execute(Threads.reporting("flush", () -> {
            awaited.decrementAndGet();
            task.run();
        }));
    }

    /** Runs a task that may block on the flush thread, where no flush is under way; when the engine closes, perhaps never. */
    void betweenFlushes(Runnable task) {
        execute(task);
    }

    /** Stops between two batches; what has not been flushed is in the log. */
    void close() {
        stopping = true;
        Threads.join(flusher);
    }

    private void flushed(TableStore.TableMeta meta) {
        flushedCounts = meta.counts();
        failure = null;
        state = State.FLUSHED;
        tell(null);
        advance();
    }

    /** On the flush thread. */
    private void flush(MemTable sealed, TableStore.TableMeta meta, long retryMillis) {
        if (stopping) {
            return;
        }
        int batches = 1
                + (int) Math.max(
                        sealed.keyCount() / TableStore.BATCH_ENTRIES_MAX,
                        sealed.usedBytes() / TableStore.BATCH_BYTES_MAX);
        try {
            if (retryMillis > RETRY_FIRST_MILLIS) {
                tables.mend();
            }
            if (!tables.load(sealed, meta, () -> isToStop(batches))) {
                return;
            }
        } catch (IOException e) {
            flushFailed(e);
            long nextMillis = Math.min(2 * retryMillis, RETRY_LAST_MILLIS);
            flusher.schedule(
                    Threads.reporting("flush", () -> flush(sealed, meta, nextMillis)),
                    retryMillis,
                    TimeUnit.MILLISECONDS);
            return;
        }
        told = null;
        if (retryMillis > RETRY_FIRST_MILLIS) {
            LOGGER.log(System.Logger.Level.INFO, "flushing works again: " + context.directory());
        }
        context.counters().flushes.incrementAndGet();
        deleteSegments(context, meta.flushedThrough());
        shape = tables.shape();
        mailbox.post(() -> flushed(meta));
        collect(batches);
    }

    /** On the flush thread, as slowly as what was flushed before; what fails is tried again after the next flush. */
    private void collect(int batches) {
        try {
            boolean isMore =
                    tables.collect(() -> awaited.get() > 0 ? stopping : isToStop(batches), () -> awaited.get() > 0);
            toldOfCollecting = null;
            if (isMore) {
                // Behind those who wait.
                flusher.execute(Threads.reporting("flush", () -> collect(batches)));
            }
        } catch (IOException e) {
            context.counters().valueFailures.incrementAndGet();
            EngineFailure why = EngineFailure.of(context.directory(), e);
            if (!why.equals(toldOfCollecting)) {
                toldOfCollecting = why;
                LOGGER.log(System.Logger.Level.ERROR, "room of old values is not given back: " + why.message());
            }
        }
    }

    /** On the flush thread, before each batch; true: there is to be none. */
    private boolean isToStop(int batches) {
        if (!stopping) {
            pace.pause(batches);
        }
        return stopping;
    }

    /** On the flush thread. Said once for a row of failures of one cause, counted each time. */
    private void flushFailed(IOException e) {
        context.counters().flushFailures.incrementAndGet();
        EngineFailure why = EngineFailure.of(context.tablesDirectory(), e);
        if (!why.equals(told)) {
            told = why;
            LOGGER.log(System.Logger.Level.ERROR, "cannot flush, will try again: " + why.message());
        }
        mailbox.post(() -> {
            failure = why;
            tell(why);
            // Behind this one is the memtable that those wait for; it does not even begin.
            List<CommitCallback> behind = List.copyOf(waitForActive);
            waitForActive.clear();
            behind.forEach(done -> done.committed(why));
        });
    }

    /**
     * Deletes the log's segments up to one, strictly oldest first, so that what is left is always the newest part. A
     * segment that cannot be deleted now is ignored by a restart and deleted then.
     */
    static void deleteSegments(EngineContext context, long through) {
        try {
            Map<Long, Path> done = LogReplay.segments(context.directory()).headMap(through, true);
            for (Path segment : done.values()) {
                context.disk().delete(segment);
                context.disk().syncDirectory(context.directory());
                context.counters().segments.decrementAndGet();
            }
        } catch (IOException e) {
            LOGGER.log(System.Logger.Level.WARNING, "cannot delete old log segments in " + context.directory(), e);
        }
    }

    /** What is under way, apart by whether it was begun before or after the last sealing. */
    static final class InFlight {
        private long turn;
        private int before;
        private int since;

        /** Gives what {@link #ended} has to be told. */
        long begun() {
            since++;
            return turn;
        }

        void ended(long begunIn) {
            if (begunIn == turn) {
                since--;
            } else {
                before--;
            }
        }

        int total() {
            return before + since;
        }

        private int before() {
            return before;
        }

        private void turn() {
            before += since;
            since = 0;
            turn++;
        }
    }
}
