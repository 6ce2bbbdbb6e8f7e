package io.kindred.engine;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The storage engine: a commit log and memtables before sorted tables.
 *
 * <p>A write goes through {@link WritePath} into {@link Memory} and the log ({@link LogAppender}); {@link FlushCycle}
 * moves full memtables into the {@link TableStore}. A read is answered by {@link Memory} or takes {@link ReadPath} to
 * the tables. {@link EngineOpening} puts the parts together from what is on disk.
 *
 * <p>Memory is bounded: a memtable is sealed at its full size, the next one fills while it is flushed, and from half its
 * size on the front end is asked to slow down ({@link #stallNanos}), at its full size to wait. What is on its way by then is
 * let in; commits are refused only when both together hold {@link EngineOptions#overflowBytes} beyond their size.
 */
public final class LsmEngine implements StorageEngine {
    private static final System.Logger LOGGER = System.getLogger(LsmEngine.class.getName());

    /** What both memtables hold, in memtables, when stalls begin, and when they are as long as they get. */
    private static final double STALL_FROM = 1.5;

    private static final double STALL_FULLY = 2;

    /** While a flush fails nobody is asked to wait for it as long as it takes: that may be for ever. */
    private static final double STALL_OF_FAILED_FLUSH = 0.5;

    /** How full the room for what is on its way is when more is better turned away before it is begun. */
    private static final double FULL_FROM = 0.75;

    private final EngineContext context;
    private final OwnerMailbox mailbox;
    private final Memory memory;
    private final TableStore tables;
    private final FlushCycle flushes;
    private final ReadPath reads;
    private final WritePath writes;
    private final KeyFilterScan filterScan;
    private final Backups backups;
    private final EngineRecovery recovery;
    private long seals;
    private boolean stalling;
    private boolean closed;

    LsmEngine(EngineContext context, EngineOpening.Opened parts, Executor owner) {
        this.context = context;
        this.mailbox = new OwnerMailbox(owner);
        this.memory = parts.memory();
        this.tables = parts.tables();
        this.recovery = parts.recovery();
        this.flushes = new FlushCycle(
                memory,
                tables,
                mailbox,
                new FlushCycle.FlushedState(context, parts.flushedCounts(), parts.unflushed()));
        this.reads = new ReadPath(memory, tables, flushes, new ReadPath.Shared(mailbox, context));
        this.writes = new WritePath(memory, this::refusal, new SealBetweenCommits(), context);
        this.filterScan = new KeyFilterScan(memory.filter(), tables, mailbox);
        this.backups = new Backups(context, tables, flushes, mailbox);
        CommitLog log = new CommitLog(context, parts.logEnd());
        writes.start(
                context.options().syncPolicy() == SyncPolicy.ALWAYS
                        ? new QueuedAppender(log, writes, mailbox, context)
                        : new DirectAppender(log, writes, mailbox, context));
        flushes.onOpen(writes::nudge);
        filterScan.start();
        flushes.start();
    }

    /**
     * Opens the engine in a directory of its own, which is made if it is not there. Replays the log; blocks until that
     * is done.
     *
     * @param owner runs tasks on the owner thread, in the order in which it gets them
     * @throws IOException if the files cannot be read or written; the message names the file
     */
    public static LsmEngine open(Path directory, EngineOptions options, Executor owner) throws IOException {
        return open(directory, options, owner, ReplayedWrites.IGNORED);
    }

    /**
     * As {@link #open(Path, EngineOptions, Executor)}.
     *
     * @param told of what the log has; on this thread
     */
    public static LsmEngine open(Path directory, EngineOptions options, Executor owner, ReplayedWrites told)
            throws IOException {
        return open(new EngineContext(new LocalDisk(), directory, options, new EngineCounters()), owner, told);
    }

    static LsmEngine open(EngineContext context, Executor owner) throws IOException {
        return open(context, owner, ReplayedWrites.IGNORED);
    }

    static LsmEngine open(EngineContext context, Executor owner, ReplayedWrites told) throws IOException {
        return new LsmEngine(context, EngineOpening.open(context, told), owner);
    }

    @Override
    public <T> @Nullable T peek(byte[] key, ValueView<T> view) {
        return memory.peek(key, view);
    }

    @Override
    public void foresee(byte[][] keys, int count) {
        memory.foresee(keys, count);
    }

    @Override
    public void read(byte[] key, ReadCallback done) {
        reads.read(key, done);
    }

    @Override
    public void flushReads() {
        reads.flushReads();
    }

    @Override
    public void put(byte[] key, byte[] value, int countDelta, long note) {
        writes.put(key, value, countDelta, note);
    }

    @Override
    public void delete(byte[] key, int countDelta, long note) {
        writes.delete(key, countDelta, note);
    }

    @Override
    public long seals() {
        return seals;
    }

    @Override
    public void commit(CommitCallback done) {
        writes.commit(done);
        reads.flushReads();
    }

    @Override
    public void sync(CommitCallback done) {
        writes.sync(done);
    }

    @Override
    public void scan(byte[] from, byte[] to, int limit, ScanCallback done) {
        reads.scan(from, to, limit, done);
    }

    @Override
    public void acceptLoss(byte[] from, byte[] to, CommitCallback done) {
        flushes.acceptLoss(from, to, done);
    }

    @Override
    public long count(int group) {
        return memory.counts().get(group);
    }

    @Override
    public void forEachCount(CountVisitor visitor) {
        memory.counts().forEach(visitor);
    }

    @Override
    public long stallNanos() {
        double pressure = Math.max(flushPressure(), Math.min(1, 2 * writes.backlog() - 1));
        boolean stall = pressure > 0;
        if (stall && !stalling) {
            context.counters().stalls.incrementAndGet();
        }
        stalling = stall;
        return stall ? (long) (pressure * pressure * STALL_NANOS_MAX) : 0;
    }

    @Override
    public EngineStats stats() {
        EngineCounters counted = context.counters();
        TableStore.Shape shape = flushes.shape();
        return new EngineStats(
                new EngineStats.Log(
                        counted.appendedBytes.get(),
                        counted.commits.get(),
                        counted.segments.get(),
                        counted.fsyncs.get(),
                        counted.lastFsyncNanos.get(),
                        counted.logFailures.get()),
                new EngineStats.Memory(
                        memory.usedBytes(),
                        memory.keyCount(),
                        memory.rowHits(),
                        memory.rowMisses(),
                        memory.rowBytes(),
                        memory.filter().absences(),
                        memory.filter().bytes(),
                        counted.stalls.get(),
                        counted.commitsRefused.get()),
                new EngineStats.Tables(
                        counted.flushes.get(),
                        counted.flushFailures.get(),
                        shape.filesPerLevel(),
                        shape.bytes(),
                        counted.tableReads.get(),
                        counted.bloomSkips.get(),
                        counted.corruptions.get(),
                        tables.damagedBlocks()),
                values(),
                recovery);
    }

    private EngineStats.Values values() {
        EngineCounters counted = context.counters();
        return new EngineStats.Values(
                counted.valueFiles.get(),
                counted.valueBytes.get(),
                counted.valueLiveBytes.get(),
                counted.valueMovedBytes.get(),
                counted.valueCollectedBytes.get(),
                counted.valueFailures.get());
    }

    /**
     * Moves everything that is written by now from memory into the tables. `done` says when all of it is there, or why the try
     * failed; then it is tried again, and stays in memory and in the log meanwhile.
     */
    public void flush(CommitCallback done) {
        flushes.flushAll(done);
        writes.nudge();
    }

    /**
     * Makes a backup: a directory that an engine can be opened on ({@link BackupManifest#STORE} within it) and then holds all that
     * is acknowledged by now. It is there when `done` says so, and not before; no step of it runs on the owner thread.
     *
     * @param into an absolute path outside of the engine's directory and on its file system; an empty directory, or none yet in
     *     one that is there
     * @param facts for the manifest: lower-case names, values of one line
     */
    public void backUp(Path into, Map<String, String> facts, BackupCallback done) {
        backups.begin(into, facts, writes.acknowledged(), done);
    }

    /**
     * Takes away what backups of this engine that were cut off have left in {@code <root>/<any name>/}; later, beside whatever goes
     * on. There need not be such a directory.
     */
    public void removeBackupLeftovers(Path root) {
        backups.removeLeftovers(root);
    }

    @Override
    public BackupProgress backupProgress() {
        return backups.progress();
    }

    /** What opening found. */
    public EngineRecovery recovery() {
        return recovery;
    }

    @Override
    public boolean startedClean() {
        return recovery.startedClean();
    }

    @Override
    public void close() {
        close(true);
    }

    /** As {@link #close}; but the next start takes this stop for one that was not clean. */
    public void closeWithoutMark() {
        close(false);
    }

    private void close(boolean isMarked) {
        if (closed) {
            return;
        }
        closed = true;
        LogAppender.Closed log = writes.close();
        mailbox.close();
        filterScan.close();
        backups.close();
        flushes.close();
        reads.close();
        tables.close();
        try {
            if (isMarked && log.failures().isEmpty()) {
                CleanMark.leave(context.disk(), context.directory(), log.end());
            }
        } catch (IOException e) {
            LOGGER.log(System.Logger.Level.ERROR, "the stop is not marked as clean: " + e);
        }
        for (EngineFailure failure : log.failures()) {
            LOGGER.log(System.Logger.Level.ERROR, "the stop is not clean: " + failure.message());
        }
    }

    /** From 0 (the active memtable is half full, or none is being flushed) to 1 (both are full). */
    private double flushPressure() {
        if (!flushes.isBusy()) {
            return 0;
        }
        double filled = (double) memory.filledBytes() / context.options().memtableBytes();
        double pressure = Math.max(0, Math.min(1, (filled - STALL_FROM) / (STALL_FULLY - STALL_FROM)));
        return flushes.failure() == null ? pressure : Math.min(STALL_OF_FAILED_FLUSH, pressure);
    }

    @Override
    public boolean isFull() {
        long full = 2 * context.options().memtableBytes();
        long overflow = memory.filledBytes() - full;
        boolean memtablesFull = flushes.failure() == null
                && overflow > FULL_FROM * context.options().overflowBytes();
        return memtablesFull || writes.fullness() > FULL_FROM;
    }

    private @Nullable EngineFailure refusal(long writeBytes) {
        long most = 2 * context.options().memtableBytes() + context.options().overflowBytes();
        if (memory.filledBytes() + writeBytes <= most) {
            return null;
        }
        EngineFailure why = flushes.failure();
        return why == null
                ? EngineFailure.overloaded("the memtable is full and flushing is behind")
                : new EngineFailure(why.kind(), "the memtable is full and cannot be flushed: " + why.message());
    }

    private final class SealBetweenCommits implements WritePath.Boundary {
        @Override
        public void betweenCommits() {
            if (flushes.sealIfDue()) {
                seals++;
                writes.rotate();
            }
        }

        @Override
        public void rotated(long segment) {
            flushes.rotated(segment);
        }

        @Override
        public void syncFailed(EngineFailure failure) {
            LOGGER.log(System.Logger.Level.ERROR, "the log is not durable, flushing instead: " + failure.message());
            flushes.want();
            writes.rotate();
        }
    }
}
