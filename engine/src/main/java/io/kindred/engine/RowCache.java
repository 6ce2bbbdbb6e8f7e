package io.kindred.engine;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What the tables answered lately, absences too ({@link StorageEngine#ABSENT}), so that a second read of a key needs no
 * hand-off to another thread.
 *
 * <p>A hash table with chains over parallel arrays that are made once: no object per entry, no growth. Eviction is second
 * chance: a hand goes round the slots, spares once what was hit since it last came by, and takes the first that was not.
 * A new entry has not been hit, so a stream of keys that are read once flows through without driving the hot ones out.
 * Which slot an entry has says nothing of its hash: if the hand went round in the order of the hashes, as it would with
 * open addressing, all that is new would crowd in front of it.
 *
 * <p>The first write of a key to a memtable takes its entry away ({@link Memory}); what is only written costs nothing.
 *
 * <p>Owned by: the engine's owner thread.
 */
final class RowCache {
    /** What an entry costs besides its bytes: two array headers, the references to them, its part of the slots. */
    static final int ENTRY_OVERHEAD_BYTES = 64;

    private static final int BYTES_PER_SLOT = 128;
    /** Slots are named by their index and one, so that arrays begin empty. */
    private static final int NONE = 0;

    private final long bytesMax;
    /** The first slot of each chain, by the lowest bits of the hash. */
    private final int[] heads;
    /** The next slot of the chain, or of the free ones. */
    private final int[] nexts;

    private final byte[] @Nullable [] keys;
    private final byte[] @Nullable [] values;
    private final int[] hashes;
    private final boolean[] hit;
    private int free = NONE;
    /** Slots that were never taken begin here. */
    private int untouched;

    private int entries;
    private long bytes;
    private int hand;

    RowCache(long bytesMax) {
        this.bytesMax = bytesMax;
        int slots = Integer.highestOneBit((int) Math.max(16, Math.min(bytesMax / BYTES_PER_SLOT, 1 << 26)));
        this.heads = new int[slots];
        this.nexts = new int[slots];
        this.keys = new byte[slots][];
        this.values = new byte[slots][];
        this.hashes = new int[slots];
        this.hit = new boolean[slots];
    }

    long bytes() {
        return bytes;
    }

    byte @Nullable [] get(byte[] key, int hash) {
        int slot = find(key, hash);
        if (slot < 0) {
            return null;
        }
        hit[slot] = true;
        return values[slot];
    }

    void put(byte[] key, int hash, byte[] value) {
        int slot = find(key, hash);
        if (slot >= 0) {
            setValue(slot, value);
            makeRoom(0, 0);
        } else if (cost(key, value) <= bytesMax / 4) {
            makeRoom(1, cost(key, value));
            insert(key, hash, value);
        }
    }

    void remove(byte[] key, int hash) {
        int slot = find(key, hash);
        if (slot >= 0) {
            removeSlot(slot);
        }
    }

    private void setValue(int slot, byte[] value) {
        bytes += value.length - lengthOf(values[slot]);
        values[slot] = value;
    }

    private void insert(byte[] key, int hash, byte[] value) {
        int slot = takeSlot();
        keys[slot] = key;
        values[slot] = value;
        hashes[slot] = hash;
        hit[slot] = false;
        int chain = chainOf(hash);
        nexts[slot] = heads[chain];
        heads[chain] = slot + 1;
        entries++;
        bytes += cost(key, value);
    }

    /** Requires: one that is free. */
    private int takeSlot() {
        if (free == NONE) {
            return untouched++;
        }
        int slot = free - 1;
        free = nexts[slot];
        return slot;
    }

    private void makeRoom(int neededEntries, long neededBytes) {
        while (entries > 0 && (bytes + neededBytes > bytesMax || entries + neededEntries > keys.length)) {
            if (keys[hand] != null && !hit[hand]) {
                removeSlot(hand);
            }
            hit[hand] = false;
            hand = hand + 1 & keys.length - 1;
        }
    }

    private int chainOf(int hash) {
        return hash & heads.length - 1;
    }

    /** The slot, or -1. */
    private int find(byte[] key, int hash) {
        int slot = heads[chainOf(hash)] - 1;
        while (slot >= 0 && !(hashes[slot] == hash && Arrays.equals(keys[slot], key))) {
            slot = nexts[slot] - 1;
        }
        return slot;
    }

    private void removeSlot(int slot) {
        bytes -= ENTRY_OVERHEAD_BYTES + lengthOf(keys[slot]) + lengthOf(values[slot]);
        entries--;
        int chain = chainOf(hashes[slot]);
        if (heads[chain] == slot + 1) {
            heads[chain] = nexts[slot];
        } else {
            int before = heads[chain] - 1;
            while (nexts[before] != slot + 1) {
                before = nexts[before] - 1;
            }
            nexts[before] = nexts[slot];
        }
        keys[slot] = null;
        values[slot] = null;
        nexts[slot] = free;
        free = slot + 1;
    }

    private static long cost(byte[] key, byte[] value) {
        return (long) ENTRY_OVERHEAD_BYTES + key.length + value.length;
    }

    private static int lengthOf(byte @Nullable [] array) {
        return array == null ? 0 : array.length;
    }
}
