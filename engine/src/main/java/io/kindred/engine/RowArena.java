package io.kindred.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The rows of the {@link RowCache} as bytes in chunks, so that millions of them are some thousand objects to the garbage
 * collector. A row is named by a <i>ref</i>: the number of its chunk above, its offset in units of eight bytes below; no ref is
 * 0. A row is
 *
 * <pre>hash 4 | key length 4 | value length 4 (-1: absent) | asked for 1 | key | value</pre>
 *
 * <p>Rows fill a chunk one behind the other. One that is larger than half a chunk has a chunk of its own, which is as long as
 * it is.
 *
 * <p>Owned by: the row cache.
 */
final class RowArena implements ForeseenKeys.Entries {
    static final int CHUNK_BYTES_MAX = 64 << 10;

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final int HASH = 0;
    private static final int KEY_LENGTH = 4;
    private static final int VALUE_LENGTH = 8;
    private static final int ASKED = 12;
    private static final int KEY = 13;
    private static final int ABSENT_LENGTH = -1;
    private static final int OFFSET_BITS = 13;
    private static final int OFFSET_MASK = (1 << OFFSET_BITS) - 1;
    private static final int CHUNKS_MAX = 1 << Integer.SIZE - OFFSET_BITS;
    private static final byte[] NO_CHUNK = new byte[0];

    private final int chunkBytes;
    private byte[][] chunks = new byte[16][];
    /** Where the rows of each chunk end, and how many bytes of them are still of use. */
    private int[] ends = new int[16];

    private int[] live = new int[16];
    private int numbersUsed = 1;
    private int[] freeNumbers = new int[16];
    private int freeCount;
    private byte @Nullable [] spare;
    private long bytes;

    /** @param chunkBytes a multiple of eight, at most {@link #CHUNK_BYTES_MAX} */
    RowArena(int chunkBytes) {
        this.chunkBytes = chunkBytes;
    }

    static int sizeOf(int keyLength, int valueLength) {
        return KEY + keyLength + Math.max(0, valueLength) + 7 & ~7;
    }

    static int chunkOf(int ref) {
        return ref >>> OFFSET_BITS;
    }

    /** All chunks' bytes. */
    long bytes() {
        return bytes;
    }

    int chunkBytes() {
        return chunkBytes;
    }

    /** Whether there is a number for one more chunk. */
    boolean hasNumber() {
        return freeCount > 0 || numbersUsed < CHUNKS_MAX;
    }

    /** Adds an empty chunk and gives its number. Requires: {@link #hasNumber}. */
    int addChunk(int sizeBytes) {
        int number = freeCount > 0 ? freeNumbers[--freeCount] : numbersUsed++;
        if (number >= chunks.length) {
            chunks = Arrays.copyOf(chunks, 2 * number);
            ends = Arrays.copyOf(ends, 2 * number);
            live = Arrays.copyOf(live, 2 * number);
        }
        byte[] free = sizeBytes == chunkBytes ? spare : null;
        if (free == null) {
            chunks[number] = new byte[sizeBytes];
        } else {
            chunks[number] = free;
            spare = null;
        }
        bytes += sizeBytes;
        empty(number, 0);
        return number;
    }

    void freeChunk(int number) {
        byte[] chunk = chunks[number];
        bytes -= chunk.length;
        if (chunk.length == chunkBytes) {
            spare = chunk;
        }
        chunks[number] = NO_CHUNK;
        if (freeCount == freeNumbers.length) {
            freeNumbers = Arrays.copyOf(freeNumbers, 2 * freeCount);
        }
        freeNumbers[freeCount++] = number;
    }

    boolean isSingle(int number) {
        return chunks[number].length != chunkBytes;
    }

    boolean hasRoom(int number, int size) {
        return chunks[number].length - ends[number] >= size;
    }

    int liveBytes(int number) {
        return live[number];
    }

    /** The first row of a chunk, or 0. */
    int first(int number) {
        return ends[number] == 0 ? 0 : number << OFFSET_BITS;
    }

    /** The row behind one in its chunk, or 0. */
    int next(int ref) {
        int number = chunkOf(ref);
        int at = offset(ref) + size(ref);
        return at < ends[number] ? refAt(number, at) : 0;
    }

    /** The chunk has nothing from an offset on, and all before is of use. */
    void empty(int number, int from) {
        ends[number] = from;
        live[number] = from;
    }

    /** A row is of no more use. */
    void dead(int ref) {
        live[chunkOf(ref)] -= size(ref);
    }

    /** Appends a row to a chunk. Requires: room. */
    int append(int number, int hash, BytePart key, @Nullable BytePart value) {
        int ref = refAt(number, ends[number]);
        byte[] chunk = chunks[number];
        int at = ends[number];
        INT.set(chunk, at + HASH, hash);
        INT.set(chunk, at + KEY_LENGTH, key.length());
        INT.set(chunk, at + VALUE_LENGTH, value == null ? ABSENT_LENGTH : value.length());
        chunk[at + ASKED] = 0;
        System.arraycopy(key.bytes(), key.from(), chunk, at + KEY, key.length());
        if (value != null) {
            System.arraycopy(value.bytes(), value.from(), chunk, at + KEY + key.length(), value.length());
        }
        grow(number, size(ref));
        return ref;
    }

    /** Copies a row to the end of another chunk, as one that nobody has asked for. Requires: room. */
    int appendCopy(int number, int ref) {
        int copy = copy(ref, number, ends[number]);
        grow(number, size(copy));
        return copy;
    }

    /** Moves a row to a place before it in its own chunk, as one that nobody has asked for. */
    int slide(int ref, int to) {
        return copy(ref, chunkOf(ref), to);
    }

    int hash(int ref) {
        return field(ref, HASH);
    }

    int size(int ref) {
        return sizeOf(field(ref, KEY_LENGTH), field(ref, VALUE_LENGTH));
    }

    boolean isAsked(int ref) {
        return chunk(ref)[offset(ref) + ASKED] != 0;
    }

    void setAsked(int ref, boolean isAsked) {
        chunk(ref)[offset(ref) + ASKED] = (byte) (isAsked ? 1 : 0);
    }

    boolean hasKey(int ref, BytePart key) {
        int length = field(ref, KEY_LENGTH);
        int start = offset(ref) + KEY;
        return length == key.length()
                && Arrays.equals(chunk(ref), start, start + length, key.bytes(), key.from(), key.from() + key.length());
    }

    <T> T view(int ref, ValueView<T> view) {
        int length = field(ref, VALUE_LENGTH);
        if (length == ABSENT_LENGTH) {
            return view.absent();
        }
        int start = offset(ref) + KEY + field(ref, KEY_LENGTH);
        return view.of(chunk(ref), start, start + length);
    }

    @Override
    public byte[] bytesOf(int ref) {
        return chunk(ref);
    }

    @Override
    public int offsetOf(int ref) {
        return offset(ref);
    }

    private int copy(int ref, int number, int at) {
        int size = size(ref);
        System.arraycopy(chunk(ref), offset(ref), chunks[number], at, size);
        int copy = refAt(number, at);
        setAsked(copy, false);
        return copy;
    }

    private void grow(int number, int size) {
        ends[number] += size;
        live[number] += size;
    }

    private static int refAt(int number, int at) {
        return number << OFFSET_BITS | at >>> 3;
    }

    private byte[] chunk(int ref) {
        return chunks[ref >>> OFFSET_BITS];
    }

    private static int offset(int ref) {
        return (ref & OFFSET_MASK) << 3;
    }

    private int field(int ref, int field) {
        return (int) INT.get(chunk(ref), offset(ref) + field);
    }
}
