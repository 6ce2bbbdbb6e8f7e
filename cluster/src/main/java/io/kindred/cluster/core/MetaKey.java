package io.kindred.cluster.core;

import io.kindred.cluster.handoff.OwedRanges;
import io.kindred.cluster.keyspace.Deadlines;
import io.kindred.cluster.ring.Keyspace;
import java.nio.ByteBuffer;

/** Node-local records in the storage engine: the tag, a kind, and a number. Values are one big-endian long, if nothing else is
 * said. */
final class MetaKey {
    static final byte FLOOR = 'F';
    static final byte FLUSH = 'X';
    static final byte SWEPT = 'S';
    static final byte HIDDEN = 'H';
    /** A partition that a node is owed: the key has the node's id behind the number. */
    static final byte OWED = 'O';

    /** A partition's trees; the value is no number. */
    static final byte TREES = 'T';

    /** The number of the record of a partition's trees that is outdated. */
    static final byte TREES_OUTDATED = 'Z';

    /** 64 partitions each: those that this node holds completely, and those of which it may have records. */
    static final byte HELD = 'B';

    static final byte PRESENT = 'P';
    /** Number 0: the version of what this node holds; 1: whether it has joined; 2: whether it has found less than it had. */
    static final byte HOLDING = 'V';

    /** A partition's reap mark. */
    static final byte REAP = 'R';

    /** Number 0: above every stamp that this node gave; 1: and above those of all that it keeps. */
    static final byte CLOCK = 'C';

    /** A ring that was folded, by datacenter; the value is no number. */
    static final byte FOLDED = 'G';

    /** The last ring that was settled, by datacenter; the value is no number. */
    static final byte SETTLED = 'Q';

    /** A partition's term: number, node, and whom this node has to meet before it counts as one of its own replicas. */
    static final byte TERM = 'U';

    /** The hash of the change records that the node's membership record has. */
    static final byte RECORDS = 'K';

    /** How many keys of a group have a deadline in a bucket: the key has the bucket's end behind the number. */
    static final byte DEADLINES = 'E';

    private MetaKey() {}

    static byte[] of(byte kind, int number) {
        return ByteBuffer.allocate(6)
                .put(Keyspace.META)
                .put(kind)
                .putInt(number)
                .array();
    }

    static byte[] owed(OwedRanges.Range range) {
        return ByteBuffer.allocate(6 + Long.BYTES)
                .put(of(OWED, range.partition()))
                .putLong(range.intended())
                .array();
    }

    static OwedRanges.Range owed(byte[] key) {
        return new OwedRanges.Range(ByteBuffer.wrap(key).getLong(6), number(key));
    }

    static byte[] deadlines(Deadlines.Bucket bucket) {
        return ByteBuffer.allocate(6 + Long.BYTES)
                .put(of(DEADLINES, bucket.group()))
                .putLong(bucket.end())
                .array();
    }

    static Deadlines.Bucket deadlines(byte[] key) {
        return new Deadlines.Bucket(number(key), ByteBuffer.wrap(key).getLong(6));
    }

    static byte[] value(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }

    static byte kind(byte[] key) {
        return key[1];
    }

    static int number(byte[] key) {
        return ByteBuffer.wrap(key).getInt(2);
    }

    static long value(byte[] value) {
        return ByteBuffer.wrap(value).getLong();
    }
}
