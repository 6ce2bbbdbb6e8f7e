package io.kindred.cluster.message;

import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.VersionsDigest;
import org.jspecify.annotations.Nullable;

/**
 * Some records of a lane, in the order of their keys: those with the hashes from {@code first} to {@code last}, both
 * inclusive and unsigned. It may begin and end inside a hash, for all elements of a key have its hash.
 *
 * @param after a record with the hash {@code first}: it begins behind that one; null: with the first one of the hash
 * @param upTo a record with the hash {@code last}, its last one; null: all of the hash
 * @param buckets only records of those {@link #bucket}s whose bit is set
 */
public record Range(
        int partition,
        int lane,
        long first,
        long last,
        @Nullable RecordKey after,
        @Nullable RecordKey upTo,
        long buckets) {
    /** Into so many buckets the records of one hash are divided. */
    public static final int BUCKETS = Long.SIZE;

    public static final long ALL_BUCKETS = -1L;

    private static final int BUCKET_BITS = 6;

    /** Whole hashes. */
    public Range(int partition, int lane, long first, long last) {
        this(partition, lane, first, last, null, null, ALL_BUCKETS);
    }

    /**
     * Where a range ends, or an answer about it.
     *
     * @param key of its last record; null: it has all of the hash
     */
    public record End(long hash, @Nullable RecordKey key) {
        public static End of(RecordKey key) {
            return new End(key.hash(), key);
        }
    }

    /** By a hash of key and element, 0 to 63: what one hash has is spread evenly over them. */
    public static int bucket(RecordKey key) {
        return (int) (VersionsDigest.ofKey(key.bytes()) >>> (Long.SIZE - BUCKET_BITS));
    }

    public End end() {
        return new End(last, upTo);
    }

    /** What of it comes behind that place, which is in it and is not its end. */
    public Range behind(End end) {
        return end.key() == null
                ? new Range(partition, lane, end.hash() + 1, last, null, upTo, buckets)
                : new Range(partition, lane, end.hash(), last, end.key(), upTo, buckets);
    }

    public Range upTo(End end) {
        return new Range(partition, lane, first, end.hash(), after, end.key(), buckets);
    }

    public Range inBuckets(long which) {
        return new Range(partition, lane, first, last, after, upTo, which);
    }

    /** Whether an answer may end there: not before its first record, and not past its last. */
    public boolean mayEndAt(End end) {
        boolean isWithin = Long.compareUnsigned(end.hash(), first) >= 0 && Long.compareUnsigned(end.hash(), last) <= 0;
        return isWithin && (end.key() == null ? end.hash() != last || upTo == null : isBetween(end.key()));
    }

    /** Whether a record of its partition and lane is one of it. */
    public boolean contains(RecordKey key) {
        return Long.compareUnsigned(key.hash(), first) >= 0
                && Long.compareUnsigned(key.hash(), last) <= 0
                && isBetween(key)
                && (buckets == ALL_BUCKETS || (buckets >>> bucket(key) & 1) != 0);
    }

    private boolean isBetween(RecordKey key) {
        return (after == null || key.compareTo(after) > 0) && (upTo == null || key.compareTo(upTo) <= 0);
    }
}
