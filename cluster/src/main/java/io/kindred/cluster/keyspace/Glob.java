package io.kindred.cluster.keyspace;

/**
 * Patterns as Redis matches them: {@code *}, {@code ?}, {@code [a-c]}, {@code [^a]} and a backslash before a literal.
 * Bytes are compared, as signed numbers in ranges.
 *
 * <p>Only the last star passed is ever tried again, one byte further on: an earlier one could match nothing more, since
 * a star takes anything. So the work is bounded by the key's length squared times the longest bracket, whatever the
 * pattern.
 */
public final class Glob {
    private final byte[] pattern;
    private final boolean ignoringCase;
    private int at;

    private Glob(byte[] pattern, boolean ignoringCase) {
        this.pattern = pattern;
        this.ignoringCase = ignoringCase;
    }

    public static boolean matches(byte[] pattern, byte[] text) {
        return new Glob(pattern, false).matches(text);
    }

    public static boolean matchesIgnoringCase(byte[] pattern, byte[] text) {
        return new Glob(pattern, true).matches(text);
    }

    private boolean matches(byte[] text) {
        int next = 0;
        int afterStar = -1;
        int retry = -1;
        while (next < text.length) {
            if (at < pattern.length && pattern[at] == '*') {
                skipStars();
                if (at == pattern.length) {
                    return true;
                }
                afterStar = at;
                retry = next;
            } else if (at < pattern.length && takes(text[next])) {
                next++;
            } else if (afterStar >= 0) {
                at = afterStar;
                next = ++retry;
            } else {
                return false;
            }
        }
        // Redis lets a trailing star match nothing only behind something: "*" does not match an empty text.
        if (text.length > 0) {
            skipStars();
        }
        return at == pattern.length;
    }

    private void skipStars() {
        while (at < pattern.length && pattern[at] == '*') {
            at++;
        }
    }

    /** Whether the next element matches this byte; if so, goes behind the element. */
    private boolean takes(byte next) {
        switch (pattern[at]) {
            case '?' -> {
                at++;
                return true;
            }
            case '[' -> {
                return takesOneOf(next);
            }
            default -> {
                int literal = pattern[at] == '\\' && at + 1 < pattern.length ? at + 1 : at;
                boolean same = fold(pattern[literal]) == fold(next);
                at = same ? literal + 1 : at;
                return same;
            }
        }
    }

    /** A bracket that is never closed ends with the pattern, as in Redis. */
    private boolean takesOneOf(byte next) {
        int i = at + 1;
        boolean not = i < pattern.length && pattern[i] == '^';
        i += not ? 1 : 0;
        boolean match = false;
        while (i < pattern.length && pattern[i] != ']') {
            if (pattern[i] == '\\' && i + 1 < pattern.length) {
                match |= pattern[i + 1] == next;
                i += 2;
            } else if (i + 2 < pattern.length && pattern[i + 1] == '-') {
                match |= isBetween(next, pattern[i], pattern[i + 2]);
                i += 3;
            } else {
                match |= fold(pattern[i]) == fold(next);
                i++;
            }
        }
        if (match != not) {
            at = Math.min(i + 1, pattern.length);
        }
        return match != not;
    }

    private boolean isBetween(byte next, byte first, byte last) {
        int low = fold((byte) Math.min(first, last));
        int high = fold((byte) Math.max(first, last));
        int folded = fold(next);
        return folded >= low && folded <= high;
    }

    private int fold(byte b) {
        return ignoringCase && b >= 'A' && b <= 'Z' ? b + ('a' - 'A') : b;
    }
}
