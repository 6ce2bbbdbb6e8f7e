package io.kindred.engine;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * All that the engine knows without asking the tables: the active memtable, the sealed one that is being flushed, the row
 * cache, the memtable that was flushed last, which keys no table has, and the counts of the groups. A newer place hides an
 * older one.
 *
 * <p>Invariant: the row cache has no key that the active memtable has. The first write of a key there takes its row away,
 * so that further ones need not look. A row cache that is large enough is given what is flushed ({@link RowFeed}).
 *
 * <p>Owned by: the engine's owner thread; a sealed memtable is also read by the flush.
 */
final class Memory implements UndoLog.Target {
    /** The next memtable may be half full before the row cache has all of the one before. */
    private static final int FEED_TIMES = 2;
    /** One write of a large value does not wait for that many small ones to be given. */
    private static final long FEED_BYTES_MAX = 64 << 10;

    private final long memtableBytes;
    private final ArrayDeque<byte[]> freeChunks = new ArrayDeque<>();
    private final RowCache rows;
    private final KeyFilter filter;
    private final GroupCounts counts;
    private MemTable active;
    private @Nullable MemTable sealed;
    /** All of it is in the tables; it goes when the next one is sealed, or the row cache has it. */
    private @Nullable MemTable flushed;

    private @Nullable RowFeed feed;
    /** What was hashed last, for the write that comes behind a read. */
    private byte @Nullable [] hashedKey;

    private final ForeseenKeys foreseen = new ForeseenKeys();

    private int lastHash;
    private long rowHits;
    private long rowMisses;

    /** @param counts the sums of everything that the tables hold; becomes the memory's own */
    Memory(EngineOptions options, GroupCounts counts) {
        this.memtableBytes = options.memtableBytes();
        this.rows = new RowCache(options.rowCacheBytes());
        this.filter = new KeyFilter(options.keyFilterBytes());
        this.counts = counts;
        this.active = newTable();
    }

    <T> @Nullable T peek(byte[] key, ValueView<T> view) {
        int hash = hashOf(key);
        T found = active.get(key, hash, view);
        MemTable flushing = sealed;
        if (found == null && flushing != null) {
            found = flushing.get(key, hash, view);
        }
        if (found != null) {
            return found;
        }
        found = row(key, hash, view);
        if (found != null) {
            rowHits++;
            return found;
        }
        if (filter.isAbsent(hash)) {
            return view.absent();
        }
        rowMisses++;
        return null;
    }

    /** From the row cache, or the memtable that was flushed last. */
    private <T> @Nullable T row(byte[] key, int hash, ValueView<T> view) {
        T found = rows.get(key, hash, view);
        MemTable last = flushed;
        if (found == null && last != null) {
            byte[] value = last.get(key, hash);
            if (value != null) {
                // It is asked for now and leaves the memory some time: the row cache takes it over.
                rows.put(key, hash, value);
                found = value == StorageEngine.ABSENT ? view.absent() : view.of(value, 0, value.length);
            }
        }
        return found;
    }

    /** The first {@code count} keys are going to be looked up, in this order. */
    void foresee(byte[][] keys, int count) {
        foreseen.set(keys, count);
        active.load(foreseen);
        rows.load(foreseen);
    }

    private int hashOf(byte[] key) {
        if (key != hashedKey) {
            hashedKey = key;
            lastHash = foreseen.hashOf(key);
        }
        return lastHash;
    }

    /** What the tables answered, unless memory has learnt better; gives what holds now. */
    byte[] settleRead(byte[] key, byte[] fromTables) {
        int hash = KeyHash.of(key);
        byte[] found = active.get(key, hash);
        if (found == null && sealed != null) {
            found = sealed.get(key, hash);
        }
        if (found == null && flushed != null) {
            found = flushed.get(key, hash);
        }
        if (found != null) {
            return found;
        }
        rows.put(key, hash, fromTables);
        return fromTables;
    }

    /** Puts a value; what takes it back goes to the undo log. */
    void put(byte[] key, byte[] value, int countDelta, UndoLog undo) {
        int hash = hashOf(key);
        if (countDelta != 0 || !active.overwrite(key, hash, value, undo)) {
            added(key, hash, active.put(key, hash, value, countDelta), countDelta, undo);
        }
        feedRows(MemTable.sizeOf(key.length, value.length));
    }

    void delete(byte[] key, int countDelta, UndoLog undo) {
        int hash = hashOf(key);
        added(key, hash, active.delete(key, hash, countDelta), countDelta, undo);
        feedRows(MemTable.sizeOf(key.length, 0));
    }

    private void added(byte[] key, int hash, int ref, int countDelta, UndoLog undo) {
        undo.push(active, ref);
        if (active.isFirst(ref)) {
            rows.remove(key, hash);
            filter.add(hash);
        }
        if (countDelta != 0) {
            counts.add(active.group(ref), countDelta);
        }
    }

    /** Takes an entry back. Its key may have come to the row cache while its memtable was sealed. */
    @Override
    public void undo(MemTable table, int ref) {
        counts.add(table.group(ref), -table.countDelta(ref));
        rows.remove(table.key(ref), table.hash(ref));
        table.undo(ref);
    }

    @Override
    public void restore(MemTable table, int ref, byte[] from, int start, int length) {
        rows.remove(table.key(ref), table.hash(ref));
        table.restore(ref, from, start, length);
    }

    KeyFilter filter() {
        return filter;
    }

    GroupCounts counts() {
        return counts;
    }

    MemTable active() {
        return active;
    }

    @Nullable
    MemTable sealed() {
        return sealed;
    }

    MemTable seal() {
        MemTable full = active;
        dropFlushed();
        sealed = full;
        active = newTable();
        return full;
    }

    /** The sealed memtable is not going to change any more. */
    void sealedIsFinal() {
        if (sealed != null && isFed()) {
            feed = new RowFeed(sealed);
        }
    }

    private boolean isFed() {
        return RowFeed.isWorthwhile(rows.bytesMax(), memtableBytes);
    }

    private void feedRows(long writtenBytes) {
        RowFeed open = feed;
        if (open != null) {
            open.give(rows, active, Math.min(FEED_TIMES * writtenBytes, FEED_BYTES_MAX));
            if (open.isDone()) {
                feed = null;
                dropFlushed();
            }
        }
    }

    /** The tables have all of the sealed memtable. */
    void dropSealed() {
        if (sealed != null) {
            flushed = sealed;
            sealed = null;
            if (isFed() && feed == null) {
                dropFlushed();
            }
        }
    }

    private void dropFlushed() {
        feed = null;
        if (flushed != null) {
            flushed.release();
            flushed = null;
        }
    }

    long usedBytes() {
        return active.usedBytes() + (sealed == null ? 0 : sealed.usedBytes());
    }

    /** What counts against the size of both memtables: {@link MemTable#filledBytes}. */
    long filledBytes() {
        return active.filledBytes() + (sealed == null ? 0 : sealed.filledBytes());
    }

    long keyCount() {
        return active.keyCount() + (long) (sealed == null ? 0 : sealed.keyCount());
    }

    long rowHits() {
        return rowHits;
    }

    long rowMisses() {
        return rowMisses;
    }

    long rowBytes() {
        return rows.bytes();
    }

    private MemTable newTable() {
        return new MemTable(memtableBytes, freeChunks);
    }
}
