package io.kindred.command;

import java.nio.charset.StandardCharsets;

/** The words of commands are ASCII in any case; these read them from bytes without making strings. */
final class Ascii {
    private Ascii() {}

    static int hashIgnoringCase(byte[] word) {
        int hash = 0x811c9dc5;
        for (byte b : word) {
            hash = (hash ^ lower(b)) * 0x01000193;
        }
        return hash ^ (hash >>> 15);
    }

    static boolean equalsIgnoringCase(byte[] word, byte[] lowerCase) {
        if (word.length != lowerCase.length) {
            return false;
        }
        for (int i = 0; i < word.length; i++) {
            if (lower(word[i]) != lowerCase[i]) {
                return false;
            }
        }
        return true;
    }

    /** Whether these bytes are that word, which is given in lower case. */
    static boolean is(byte[] bytes, String lowerCase) {
        if (bytes.length != lowerCase.length()) {
            return false;
        }
        for (int i = 0; i < bytes.length; i++) {
            if (lower(bytes[i]) != lowerCase.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** What an error message shows of an argument: no line breaks, and as C prints it, up to a NUL. */
    static String shown(byte[] bytes, int bytesMax) {
        int length = 0;
        while (length < bytes.length && length < bytesMax && bytes[length] != 0) {
            length++;
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8)
                .replace('\r', ' ')
                .replace('\n', ' ');
    }

    static String lower(byte[] bytes) {
        return mapped(bytes, 'A', 'Z', 32);
    }

    static String upper(byte[] bytes) {
        return mapped(bytes, 'a', 'z', -32);
    }

    static int lower(byte b) {
        return b >= 'A' && b <= 'Z' ? b + 32 : b;
    }

    private static String mapped(byte[] bytes, char first, char last, int shift) {
        byte[] copy = bytes.clone();
        for (int i = 0; i < copy.length; i++) {
            if (copy[i] >= first && copy[i] <= last) {
                copy[i] += (byte) shift;
            }
        }
        return text(copy);
    }
}
