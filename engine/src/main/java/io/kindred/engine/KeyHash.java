package io.kindred.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.SecureRandom;

/**
 * The hash of a key in memory, the same for the memtables and the row cache so that a lookup computes it once.
 *
 * <p>It is seeded per process: whoever chooses keys cannot choose keys that collide. No order that it causes is ever
 * seen outside.
 */
final class KeyHash {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long SEED = new SecureRandom().nextLong();
    private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;

    private KeyHash() {}

    static int of(byte[] key) {
        int length = key.length;
        long hash = SEED ^ length;
        for (int at = 0; at < length - Long.BYTES; at += Long.BYTES) {
            hash = mix(hash ^ (long) LONG.get(key, at));
        }
        hash = mix(hash ^ tail(key, length));
        return (int) (hash ^ hash >>> 32);
    }

    /** The last eight bytes, some of which may have been taken already; all of a shorter key. */
    private static long tail(byte[] key, int length) {
        if (length >= Long.BYTES) {
            return (long) LONG.get(key, length - Long.BYTES);
        }
        long tail = 0;
        for (int at = 0; at < length; at++) {
            tail = tail << 8 | (key[at] & 0xff);
        }
        return tail;
    }

    private static long mix(long value) {
        long product = value * MULTIPLIER;
        return (product ^ product >>> 29) * MULTIPLIER;
    }
}
