package io.kindred.cluster.ring;

/**
 * The part of a key that Redis Cluster hashes: what stands between the first '{' and the first '}' after it, unless
 * that is nothing, or there is no such pair; then the whole key.
 */
final class HashTag {

    private HashTag() {}

    /** Where the tag begins, or -1 for a key without one. */
    static int start(byte[] key) {
        int open = indexOf(key, '{', 0);
        if (open < 0) {
            return -1;
        }
        int close = indexOf(key, '}', open + 1);
        return close > open + 1 ? open + 1 : -1;
    }

    /** Where the tag that begins at {@code start} ends, exclusively. */
    static int end(byte[] key, int start) {
        return indexOf(key, '}', start);
    }

    private static int indexOf(byte[] key, int wanted, int from) {
        for (int i = from; i < key.length; i++) {
            if (key[i] == wanted) {
                return i;
            }
        }
        return -1;
    }
}
