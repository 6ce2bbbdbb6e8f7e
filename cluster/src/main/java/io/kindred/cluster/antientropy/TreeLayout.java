package io.kindred.cluster.antientropy;

import io.kindred.cluster.ring.RecordKey;

/**
 * How the keys of a partition are dealt out to its trees. Each database has two <em>lanes</em>, each with a tree of its
 * own: <em>home</em>, for the keys whose hash begins with the partition's own bits, and <em>away</em>, for all others.
 *
 * <p>By MD5 every key without a tag is at home, and the bits that matter begin behind the partition's; keys with a tag
 * are where their tag is and have any hash. Dealt out so, a lane's keys are spread evenly over their <em>path</em>, and a
 * prefix of the path is one contiguous range of the engine. Where partitions come from slots there is no away.
 */
final class TreeLayout {
    private final int homeBits;
    private final int databases;

    /** @param hashedByPartition whether the first bits of an untagged key's hash are its partition */
    TreeLayout(int partitions, boolean hashedByPartition, int databases) {
        this.homeBits = hashedByPartition ? Integer.numberOfTrailingZeros(partitions) : 0;
        this.databases = databases;
    }

    int count() {
        return 2 * databases;
    }

    static int db(int lane) {
        return lane >>> 1;
    }

    static boolean isHome(int lane) {
        return (lane & 1) == 0;
    }

    int of(RecordKey storageKey) {
        return lane(storageKey.partition(), storageKey.db(), storageKey.hash());
    }

    int lane(int partition, int db, long hash) {
        return 2 * db + (isAtHome(partition, hash) ? 0 : 1);
    }

    private boolean isAtHome(int partition, long hash) {
        return homeBits == 0 || hash >>> (Long.SIZE - homeBits) == partition;
    }

    /** The bits by which a lane's tree is divided, the most significant first. */
    long path(int lane, long hash) {
        return isHome(lane) ? hash << homeBits : hash;
    }

    /** The least hash whose path begins with the {@code depth} bits of {@code prefix}. */
    long firstHash(int partition, int lane, int depth, long prefix) {
        long path = depth == 0 ? 0 : prefix << (Long.SIZE - depth);
        return hash(partition, lane, path);
    }

    /** The greatest such hash. */
    long lastHash(int partition, int lane, int depth, long prefix) {
        long below = depth == 0 ? -1L : (1L << (Long.SIZE - depth)) - 1;
        long path = (depth == 0 ? 0 : prefix << (Long.SIZE - depth)) | below;
        return hash(partition, lane, path);
    }

    private long hash(int partition, int lane, long path) {
        return isHome(lane) && homeBits > 0 ? (long) partition << (Long.SIZE - homeBits) | path >>> homeBits : path;
    }

    /** The home range of a partition, which the away lane leaves out. */
    long homeFirst(int partition) {
        return hash(partition, 0, 0);
    }

    long homeLast(int partition) {
        return hash(partition, 0, -1L);
    }
}
