package io.kindred.engine;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What the tables answered lately, absences too ({@link StorageEngine#ABSENT}), so that a second read of a key needs no
 * hand-off to another thread.
 *
 * <p>Open addressing with linear probing over parallel arrays that are made once: no object per entry, no growth.
 * Eviction is second chance: a hand goes round the slots, spares once what was hit since it last came by, and takes
 * the first that was not. A new entry has not been hit, so a stream of keys that are read once flows through without
 * driving the hot ones out.
 *
 * <p>A write changes an entry that is here and adds none: what is only written costs nothing, what is read stays.
 *
 * <p>Owned by: the engine's owner thread.
 */
final class RowCache {
    /** What an entry costs besides its bytes: two array headers, the references to them, its part of the slots. */
    static final int ENTRY_OVERHEAD_BYTES = 64;

    private static final int BYTES_PER_SLOT = 128;

    private final long bytesMax;
    private final int entriesMax;
    private final byte[] @Nullable [] keys;
    private final byte[] @Nullable [] values;
    private final int[] hashes;
    private final boolean[] hit;
    private int entries;
    private long bytes;
    private int hand;

    RowCache(long bytesMax) {
        this.bytesMax = bytesMax;
        int slots = Integer.highestOneBit((int) Math.max(16, Math.min(bytesMax / BYTES_PER_SLOT, 1 << 26)));
        this.entriesMax = slots / 4 * 3;
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
        } else if (cost(key, value) <= bytesMax / 4) {
            makeRoom(cost(key, value));
            insert(key, hash, value);
        }
        makeRoom(0);
    }

    /** A write: what is cached follows it. */
    void replace(byte[] key, int hash, byte[] value) {
        int slot = find(key, hash);
        if (slot >= 0) {
            setValue(slot, value);
            makeRoom(0);
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
        int slot = ~find(key, hash);
        keys[slot] = key;
        values[slot] = value;
        hashes[slot] = hash;
        hit[slot] = false;
        entries++;
        bytes += cost(key, value);
    }

    private void makeRoom(long neededBytes) {
        while (entries > 0 && (bytes + neededBytes > bytesMax || entries >= entriesMax)) {
            if (keys[hand] == null) {
                hand = hand + 1 & keys.length - 1;
            } else if (hit[hand]) {
                hit[hand] = false;
                hand = hand + 1 & keys.length - 1;
            } else {
                removeSlot(hand);
            }
        }
    }

    private int find(byte[] key, int hash) {
        int mask = keys.length - 1;
        int slot = hash & mask;
        while (true) {
            byte[] there = keys[slot];
            if (there == null) {
                return ~slot;
            }
            if (hashes[slot] == hash && Arrays.equals(there, key)) {
                return slot;
            }
            slot = slot + 1 & mask;
        }
    }

    /** Closes the gap that a removed slot would leave in the probe sequences that run over it. */
    private void removeSlot(int gap) {
        bytes -= ENTRY_OVERHEAD_BYTES + lengthOf(keys[gap]) + lengthOf(values[gap]);
        entries--;
        int mask = keys.length - 1;
        int slot = gap;
        while (true) {
            slot = slot + 1 & mask;
            if (keys[slot] == null) {
                break;
            }
            int home = hashes[slot] & mask;
            if ((slot - home & mask) >= (slot - gap & mask)) {
                keys[gap] = keys[slot];
                values[gap] = values[slot];
                hashes[gap] = hashes[slot];
                hit[gap] = hit[slot];
                gap = slot;
            }
        }
        keys[gap] = null;
        values[gap] = null;
    }

    private static long cost(byte[] key, byte[] value) {
        return (long) ENTRY_OVERHEAD_BYTES + key.length + value.length;
    }

    private static int lengthOf(byte @Nullable [] array) {
        return array == null ? 0 : array.length;
    }
}
