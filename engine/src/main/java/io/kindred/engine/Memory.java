package io.kindred.engine;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * All that the engine knows without asking the tables: the active memtable, the sealed one that is being flushed, the
 * row cache, and the counts of the groups. A newer place hides an older one.
 *
 * <p>Owned by: the engine's owner thread; a sealed memtable is also read by the flush.
 */
final class Memory {
    private final long memtableBytes;
    private final ArrayDeque<byte[]> freeChunks = new ArrayDeque<>();
    private final RowCache rows;
    private final GroupCounts counts;
    private MemTable active;
    private @Nullable MemTable sealed;
    private long rowHits;
    private long rowMisses;

    /** @param counts the sums of everything that the tables hold; becomes the memory's own */
    Memory(EngineOptions options, GroupCounts counts) {
        this.memtableBytes = options.memtableBytes();
        this.rows = new RowCache(options.rowCacheBytes());
        this.counts = counts;
        this.active = newTable();
    }

    byte @Nullable [] peek(byte[] key) {
        int hash = KeyHash.of(key);
        byte[] found = active.get(key, hash);
        if (found != null) {
            return found;
        }
        MemTable flushing = sealed;
        if (flushing != null) {
            found = flushing.get(key, hash);
            if (found != null) {
                // It is asked for now and leaves the memory soon: the row cache takes it over.
                rows.put(key, hash, found);
                return found;
            }
        }
        found = rows.get(key, hash);
        if (found == null) {
            rowMisses++;
        } else {
            rowHits++;
        }
        return found;
    }

    /** What the tables answered, unless memory has learnt better; gives what holds now. */
    byte[] settleRead(byte[] key, byte[] fromTables) {
        int hash = KeyHash.of(key);
        byte[] found = active.get(key, hash);
        if (found == null && sealed != null) {
            found = sealed.get(key, hash);
        }
        byte[] value = found == null ? fromTables : found;
        rows.put(key, hash, value);
        return value;
    }

    int put(byte[] key, byte[] value, int countDelta) {
        int hash = KeyHash.of(key);
        int ref = active.put(key, hash, value, countDelta);
        rows.replace(key, hash, value.length == 0 ? new byte[0] : value);
        counts.add(active.group(ref), countDelta);
        return ref;
    }

    int delete(byte[] key, int countDelta) {
        int hash = KeyHash.of(key);
        int ref = active.delete(key, hash, countDelta);
        rows.replace(key, hash, StorageEngine.ABSENT);
        counts.add(active.group(ref), countDelta);
        return ref;
    }

    /** Takes an entry back. The row cache may have followed it, so it forgets the key. */
    void undo(MemTable table, int ref) {
        counts.add(table.group(ref), -table.countDelta(ref));
        rows.remove(table.key(ref), table.hash(ref));
        table.undo(ref);
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
        sealed = full;
        active = newTable();
        return full;
    }

    /** The tables have all of the sealed memtable. */
    void dropSealed() {
        if (sealed != null) {
            sealed.release();
            sealed = null;
        }
    }

    long usedBytes() {
        return active.usedBytes() + (sealed == null ? 0 : sealed.usedBytes());
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
