package io.kindred.engine;

import java.util.Arrays;

/**
 * Leads from the hash of a key to the refs of entries with such keys; whoever owns it compares the keys. Open addressing with
 * linear probing, deletion by shifting back. A slot is the hash above and the ref below (0: free), so that a probe is one
 * look at memory. The slots are in parts by the upper bits of the hash, each of which grows by itself: so no entry waits for
 * the growth of the whole.
 *
 * <pre>
 *   long[] slots = index.slotsOf(hash);
 *   for (int slot = HashIndex.first(slots, hash); slots[slot] != 0; slot = HashIndex.next(slots, slot)) ...
 * </pre>
 *
 * <p>Owned by: its owner.
 */
final class HashIndex {
    private static final int FIRST_SLOTS = 16;
    private static final long[] NO_SLOTS = new long[1];

    private final int partShift;
    private final long[][] parts;
    private final int[] counts;
    private long bytes;

    /** @param partsWanted rounded down to a power of two */
    HashIndex(long partsWanted) {
        int partCount = (int) Long.highestOneBit(Math.max(1, partsWanted));
        this.partShift = Integer.SIZE - Integer.numberOfTrailingZeros(partCount);
        this.parts = new long[partCount][];
        this.counts = new int[partCount];
        Arrays.fill(parts, NO_SLOTS);
    }

    /** Of all slots. */
    long bytes() {
        return bytes;
    }

    /** The slots among which those of a hash are; no longer so once something is added. */
    long[] slotsOf(int hash) {
        return parts[partOf(hash)];
    }

    static int first(long[] slots, int hash) {
        return hash & slots.length - 1;
    }

    static int next(long[] slots, int slot) {
        return slot + 1 & slots.length - 1;
    }

    static int hashIn(long slot) {
        return (int) (slot >>> Integer.SIZE);
    }

    static int refIn(long slot) {
        return (int) slot;
    }

    void add(int hash, int ref) {
        int part = partOf(hash);
        if (++counts[part] > parts[part].length / 8 * 5) {
            grow(part);
        }
        insert(parts[part], packed(hash, ref));
    }

    /** The slot of an entry among those of its hash, -1 if there is none. */
    int slotOf(int hash, int ref) {
        long[] slots = slotsOf(hash);
        for (int slot = first(slots, hash); slots[slot] != 0; slot = next(slots, slot)) {
            if (refIn(slots[slot]) == ref) {
                return slot;
            }
        }
        return -1;
    }

    void replace(int hash, int slot, int ref) {
        slotsOf(hash)[slot] = packed(hash, ref);
    }

    /** Closes the gap that the slot would leave in the probe sequences that run over it. */
    void remove(int hash, int slot) {
        int part = partOf(hash);
        counts[part]--;
        long[] slots = parts[part];
        int gap = slot;
        for (int at = next(slots, gap); slots[at] != 0; at = next(slots, at)) {
            int home = first(slots, hashIn(slots[at]));
            int mask = slots.length - 1;
            if ((at - home & mask) >= (at - gap & mask)) {
                slots[gap] = slots[at];
                gap = at;
            }
        }
        slots[gap] = 0;
    }

    private static void insert(long[] slots, long packed) {
        int slot = first(slots, hashIn(packed));
        while (slots[slot] != 0) {
            slot = next(slots, slot);
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

    private int partOf(int hash) {
        return (int) (Integer.toUnsignedLong(hash) >>> partShift);
    }

    private static long packed(int hash, int ref) {
        return (long) hash << Integer.SIZE | Integer.toUnsignedLong(ref);
    }
}
