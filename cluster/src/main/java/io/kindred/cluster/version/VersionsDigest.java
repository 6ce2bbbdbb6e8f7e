package io.kindred.cluster.version;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * 64 bits that stand for a key and what a replica holds of it: the dots that were seen, and each sibling with its stamp,
 * expiry, term and bytes. Two containers that are {@link Versions#equals equal} have the same digest; others have, but for an
 * accident, different ones. Runs' stamps are left out, because a merge does not carry them over by itself.
 *
 * <p>Each word is xored into the state, which is then multiplied to 128 bits, whose halves are xored: so that what a bit
 * changes depends on all others, the topmost one's too. It protects against accidents, not against malice. The numbers are
 * on disk and on the wire, so they never change.
 */
public final class VersionsDigest {
    /** What a container without a live sibling has: it counts as absent. */
    public static final long ABSENT = 0;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long SEED = 0x9E3779B97F4A7C15L;
    private static final long FACTOR = 0xBF58476D1CE4E5B9L;
    private static final long LAST = 0x94D049BB133111EBL;
    private static final long TOMBSTONE = -1;
    private static final int STRIPE_BYTES = 4 * Long.BYTES;

    private VersionsDigest() {}

    /** @param flushStamp siblings stamped at or below it count as gone */
    public static long of(byte[] storageKey, Versions versions, long flushStamp) {
        return of(ofKey(storageKey), versions, flushStamp);
    }

    /** A key's part of the digest, for more than one state of the same key. */
    public static long ofKey(byte[] storageKey) {
        return bytes(SEED, storageKey);
    }

    /** @param ofKey see {@link #ofKey} */
    public static long of(long ofKey, Versions versions, long flushStamp) {
        int live = 0;
        while (live < versions.siblings().size()
                && versions.siblings().get(live).stamp() > flushStamp) {
            live++;
        }
        if (live == 0) {
            return ABSENT;
        }
        long state = ofKey;
        VersionVector clock = versions.clock();
        for (int i = 0; i < clock.entries(); i++) {
            state = word(word(state, clock.actor(i).nodeId()), clock.actor(i).incarnation());
            state = word(word(state, clock.from(i)), clock.to(i));
        }
        for (int i = 0; i < live; i++) {
            state = sibling(state, versions.siblings().get(i));
        }
        long digest = (state ^ state >>> 29) * LAST;
        digest ^= digest >>> 31;
        return digest == ABSENT ? 1 : digest;
    }

    private static long sibling(long before, Sibling sibling) {
        long state = word(before, sibling.dot().actor().nodeId());
        state = word(state, sibling.dot().actor().incarnation());
        state = word(state, sibling.dot().counter());
        state = word(state, sibling.stamp());
        state = word(state, sibling.expireAtMillis());
        if (!sibling.mark().isNone()) {
            state = word(word(state, sibling.mark().number()), sibling.mark().datacenter());
            state = word(state, sibling.mark().baseStamp());
        }
        byte[] value = sibling.value();
        return value == null ? word(state, TOMBSTONE) : bytes(state, value);
    }

    private static long bytes(long before, byte[] bytes) {
        long state = word(before, bytes.length);
        int at = 0;
        if (bytes.length >= STRIPE_BYTES) {
            // Four states side by side, because one waits for its multiplication at each word.
            long second = state ^ FACTOR;
            long third = state ^ LAST;
            long fourth = state ^ SEED;
            for (; at + STRIPE_BYTES <= bytes.length; at += STRIPE_BYTES) {
                state = word(state, (long) LONG.get(bytes, at));
                second = word(second, (long) LONG.get(bytes, at + 8));
                third = word(third, (long) LONG.get(bytes, at + 16));
                fourth = word(fourth, (long) LONG.get(bytes, at + 24));
            }
            state = word(word(word(state, second), third), fourth);
        }
        for (; at + Long.BYTES <= bytes.length; at += Long.BYTES) {
            state = word(state, (long) LONG.get(bytes, at));
        }
        long rest = 0;
        for (int shift = 0; at < bytes.length; at++, shift += Byte.SIZE) {
            rest |= (bytes[at] & 0xffL) << shift;
        }
        return word(state, rest);
    }

    private static long word(long state, long word) {
        long mixed = state ^ word;
        return mixed * FACTOR ^ Math.multiplyHigh(mixed, FACTOR);
    }
}
