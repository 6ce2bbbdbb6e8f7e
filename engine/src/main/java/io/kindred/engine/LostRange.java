package io.kindred.engine;

import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * Keys in [from, to) of which some were lost with a block, nobody knows which.
 *
 * @param known those of them that are not lost: the tables have their newest version elsewhere
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record LostRange(DamagedPlace place, byte[] from, byte[] to, NavigableSet<byte[]> known) {
    /** Past so many known keys, further ones count as lost. */
    static final int KNOWN_MAX = 20_000;

    static LostRange of(DamagedPlace place, byte[] from, byte[] to, Collection<byte[]> known) {
        NavigableSet<byte[]> sorted = new TreeSet<>(Arrays::compareUnsigned);
        known.stream().filter(key -> isBetween(from, key, to)).limit(KNOWN_MAX).forEach(sorted::add);
        return new LostRange(place, from, to, Collections.unmodifiableNavigableSet(sorted));
    }

    private static boolean isBetween(byte[] from, byte[] key, byte[] to) {
        return Arrays.compareUnsigned(from, key) <= 0 && Arrays.compareUnsigned(key, to) < 0;
    }

    /** Whether the key may have been lost. */
    boolean hides(byte[] key) {
        return isBetween(from, key, to) && !known.contains(key);
    }

    boolean isEmpty() {
        return Arrays.compareUnsigned(from, to) >= 0;
    }

    LostRange with(Collection<byte[]> more) {
        TreeSet<byte[]> all = new TreeSet<>(known);
        all.addAll(more);
        return of(place, from, to, all);
    }

    /** The part below a key. */
    LostRange below(byte[] bound) {
        return Arrays.compareUnsigned(to, bound) <= 0 ? this : of(place, from, bound, known);
    }

    /** The part from a key on. */
    LostRange from(byte[] bound) {
        return Arrays.compareUnsigned(from, bound) >= 0 ? this : of(place, bound, to, known);
    }
}
