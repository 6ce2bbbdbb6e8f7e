package io.kindred.lua;

import org.jspecify.annotations.Nullable;

/**
 * Lua's patterns. It goes back where it must, so a pattern can take exponentially many steps: each step is charged as an
 * instruction, and alternatives may be open {@link #DEPTH_MAX} deep.
 */
final class Pattern {
    private static final int DEPTH_MAX = 200;
    private static final int CAPTURES_MAX = 32;
    private static final int POSITION = -2;
    private static final int UNFINISHED = -1;

    private final Machine machine;
    private final byte[] subject;
    private final byte[] pattern;
    private int depth;
    private int level;
    private final int[] starts = new int[CAPTURES_MAX];
    private final int[] lengths = new int[CAPTURES_MAX];

    Pattern(Machine machine, byte[] subject, byte[] pattern) {
        this.machine = machine;
        this.subject = subject;
        this.pattern = pattern;
    }

    boolean isAnchored() {
        return pattern.length > 0 && pattern[0] == '^';
    }

    /** Where a match that begins there ends, or -1. */
    int match(int at) {
        level = 0;
        depth = 0;
        return match(at, isAnchored() ? 1 : 0);
    }

    /** As {@link #match(int)}, with a first ^ as a char like any other, as {@code gmatch} has it. */
    int matchHere(int at) {
        level = 0;
        depth = 0;
        return match(at, 0);
    }

    private int match(int start, int from) {
        if (++depth > DEPTH_MAX) {
            throw LuaError.library("pattern too complex");
        }
        int s = start;
        int p = from;
        try {
            while (p < pattern.length) {
                machine.meter.charge(1);
                int c = pattern[p];
                if (c == '(') {
                    boolean position = p + 1 < pattern.length && pattern[p + 1] == ')';
                    return open(s, position ? p + 2 : p + 1, position ? POSITION : UNFINISHED);
                } else if (c == ')') {
                    return close(s, p + 1);
                } else if (c == '$' && p + 1 == pattern.length) {
                    return s == subject.length ? s : -1;
                } else if (c == '%' && p + 1 < pattern.length && pattern[p + 1] == 'b') {
                    s = balanced(s, p + 2);
                    p += 4;
                } else if (c == '%' && p + 1 < pattern.length && pattern[p + 1] == 'f') {
                    int set = p + 2;
                    if (set >= pattern.length || pattern[set] != '[') {
                        throw LuaError.library("missing '[' after '%f' in pattern");
                    }
                    int end = classEnd(set);
                    int before = s == 0 ? 0 : subject[s - 1] & 0xff;
                    int now = s < subject.length ? subject[s] & 0xff : 0;
                    if (inSet(before, set, end - 1) || !inSet(now, set, end - 1)) {
                        return -1;
                    }
                    p = end;
                    continue;
                } else if (c == '%' && p + 1 < pattern.length && isDigit(pattern[p + 1])) {
                    s = back(s, pattern[p + 1]);
                    p += 2;
                } else {
                    int end = classEnd(p);
                    int suffix = end < pattern.length ? pattern[end] : 0;
                    if (suffix == '*') {
                        return greedy(s, p, end, 0);
                    } else if (suffix == '+') {
                        return greedy(s, p, end, 1);
                    } else if (suffix == '-') {
                        return lazy(s, p, end);
                    } else if (suffix == '?') {
                        if (one(s, p, end)) {
                            int rest = match(s + 1, end + 1);
                            if (rest >= 0) {
                                return rest;
                            }
                        }
                        p = end + 1;
                        continue;
                    }
                    if (!one(s, p, end)) {
                        return -1;
                    }
                    s++;
                    p = end;
                    continue;
                }
                if (s < 0) {
                    return -1;
                }
            }
            return s;
        } finally {
            depth--;
        }
    }

    private int greedy(int s, int p, int end, int least) {
        int count = 0;
        while (one(s + count, p, end)) {
            count++;
        }
        machine.meter.charge(count >> 2);
        while (count >= least) {
            machine.meter.charge(1);
            int rest = match(s + count, end + 1);
            if (rest >= 0) {
                return rest;
            }
            count--;
        }
        return -1;
    }

    private int lazy(int start, int p, int end) {
        int s = start;
        while (true) {
            machine.meter.charge(1);
            int rest = match(s, end + 1);
            if (rest >= 0) {
                return rest;
            }
            if (!one(s, p, end)) {
                return -1;
            }
            s++;
        }
    }

    private int open(int s, int p, int kind) {
        if (level >= CAPTURES_MAX) {
            throw LuaError.library("too many captures");
        }
        starts[level] = s;
        lengths[level] = kind;
        level++;
        int rest = match(s, p);
        if (rest < 0) {
            level--;
        }
        return rest;
    }

    private int close(int s, int p) {
        int capture = -1;
        for (int i = level - 1; i >= 0 && capture < 0; i--) {
            if (lengths[i] == UNFINISHED) {
                capture = i;
            }
        }
        if (capture < 0) {
            throw LuaError.library("invalid pattern capture");
        }
        lengths[capture] = s - starts[capture];
        int rest = match(s, p);
        if (rest < 0) {
            lengths[capture] = UNFINISHED;
        }
        return rest;
    }

