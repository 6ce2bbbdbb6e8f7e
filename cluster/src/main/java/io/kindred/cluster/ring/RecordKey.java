package io.kindred.cluster.ring;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The key of a record, the unit of causality, of the disk and of the wire: keyspace tag (1 byte), partition (2), database
 * (1), hash of the whole key (8), length of the key (4), the key, the element. All numbers are big-endian, so a partition,
 * and within it a database, is one contiguous range in hash order, and a key's <em>head</em>, which has no element, comes
 * right before its elements. docs/storage-format.md has the layout.
 *
 * <p>A record that is held for another node has the same key behind that node's id: it is a <em>hint</em>.
 *
 * <p>Equal by bytes, and in their order, unsigned. What it hashes to comes from the hash that it carries, so that it costs a
 * few instructions, however long the key is; only an element is gone through.
 */
public final class RecordKey implements Comparable<RecordKey> {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    /** What a head has before the key. */
    public static final int PREFIX_BYTES = 16;

    /** A longer element is not in the key as it is. */
    public static final int ELEMENT_BYTES_MAX = 255;

    /** What is behind a client's key: the element itself. */
    private static final byte WHOLE = 1;
    /** The first bytes of an element that is longer, and a hash of all of it. The record has the whole. */
    private static final byte SHORTENED = 2;
    /** No place of an element's key begins so: it is past all of them. */
    private static final byte PAST_ELEMENTS = -1;

    private static final int ELEMENT_HASH_BYTES = 16;
    private static final int ELEMENT_START_BYTES = ELEMENT_BYTES_MAX - ELEMENT_HASH_BYTES;

    private static final int PARTITION_OFFSET = 1;
    private static final int DB_OFFSET = 3;
    private static final int HASH_OFFSET = 4;
    private static final int LENGTH_OFFSET = 12;
    /** What a hint has before the partition, beyond the tag. */
    private static final int INTENDED_BYTES = Long.BYTES;

    private final byte[] bytes;
    private final int hashCode;

    private RecordKey(byte[] bytes) {
        this.bytes = bytes;
        this.hashCode = hashCodeOf(bytes);
    }

    /** The record of a whole key. */
    public static RecordKey head(int partition, int db, long hash, byte[] key) {
        byte[] bytes = new byte[PREFIX_BYTES + key.length];
        INT.set(bytes, 0, Keyspace.group(partition, db));
        LONG.set(bytes, HASH_OFFSET, hash);
        INT.set(bytes, LENGTH_OFFSET, key.length);
        System.arraycopy(key, 0, bytes, PREFIX_BYTES, key.length);
        return new RecordKey(bytes);
    }

    /** The first key that a partition may have: what stands for the partition where a key is asked for. */
    public static RecordKey firstOf(int partition) {
        return head(partition, 0, 0, new byte[0]);
    }

    /**
     * The key that these bytes are; null: they have not its layout. What came from a disk or from another node is checked by
     * it. The array is handed over.
     */
    public static @Nullable RecordKey parse(byte[] bytes) {
        int skip = bytes.length > 0 && bytes[0] == Keyspace.HINT ? INTENDED_BYTES : 0;
        if (bytes.length < skip + PREFIX_BYTES || (skip == 0 && bytes[0] != Keyspace.DATA)) {
            return null;
        }
        int keyLength = (int) INT.get(bytes, skip + LENGTH_OFFSET);
        int room = bytes.length - skip - PREFIX_BYTES;
        boolean isKey = keyLength == room
                || (keyLength >= 0 && keyLength < room && isElement(bytes, skip + PREFIX_BYTES + keyLength));
        return isKey ? new RecordKey(bytes) : null;
    }

    private static boolean isElement(byte[] bytes, int at) {
        int length = bytes.length - at - 1;
        return bytes[at] == WHOLE ? length <= ELEMENT_BYTES_MAX : bytes[at] == SHORTENED && length == ELEMENT_BYTES_MAX;
    }

    /** As it lies in the engine, and goes over the wire. Not to be changed. */
    public byte[] bytes() {
        return bytes;
    }

    public int length() {
        return bytes.length;
    }

    public int partition() {
        int at = PARTITION_OFFSET + skip();
        return (bytes[at] & 0xff) << 8 | (bytes[at + 1] & 0xff);
    }

    public int db() {
        return bytes[DB_OFFSET + skip()] & 0xff;
    }

    /** The engine's counting group, of the record itself. */
    public int group() {
        return Keyspace.group(partition(), db());
    }

    /** Of the whole key. */
    public long hash() {
        return (long) LONG.get(bytes, HASH_OFFSET + skip());
    }

    /** A copy of the client's key. */
    public byte[] key() {
        int at = skip() + PREFIX_BYTES;
        return Arrays.copyOfRange(bytes, at, at + keyLength());
    }

    private int keyLength() {
        return (int) INT.get(bytes, skip() + LENGTH_OFFSET);
    }

