package io.kindred.engine;

import java.util.ArrayDeque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * The way of a write: into the memtable and into the open batch; with the commit, the batch goes to the log; with the
 * log's answer, the commit is acknowledged, or it and everything after it is taken back.
 *
 * <p>A commit is <i>open</i> (being filled), then <i>pending</i> (the log has it), then <i>settled</i> (its outcome is
 * known), and it leaves, with its callback, once all before it have left. {@link #settleOldest} is the only place where
 * commits leave.
 *
 * <p>An open commit that must not succeed is <i>refused</i>: what it wrote is taken back at once, what it is still
 * given is ignored, and its callback hears why.
 *
 * <p>Owned by: the engine's owner thread.
 */
final class WritePath implements LogAppender.Outcome {
    /** Bytes and commits that wait for the log thread when writers are asked to wait, too. */
    static final long PENDING_BYTES_STALL = 16 << 20;

    static final int PENDING_COMMITS_STALL = 4096;
    /** Most commits that may wait: many more, for a commit may be small, and what is on its way is let in. */
    static final int PENDING_COMMITS_MAX = 16 * PENDING_COMMITS_STALL;

    private static final int SPARE_BATCHES_MAX = 8;
    private static final EngineFailure CLOSING = EngineFailure.overloaded("the engine is closing");
    private static final EngineFailure TOO_LARGE =
            EngineFailure.overloaded("one commit may not be larger than the log's largest record");
    private static final EngineFailure LOG_BEHIND =
            EngineFailure.overloaded("too many commits wait to be synced to the log");

    /** Asked before each write: null to go ahead, else why not. */
    interface Gate {
        @Nullable
        EngineFailure refusal(long writeBytes);
    }

    /** Told between commits, when the memtable may be sealed. */
    interface Boundary {
        void betweenCommits();

        void rotated(long segment);

        void syncFailed(EngineFailure failure);
    }

    private static final class Commit {
        final CommitCallback done;
        final @Nullable LogBatch batch;
        final long undoEnd;
        boolean settled;

        @Nullable
        EngineFailure failure;

        Commit(CommitCallback done, @Nullable LogBatch batch, long undoEnd) {
            this.done = done;
            this.batch = batch;
            this.undoEnd = undoEnd;
        }
    }

    private final Memory memory;
    private final Gate gate;
    private final Boundary boundary;
    private final EngineCounters counters;
    private final long pendingBytesMax;
    private final UndoLog undo = new UndoLog();
    private final ArrayDeque<Commit> commits = new ArrayDeque<>();
    private final ArrayDeque<LogBatch> spareBatches = new ArrayDeque<>();
    private LogBatch open = new LogBatch();
    private long openUndoStart;
    private long pendingBytes;
    private @Nullable EngineFailure refusal;
    private boolean closing;
    private @Nullable LogAppender appender;

    WritePath(Memory memory, Gate gate, Boundary boundary, EngineContext context) {
        this.memory = memory;
        this.gate = gate;
        this.boundary = boundary;
        this.counters = context.counters();
        this.pendingBytesMax = PENDING_BYTES_STALL + context.options().overflowBytes();
    }

    void start(LogAppender logAppender) {
        appender = logAppender;
    }

    void put(byte[] key, byte[] value, int countDelta, long note) {
        checkWrite(key, countDelta);
        if (admits((long) key.length + value.length)) {
            memory.put(key, value, countDelta, undo);
            open.put(key, value, countDelta, note);
        }
    }

    void delete(byte[] key, int countDelta, long note) {
        checkWrite(key, countDelta);
        if (admits(key.length)) {
            memory.delete(key, countDelta, undo);
            open.delete(key, countDelta, note);
        }
    }

    void commit(CommitCallback done) {
        if (closing) {
            done.committed(CLOSING);
            return;
        }
        EngineFailure refused = refusal;
        LogBatch batch = refused != null || open.isEmpty() ? null : open;
        Commit commit = new Commit(done, batch, undo.end());
        openUndoStart = undo.end();
        commits.add(commit);
        if (batch != null) {
            pendingBytes += batch.sizeBytes();
            open = spareBatches.isEmpty() ? new LogBatch() : spareBatches.pop();
            log().append(batch);
        } else {
            refusal = null;
            commit.failure = refused;
            commit.settled = true;
        }
        settleOldest();
        if (open.isEmpty()) {
            boundary.betweenCommits();
        }
    }

    void sync(CommitCallback done) {
        if (closing) {
            done.committed(CLOSING);
        } else {
            log().sync(done);
        }
    }

    /** What waits for the time between two commits gets it now, where no commit is open. */
    void nudge() {
        if (!closing && open.isEmpty()) {
            boundary.betweenCommits();
        }
    }

    void rotate() {
        log().rotate();
    }

    /** Where the log has all that is acknowledged. */
    LogEnd acknowledged() {
        return log().acknowledged();
    }

    /** From 0 (nothing waits for the log) on; from 1 on writers have to wait. */
    double backlog() {
        return Math.max((double) pendingBytes / PENDING_BYTES_STALL, (double) commits.size() / PENDING_COMMITS_STALL);
    }

    /** From 0 to 1, where commits are refused. */
    double fullness() {
        return Math.max((double) pendingBytes / pendingBytesMax, (double) commits.size() / PENDING_COMMITS_MAX);
    }

    /** The open commit is dropped: nobody asked for it to be made durable. */
    LogAppender.Closed close() {
        refuse(CLOSING);
        closing = true;
        LogAppender.Closed closed = log().close();
        settleOldest();
        return closed;
    }

    @Override
    public void appended(int count) {
        int left = count;
        Iterator<Commit> oldestFirst = commits.iterator();
        while (left > 0) {
            Commit commit = oldestFirst.next();
            left -= commit.settled ? 0 : 1;
            commit.settled = true;
        }
        counters.commits.addAndGet(count);
        settleOldest();
    }

    @Override
    public void failed(EngineFailure failure) {
        undo.takeBackTo(0, memory);
        if (!open.isEmpty() && refusal == null) {
            refusal = failure;
        }
        open.clear();
        openUndoStart = undo.end();
        // The oldest is the one that failed; so everything here stands on it, empty commits too.
        for (Commit commit : commits) {
            commit.settled = true;
            commit.failure = commit.failure == null ? failure : commit.failure;
        }
        log().resume();
        settleOldest();
    }

    @Override
    public void rotated(long segment) {
        boundary.rotated(segment);
    }

    @Override
    public void syncFailed(EngineFailure failure) {
        boundary.syncFailed(failure);
        if (open.isEmpty()) {
            boundary.betweenCommits();
        }
    }

    private void settleOldest() {
        for (Commit oldest = commits.peek(); oldest != null && oldest.settled; oldest = commits.peek()) {
            commits.poll();
            if (oldest.failure == null) {
                undo.forget(oldest.undoEnd);
            }
            LogBatch batch = oldest.batch;
            if (batch != null) {
                pendingBytes -= batch.sizeBytes();
                // The log thread may still hold the batch of a commit that failed.
                if (oldest.failure == null && spareBatches.size() < SPARE_BATCHES_MAX) {
                    batch.clear();
                    spareBatches.push(batch);
                }
            }
            oldest.done.committed(oldest.failure);
        }
    }

    private boolean admits(long writeBytes) {
        if (refusal == null) {
            EngineFailure reason = reasonToRefuse(writeBytes);
            if (reason != null) {
                refuse(reason);
            }
        }
        return refusal == null;
    }

    private @Nullable EngineFailure reasonToRefuse(long writeBytes) {
        if (open.isEmpty() && (pendingBytes >= pendingBytesMax || commits.size() >= PENDING_COMMITS_MAX)) {
            return LOG_BEHIND;
        }
        return open.hasRoomFor(writeBytes) ? gate.refusal(writeBytes) : TOO_LARGE;
    }

    private void refuse(EngineFailure reason) {
        undo.takeBackTo(openUndoStart, memory);
        open.clear();
        refusal = reason;
        counters.commitsRefused.incrementAndGet();
    }

    private LogAppender log() {
        if (appender == null) {
            throw new IllegalStateException("the engine has not been started");
        }
        return appender;
    }

    static void checkWrite(byte[] key, int countDelta) {
        if (key.length < Integer.BYTES) {
            throw new IllegalArgumentException("a key has at least four bytes");
        }
        if (countDelta < -1 || countDelta > 1) {
            throw new IllegalArgumentException("a count changes by one at most");
        }
    }
}
