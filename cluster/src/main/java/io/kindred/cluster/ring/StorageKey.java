package io.kindred.cluster.ring;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * How a record is keyed in the storage engine: keyspace tag (1 byte), partition (2), database (1), hash of the whole key
 * (8), key length (4), key, element. All numbers are big-endian, so a partition, and within it a database, is one
 * contiguous range in hash order; the first four bytes are the engine's counting group. The element is empty for plain
 * values. docs/storage-format.md has the table of tags.
 */
public final class StorageKey {
    /** Node-local facts: floors, flush stamps, membership. */
    public static final byte META = 1;
    /** The containers of keys. */
    public static final byte DATA = 2;
    /**
     * What is held for another node: the tag, the id of the node it is meant for (8 bytes), then a container's key
     * without its own tag. So all that waits for one node is one range, in the order of its partitions.
     */
    public static final byte HINT = 3;

    public static final int PREFIX_BYTES = 16;
    private static final int HASH_OFFSET = 4;
    /** What a hint's key has before the partition, beyond the tag. */
    private static final int INTENDED_BYTES = Long.BYTES;

    private StorageKey() {}

    public static byte[] encode(int partition, int db, long hash, byte[] key) {
        return ByteBuffer.allocate(PREFIX_BYTES + key.length)
                .put(DATA)
                .putShort((short) partition)
                .put((byte) db)
                .putLong(hash)
                .putInt(key.length)
                .put(key)
                .array();
    }

    /** The key under which a container is held for the node that it is meant for. */
    public static byte[] hint(long intended, byte[] storageKey) {
        return ByteBuffer.allocate(INTENDED_BYTES + storageKey.length)
                .put(HINT)
                .putLong(intended)
                .put(storageKey, 1, storageKey.length - 1)
                .array();
    }

    public static boolean isHint(byte[] key) {
        return key.length >= INTENDED_BYTES + PREFIX_BYTES && key[0] == HINT;
    }

    /** The node that a hint is meant for. */
    public static long intended(byte[] hintKey) {
        return ByteBuffer.wrap(hintKey).getLong(1);
    }

    /** The key of the container that a hint will be merged into. */
    public static byte[] ofHint(byte[] hintKey) {
        return ByteBuffer.allocate(hintKey.length - INTENDED_BYTES)
                .put(DATA)
                .put(hintKey, 1 + INTENDED_BYTES, hintKey.length - 1 - INTENDED_BYTES)
                .array();
    }

    /** The smallest key of what is held for a node. */
    public static byte[] hintsFrom(long intended) {
        return ByteBuffer.allocate(1 + INTENDED_BYTES)
                .put(HINT)
                .putLong(intended)
                .array();
    }

    /** The first key past what is held for a node. */
    public static byte[] hintsEnd(long intended) {
        return intended == -1L
                ? new byte[] {HINT + 1}
                : ByteBuffer.allocate(1 + INTENDED_BYTES)
                        .put(HINT)
                        .putLong(intended + 1)
                        .array();
    }

    /** The smallest storage key of a partition and database whose hash is not below {@code hash} (unsigned). */
    public static byte[] from(int partition, int db, long hash) {
        return ByteBuffer.allocate(HASH_OFFSET + Long.BYTES)
                .putInt(group(partition, db))
                .putLong(hash)
                .array();
    }

    /** The first key past a partition's database. */
    public static byte[] end(int partition, int db) {
        return ByteBuffer.allocate(Integer.BYTES)
                .putInt(group(partition, db) + 1)
                .array();
    }

    /** The engine's counting group: the first four bytes. */
    public static int group(int partition, int db) {
        return DATA << 24 | (partition & 0xffff) << 8 | (db & 0xff);
    }

    /** The database of a counting group. */
    public static int dbOf(int group) {
        return group & 0xff;
    }

    public static int partition(byte[] storageKey) {
        int at = 1 + skip(storageKey);
        return (storageKey[at] & 0xff) << 8 | (storageKey[at + 1] & 0xff);
    }

    public static int db(byte[] storageKey) {
        return storageKey[3 + skip(storageKey)] & 0xff;
    }

    public static long hash(byte[] storageKey) {
        return ByteBuffer.wrap(storageKey).getLong(HASH_OFFSET + skip(storageKey));
    }

    /** Whether these bytes, a place in the order of containers' keys and perhaps no key, reach as far as a hash. */
    public static boolean hasHash(byte[] place) {
        return place.length >= HASH_OFFSET + Long.BYTES && place[0] == DATA;
    }

    public static byte[] key(byte[] storageKey) {
        int at = skip(storageKey) + PREFIX_BYTES;
        int length = ByteBuffer.wrap(storageKey).getInt(at - Integer.BYTES);
        return Arrays.copyOfRange(storageKey, at, at + length);
    }

    private static int skip(byte[] storageKey) {
        return storageKey[0] == HINT ? INTENDED_BYTES : 0;
    }

    /** Whether these bytes have the layout of a container's key; what came from another node is checked. */
    public static boolean isValid(byte[] storageKey) {
        return storageKey.length >= PREFIX_BYTES
                && storageKey[0] == DATA
                && ByteBuffer.wrap(storageKey).getInt(HASH_OFFSET + Long.BYTES) == storageKey.length - PREFIX_BYTES;
    }
}
