package io.kindred.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A bloom filter over the keys of all tables, in memory: what it does not have no table has, so that the first write of a key
 * need not ask them. It is of use once it is complete: when {@link KeyFilterScan} has added what the tables had at the
 * start; what is written since is added with its first write to a memtable.
 *
 * <p>It is in layers, each four times as large as the one before, and a key is added to the last of them only. What was
 * deleted stays in it until the next start. One whose last layer is twice as full as it should be, and has no room for a further
 * one, is <i>given up</i>: it keeps nothing, and the tables are asked.
 *
 * <p>Each layer is in blocks of eight words; a key has one bit in each word of its block (Putze, Sanders and Singler,
 * "Cache-, Hash- and Space-Efficient Bloom Filters", 2007): so that to ask is to look at one or two lines of memory.
 *
 * <p>Owned by: the engine's owner thread.
 */
final class KeyFilter {
    private static final int WORDS = 8;
    private static final int WORD_BITS_LOG = 6;
    private static final int BLOCK_BYTES = WORDS * Long.BYTES;
    private static final int BITS_PER_KEY = 12;
    private static final int FIRST_BLOCKS = 1 << 10;
    private static final int GROWTH = 4;
    private static final int OVERFULL = 2;
    private static final int PAGE_BLOCKS_LOG = 12;
    private static final int PAGE_BLOCKS = 1 << PAGE_BLOCKS_LOG;
    private static final long[] NO_PAGE = new long[0];
    /** Odd, so that no bit of a hash is lost; the one spreads the blocks, the other chooses the bits. */
    private static final long BLOCK_MULTIPLIER = 0x9E3779B97F4A7C15L;

    private static final long BITS_MULTIPLIER = 0xC2B2AE3D27D4EB4FL;

    private final long blocksMax;
    private final List<Layer> layers = new ArrayList<>();
    private long blocks;
    private long bytes;
    private boolean complete;
    private volatile boolean givenUp;
    private long absences;

    /** @param bytesMax too little for a block: it is given up from the beginning */
    KeyFilter(long bytesMax) {
        this.blocksMax = Math.min(Integer.MAX_VALUE, bytesMax / BLOCK_BYTES);
        if (blocksMax == 0) {
            giveUp();
        } else {
            addLayer(FIRST_BLOCKS);
        }
    }

    /** Its pages are made when they are first written to: so nobody waits for the making of a large layer. */
    private static final class Layer {
        final int blocks;
        final long[][] pages;
        long keys;

        Layer(int blocks) {
            this.blocks = blocks;
            this.pages = new long[(blocks >>> PAGE_BLOCKS_LOG) + 1][];
            Arrays.fill(pages, NO_PAGE);
        }

        long keysMost() {
            return (long) blocks * WORDS * Long.SIZE / BITS_PER_KEY;
        }

        int blockOf(int hash) {
            return (int) ((hash * BLOCK_MULTIPLIER >>> Integer.SIZE) * blocks >>> Integer.SIZE);
        }

        boolean mayHave(int hash, long bits) {
            int block = blockOf(hash);
            long[] page = pages[block >>> PAGE_BLOCKS_LOG];
            int at = (block & PAGE_BLOCKS - 1) * WORDS;
            boolean has = page != NO_PAGE;
            for (int i = 0; i < WORDS && has; i++) {
                has = (page[at + i] & bitOf(bits, i)) != 0;
            }
            return has;
        }
    }

    void add(int hash) {
        if (givenUp || mayHave(hash)) {
            return;
        }
        Layer last = layers.get(layers.size() - 1);
        if (last.keys >= last.keysMost() && blocks < blocksMax) {
            last = addLayer(GROWTH * (long) last.blocks);
        } else if (last.keys >= OVERFULL * last.keysMost()) {
            giveUp();
            return;
        }
        int block = last.blockOf(hash);
        long[] page = pageOf(last, block >>> PAGE_BLOCKS_LOG);
        int at = (block & PAGE_BLOCKS - 1) * WORDS;
        long bits = hash * BITS_MULTIPLIER;
        for (int i = 0; i < WORDS; i++) {
            page[at + i] |= bitOf(bits, i);
        }
        last.keys++;
    }

    /** The tables have nothing that was not added. */
    void complete() {
        complete = true;
    }

    /** From any thread: whether it is of no use any more. */
    boolean isGivenUp() {
        return givenUp;
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
        for (int i = layers.size() - 1; i >= 0; i--) {
            if (layers.get(i).mayHave(hash, bits)) {
                return true;
            }
        }
        return false;
    }

    /** What would be left behind it is no layer of its own. */
    private Layer addLayer(long blocksWanted) {
        long left = blocksMax - blocks;
        Layer layer = new Layer((int) (left < 2 * blocksWanted ? left : blocksWanted));
        blocks += layer.blocks;
        layers.add(layer);
        return layer;
    }

    private long[] pageOf(Layer layer, int number) {
        long[] page = layer.pages[number];
        if (page == NO_PAGE) {
            page = new long[Math.min(PAGE_BLOCKS, layer.blocks - (number << PAGE_BLOCKS_LOG)) * WORDS];
            layer.pages[number] = page;
            bytes += (long) page.length * Long.BYTES;
        }
        return page;
    }

    private void giveUp() {
        givenUp = true;
        layers.clear();
        bytes = 0;
    }

    private static long bitOf(long bits, int word) {
        return 1L << (bits >>> Long.SIZE - (word + 1) * WORD_BITS_LOG);
    }
}
