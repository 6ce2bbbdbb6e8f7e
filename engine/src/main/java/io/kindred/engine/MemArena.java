package io.kindred.engine;

import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * A few large byte arrays in which the entries of a memtable lie one behind the other. A <i>ref</i> names an entry: its position,
 * in units of eight bytes.
 */
abstract class MemArena {
    static final int CHUNK_BYTES = 256 << 10;

    /** Behind the beginning of the first chunk, so that no entry has the ref 0. */
    private static final int FIRST_AT = Long.BYTES;

    private static final int OFFSET_BITS = 15;
    private static final int OFFSET_MASK = (1 << OFFSET_BITS) - 1;
    private static final byte[] NONE = new byte[0];

    private final ArrayDeque<byte[]> freeChunks;
    private byte[][] chunks = new byte[16][];
    /** Where the entries of each chunk end, but for the last one's. */
    private int[] chunkEnds = new int[16];

    private int chunkCount;
    private int chunkUsed;

    /** @param freeChunks where chunks come from and go back to */
    MemArena(ArrayDeque<byte[]> freeChunks) {
        this.freeChunks = freeChunks;
        addChunk(CHUNK_BYTES);
        chunkUsed = FIRST_AT;
    }

    /** The first entry in the order in which they came, 0 if there is none. */
    final int firstEntry() {
        return entryFrom(0, FIRST_AT);
    }

    /** The entry that came behind one of that size, 0 if there is none. */
    final int entryBehind(int ref, int size) {
        return entryFrom(ref >>> OFFSET_BITS, offset(ref) + size);
    }

    /** What was taken back, or is larger than a chunk, may have left chunks without an entry. */
    private int entryFrom(int firstChunk, int firstAt) {
        int at = firstAt;
        for (int chunk = firstChunk; chunk < chunkCount; chunk++) {
            int end = chunk == chunkCount - 1 ? chunkUsed : chunkEnds[chunk];
            if (at < end) {
                return chunk << OFFSET_BITS | at >>> 3;
            }
            at = 0;
        }
        return 0;
    }

    /** An entry larger than a chunk gets a chunk of its own, which starts with it. */
    final int allocate(int size) {
        if (chunks[chunkCount - 1].length - chunkUsed < size || chunkUsed >= CHUNK_BYTES) {
            addChunk(Math.max(size, CHUNK_BYTES));
        }
        int ref = chunkCount - 1 << OFFSET_BITS | chunkUsed >>> 3;
        chunkUsed += size;
        return ref;
    }

    private void addChunk(int size) {
        if (chunkCount == chunks.length) {
            chunks = Arrays.copyOf(chunks, chunkCount * 2);
            chunkEnds = Arrays.copyOf(chunkEnds, chunkCount * 2);
        }
        if (chunkCount > 0) {
            chunkEnds[chunkCount - 1] = chunkUsed;
        }
        byte[] free = size == CHUNK_BYTES ? freeChunks.poll() : null;
        chunks[chunkCount++] = free == null ? new byte[size] : free;
        chunkUsed = 0;
    }

    /** An entry that was the last one is there no more. */
    final void truncateArena(int ref) {
        int chunkIndex = ref >>> OFFSET_BITS;
        chunkUsed = offset(ref);
        truncateChunks(chunkIndex + 1);
    }

    private void truncateChunks(int keep) {
        while (chunkCount > keep) {
            byte[] chunk = chunks[--chunkCount];
            chunks[chunkCount] = NONE;
            if (chunk.length == CHUNK_BYTES) {
                freeChunks.push(chunk);
            }
        }
    }

    final byte[] chunk(int ref) {
        return chunks[ref >>> OFFSET_BITS];
    }

    static int offset(int ref) {
        return (ref & OFFSET_MASK) << 3;
    }

    /** Nothing is left in it, and it is of no use any more. */
    final void releaseChunks() {
        truncateChunks(0);
    }
}
