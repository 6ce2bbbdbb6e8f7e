package io.kindred.cluster.antientropy;

/**
 * The hash tree of one lane. Its leaves are 2^bits buckets, by the first bits of the path; a bucket's hash is the sum of
 * its entries' digests ({@link io.kindred.cluster.version.VersionsDigest}), and an inner node's is the sum of the buckets
 * below it.
 *
 * <p>Sums make everything else simple: a write changes its bucket by a difference, in any order, and undoing it is the
 * opposite difference; the hash of a prefix does not depend on how finely anybody divides it, so two nodes with the same
 * records agree whatever their histories, and compare at the coarser one's resolution. Digests are 64 well-mixed bits, so
 * two different sets have the same sum once in 2^64 comparisons.
 *
 * <p>A tree takes 8 bytes a bucket. Buckets are made for {@value #ENTRIES_A_BUCKET} entries each and a tree counts as
 * crowded at four times that: 1/8 to 1/2 byte a key in a large tree. Then it is built anew with more of them.
 */
final class MerkleTree {
    static final int BITS_MAX = 20;
    private static final int ENTRIES_A_BUCKET = 16;
    private static final int CROWDED_ENTRIES = 4 * ENTRIES_A_BUCKET;

    private final int bits;
    private final long flushStamp;
    private final long[] sums;
    private long root;
    private long entries;

    /** @param flushStamp what is stamped at or below it is not in this tree */
    MerkleTree(int bits, long flushStamp) {
        this(bits, flushStamp, new long[1 << bits], 0);
    }

    MerkleTree(int bits, long flushStamp, long[] sums, long entries) {
        this.bits = bits;
        this.flushStamp = flushStamp;
        this.sums = sums;
        this.entries = entries;
        for (long sum : sums) {
            root += sum;
        }
    }

    /** How finely a tree for so many entries is divided. */
    static int bitsFor(long entries) {
        int bits = 0;
        while (bits < BITS_MAX && (long) ENTRIES_A_BUCKET << bits < entries) {
            bits++;
        }
        return bits;
    }

    /** The same under a flush stamp. */
    MerkleTree under(long stamp) {
        return new MerkleTree(bits, stamp, sums, entries);
    }

    void add(long path, long difference, int moreEntries) {
        sums[bits == 0 ? 0 : (int) (path >>> (Long.SIZE - bits))] += difference;
        root += difference;
        entries += moreEntries;
    }

    int bits() {
        return bits;
    }

    long flushStamp() {
        return flushStamp;
    }

    long root() {
        return root;
    }

    /** About how many there are: a write that was undone stays counted until the tree is next built. */
    long entries() {
        return entries;
    }

    boolean isCrowded() {
        return bits < BITS_MAX && entries > (long) CROWDED_ENTRIES << bits;
    }

    /** The hash of all entries whose path begins with these bits. Requires: {@code depth <= bits()}. */
    long sum(int depth, long prefix) {
        int each = 1 << (bits - depth);
        int from = (int) (prefix << (bits - depth));
        long sum = 0;
        for (int bucket = from; bucket < from + each; bucket++) {
            sum += sums[bucket];
        }
        return sum;
    }

    long bucket(int index) {
        return sums[index];
    }

    /** Whether both have the same hashes, as finely as both are divided. */
    boolean agreesWith(MerkleTree other) {
        int depth = Math.min(bits, other.bits);
        for (int prefix = 0; prefix < 1 << depth; prefix++) {
            if (sum(depth, prefix) != other.sum(depth, prefix)) {
                return false;
            }
        }
        return true;
    }
}
