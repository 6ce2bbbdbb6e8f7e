package io.kindred.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The newest writes, in memory: a hash table over entries that lie in a few large byte arrays.
 *
 * <p>An entry is appended to the arena and never moves or changes its key; it is named by a <i>ref</i>, its position in
 * units of eight bytes (0: none). So a memtable of hundreds of thousands of entries is a handful of objects to the garbage
 * collector, and what a commit wrote can be taken back, newest first, by name. A value is overwritten in place where the
 * new one takes as many units ({@link #overwrite}): hot keys do not fill the arena. An entry is
 *
 * <pre>hash 4 | next of the group 4 | previous of the key 4 | key length 4 | value length 4 | flags 1 | key | value</pre>
 *
 * <p>Two ways lead to entries. The index ({@link HashIndex}) leads from a key to its newest entry; older entries of the
 * key are marked superseded and stay reachable as `previous`, for {@link #undo}. The groups (by the first four bytes of the
 * key) chain all their entries, newest first, so that a range scan within one group looks at that group only; {@link
 * MemOrder} sorts those that are scanned. Each group sums its count deltas.
 *
 * <p>Owned by: the engine's owner thread while it is active. Once sealed it no longer changes, so that the flush may
 * read it on another thread; all but {@link #order}, which stays the owner's.
 */
final class MemTable extends MemArena implements ForeseenKeys.Entries {
    /** The log of a memtable may be so many times as long as that is, if it is no longer than {@link #LOG_BYTES}. */
    static final int LOG_MEMTABLES = 4;
    /** A start reads a segment of the log whole. */
    static final long LOG_BYTES = 512 << 20;
    /** Longer values are seldom the hot ones, and the undo log would have to keep a copy of each. */
    static final int OVERWRITE_BYTES_MAX = 64 << 10;

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final int HASH = 0;
    private static final int NEXT = 4;
    private static final int PREVIOUS = 8;
    private static final int KEY_LENGTH = 12;
    private static final int VALUE_LENGTH = 16;
    private static final int FLAGS = 20;
    private static final int KEY = 21;
    private static final int DELTA_MASK = 3;
    private static final int DELETED = 4;
    private static final int SUPERSEDED = 8;
    private static final long BYTES_PER_INDEX_PART = 512 << 10;
    private static final int INDEX_PARTS_MAX = 1 << 11;
    private static final byte[] NO_VALUE = new byte[0];

    private final long sizeBytes;
    private final long logBytesMost;
    private long usedBytes;

    private final HashIndex index;
    private int keyCount;
    /** The array whose key was looked up last; null: that place may not hold any more. */
    private byte @Nullable [] foundKey;

    private int foundSlot;
    /** Of what was overwritten in place, however often: the log has it all. */
    private long overwrittenBytes;

    private final MemGroups groups = new MemGroups();
    private final MemOrder order = new MemOrder(this);

    /**
     * @param expectedBytes what it is going to hold
     * @param freeChunks where arena chunks come from and, by {@link #release}, go back to
     */
    MemTable(long expectedBytes, ArrayDeque<byte[]> freeChunks) {
        super(freeChunks);
        this.sizeBytes = expectedBytes;
        this.logBytesMost = Math.max(expectedBytes, Math.min(LOG_MEMTABLES * expectedBytes, LOG_BYTES));
        index = new HashIndex(Math.min(INDEX_PARTS_MAX, expectedBytes / BYTES_PER_INDEX_PART));
    }

    /** Bytes of the arena that hold entries, superseded ones too. */
    long usedBytes() {
        return usedBytes;
    }

    /**
     * How many bytes of its size are taken: what was overwritten in place fills the log alone, which a start has to read. It
     * counts for a part while that log is no longer than it may be, and whole from then on.
     */
    long filledBytes() {
        long logBytes = usedBytes + overwrittenBytes;
        double part = logBytes <= logBytesMost
                ? (double) logBytes / logBytesMost * sizeBytes
                : sizeBytes + (double) (logBytes - logBytesMost);
        return Math.max(usedBytes, (long) part);
    }

    /** The first entry in the order in which they came, 0 if there is none. */
    int firstRef() {
        return firstEntry();
    }

    /** The entry that came behind one, 0 if there is none. */
    int refAfter(int ref) {
        return entryBehind(ref, sizeOf(ref));
    }

    /** Whether it has the key of another memtable's entry. */
    boolean hasKeyOf(MemTable other, int ref) {
        BytePart key = other.keyPart(ref);
        return search(key.bytes(), key.from(), key.length(), other.hash(ref)) >= 0;
    }

    BytePart keyPart(int ref) {
        return new BytePart(chunk(ref), offset(ref) + KEY, keyLength(ref));
    }

    BytePart valuePart(int ref) {
        return new BytePart(chunk(ref), offset(ref) + KEY + keyLength(ref), valueLength(ref));
    }

    /** Has the entries of keys brought to the processor. */
    void load(ForeseenKeys keys) {
        keys.load(index, this);
    }

    @Override
    public byte[] bytesOf(int ref) {
        return chunk(ref);
    }

    @Override
    public int offsetOf(int ref) {
        return offset(ref);
    }

    /** Keys that it knows something of. */
    int keyCount() {
        return keyCount;
    }

    boolean isEmpty() {
        return usedBytes == 0;
    }

    MemGroups groups() {
        return groups;
    }

    /** For scan steps, on the owner's thread. */
    MemOrder order() {
        return order;
    }

    /**
     * Puts a value in the place of a key's newest one, which goes to the undo log: where there is one, the two take as much
     * room, and the undo log has room as well.
     *
     * @return false: nothing was done
     */
    boolean overwrite(byte[] key, int hash, byte[] value, UndoLog undo) {
        int slot = find(key, hash);
        int ref = slot < 0 ? 0 : refAt(hash, slot);
        if (ref == 0
                || isDeletion(ref)
                || value.length > OVERWRITE_BYTES_MAX
                || sizeOf(key.length, value.length) != sizeOf(ref)
                || !undo.hasRoomFor(valueLength(ref))) {
            return false;
        }
        byte[] chunk = chunk(ref);
        int start = offset(ref) + KEY + key.length;
        undo.pushValue(this, ref, chunk, start, valueLength(ref));
        setValue(ref, value, 0, value.length);
        overwrittenBytes += sizeOf(ref);
        return true;
    }

    /** Puts back a value that was overwritten. Requires: it is the last one that was and is not back yet. */
    void restore(int ref, byte[] from, int start, int length) {
        setValue(ref, from, start, length);
        overwrittenBytes -= sizeOf(ref);
    }

    private void setValue(int ref, byte[] from, int start, int length) {
        byte[] chunk = chunk(ref);
        int at = offset(ref);
        INT.set(chunk, at + VALUE_LENGTH, length);
        System.arraycopy(from, start, chunk, at + KEY + keyLength(ref), length);
    }

    int put(byte[] key, int hash, byte[] value, int countDelta) {
        return add(key, hash, value, countDelta + 1);
    }

    int delete(byte[] key, int hash, int countDelta) {
        return add(key, hash, NO_VALUE, DELETED | (countDelta + 1));
    }

    /** A copy of the value of a key, {@link StorageEngine#ABSENT} if its newest entry is a deletion, null if it is not here. */
    byte @Nullable [] get(byte[] key, int hash) {
        return get(key, hash, ValueView.COPY);
    }

    /** What {@code view} makes of the value of a key, absent where its newest entry is a deletion; null if it is not here. */
    <T> @Nullable T get(byte[] key, int hash, ValueView<T> view) {
        int slot = find(key, hash);
        return slot < 0 ? null : view(refAt(hash, slot), view);
    }

    byte[] valueOrAbsent(int ref) {
        return view(ref, ValueView.COPY);
    }

    private <T> T view(int ref, ValueView<T> view) {
        if (isDeletion(ref)) {
            return view.absent();
        }
        int start = offset(ref) + KEY + keyLength(ref);
        return view.of(chunk(ref), start, start + valueLength(ref));
    }

    byte[] key(int ref) {
        int start = offset(ref) + KEY;
        return Arrays.copyOfRange(chunk(ref), start, start + keyLength(ref));
    }

    byte[] value(int ref) {
        int start = offset(ref) + KEY + keyLength(ref);
        return Arrays.copyOfRange(chunk(ref), start, start + valueLength(ref));
    }

    int valueLength(int ref) {
        return field(ref, VALUE_LENGTH);
    }

    boolean isDeletion(int ref) {
        return (flags(ref) & DELETED) != 0;
    }

    /** Whether it is the key's only entry here. */
    boolean isFirst(int ref) {
        return field(ref, PREVIOUS) == 0;
    }

    boolean isSuperseded(int ref) {
        return (flags(ref) & SUPERSEDED) != 0;
    }

    int nextInGroup(int ref) {
        return field(ref, NEXT);
    }

    int countDelta(int ref) {
        return (flags(ref) & DELTA_MASK) - 1;
    }

    int hash(int ref) {
        return field(ref, HASH);
    }

    int group(int ref) {
        return (int) INT.get(chunk(ref), offset(ref) + KEY);
    }

    int compareKeys(int left, int right) {
        int leftStart = offset(left) + KEY;
        int rightStart = offset(right) + KEY;
        return Arrays.compareUnsigned(
                chunk(left),
                leftStart,
                leftStart + keyLength(left),
                chunk(right),
                rightStart,
                rightStart + keyLength(right));
    }

    /** How many bytes two keys have in common at their beginning. */
    int commonPrefix(int left, int right) {
        int leftStart = offset(left) + KEY;
        int rightStart = offset(right) + KEY;
        int length = Math.min(keyLength(left), keyLength(right));
        int mismatch = Arrays.mismatch(
                chunk(left), leftStart, leftStart + length, chunk(right), rightStart, rightStart + length);
        return mismatch < 0 ? length : mismatch;
    }

    /** Four bytes of a key from a place in it on, zeros where it ends. */
    int keyWord(int ref, int from) {
        int left = keyLength(ref) - from;
        int start = offset(ref) + KEY + from;
        if (left >= Integer.BYTES) {
            return (int) INT.get(chunk(ref), start);
        }
        int word = 0;
        for (int i = 0; i < Integer.BYTES; i++) {
            word = word << Byte.SIZE | (i < left ? chunk(ref)[start + i] & 0xff : 0);
        }
        return word;
    }

    int compareKey(int ref, byte[] key) {
        int start = offset(ref) + KEY;
        return Arrays.compareUnsigned(chunk(ref), start, start + keyLength(ref), key, 0, key.length);
    }

    /**
     * Takes back the newest entry, and its place in the arena with it.
     *
     * <p>Requires: `ref` is the entry added last of those not yet taken back.
     */
    void undo(int ref) {
        int hash = hash(ref);
        int slot = index.slotOf(hash, ref);
        if (slot < 0) {
            throw new IllegalStateException("an entry is taken back out of turn");
        }
        int previous = field(ref, PREVIOUS);
        if (previous != 0) {
            index.replace(hash, slot, previous);
            setFlags(previous, flags(previous) & ~SUPERSEDED);
        } else {
            foundKey = null;
            index.remove(hash, slot);
            keyCount--;
        }
        order.takenBack(group(ref), ref);
        groups.unlink(group(ref), nextInGroup(ref), countDelta(ref));
        usedBytes -= sizeOf(ref);
        truncateArena(ref);
    }

    /** Refs of the newest entry of each key, in ascending order of the keys. */
    int[] sortedRefs() {
        int[] refs = new int[keyCount];
        int filled = 0;
        for (int group : groups.sorted()) {
            int first = filled;
            for (int ref = groups.head(group); ref != 0; ref = nextInGroup(ref)) {
                if (!isSuperseded(ref)) {
                    refs[filled++] = ref;
                }
            }
            RefSort.sort(this, refs, first, filled);
        }
        return refs;
    }

    /** Gives the arena's chunks back; the memtable is of no use afterwards. */
    void release() {
        releaseChunks();
    }

    private int add(byte[] key, int hash, byte[] value, int flags) {
        int size = sizeOf(key.length, value.length);
        int ref = allocate(size);
        byte[] chunk = chunk(ref);
        int at = offset(ref);
        INT.set(chunk, at + HASH, hash);
        INT.set(chunk, at + KEY_LENGTH, key.length);
        INT.set(chunk, at + VALUE_LENGTH, value.length);
        chunk[at + FLAGS] = (byte) flags;
        System.arraycopy(key, 0, chunk, at + KEY, key.length);
        System.arraycopy(value, 0, chunk, at + KEY + key.length, value.length);
        INT.set(chunk, at + PREVIOUS, index(key, hash, ref));
        INT.set(chunk, at + NEXT, groups.link(group(ref), ref, countDelta(ref)));
        usedBytes += size;
        return ref;
    }

    /** Makes `ref` the newest entry of its key and gives the one that was, 0 if none. */
    private int index(byte[] key, int hash, int ref) {
        int slot = find(key, hash);
        if (slot >= 0) {
            int previous = refAt(hash, slot);
            setFlags(previous, flags(previous) | SUPERSEDED);
            index.replace(hash, slot, ref);
            return previous;
        }
        foundKey = null;
        index.add(hash, ref);
        keyCount++;
        return 0;
    }

    private int refAt(int hash, int slot) {
        return HashIndex.refIn(index.slotsOf(hash)[slot]);
    }

    /** The slot of a key among those of its hash, or -1. A write mostly follows a read of the same key. */
    private int find(byte[] key, int hash) {
        if (key != foundKey) {
            foundSlot = search(key, 0, key.length, hash);
            foundKey = key;
        }
        return foundSlot;
    }

    private int search(byte[] key, int from, int length, int hash) {
        long[] slots = index.slotsOf(hash);
        for (int slot = HashIndex.first(slots, hash); slots[slot] != 0; slot = HashIndex.next(slots, slot)) {
            if (HashIndex.hashIn(slots[slot]) == hash && hasKey(HashIndex.refIn(slots[slot]), key, from, length)) {
                return slot;
            }
        }
        return -1;
    }

    private boolean hasKey(int ref, byte[] key, int from, int length) {
        int start = offset(ref) + KEY;
        return keyLength(ref) == length && Arrays.equals(chunk(ref), start, start + length, key, from, from + length);
    }

    private int field(int ref, int field) {
        return (int) INT.get(chunk(ref), offset(ref) + field);
    }

    private int keyLength(int ref) {
        return field(ref, KEY_LENGTH);
    }

    private int flags(int ref) {
        return chunk(ref)[offset(ref) + FLAGS];
    }

    private void setFlags(int ref, int flags) {
        chunk(ref)[offset(ref) + FLAGS] = (byte) flags;
    }

    int sizeOf(int ref) {
        return sizeOf(keyLength(ref), valueLength(ref));
    }

    /** What an entry takes. */
    static int sizeOf(int keyLength, int valueLength) {
        return align(KEY + keyLength + valueLength);
    }

    private static int align(int size) {
        return size + 7 & ~7;
    }
}
