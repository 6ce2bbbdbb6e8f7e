package io.kindred.server;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Arguments that are words and numbers, as connection commands take them. These commands are rare: strings will do. */
final class Words {
    private static final int LONG_DIGITS_MAX = 19;

    private Words() {}

    static String text(byte[] arg) {
        return new String(arg, StandardCharsets.UTF_8);
    }

    static String lower(byte[] arg) {
        return text(arg).toLowerCase(Locale.ROOT);
    }

    /** As strict as Redis: no spaces, no plus sign, no leading zero. Null where it is no number. */
    static @Nullable Long number(byte[] arg) {
        String text = text(arg);
        if (!text.matches("0|-?[1-9][0-9]*") || text.length() > LONG_DIGITS_MAX + 1) {
            return null;
        }
        try {
            return Long.valueOf(text);
        } catch (NumberFormatException tooLarge) {
            return null;
        }
    }

    /** What the name of a client or of its library may consist of, so that CLIENT LIST stays one line of words. */
    static boolean isPlain(String text) {
        return text.chars().allMatch(c -> c >= '!' && c <= '~');
    }
}
