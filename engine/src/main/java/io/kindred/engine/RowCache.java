package io.kindred.engine;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * What the tables answered lately, or were given lately ({@link RowFeed}), absences too ({@link StorageEngine#ABSENT}), so
 * that a second read of a key needs no hand-off to another thread.
 *
 * <p>New rows go to the end of the newest chunk of the {@link RowArena}. Where there is no room for one more chunk the oldest is
 * used again. What is kept of it fills half of it at most, so that a write never has to look at more than two or three: rows that
 * were asked for since they came or were kept last (second chance), and, if half of the chunk is no longer of use anyhow,
 * all others. So a stream of keys that are read once flows through without driving the hot ones out, and what was overwritten
 * elsewhere leaves no holes.
 *
 * <p>The first write of a key to a memtable takes its row away ({@link Memory}); what is only written costs nothing.
 *
 * <p>Owned by: the engine's owner thread.
 */
final class RowCache {
    /** A larger row is not taken: it would drive out so large a part of the others. */
    private static final int ROW_PART = 4;

    private static final int CHUNKS_MIN = 16;
    private static final long BYTES_PER_INDEX_PART = 1 << 20;
    private static final int INDEX_PARTS_MAX = 1 << 14;
    private static final int NONE = 0;

    private final long bytesMax;
    private final RowArena arena;
    private final HashIndex index;
    /** The numbers of the chunks, oldest first. */
    private final ArrayDeque<Integer> order = new ArrayDeque<>();
    /** Takes the next rows; {@link #NONE} at first. */
    private int newest = NONE;

    RowCache(long bytesMax) {
        this.bytesMax = bytesMax;
        this.arena = new RowArena((int) Math.min(RowArena.CHUNK_BYTES_MAX, bytesMax / CHUNKS_MIN) & ~7);
        this.index = new HashIndex(Math.min(INDEX_PARTS_MAX, bytesMax / BYTES_PER_INDEX_PART));
    }

    /** What it holds, and what leads there. */
    long bytes() {
        return arena.bytes() + index.bytes();
    }

    long bytesMax() {
        return bytesMax;
    }

    /** What {@code view} makes of the row of a key; null if it is not here. */
    <T> @Nullable T get(byte[] key, int hash, ValueView<T> view) {
        int ref = find(hash, BytePart.of(key));
        if (ref == 0) {
            return null;
        }
        arena.setAsked(ref, true);
        return arena.view(ref, view);
    }

    void put(byte[] key, int hash, byte[] value) {
        put(hash, BytePart.of(key), value == StorageEngine.ABSENT ? null : BytePart.of(value));
    }

    /** @param value null: the key is absent */
    void put(int hash, BytePart key, @Nullable BytePart value) {
        int former = find(hash, key);
        if (former != 0) {
            drop(hash, former);
        }
        int size = RowArena.sizeOf(key.length(), value == null ? 0 : value.length());
        if (size <= bytesMax / ROW_PART) {
            int chunk = size > arena.chunkBytes() / 2 ? chunkOfItsOwn(size) : chunkWithRoom(size);
            index.add(hash, arena.append(chunk, hash, key, value));
            while (bytes() > bytesMax && order.size() > 1) {
                recycleOldest();
            }
        }
    }

    void remove(byte[] key, int hash) {
        int ref = find(hash, BytePart.of(key));
        if (ref != 0) {
            drop(hash, ref);
        }
    }

    /** Has the rows of keys brought to the processor. */
    void load(ForeseenKeys keys) {
        keys.load(index, arena);
    }

    /** The row of a key, 0 if there is none. */
    private int find(int hash, BytePart key) {
        long[] slots = index.slotsOf(hash);
        for (int slot = HashIndex.first(slots, hash); slots[slot] != 0; slot = HashIndex.next(slots, slot)) {
            int ref = HashIndex.refIn(slots[slot]);
            if (HashIndex.hashIn(slots[slot]) == hash && arena.hasKey(ref, key)) {
                return ref;
            }
        }
        return 0;
    }

    private void unlink(int hash, int ref) {
        index.remove(hash, index.slotOf(hash, ref));
    }

    private void drop(int hash, int ref) {
        unlink(hash, ref);
        arena.dead(ref);
    }

    private int chunkOfItsOwn(int size) {
        while (!isRoomFor(size) && order.size() > 1) {
            recycleOldest();
        }
        int number = arena.addChunk(size);
        order.add(number);
        return number;
    }

    private int chunkWithRoom(int size) {
        while (newest == NONE || !arena.hasRoom(newest, size)) {
            if (isRoomFor(arena.chunkBytes())) {
                newest = arena.addChunk(arena.chunkBytes());
                order.add(newest);
            } else {
                recycleOldest();
            }
        }
        return newest;
    }

    private boolean isRoomFor(int chunkBytes) {
        return order.isEmpty() || (bytes() + chunkBytes <= bytesMax && arena.hasNumber());
    }

    private void recycleOldest() {
        int number = order.remove();
        if (arena.isSingle(number)) {
            recycleSingle(number);
        } else {
            recycleShared(number);
        }
    }

    private void recycleSingle(int number) {
        int ref = arena.first(number);
        boolean isHeld = arena.liveBytes(number) > 0;
        if (isHeld && arena.isAsked(ref)) {
            arena.setAsked(ref, false);
            order.add(number);
            return;
        }
        if (isHeld) {
            unlink(arena.hash(ref), ref);
        }
        arena.freeChunk(number);
    }

    /** What is kept goes to the newest chunk while there is room, else to this one's front, which then is the newest. */
    private void recycleShared(int number) {
        int half = arena.chunkBytes() / 2;
        boolean isMostlyDead = arena.liveBytes(number) <= half;
        int kept = 0;
        int front = 0;
        int next;
        for (int ref = arena.first(number); ref != 0; ref = next) {
            next = arena.next(ref);
            int hash = arena.hash(ref);
            int size = arena.size(ref);
            int slot = index.slotOf(hash, ref);
            if (slot < 0) {
                continue;
            }
            if (kept + size > half || !(isMostlyDead || arena.isAsked(ref))) {
                index.remove(hash, slot);
                continue;
            }
            kept += size;
            if (number != newest && arena.hasRoom(newest, size)) {
                index.replace(hash, slot, arena.appendCopy(newest, ref));
            } else {
                index.replace(hash, slot, arena.slide(ref, front));
                front += size;
            }
        }
        if (front == 0 && number != newest) {
            arena.freeChunk(number);
        } else {
            arena.empty(number, front);
            newest = number;
            order.add(number);
        }
    }
}
