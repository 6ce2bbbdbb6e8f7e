package io.kindred.engine;

import java.util.ArrayList;
import java.util.List;

/**
 * A bloom filter over the keys of all tables, in memory: what it does not have no table has, so that the first write of a key
 * need not ask them. It is of use once it is complete: when {@link KeyFilterScan} has added what the tables had at the
 * start; what is written since is added with its first write to a memtable.
 *
 * <p>It is in layers, each four times as large as the one before, and a key is added to the last of them only. What was
 * deleted stays in it until the next start. One that is twice as full as it should be, for there is no room for a further
 * layer, is <i>given up</i>: it keeps nothing, and the tables are asked.
 *
 * <p>Each layer is in blocks of eight words; a key has one bit in each word of its block (Putze, Sanders and Singler,
 * "Cache-, Hash- and Space-Efficient Bloom Filters", 2007): so that to ask is to look at one or two lines of memory.
 *
 * <p>Owned by: the engine's owner thread.
 */
final class KeyFilter {
    private static final int WORDS = 8;
    private static final int WORD_BITS_LOG = 6;
    private static final int BITS_PER_KEY = 12;
    private static final int FIRST_BLOCKS = 1 << 10;
    private static final int BLOCKS_MAX = Integer.MAX_VALUE / (2 * WORDS);
    private static final int GROWTH = 4;
    private static final int OVERFULL = 2;
    /** Odd, so that no bit of a hash is lost; the one spreads the blocks, the other chooses the bits. */
    private static final long BLOCK_MULTIPLIER = 0x9E3779B97F4A7C15L;

    private static final long BITS_MULTIPLIER = 0xC2B2AE3D27D4EB4FL;

    private final long bytesMax;
    private final List<long[]> layers = new ArrayList<>();
    private long bytes;
    /** Keys in the last layer. */
    private long lastKeys;

    private boolean complete;
    private volatile boolean givenUp;
    private long absences;

    /** @param bytesMax too little for a block: it is given up from the beginning */
    KeyFilter(long bytesMax) {
        this.bytesMax = bytesMax;
        if (!addLayer(FIRST_BLOCKS)) {
            giveUp();
        }
    }

    void add(int hash) {
        if (givenUp || mayHave(hash)) {
            return;
        }
        long[] last = layers.get(layers.size() - 1);
        long room = (long) last.length * Long.SIZE / BITS_PER_KEY;
        if (lastKeys >= room && addLayer(GROWTH * (long) last.length / WORDS)) {
            last = layers.get(layers.size() - 1);
        } else if (lastKeys >= OVERFULL * room) {
            giveUp();
            return;
        }
        int at = blockOf(hash, last);
        long bits = hash * BITS_MULTIPLIER;
        for (int i = 0; i < WORDS; i++) {
            last[at + i] |= bitOf(bits, i);
        }
        lastKeys++;
    }

    /** The tables have nothing that was not added. */
    void complete() {
        complete = true;
    }

    /** From any thread: whether it is of no use any more. */
    boolean isGivenUp() {
        return givenUp;
    }

    private void giveUp() {
        givenUp = true;
        layers.clear();
        bytes = 0;
    }

    /** Whether no table has the key; counts where it is so. */
    boolean isAbsent(int hash) {
        boolean isAbsent = complete && !givenUp && !mayHave(hash);
        absences += isAbsent ? 1 : 0;
        return isAbsent;
    }

    /** How often it spared a read of the tables. */
    long absences() {
        return absences;
    }

    long bytes() {
        return bytes;
    }

    private boolean mayHave(int hash) {
        long bits = hash * BITS_MULTIPLIER;
        for (int layer = layers.size() - 1; layer >= 0; layer--) {
            long[] words = layers.get(layer);
            int at = blockOf(hash, words);
            boolean has = true;
            for (int i = 0; i < WORDS && has; i++) {
                has = (words[at + i] & bitOf(bits, i)) != 0;
            }
            if (has) {
                return true;
            }
        }
        return false;
    }

    /** False if there is no room for more. */
    private boolean addLayer(long wantedBlocks) {
        long blocks = Math.min(wantedBlocks, (bytesMax - bytes) / (WORDS * Long.BYTES));
        if (blocks < (layers.isEmpty() ? 1 : FIRST_BLOCKS)) {
            return false;
        }
        int words = (int) Math.min(blocks, BLOCKS_MAX) * WORDS;
        layers.add(new long[words]);
        bytes += (long) words * Long.BYTES;
        lastKeys = 0;
        return true;
    }

    /** Where the hash's block begins. */
    private static int blockOf(int hash, long[] words) {
        long spread = hash * BLOCK_MULTIPLIER >>> Integer.SIZE;
        return (int) (spread * (words.length / WORDS) >>> Integer.SIZE) * WORDS;
    }

    private static long bitOf(long bits, int word) {
        return 1L << (bits >>> Long.SIZE - (word + 1) * WORD_BITS_LOG);
    }
}
