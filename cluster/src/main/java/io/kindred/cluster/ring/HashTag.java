package io.kindred.cluster.ring;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The part of a key that Redis Cluster hashes: what stands between the first '{' and the first '}' after it, unless
 * that is nothing, or there is no such pair; then the whole key.
 */
final class HashTag {

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;

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

    /** Eight bytes at a time, for every key of every command is looked at: most have no tag. */
    private static int indexOf(byte[] key, int wanted, int from) {
        long all = ONES * wanted;
        int at = from;
        for (; at <= key.length - Long.BYTES; at += Long.BYTES) {
            long differing = (long) LONG.get(key, at) ^ all;
            // The lowest high bit that is set is that of the first zero byte.
            long found = (differing - ONES) & ~differing & HIGH_BITS;
            if (found != 0) {
                return at + Long.numberOfTrailingZeros(found) / Byte.SIZE;
            }
        }
        for (; at < key.length; at++) {
            if (key[at] == wanted) {
                return at;
            }
        }
        return -1;
    }
}
