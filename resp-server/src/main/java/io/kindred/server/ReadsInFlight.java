package io.kindred.server;

/**
 * How many reads of one client are under way, and how long their replies are going to be.
 *
 * <p>Nobody knows a reply's length before it has come, and what is asked for in the meantime comes, too. So, as with TCP's
 * slow start, each reply vouches for one more read beside those before it, and for its length. A client of which no reply
 * is known has one read under way, and more only as far as the node has places for replies that nobody vouches for ({@link
 * ClientLoad#hasPlace}). What the next replies are taken for rises at once and sinks slowly.
 *
 * <p>However many short replies have come, there are never more reads under way than half of the client's output limit
 * has room for if each brings {@link #LONG_REPLY_BYTES}: so one that turns from short values to long ones is not ended by
 * what it asked for before the first of them came.
 *
 * <p>Only what is not answered at once counts. Owned by: the connection's loop thread.
 */
final class ReadsInFlight {
    /** The length of the longest value, where nobody sets {@code max-value-bytes}. */
    static final long LONG_REPLY_BYTES = 1 << 20;
    /** What a reply is taken for before one has come. */
    static final long UNKNOWN_REPLY_BYTES = 4 << 10;

    private static final int READS_MAX_LOWEST = 16;
    private static final int VOUCHED_MAX = 1 << 20;
    /** What the next reply is taken for sinks by this part of the difference with each. */
    private static final int GUESS_PARTS = 8;
    /** After such a pause the next reads may be of another kind. */
    private static final long FORGET_MILLIS = 1000;

    private int underWay;
    private int vouchedFor = 1;
    private long replyBytes = UNKNOWN_REPLY_BYTES;
    private long answeredMillis;

    static int readsMax(long outputBytesMax) {
        return (int) Math.max(READS_MAX_LOWEST, Math.min(outputBytesMax / 2 / LONG_REPLY_BYTES, Integer.MAX_VALUE));
    }

    /** No place helps: some have to be answered first. */
    boolean isFull(long outputBytesMax) {
        return underWay >= readsMax(outputBytesMax);
    }

    boolean mayBegin(ClientLoad load, long outputBytesMax, long nowMillis) {
        if (underWay == 0) {
            if (nowMillis - answeredMillis > FORGET_MILLIS) {
                vouchedFor = 1;
                replyBytes = UNKNOWN_REPLY_BYTES;
            }
            return true;
        }
        return !isFull(outputBytesMax) && (underWay < vouchedFor || load.hasPlace());
    }

    void begin(ClientLoad load, ReplySlot slot) {
        load.expect(slot, replyBytes, underWay >= vouchedFor);
        underWay++;
    }

    void answered(int bytes, long nowMillis) {
        underWay--;
        answeredMillis = nowMillis;
        boolean isFirst = vouchedFor == 1;
        vouchedFor = Math.min(vouchedFor + 1, VOUCHED_MAX);
        replyBytes = isFirst || bytes > replyBytes ? bytes : replyBytes - (replyBytes - bytes) / GUESS_PARTS;
    }
}
