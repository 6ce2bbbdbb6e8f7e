package io.kindred.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A storage engine without files or threads, for tests and simulations: the same calls on it give the same callbacks in
 * the same order, always.
 *
 * <p>All writes go into one sorted map; what each replaced is kept, oldest first, until it is synced. So the newest can
 * be taken back down to any of three lines: the last commit (a refused one), the last acknowledgement (a failed one),
 * the last sync ({@link #dropUnsynced}, a power cut). Under {@link SyncPolicy#ALWAYS} what is acknowledged is synced.
 *
 * <p>A scan step that is cut short ends in turn right behind the last key and before the next one, as the real engine's
 * do.
 *
 * <p>What a test may turn: hold commits or reads back, fail them, make {@link #peek} forget keys so that they have to
 * be read. A key that was written and is not yet acknowledged is never forgotten, as in the real engine. And {@link
 * #damage} keys, as a rotten block does: reading them fails, and so do scans over them, until they are written anew or
 * given up.
 */
public final class MemoryEngine implements StorageEngine {
    private static final EngineFailure NO_FAILURE = new EngineFailure(EngineFailure.Kind.IO, "none");
    private static final EngineFailure DAMAGED = new EngineFailure(EngineFailure.Kind.CORRUPT, "damaged");
    /** In place of a value that cannot be read any more. */
    private static final byte[] LOST = {};

    /** What one write replaced. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    private record Replaced(byte[] key, byte @Nullable [] value, int countDelta) {}

    /** What a log would have of a write. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    private record Logged(byte[] key, byte @Nullable [] value, int countDelta, long note) {}

    private record Commit(CommitCallback done, int writes) {}

    private record Read(byte[] key, ReadCallback done) {}

    private final SyncPolicy policy;
    private final Executor owner;
    private final NavigableMap<byte[], byte[]> entries = new TreeMap<>(Arrays::compareUnsigned);
    private final GroupCounts counts = new GroupCounts();
    private final ArrayDeque<Replaced> unsynced = new ArrayDeque<>();
    /** Since the last {@link #flush}. */
    private final ArrayDeque<Logged> log = new ArrayDeque<>();

    private final ArrayDeque<Commit> pending = new ArrayDeque<>();
    private final List<Read> heldReads = new ArrayList<>();
    private List<Read> gathered = new ArrayList<>();
    private Predicate<byte[]> forgotten = key -> false;
    private @Nullable EngineFailure commitFailure;
    private @Nullable EngineFailure readFailure;
    private EngineFailure openRefusal = NO_FAILURE;
    private boolean holdingCommits;
    private boolean holdingReads;
    private boolean startedClean = true;
    private int openWrites;
    private int pendingWrites;
    private long life;
    private long stallNanos;
    private boolean full;
    private long seals;
    private long commits;
    private long reads;
    private long cuts;

    /** @param owner runs tasks on the thread that calls this engine, in order, and never inside {@link Executor#execute} */
    public MemoryEngine(SyncPolicy policy, Executor owner) {
        this.policy = policy;
        this.owner = owner;
    }

    /** While true, commits are not acknowledged; afterwards they are, in order. */
    public void holdCommits(boolean hold) {
        holdingCommits = hold;
        settleIfNotHeld();
    }

    /** While true, reads are not answered; afterwards they are, in order. */
    public void holdReads(boolean hold) {
        holdingReads = hold;
        if (!hold) {
            List<Read> released = List.copyOf(heldReads);
            heldReads.clear();
            answerLater(released);
        }
    }

    /** What commits fail with from now on, at the time at which they would be acknowledged; null: nothing. */
    public void failCommits(@Nullable EngineFailure failure) {
        commitFailure = failure;
    }

    /** What reads and scans fail with from now on; null: nothing. */
    public void failReads(@Nullable EngineFailure failure) {
        readFailure = failure;
    }

    /** Which keys {@link #peek} knows nothing of, as if they were in the tables only. */
    public void forget(Predicate<byte[]> keys) {
        forgotten = keys;
    }

    /** This key cannot be read any more, whatever it had; true unless it is too young to be in a table. */
    public boolean damage(byte[] key) {
        for (Replaced each : unsynced) {
            if (Arrays.equals(each.key, key)) {
                return false;
            }
        }
        entries.put(key, LOST);
        return true;
    }

    /** How many keys in [from, to) are damaged; an empty `to` means the end of all keys. */
    public long damagedKeys(byte[] from, byte[] to) {
        return entries.entrySet().stream()
                .filter(entry -> entry.getValue() == LOST && isBetween(from, entry.getKey(), to))
                .count();
    }

    /** As {@link #acceptLoss}, before this returns. */
    public void acceptLossNow(byte[] from, byte[] to) {
        sync();
        entries.entrySet().removeIf(entry -> entry.getValue() == LOST && isBetween(from, entry.getKey(), to));
        // What is taken back later finds nothing there either.
        List<Replaced> replaced = List.copyOf(unsynced);
        unsynced.clear();
        for (Replaced each : replaced) {
            boolean isAccepted = each.value == LOST && isBetween(from, each.key, to);
            unsynced.addLast(isAccepted ? new Replaced(each.key, null, each.countDelta) : each);
        }
    }

    /** What {@link #isFull} says from now on. */
    public void full(boolean isFull) {
        full = isFull;
    }

    /** What {@link #stallNanos} says from now on. */
    public void stall(long nanos) {
        stallNanos = nanos;
    }

    /** Makes everything acknowledged durable. */
    public void sync() {
        for (int durable = unsynced.size() - pendingWrites - openWrites; durable > 0; durable--) {
            unsynced.removeFirst();
        }
    }

    /** What is acknowledged goes into tables, all of it: the log has no more of it. */
    public void flush() {
        sync();
        seals++;
        for (int flushed = log.size() - pendingWrites - openWrites; flushed > 0; flushed--) {
            log.removeFirst();
        }
    }

    /** What a start would be told of the log. Requires: that all that was written is acknowledged, or taken back. */
    public void replay(ReplayedWrites told) {
        log.forEach(each -> told.replayed(each.key, each.value, each.countDelta, each.note));
    }

    /**
     * A power cut and the start after it: everything since the last sync is gone, and so is every callback still due.
     */
    public void dropUnsynced() {
        takeBackTo(0);
        forgetCallbacks();
        startedClean = false;
    }

    /** A clean stop and the start after it: what is acknowledged stays. */
    public void restart() {
        close();
        forgetCallbacks();
        startedClean = true;
    }

    @Override
    public <T> @Nullable T peek(byte[] key, ValueView<T> view) {
        byte[] value = entries.get(key);
        if (value == LOST || (forgotten.test(key) && !isUnacknowledged(key))) {
            return null;
        }
        return value == null ? view.absent() : view.of(value, 0, value.length);
    }

    @Override
    public void read(byte[] key, ReadCallback done) {
        gathered.add(new Read(key, done));
    }

    @Override
    public void flushReads() {
        List<Read> batch = gathered;
        gathered = new ArrayList<>();
        if (holdingReads) {
            heldReads.addAll(batch);
        } else {
            answerLater(batch);
        }
    }

    @Override
    public void put(byte[] key, byte[] value, int countDelta, long note) {
        write(key, value.length == 0 ? new byte[0] : value, countDelta, note);
    }

    @Override
    public void delete(byte[] key, int countDelta, long note) {
        write(key, null, countDelta, note);
    }

    @Override
    public long seals() {
        return seals;
    }

    @Override
    public void commit(CommitCallback done) {
        flushReads();
        if (openRefusal != NO_FAILURE) {
            EngineFailure refused = openRefusal;
            openRefusal = NO_FAILURE;
            takeBackTo(unsynced.size() - openWrites);
            openWrites = 0;
            done.committed(refused);
            return;
        }
        pending.add(new Commit(done, openWrites));
        pendingWrites += openWrites;
        openWrites = 0;
        if (policy == SyncPolicy.ALWAYS) {
            later(this::settleIfNotHeld);
        } else {
            settleIfNotHeld();
        }
    }

    @Override
    public void sync(CommitCallback done) {
        later(() -> {
            EngineFailure failure = commitFailure;
            if (failure == null) {
                sync();
            }
            done.committed(failure);
        });
    }

    @Override
    public void scan(byte[] from, byte[] to, int limit, ScanCallback done) {
        List<ScanStep.Entry> found = new ArrayList<>();
        byte[] next = null;
        EngineFailure failure = readFailure;
        for (var entry : entries.tailMap(from, true).entrySet()) {
            if (to.length > 0 && Arrays.compareUnsigned(entry.getKey(), to) >= 0) {
                break;
            }
            if (found.size() == limit) {
                next = cuts++ % 2 == 0 ? behind(found.get(limit - 1).key()) : entry.getKey();
                break;
            }
            failure = entry.getValue() == LOST ? DAMAGED : failure;
            found.add(new ScanStep.Entry(entry.getKey(), entry.getValue()));
        }
        EngineFailure why = failure;
        ScanStep step = why == null ? new ScanStep(found, next) : null;
        later(() -> done.scanned(step, why));
    }

    /** Which is no key: where a step of the real engine ends that has seen no more than a part of a memtable. */
    private static byte[] behind(byte[] key) {
        return Arrays.copyOf(key, key.length + 1);
    }

    @Override
    public void acceptLoss(byte[] from, byte[] to, CommitCallback done) {
        later(() -> {
            acceptLossNow(from, to);
            done.committed(null);
        });
    }

    private static boolean isBetween(byte[] from, byte[] key, byte[] to) {
        return Arrays.compareUnsigned(from, key) <= 0 && (to.length == 0 || Arrays.compareUnsigned(key, to) < 0);
    }

    @Override
    public long count(int group) {
        return counts.get(group);
    }

    @Override
    public void forEachCount(CountVisitor visitor) {
        counts.forEach(visitor);
    }

    @Override
    public long stallNanos() {
        return stallNanos;
    }

    @Override
    public boolean isFull() {
        return full;
    }

    @Override
    public EngineStats stats() {
        return new EngineStats(
                new EngineStats.Log(0, commits, 0, 0, 0, 0),
                new EngineStats.Memory(0, entries.size(), 0, 0, 0, 0, 0, 0, 0),
                new EngineStats.Tables(0, 0, List.of(), 0, reads, 0, 0, 0),
                new EngineStats.Values(0, 0, 0, 0, 0, 0),
                new EngineRecovery(startedClean, 0, 0, 0, List.of()));
    }

    @Override
    public boolean startedClean() {
        return startedClean;
    }

    @Override
    public void close() {
        takeBackTo(unsynced.size() - openWrites);
        openWrites = 0;
        settle();
        sync();
    }

    private void write(byte[] key, byte @Nullable [] value, int countDelta, long note) {
        WritePath.checkWrite(key, countDelta);
        if (openRefusal != NO_FAILURE) {
            return;
        }
        byte[] replaced = value == null ? entries.remove(key) : entries.put(key, value);
        counts.add(groupOf(key), countDelta);
        unsynced.addLast(new Replaced(key, replaced, countDelta));
        log.addLast(new Logged(key, value, countDelta, note));
        openWrites++;
    }

    private void settleIfNotHeld() {
        if (!holdingCommits) {
            settle();
        }
    }

    private void settle() {
        EngineFailure failure = commitFailure;
        if (failure != null && !pending.isEmpty()) {
            failPending(failure);
            return;
        }
        for (Commit commit = pending.poll(); commit != null; commit = pending.poll()) {
            pendingWrites -= commit.writes;
            commits++;
            if (policy == SyncPolicy.ALWAYS) {
                sync();
            }
            commit.done.committed(null);
        }
    }

    private void failPending(EngineFailure failure) {
        takeBackTo(unsynced.size() - openWrites - pendingWrites);
        openRefusal = openWrites > 0 ? failure : NO_FAILURE;
        openWrites = 0;
        pendingWrites = 0;
        List<Commit> failed = List.copyOf(pending);
        pending.clear();
        failed.forEach(commit -> commit.done.committed(failure));
    }

    private void takeBackTo(int keep) {
        while (unsynced.size() > keep) {
            Replaced last = unsynced.removeLast();
            log.removeLast();
            if (last.value == null) {
                entries.remove(last.key);
            } else {
                entries.put(last.key, last.value);
            }
            counts.add(groupOf(last.key), -last.countDelta);
        }
    }

    private void forgetCallbacks() {
        life++;
        pending.clear();
        gathered.clear();
        heldReads.clear();
        pendingWrites = 0;
        openWrites = 0;
        openRefusal = NO_FAILURE;
    }

    private void answerLater(List<Read> batch) {
        if (!batch.isEmpty()) {
            later(() -> batch.forEach(this::answer));
        }
    }

    private void answer(Read read) {
        reads++;
        byte[] value = entries.get(read.key);
        EngineFailure failure = value == LOST ? DAMAGED : readFailure;
        read.done.read(failure != null ? null : value == null ? ABSENT : value, failure);
    }

    /** What was due in an earlier life does not reach this one. */
    private void later(Runnable task) {
        long due = life;
        owner.execute(() -> {
            if (due == life) {
                task.run();
            }
        });
    }

    private boolean isUnacknowledged(byte[] key) {
        int left = pendingWrites + openWrites;
        var newest = unsynced.descendingIterator();
        while (left-- > 0) {
            if (Arrays.equals(newest.next().key, key)) {
                return true;
            }
        }
        return false;
    }

    private static int groupOf(byte[] key) {
        return (key[0] & 0xff) << 24 | (key[1] & 0xff) << 16 | (key[2] & 0xff) << 8 | key[3] & 0xff;
    }
}
