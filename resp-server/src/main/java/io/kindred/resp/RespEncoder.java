package io.kindred.resp;

import io.kindred.cluster.message.Reply;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes replies as a client wants them: RESP2, or RESP3 after {@code HELLO 3}.
 *
 * <p>What RESP2 has no type for becomes the nearest that it has: maps become flat arrays, sets and pushes arrays, doubles
 * and verbatim strings bulk strings, booleans integers. The most frequent replies and all short length lines are
 * ready-made bytes.
 */
public final class RespEncoder {
    public static final int RESP2 = 2;
    public static final int RESP3 = 3;

    private static final int CRLF = '\r' << 8 | '\n';
    private static final int READY_LINES = 1024;
    private static final byte[][] INTEGERS = readyLines(':');
    private static final byte[][] BULK_LENGTHS = readyLines('$');
    private static final byte[] OK = ascii("+OK\r\n");
    private static final byte[] PONG = ascii("+PONG\r\n");
    private static final byte[] NIL = ascii("$-1\r\n");
    private static final byte[] NIL_ARRAY = ascii("*-1\r\n");
    private static final byte[] NULL = ascii("_\r\n");
    private static final byte[] TRUE = ascii("#t\r\n");
    private static final byte[] FALSE = ascii("#f\r\n");

    private RespEncoder() {}

    public static void write(ByteBuf out, Reply reply, int protocol) {
        if (reply instanceof Reply.Bulk bulk) {
            writeBulk(out, bulk.bytes());
        } else if (reply instanceof Reply.Simple simple) {
            writeSimple(out, simple.text());
        } else if (reply instanceof Reply.Int integer) {
            writeLine(out, ':', INTEGERS, integer.value());
        } else if (reply instanceof Reply.Nil) {
            out.writeBytes(protocol == RESP3 ? NULL : NIL);
        } else if (reply instanceof Reply.Array array) {
            writeAll(out, '*', array.items(), protocol);
        } else if (reply instanceof Reply.Error error) {
            writeText(out, '-', error.text());
        } else {
            writeRare(out, reply, protocol);
        }
    }

    /** How many bytes a reply takes, roughly: what it holds, with some for its lengths. Never far too small. */
    public static long sizeBytes(Reply reply) {
        if (reply instanceof Reply.Bulk bulk) {
            return 16L + bulk.bytes().length;
        } else if (reply instanceof Reply.Array array) {
            return sizeBytes(array.items());
        } else if (reply instanceof Reply.Pairs pairs) {
            return sizeBytes(pairs.keysAndValues());
        } else if (reply instanceof Reply.Unordered set) {
            return sizeBytes(set.items());
        } else if (reply instanceof Reply.Push push) {
            return sizeBytes(push.items());
        } else if (reply instanceof Reply.Verbatim verbatim) {
            return 16L + verbatim.bytes().length;
        } else if (reply instanceof Reply.Error error) {
            return 16L + error.text().length();
        } else if (reply instanceof Reply.Simple simple) {
            return 16L + simple.text().length();
        }
        return 32;
    }

    private static long sizeBytes(List<Reply> items) {
        long sum = 16;
        for (Reply item : items) {
            sum += sizeBytes(item);
        }
        return sum;
    }

    private static void writeRare(ByteBuf out, Reply reply, int protocol) {
        boolean resp3 = protocol == RESP3;
        if (reply instanceof Reply.NilArray) {
            out.writeBytes(resp3 ? NULL : NIL_ARRAY);
        } else if (reply instanceof Reply.Pairs pairs) {
            writePairs(out, pairs.keysAndValues(), protocol);
        } else if (reply instanceof Reply.Unordered set) {
            writeAll(out, resp3 ? '~' : '*', set.items(), protocol);
        } else if (reply instanceof Reply.Push push) {
            writeAll(out, resp3 ? '>' : '*', push.items(), protocol);
        } else if (reply instanceof Reply.Real real) {
            writeReal(out, real.value(), resp3);
        } else if (reply instanceof Reply.Bool bool) {
            out.writeBytes(resp3 ? (bool.value() ? TRUE : FALSE) : INTEGERS[bool.value() ? 1 : 0]);
        } else if (reply instanceof Reply.Verbatim verbatim) {
            writeVerbatim(out, verbatim, resp3);
        } else {
            throw new IllegalStateException("no encoding for " + reply.getClass());
        }
    }

    private static void writeBulk(ByteBuf out, byte[] bytes) {
        writeLine(out, '$', BULK_LENGTHS, bytes.length);
        out.writeBytes(bytes);
        out.writeShort(CRLF);
    }

    private static void writeSimple(ByteBuf out, String text) {
        if (text.equals("OK")) {
            out.writeBytes(OK);
        } else if (text.equals("PONG")) {
            out.writeBytes(PONG);
        } else {
            writeText(out, '+', text);
        }
    }

    /** The text ends at a line break in the protocol, so one within it (from a client's own argument) becomes a space. */
    private static void writeText(ByteBuf out, char type, String text) {
        out.writeByte(type);
        String line = text.indexOf('\r') < 0 && text.indexOf('\n') < 0
                ? text
                : text.replace('\r', ' ').replace('\n', ' ');
        ByteBufUtil.writeUtf8(out, line);
        out.writeShort(CRLF);
    }

    private static void writeAll(ByteBuf out, char type, List<Reply> items, int protocol) {
        writeLine(out, type, null, items.size());
        for (int i = 0; i < items.size(); i++) {
            write(out, items.get(i), protocol);
        }
    }

    private static void writePairs(ByteBuf out, List<Reply> keysAndValues, int protocol) {
        if (keysAndValues.size() % 2 != 0) {
            throw new IllegalArgumentException("a key without its value: " + keysAndValues.size() + " items");
        }
        if (protocol == RESP3) {
            writeLine(out, '%', null, keysAndValues.size() / 2);
            for (Reply item : keysAndValues) {
                write(out, item, protocol);
            }
        } else {
            writeAll(out, '*', keysAndValues, protocol);
        }
    }

    private static void writeReal(ByteBuf out, double value, boolean resp3) {
        byte[] text = ascii(DoubleText.of(value));
        if (resp3) {
            out.writeByte(',');
            out.writeBytes(text);
            out.writeShort(CRLF);
        } else {
            writeBulk(out, text);
        }
    }

    private static void writeVerbatim(ByteBuf out, Reply.Verbatim verbatim, boolean resp3) {
        if (!resp3) {
            writeBulk(out, verbatim.bytes());
            return;
        }
        byte[] format = ascii(verbatim.format());
        if (format.length != 3) {
            throw new IllegalArgumentException("not a three-letter format: " + verbatim.format());
        }
        writeLine(out, '=', null, verbatim.bytes().length + 4L);
        out.writeBytes(format);
        out.writeByte(':');
        out.writeBytes(verbatim.bytes());
        out.writeShort(CRLF);
    }

    private static void writeLine(ByteBuf out, char type, byte @Nullable [][] ready, long n) {
        if (ready != null && n >= 0 && n < READY_LINES) {
            out.writeBytes(ready[(int) n]);
            return;
        }
        out.writeByte(type);
        if (n >= 0 && n <= 9) {
            out.writeByte('0' + (int) n);
        } else {
            out.writeBytes(ascii(Long.toString(n)));
        }
        out.writeShort(CRLF);
    }

    private static byte[][] readyLines(char type) {
        byte[][] lines = new byte[READY_LINES][];
        for (int n = 0; n < READY_LINES; n++) {
            lines[n] = ascii(type + Integer.toString(n) + "\r\n");
        }
        return lines;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
