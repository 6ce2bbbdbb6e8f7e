package io.kindred.resp;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Splits an inline command into its arguments, with the quoting of Redis's {@code sdssplitargs}: in double quotes
 * {@code \n \r \t \b \a} and {@code \xHH}, any other escaped byte standing for itself; in single quotes {@code \'} only. A
 * closing quote must be followed by white space or the end of the line.
 *
 * <p>One difference: a zero byte is a byte like others. (In C it would end the text.)
 */
public final class InlineArgs {
    private final byte[] line;
    private final int end;
    /** No argument is longer than what it was written as. */
    private final byte[] arg;

    private int pos;
    private int argBytes;

    private InlineArgs(byte[] line, int from, int end) {
        this.line = line;
        this.pos = from;
        this.end = end;
        this.arg = new byte[end - from];
    }

    /** Null where quotes are not balanced; no arguments for a blank line. */
    public static byte @Nullable [][] split(byte[] line, int from, int end) {
        InlineArgs split = new InlineArgs(line, from, end);
        List<byte[]> args = new ArrayList<>();
        while (split.skipBlanks()) {
            if (!split.readArg()) {
                return null;
            }
            args.add(Arrays.copyOf(split.arg, split.argBytes));
        }
        return args.toArray(new byte[0][]);
    }

    private boolean skipBlanks() {
        while (pos < end && isSpace(line[pos])) {
            pos++;
        }
        return pos < end;
    }

    private boolean readArg() {
        argBytes = 0;
        while (pos < end) {
            byte b = line[pos++];
            switch (b) {
                case ' ', '\n', '\r', '\t' -> {
                    return true;
                }
                case '"' -> {
                    return readDoubleQuoted();
                }
                case '\'' -> {
                    return readSingleQuoted();
                }
                default -> add(b);
            }
        }
        return true;
    }

    private boolean readDoubleQuoted() {
        while (pos < end) {
            byte b = line[pos++];
            if (b == '"') {
                return closesWell();
            }
            if (b != '\\' || pos == end) {
                add(b);
            } else if (line[pos] == 'x' && hex(pos + 1) >= 0 && hex(pos + 2) >= 0) {
                add((byte) (hex(pos + 1) << 4 | hex(pos + 2)));
                pos += 3;
            } else {
                add(escaped(line[pos++]));
            }
        }
        return false;
    }

    private boolean readSingleQuoted() {
        while (pos < end) {
            byte b = line[pos++];
            if (b == '\'') {
                return closesWell();
            }
            if (b == '\\' && pos < end && line[pos] == '\'') {
                b = line[pos++];
            }
            add(b);
        }
        return false;
    }

    private boolean closesWell() {
        return pos == end || isSpace(line[pos]);
    }

    private void add(byte b) {
        arg[argBytes++] = b;
    }

    private static byte escaped(byte b) {
        return switch (b) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'b' -> '\b';
            case 'a' -> 7;
            default -> b;
        };
    }

    private int hex(int at) {
        return at < end ? Character.digit(line[at], 16) : -1;
    }

    /** C's {@code isspace}: vertical tab and form feed separate arguments, although they do not end one. */
    private static boolean isSpace(byte b) {
        return b == ' ' || (b >= 9 && b <= 13);
    }
}
