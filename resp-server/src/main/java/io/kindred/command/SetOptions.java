package io.kindred.command;

import org.jspecify.annotations.Nullable;

/**
 * What follows {@code SET key value} and {@code GETEX key}. An option may come twice (the last expiry counts), but two
 * that contradict each other are a syntax error, as in Redis.
 *
 * @param expiry null: none of the four
 * @param amountAt where among the arguments the expiry's number is
 */
record SetOptions(
        boolean nx,
        boolean xx,
        boolean get,
        boolean keepTtl,
        boolean persist,
        @Nullable Expiry expiry,
        int amountAt) {

    private static final SetOptions NONE = new SetOptions(false, false, false, false, false, null, 0);

    /** Null: a syntax error. */
    static @Nullable SetOptions ofSet(byte[][] args) {
        SetOptions options = NONE;
        for (int i = 3; i < args.length && options != null; i++) {
            SetOptions next = options.withWord(args[i]);
            if (next == null) {
                next = options.withExpiry(args, i++);
            }
            options = next;
        }
        return options;
    }

    /** Null: a syntax error. */
    static @Nullable SetOptions ofGetEx(byte[][] args) {
        SetOptions options = NONE;
        for (int i = 2; i < args.length && options != null; i++) {
            if (Ascii.is(args[i], "persist") && options.expiry == null) {
                options = new SetOptions(false, false, false, false, true, null, 0);
            } else {
                options = options.withExpiry(args, i++);
            }
        }
        return options;
    }

    /** Whether the old value and its expiry do not matter. */
    boolean isBlind() {
        return !nx && !xx && !get && !keepTtl;
    }

    /** The given expiry, {@link Expiry#NONE} if none is, or an error for {@link Expiry#error}. */
    long expireAtMillis(byte[][] args, long nowMillis) {
        return expiry == null ? Expiry.NONE : expiry.atMillis(args[amountAt], nowMillis);
    }

    boolean isError(long expireAtMillis) {
        return expiry != null && expireAtMillis < 0;
    }

    private @Nullable SetOptions withWord(byte[] word) {
        if (Ascii.is(word, "nx") && !xx) {
            return new SetOptions(true, xx, get, keepTtl, persist, expiry, amountAt);
        }
        if (Ascii.is(word, "xx") && !nx) {
            return new SetOptions(nx, true, get, keepTtl, persist, expiry, amountAt);
        }
        if (Ascii.is(word, "get")) {
            return new SetOptions(nx, xx, true, keepTtl, persist, expiry, amountAt);
        }
        if (Ascii.is(word, "keepttl") && expiry == null) {
            return new SetOptions(nx, xx, get, true, persist, expiry, amountAt);
        }
        return null;
    }

    private @Nullable SetOptions withExpiry(byte[][] args, int at) {
        Expiry named = expiryNamed(args[at]);
        boolean fits =
                named != null && at + 1 < args.length && !keepTtl && !persist && (expiry == null || expiry == named);
        return fits ? new SetOptions(nx, xx, get, keepTtl, persist, named, at + 1) : null;
    }

    static @Nullable Expiry expiryNamed(byte[] word) {
        if (Ascii.is(word, "ex")) {
            return Expiry.EX;
        }
        if (Ascii.is(word, "px")) {
            return Expiry.PX;
        }
        if (Ascii.is(word, "exat")) {
            return Expiry.EXAT;
        }
        return Ascii.is(word, "pxat") ? Expiry.PXAT : null;
    }
}
