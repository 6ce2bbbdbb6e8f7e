package io.kindred.cluster.ring;

/**
 * From a key to its place on the ring.
 *
 * <p>Only the {@code {tag}} of a key that has one decides its partition, exactly as in Redis Cluster; the hash is always
 * that of the whole key. Owned by: one thread, because an implementation may reuse its digest.
 */
public interface Partitioner {

    /** The partition of a key. Requires: a number of partitions that {@link Ring#requirePartitions} accepts. */
    int partition(byte[] key, int partitions);

    /** The first eight bytes of the whole key's MD5. */
    long hash(byte[] key);

    /** Both at once, for one digest where one is enough. */
    Placement place(byte[] key, int partitions);

    /** The record that an operation on a key is about. */
    default RecordKey record(int db, byte[] key, int partitions) {
        Placement place = place(key, partitions);
        return RecordKey.head(place.partition(), db, place.hash(), key);
    }
}
