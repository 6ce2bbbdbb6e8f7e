package io.kindred.command;

import io.kindred.cluster.message.Reply;
import org.jspecify.annotations.Nullable;

/** NX, XX, GT and LT behind {@code EXPIRE key time}. A key that never expires counts as expiring after all others. */
final class ExpireConditions {
    private static final int FIRST = 3;

    /** No longer word is shown in an error. */
    private static final int OPTION_BYTES_MAX = 1024;

    private static final Reply NX_ALONE =
            Reply.error("ERR NX and XX, GT or LT options at the same time are not compatible");
    private static final Reply GT_OR_LT = Reply.error("ERR GT and LT options at the same time are not compatible");

    private ExpireConditions() {}

    /** What is wrong with the options, or null. */
    static @Nullable Reply error(byte[][] args) {
        for (int i = FIRST; i < args.length; i++) {
            if (!isOne(args[i])) {
                return Reply.error("ERR Unsupported option " + Ascii.shown(args[i], OPTION_BYTES_MAX));
            }
        }
        boolean gt = given(args, "gt");
        boolean lt = given(args, "lt");
        if (given(args, "nx") && (given(args, "xx") || gt || lt)) {
            return NX_ALONE;
        }
        return gt && lt ? GT_OR_LT : null;
    }

    static boolean hold(byte[][] args, long currentMillis, long atMillis) {
        boolean expires = currentMillis != Expiry.NONE;
        if (given(args, "nx") && expires || given(args, "xx") && !expires) {
            return false;
        }
        if (given(args, "gt") && (!expires || atMillis <= currentMillis)) {
            return false;
        }
        return !given(args, "lt") || !expires || atMillis < currentMillis;
    }

    private static boolean isOne(byte[] word) {
        return Ascii.is(word, "nx") || Ascii.is(word, "xx") || Ascii.is(word, "gt") || Ascii.is(word, "lt");
    }

    private static boolean given(byte[][] args, String option) {
        for (int i = FIRST; i < args.length; i++) {
            if (Ascii.is(args[i], option)) {
                return true;
            }
        }
        return false;
    }
}
