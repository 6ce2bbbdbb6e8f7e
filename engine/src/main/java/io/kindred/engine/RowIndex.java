package io.kindred.engine;

import java.util.Arrays;

/**
 * Leads from a key to its row in the {@link RowArena}: open addressing with linear probing, where a slot is the hash above and
 * the ref below. It is in many parts, by the upper bits of the hash, each of which grows by itself: so no write waits for the
 * growth of the whole.
 *
 * <p>Owned by: the row cache.
 */
final class RowIndex {
    private static final int FIRST_SLOTS = 16;
    private static final long[] NO_SLOTS = new long[1];

    private final RowArena arena;
    private final int partShift;
    private final long[][] parts;
    private final int[] counts;
    private long bytes;

    /** @param partCount a power of two */
    RowIndex(RowArena arena, int partCount) {
        this.arena = arena;
        this.partShift = Integer.SIZE - Integer.numberOfTrailingZeros(partCount);
        this.parts = new long[partCount][];
        this.counts = new int[partCount];
        Arrays.fill(parts, NO_SLOTS);
    }

    long bytes() {
        return bytes;
    }

    /** The row of a key, 0 if there is none. */
    int find(int hash, RowArena.Part key) {
        long[] slots = parts[partOf(hash)];
        int mask = slots.length - 1;
        for (int slot = hash & mask; slots[slot] != 0; slot = slot + 1 & mask) {
            if (hashOf(slots[slot]) == hash && arena.hasKey((int) slots[slot], key)) {
                return (int) slots[slot];
            }
        }
        return 0;
    }

    /** Requires: the key of this row is not here. */
    void add(int hash, int ref) {
        int part = partOf(hash);
        if (++counts[part] > parts[part].length / 8 * 5) {
            grow(part);
        }
        insert(parts[part], packed(hash, ref));
    }

    /** Whether a row is the one of its key. */
    boolean holds(int ref) {
        return slotOf(arena.hash(ref), ref) >= 0;
    }

    /** What was at one place is now at another. */
    void moved(int hash, int from, int to) {
        parts[partOf(hash)][slotOf(hash, from)] = packed(hash, to);
    }

    /** Requires: it is here. */
    void remove(int hash, int ref) {
        int part = partOf(hash);
        removeSlot(parts[part], slotOf(hash, ref));
        counts[part]--;
    }

    /** The slot in the hash's part, -1 if there is none. */
    private int slotOf(int hash, int ref) {
        long[] slots = parts[partOf(hash)];
        int mask = slots.length - 1;
        int slot = hash & mask;
        while (slots[slot] != 0) {
            if ((int) slots[slot] == ref) {
                return slot;
            }
            slot = slot + 1 & mask;
        }
        return -1;
    }

    private static void insert(long[] slots, long packed) {
        int mask = slots.length - 1;
        int slot = hashOf(packed) & mask;
        while (slots[slot] != 0) {
            slot = slot + 1 & mask;
        }
        slots[slot] = packed;
    }

    private void grow(int part) {
        long[] old = parts[part];
        long[] grown = new long[Math.max(FIRST_SLOTS, 2 * old.length)];
        for (long packed : old) {
            if (packed != 0) {
                insert(grown, packed);
            }
        }
        parts[part] = grown;
        bytes += (long) Long.BYTES * (grown.length - (old == NO_SLOTS ? 0 : old.length));
    }

    /** Closes the gap that a removed slot would leave in the probe sequences that run over it. */
    private static void removeSlot(long[] slots, int removed) {
        int mask = slots.length - 1;
        int gap = removed;
        for (int slot = gap + 1 & mask; slots[slot] != 0; slot = slot + 1 & mask) {
            int home = hashOf(slots[slot]) & mask;
            if ((slot - home & mask) >= (slot - gap & mask)) {
                slots[gap] = slots[slot];
                gap = slot;
            }
        }
        slots[gap] = 0;
    }

    private int partOf(int hash) {
        return (int) (Integer.toUnsignedLong(hash) >>> partShift);
    }

    private static long packed(int hash, int ref) {
        return (long) hash << Integer.SIZE | Integer.toUnsignedLong(ref);
    }

    private static int hashOf(long packed) {
        return (int) (packed >>> Integer.SIZE);
    }
}
