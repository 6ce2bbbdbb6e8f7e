package io.kindred.cluster.ring;

import java.nio.ByteBuffer;

/**
 * Where records lie in the engine's order, which is that of unsigned bytes. A <em>place</em> is any bytes: a key, or what
 * lies between keys. docs/storage-format.md has the table of tags.
 */
public final class Keyspace {
    /** Node-local facts: floors, flush stamps, membership. */
    public static final byte META = 1;
    /** The records of keys. */
    public static final byte DATA = 2;
    /**
     * What is held for another node: the tag, the id of the node it is meant for (8 bytes), then a record's key without
     * its own tag. So all that waits for one node is one range, in the order of its partitions.
     */
    public static final byte HINT = 3;

    private Keyspace() {}

    /** The first place of a partition and database whose hash is not below {@code hash} (unsigned). */
    public static byte[] from(int partition, int db, long hash) {
        return ByteBuffer.allocate(Integer.BYTES + Long.BYTES)
                .putInt(group(partition, db))
                .putLong(hash)
                .array();
    }

    /** The first place past a partition's database. */
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

    /** Whether a place, perhaps no key, reaches as far as a hash. */
    public static boolean hasHash(byte[] place) {
        return place.length >= Integer.BYTES + Long.BYTES && place[0] == DATA;
    }

    /** The hash of a place. Requires: {@link #hasHash}. */
    public static long hash(byte[] place) {
        return ByteBuffer.wrap(place).getLong(Integer.BYTES);
    }

    /** The first place of what is held for a node. */
    public static byte[] hintsFrom(long intended) {
        return ByteBuffer.allocate(1 + Long.BYTES).put(HINT).putLong(intended).array();
    }

    /** The first place past what is held for a node. */
    public static byte[] hintsEnd(long intended) {
        return intended == -1L ? new byte[] {HINT + 1} : hintsFrom(intended + 1);
    }
}
