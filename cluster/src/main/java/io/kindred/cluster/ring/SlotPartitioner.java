package io.kindred.cluster.ring;

/**
 * A key's position is its Redis hash slot (CRC16 modulo 16,384), scaled to the ring: so a cluster-aware client, which
 * knows slots, reaches a replica with no hop. Owned by: one thread.
 */
public final class SlotPartitioner implements Partitioner {

    /** Redis Cluster's number of hash slots. */
    public static final int SLOTS = 16_384;

    private static final int[] CRC16 = crc16Table();

    private final Md5Partitioner hashes = new Md5Partitioner();

    /** The Redis Cluster hash slot of a key. */
    public static int slot(byte[] key) {
        int start = HashTag.start(key);
        int crc = start < 0 ? crc16(key, 0, key.length) : crc16(key, start, HashTag.end(key, start));
        return crc % SLOTS;
    }

    /** The partition of all keys of a slot. With more than 16,384 partitions some stay empty. */
    public static int partitionOfSlot(int slot, int partitions) {
        return (int) ((long) slot * partitions / SLOTS);
    }

    @Override
    public int partition(byte[] key, int partitions) {
        return partitionOfSlot(slot(key), partitions);
    }

    @Override
    public long hash(byte[] key) {
        return hashes.hash(key);
    }

    @Override
    public Placement place(byte[] key, int partitions) {
        return new Placement(partition(key, partitions), hash(key));
    }

    /** CRC16-CCITT as XModem has it: polynomial 0x1021, nothing reflected, start 0. */
    private static int crc16(byte[] bytes, int from, int to) {
        int crc = 0;
        for (int i = from; i < to; i++) {
            crc = ((crc << 8) & 0xffff) ^ CRC16[((crc >>> 8) ^ bytes[i]) & 0xff];
        }
        return crc;
    }

    private static int[] crc16Table() {
        int[] table = new int[256];
        for (int i = 0; i < table.length; i++) {
            int crc = i << 8;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1;
            }
            table[i] = crc & 0xffff;
        }
        return table;
    }
}
