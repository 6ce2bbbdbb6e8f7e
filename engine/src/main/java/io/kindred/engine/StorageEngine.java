package io.kindred.engine;

import org.jspecify.annotations.Nullable;

/**
 * A durable map from opaque keys to opaque values, owned by one thread.
 *
 * <p>Owned by: the thread behind the owner executor. It calls every method, and every callback comes back on it, in a
 * task of its own unless a method says otherwise. No method blocks on a disk read, a flush, a compaction or an fsync.
 *
 * <p>Requires: a key has at least four bytes; its first four, big-endian, are its <i>group</i>. Arrays that are given
 * in are handed over, arrays that are given out are shared: neither side changes them afterwards.
 *
 * <p>A write is visible to {@link #peek} at once, and durable when the callback of the {@link #commit} that covers it
 * says so. If that commit fails, its writes and those of all later commits that are not yet acknowledged (the open one
 * too) are taken back in reverse order before the callback runs; each of these commits then fails in turn.
 *
 * <p>A commit may also be refused ({@link EngineFailure.Kind#OVERLOADED}, or what keeps the flush from succeeding), when
 * memory is at its bounds although {@link #stallNanos} has asked for patience: from the first write that finds no room
 * on, everything in that commit is taken back or ignored. Its callback says so in its turn; other commits are not
 * touched.
 */
public interface StorageEngine extends AutoCloseable {
    /** Known to be absent; compared by identity. A stored value may be empty, but is never this array. */
    byte[] ABSENT = new byte[0];

    /**
     * What memory (the active memtable, the flushing one, the row cache) knows of a key: its value, {@link #ABSENT} if
     * memory knows that there is none, null if only the tables can tell.
     */
    default byte @Nullable [] peek(byte[] key) {
        return peek(key, ValueView.COPY);
    }

    /** As {@link #peek(byte[])}, without a copy: what {@code view} makes of it, null if only the tables can tell. */
    <T> @Nullable T peek(byte[] key, ValueView<T> view);

    /**
     * Says that the first {@code count} keys are going to be peeked at or written next, in this order, most likely. It changes
     * nothing but the time that this takes: what memory has of them is looked up together.
     */
    default void foresee(byte[][] keys, int count) {}

    /**
     * Reads a key through the tables, off the owner thread. Reads are gathered until the next {@link #commit} or {@link
     * #flushReads} and handed over together. The value is in the row cache before `done` runs; if a newer write came
     * meanwhile, that one is given instead.
     */
    void read(byte[] key, ReadCallback done);

    /** Hands the gathered reads over. */
    void flushReads();

    /** As {@link #put(byte[], byte[], int, long)}, with nothing to note. */
    default void put(byte[] key, byte[] value, int countDelta) {
        put(key, value, countDelta, 0);
    }

    /**
     * Writes a key. `countDelta` (-1, 0 or +1) goes into the count of the key's group. The log keeps `note` beside the write, for a
     * start that finds it there ({@link ReplayedWrites}); it is gone when the write is in the tables ({@link #seals}).
     */
    void put(byte[] key, byte[] value, int countDelta, long note);

    /** As {@link #delete(byte[], int, long)}, with nothing to note. */
    default void delete(byte[] key, int countDelta) {
        delete(key, countDelta, 0);
    }

    /** Removes a key; the rest is as with {@link #put(byte[], byte[], int, long)}. */
    void delete(byte[] key, int countDelta, long note);

    /**
     * How often since the start all that was written by then was taken together to be moved into the tables. What is written
     * from then on is in the log at least until the next time.
     */
    long seals();

    /**
     * Makes everything written since the last commit one atomic record of the log. `done` runs inside this call or
     * later, and always in the order of the commits. An empty commit is acknowledged in its turn.
     */
    void commit(CommitCallback done);

    /**
     * Puts everything that was acknowledged by now on the disk for good, whatever the {@link SyncPolicy}. `done` runs inside
     * this call or later, and does not hold back other commits.
     */
    void sync(CommitCallback done);

    /**
     * One step of an ordered scan over [from, to); an empty `to` means the end of all keys. Gives at most `limit`
     * entries, all from one moment, and where to go on.
     */
    void scan(byte[] from, byte[] to, int limit, ScanCallback done);

    /**
     * Gives up what cannot be read of the keys in [from, to): when `done` says so, reads and scans find what else there is
     * of them, mostly nothing, instead of failing ({@link EngineFailure.Kind#CORRUPT}). Requires: whatever somebody else
     * has of it has been written here anew. That, as far as it is acknowledged, is durable before.
     */
    void acceptLoss(byte[] from, byte[] to, CommitCallback done);

    /** The sum of the count deltas of a group; exact over restarts and crashes. */
    long count(int group);

    /** Visits every group whose count is not zero, in ascending order of its unsigned number. */
    void forEachCount(CountVisitor visitor);

    /**
     * How long the front end should begin no more writes of its clients: 0 when all is well, else up to {@link
     * #STALL_NANOS_MAX}, rising as the memtable fills while flushing is behind. At that no more are to be begun until it is
     * less: what is on its way still finds room.
     */
    long stallNanos();

    /** Whether what is begun now may be refused for lack of room, although the disk takes what it is given. */
    boolean isFull();

    /** The longest stall that is ever asked for. */
    long STALL_NANOS_MAX = 100_000_000L;

    /** What the engine has done and holds. */
    EngineStats stats();

    /** How far the backup that is under way has come, or how the last one ended; from any thread. */
    default BackupProgress backupProgress() {
        return BackupProgress.NONE;
    }

    /** The last stop was a clean {@link #close}, or there was none before. */
    boolean startedClean();

    /**
     * Makes every commit durable, acknowledges it inside this call, stops the engine's threads and leaves the mark of a
     * clean stop. Reads and scans still under way are given no answer. May block.
     */
    @Override
    void close();
}