    // --- elements ---

    /** The key of an element's record, whatever element this is the key of. */
    public RecordKey withElement(byte[] element) {
        boolean isWhole = element.length <= ELEMENT_BYTES_MAX;
        byte[] kept = isWhole ? element : shortened(element);
        int at = elementOffset();
        byte[] longer = Arrays.copyOf(bytes, at + 1 + kept.length);
        longer[at] = isWhole ? WHOLE : SHORTENED;
        System.arraycopy(kept, 0, longer, at + 1, kept.length);
        return new RecordKey(longer);
    }

    /** Elements are chosen by clients: two with one start must not get one hash, however hard somebody tries. */
    private static byte[] shortened(byte[] element) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(element);
            byte[] kept = Arrays.copyOf(element, ELEMENT_BYTES_MAX);
            System.arraycopy(hash, 0, kept, ELEMENT_START_BYTES, ELEMENT_HASH_BYTES);
            return kept;
        } catch (NoSuchAlgorithmException absent) {
            throw new IllegalStateException("every Java platform has SHA-256", absent);
        }
    }

    /** False: it is the key's head. */
    public boolean hasElement() {
        return bytes.length > elementOffset();
    }

    /**
     * A copy of the element as the key has it: a longer one than {@link #ELEMENT_BYTES_MAX} is shortened to that. Requires:
     * {@link #hasElement}.
     */
    public byte[] element() {
        return Arrays.copyOfRange(bytes, elementOffset() + 1, bytes.length);
    }

    /** Whether {@link #element} is all of it. Requires: {@link #hasElement}. */
    public boolean isElementWhole() {
        return bytes[elementOffset()] == WHOLE;
    }

    /** A copy of what is behind the client's key; empty: this is a head. */
    public byte[] behindKey() {
        return Arrays.copyOfRange(bytes, elementOffset(), bytes.length);
    }

    /** The record of the same key that has that behind the client's key; null: none has. */
    public @Nullable RecordKey withBehindKey(byte[] element) {
        int at = elementOffset();
        byte[] longer = Arrays.copyOf(bytes, at + element.length);
        System.arraycopy(element, 0, longer, at, element.length);
        return parse(longer);
    }

    /** The head of the same key; itself where it is one. */
    public RecordKey toHead() {
        return hasElement() ? new RecordKey(Arrays.copyOf(bytes, elementOffset())) : this;
    }

    /** The first place past the key's head and all of its elements. */
    public byte[] pastElements() {
        int at = elementOffset();
        byte[] place = Arrays.copyOf(bytes, at + 1);
        place[at] = PAST_ELEMENTS;
        return place;
    }

    /** The first place behind this key. */
    public byte[] pastThis() {
        return Arrays.copyOf(bytes, bytes.length + 1);
    }

    /** Where the client's key ends. */
    private int elementOffset() {
        return skip() + PREFIX_BYTES + keyLength();
    }

    // --- hints ---

    /** The key under which this record is held for another node. */
    public RecordKey hint(long intended) {
        return new RecordKey(ByteBuffer.allocate(INTENDED_BYTES + bytes.length)
                .put(Keyspace.HINT)
                .putLong(intended)
                .put(bytes, 1, bytes.length - 1)
                .array());
    }

    public boolean isHint() {
        return bytes[0] == Keyspace.HINT;
    }

    /** The node that a hint is meant for. */
    public long intended() {
        return (long) LONG.get(bytes, 1);
    }

    /** The key of the record that a hint will be joined into. */
    public RecordKey ofHint() {
        return new RecordKey(ByteBuffer.allocate(bytes.length - INTENDED_BYTES)
                .put(Keyspace.DATA)
                .put(bytes, 1 + INTENDED_BYTES, bytes.length - 1 - INTENDED_BYTES)
                .array());
    }

    private int skip() {
        return isHint() ? INTENDED_BYTES : 0;
    }

    private static int hashCodeOf(byte[] bytes) {
        boolean isHint = bytes[0] == Keyspace.HINT;
        long hash = (long) LONG.get(bytes, isHint ? INTENDED_BYTES + HASH_OFFSET : HASH_OFFSET);
        long mixed = isHint ? hash ^ (long) LONG.get(bytes, 1) : hash;
        int at = PREFIX_BYTES + (isHint ? INTENDED_BYTES : 0);
        for (at += (int) INT.get(bytes, at - Integer.BYTES); at < bytes.length; at++) {
            mixed = 31 * mixed + bytes[at];
        }
        return (int) (mixed ^ mixed >>> Integer.SIZE);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RecordKey that && hashCode == that.hashCode && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return hashCode;
    }

    @Override
    public int compareTo(RecordKey other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    /** For people: partition, database and hash; keys are nobody's business. */
    @Override
    public String toString() {
        return "record of partition " + partition() + ", database " + db() + ", hash " + Long.toHexString(hash());
    }
}
