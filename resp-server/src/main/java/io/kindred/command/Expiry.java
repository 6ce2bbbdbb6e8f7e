package io.kindred.command;

import io.kindred.cluster.message.Reply;

/** How a client says when a key ends: EX, PX, EXAT and PXAT. */
enum Expiry {
    EX(1000, true),
    PX(1, true),
    EXAT(1000, false),
    PXAT(1, false);

    /** Never. */
    static final long NONE = -1;

    private static final long NOT_AN_INTEGER = -2;
    private static final long OUT_OF_RANGE = -3;

    private final int unitMillis;
    private final boolean relative;

    Expiry(int unitMillis, boolean relative) {
        this.unitMillis = unitMillis;
        this.relative = relative;
    }

    /** Unix milliseconds, always positive; a negative number stands for an error, which {@link #error} words. */
    long atMillis(byte[] text, long nowMillis) {
        if (!Numbers.isLong(text)) {
            return NOT_AN_INTEGER;
        }
        long amount = Numbers.toLong(text);
        if (amount <= 0 || amount > Long.MAX_VALUE / unitMillis) {
            return OUT_OF_RANGE;
        }
        long millis = amount * unitMillis;
        if (!relative) {
            return millis;
        }
        return millis > Long.MAX_VALUE - nowMillis ? OUT_OF_RANGE : millis + nowMillis;
    }

    /** For EXPIRE, where the past is allowed: whether the time leaves 64 bits of milliseconds. */
    boolean overflows(long amount, long nowMillis) {
        if (amount > Long.MAX_VALUE / unitMillis || amount < Long.MIN_VALUE / unitMillis) {
            return true;
        }
        return relative && amount * unitMillis > Long.MAX_VALUE - nowMillis;
    }

    /** Requires: it does not overflow. */
    long plainMillis(long amount, long nowMillis) {
        return relative ? amount * unitMillis + nowMillis : amount * unitMillis;
    }

    /** Requires: a negative answer of {@link #atMillis}. */
    static Reply error(long atMillis, String command) {
        return atMillis == NOT_AN_INTEGER ? Errors.NOT_AN_INTEGER : Errors.expireTime(command);
    }
}
