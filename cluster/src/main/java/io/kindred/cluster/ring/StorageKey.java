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

    public static final int PREFIX_BYTES = 16;
    private static final int HASH_OFFSET = 4;

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

    public static int partition(byte[] storageKey) {
        return (storageKey[1] & 0xff) << 8 | (storageKey[2] & 0xff);
    }

    public static int db(byte[] storageKey) {
        return storageKey[3] & 0xff;
    }

    public static long hash(byte[] storageKey) {
        return ByteBuffer.wrap(storageKey).getLong(HASH_OFFSET);
    }

    public static byte[] key(byte[] storageKey) {
        int length = ByteBuffer.wrap(storageKey).getInt(HASH_OFFSET + Long.BYTES);
        return Arrays.copyOfRange(storageKey, PREFIX_BYTES, PREFIX_BYTES + length);
    }

    /** Whether these bytes have the layout of a container's key; what came from another node is checked. */
    public static boolean isValid(byte[] storageKey) {
        return storageKey.length >= PREFIX_BYTES
                && storageKey[0] == DATA
                && ByteBuffer.wrap(storageKey).getInt(HASH_OFFSET + Long.BYTES) == storageKey.length - PREFIX_BYTES;
    }
}