    private int balanced(int s, int p) {
        if (p + 1 >= pattern.length) {
            throw LuaError.library("unbalanced pattern");
        }
        if (s >= subject.length || subject[s] != pattern[p]) {
            return -1;
        }
        int open = 1;
        for (int i = s + 1; i < subject.length; i++) {
            if ((i & 15) == 0) {
                machine.meter.charge(1);
            }
            if (subject[i] == pattern[p + 1]) {
                if (--open == 0) {
                    return i + 1;
                }
            } else if (subject[i] == pattern[p]) {
                open++;
            }
        }
        return -1;
    }

    private int back(int s, int digit) {
        int capture = digit - '1';
        if (capture < 0 || capture >= level || lengths[capture] == UNFINISHED) {
            throw LuaError.library("invalid capture index");
        }
        int length = lengths[capture];
        machine.meter.charge(Math.max(0, length) >> 4);
        if (length < 0 || subject.length - s < length) {
            return -1;
        }
        for (int i = 0; i < length; i++) {
            if (subject[starts[capture] + i] != subject[s + i]) {
                return -1;
            }
        }
        return s + length;
    }

    private int classEnd(int from) {
        int p = from;
        int c = pattern[p++];
        if (c == '%') {
            if (p >= pattern.length) {
                throw LuaError.library("malformed pattern (ends with '%')");
            }
            return p + 1;
        }
        if (c != '[') {
            return p;
        }
        if (p < pattern.length && pattern[p] == '^') {
            p++;
        }
        do {
            if (p >= pattern.length) {
                throw LuaError.library("malformed pattern (missing ']')");
            }
            if (pattern[p++] == '%' && p < pattern.length) {
                p++;
            }
        } while (p >= pattern.length || pattern[p] != ']');
        return p + 1;
    }

    private boolean one(int s, int p, int end) {
        if (s >= subject.length) {
            return false;
        }
        int c = subject[s] & 0xff;
        return switch (pattern[p]) {
            case '.' -> true;
            case '%' -> inClass(c, pattern[p + 1] & 0xff);
            case '[' -> inSet(c, p, end - 1);
            default -> (pattern[p] & 0xff) == c;
        };
    }

    /** {@code close} is where its bracket is. */
    private boolean inSet(int c, int open, int close) {
        machine.meter.charge((close - open) >> 3);
        boolean found = true;
        int p = open + 1;
        if (pattern[p] == '^') {
            found = false;
            p++;
        }
        for (; p < close; p++) {
            if (pattern[p] == '%') {
                p++;
                if (inClass(c, pattern[p] & 0xff)) {
                    return found;
                }
            } else if (p + 2 < close && pattern[p + 1] == '-') {
                if ((pattern[p] & 0xff) <= c && c <= (pattern[p + 2] & 0xff)) {
                    return found;
                }
                p += 2;
            } else if ((pattern[p] & 0xff) == c) {
                return found;
            }
        }
        return !found;
    }

    private static boolean inClass(int c, int letter) {
        boolean is = switch (letter | 0x20) {
            case 'a' -> isLetter(c);
            case 'c' -> c < 32 || c == 127;
            case 'd' -> isDigit(c);
            case 'l' -> c >= 'a' && c <= 'z';
            case 'p' -> c > 32 && c < 127 && !isLetter(c) && !isDigit(c);
            case 's' -> c == ' ' || c >= 9 && c <= 13;
            case 'u' -> c >= 'A' && c <= 'Z';
            case 'w' -> isLetter(c) || isDigit(c);
            case 'x' -> isDigit(c) || (c | 0x20) >= 'a' && (c | 0x20) <= 'f';
            case 'z' -> c == 0;
            default -> letter == c;
        };
        boolean isClass = isLetter(letter) && "acdlpsuwxz".indexOf(letter | 0x20) >= 0;
        if (!isClass) {
            return letter == c;
        }
        return (letter & 0x20) == 0 ? !is : is;
    }

    private static boolean isLetter(int c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    // What was captured.

    /** All captures, or the whole match where there are none and {@code wholeIfNone} says so. */
    @Nullable
    Object[] captures(int start, int end, boolean wholeIfNone) {
        int count = level == 0 && wholeIfNone ? 1 : level;
        @Nullable Object[] values = new Object[count];
        for (int i = 0; i < count; i++) {
            values[i] = capture(i, start, end);
        }
        return values;
    }

    Object capture(int index, int start, int end) {
        if (index >= level) {
            if (index != 0) {
                throw LuaError.library("invalid capture index");
            }
            return part(start, end);
        }
        int length = lengths[index];
        if (length == POSITION) {
            return (double) starts[index] + 1;
        }
        if (length == UNFINISHED) {
            throw LuaError.library("unfinished capture");
        }
        return part(starts[index], starts[index] + length);
    }

    private LuaString part(int from, int to) {
        byte[] bytes = machine.newBytes(to - from);
        System.arraycopy(subject, from, bytes, 0, bytes.length);
        return new LuaString(bytes);
    }
}
