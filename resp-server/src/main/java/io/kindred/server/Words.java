package io.kindred.server;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Arguments that are words and numbers, as connection commands take them. These commands are rare: strings will do. */
final class Words {
    private static final int LONG_DIGITS_MAX = 19;

    private Words() {}

    private static final byte[][] HTTP = {
        "post".getBytes(StandardCharsets.ISO_8859_1), "host:".getBytes(StandardCharsets.ISO_8859_1)
    };

    /** Whether a command's name is a word of an HTTP request that a browser can be made to send. */
    static boolean isHttp(byte[] name) {
        for (byte[] word : HTTP) {
            boolean same = name.length == word.length;
            for (int i = 0; same && i < word.length; i++) {
                // The case of a letter is one bit, which a colon has already.
                same = (name[i] | 0x20) == word[i];
            }
            if (same) {
                return true;
            }
        }
        return false;
    }

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
