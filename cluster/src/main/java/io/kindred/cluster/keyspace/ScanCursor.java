package io.kindred.cluster.keyspace;

/**
 * Where a SCAN goes on, as one number below 2^53: the partition, and the first bits of the hash from which its keys
 * were not yet given. It says everything, so no node remembers a scan.
 */
public record ScanCursor(int partition, long hashPrefix) {
    private static final int PREFIX_BITS = 36;
    private static final int DROPPED_BITS = Long.SIZE - PREFIX_BITS;

    static ScanCursor of(long cursor) {
        return new ScanCursor((int) (cursor >>> PREFIX_BITS), cursor & ((1L << PREFIX_BITS) - 1));
    }

    /** The cursor of the first key of the partition whose hash is not below {@code hash}, or a little before it. */
    public static ScanCursor at(int partition, long hash) {
        return new ScanCursor(partition, hash >>> DROPPED_BITS);
    }

    long number() {
        return (long) partition << PREFIX_BITS | hashPrefix;
    }

    long fromHash() {
        return hashPrefix << DROPPED_BITS;
    }
}
