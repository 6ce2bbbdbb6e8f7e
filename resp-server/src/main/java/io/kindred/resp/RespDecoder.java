package io.kindred.resp;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a client's bytes into commands: arrays of bulk strings, and inline commands.
 *
 * <p>The bytes come in as they were read. What makes up whole arguments is taken; a half line (a length that has not
 * ended, an inline command without its line feed) stays in the buffer, and the caller gives it again with what follows
 * it. A half argument is taken too, into an array that grows with what has come, so a value of a megabyte is copied
 * through once however it is cut, and an announced length costs nothing until its bytes are there.
 *
 * <p>Parsing runs on a plain array: that of a heap buffer, or a window that the bytes of a direct buffer are copied to,
 * many commands at a time (checked access to a direct buffer, byte by byte, costs several times that copy). The window
 * is scratch space that all decoders of one thread share.
 *
 * <p>Where several commands are there, some are decoded before the first of them is handed on, and the sink is told of all of them
 * ({@link CommandSink#foresee}). Those that a sink which stops has not taken stay here. Before a client has proven itself one is
 * handed on at a time, for what it may send changes then.
 *
 * <p>The edge cases are those of Redis 7's {@code networking.c}: {@code *0} and {@code *-1} are no command, so is an
 * empty line; the two bytes after an argument are skipped unseen; numbers are strict (no plus sign, no leading zero).
 * One difference: whether a line is too long does not depend on how it was cut into packets.
 *
 * <p>States: between commands ({@code argsLeft == 0}); in an array, at a length ({@code bulkBytes < 0}); in an array, in
 * an argument; failed, which is for ever.
 *
 * <p>Owned by: the thread of its connection.
 */
public final class RespDecoder {
    /** Holds the longest line there may be, with its end. */
    public static final int WINDOW_BYTES = RespLimits.LINE_BYTES_MAX + 16 * 1024;

    private static final byte[] EMPTY = new byte[0];
    private static final byte[][] NO_ARGS = new byte[0][];
    private static final int NO_BULK = -1;
    private static final int NOT_SHORT = -1;
    private static final int ARGS_AT_ONCE_MAX = 16;
    private static final int TRAILER_BYTES = 2;
    /** So many commands, with so many bytes, are decoded before the first of them is handed on. */
    private static final int AHEAD_MAX = 16;

    private static final int AHEAD_BYTES_MAX = 16 << 10;
    private static final long NOT_A_NUMBER = Long.MIN_VALUE;

    /** Where decoding stands after the bytes it was given. */
    public enum Progress {
        /** All that was whole has been handed on; more bytes are needed. */
        WAITING,
        /** The sink asked to stop; the buffer may hold more commands. */
        STOPPED,
        /** The client broke the protocol: see {@link #error()}. Nothing more is decoded. */
        FAILED
    }

    private final byte[] window;
    private RespLimits limits;
    private boolean authenticated = true;
    private @Nullable String error;

    private byte[][] args = NO_ARGS;
    private int argCount;
    private int argsLeft;
    private long commandBytes;

    /** Commands that are decoded and not handed on yet: those from {@code aheadNext} on. */
    private final byte[][][] ahead = new byte[AHEAD_MAX][][];

    private int aheadCount;
    private int aheadNext;
    private long aheadBytes;

    private int bulkBytes = NO_BULK;
    private byte[] bulk = EMPTY;
    /** Past {@code bulkBytes} it counts the bytes of the trailer. */
    private int bulkFilled;

    private int cursor;
    /** How much of the half line at the start of the buffer is known to have no end in it. */
    private int lineScanned;

    /** @param window {@link #WINDOW_BYTES} of scratch space; nothing is kept there between calls */
    public RespDecoder(RespLimits limits, byte[] window) {
        if (window.length < WINDOW_BYTES) {
            throw new IllegalArgumentException("a window of " + window.length + " bytes cannot hold a line");
        }
        this.limits = limits;
        this.window = window;
    }

    public void limits(RespLimits newLimits) {
        limits = newLimits;
    }

    /** Takes effect with the next length that is read, so also for what is pipelined behind AUTH. */
    public void authenticated(boolean isAuthenticated) {
        authenticated = isAuthenticated;
    }

    /** The text of the error reply, its code included, once decoding has {@code FAILED}. */
    public String error() {
        if (error == null) {
            throw new IllegalStateException("the client has kept to the protocol");
        }
        return error;
    }

    /** Roughly what commands that are decoded and not handed on hold on the heap. */
    public long aheadBytes() {
        return aheadBytes;
    }

    /** Roughly what a half command holds on the heap. */
    public long heldBytes() {
        return argsLeft == 0 ? 0 : commandBytesHeld() + 8L * args.length;
    }

    /** Requires: what an earlier call left unread comes first in {@code in}. */
    public Progress decode(ByteBuf in, CommandSink sink) {
        if (!handOn(sink)) {
            return Progress.STOPPED;
        }
        while (in.isReadable()) {
            if (error != null) {
                in.skipBytes(in.readableBytes());
                return Progress.FAILED;
            }
            readBulk(in);
            int seen;
            Progress progress;
            int start;
            if (in.hasArray()) {
                seen = in.readableBytes();
                start = in.arrayOffset() + in.readerIndex();
                progress = parse(in.array(), start, start + seen, sink);
            } else {
                seen = Math.min(in.readableBytes(), window.length);
                start = 0;
                in.getBytes(in.readerIndex(), window, 0, seen);
                progress = parse(window, 0, seen, sink);
            }
            boolean sawAll = seen == in.readableBytes();
            in.skipBytes(cursor - start);
            if (progress == Progress.STOPPED || (progress == Progress.WAITING && sawAll)) {
                return progress;
            }
        }
        return error != null ? Progress.FAILED : Progress.WAITING;
    }

    /** The middle of a long argument goes from the buffer to its array without passing through the window. */
    private void readBulk(ByteBuf in) {
        int missing = Math.min(bulkBytes - bulkFilled, in.readableBytes());
        if (bulkFilled > 0 && missing > 0) {
            growBulk(missing);
            in.readBytes(bulk, bulkFilled, missing);
            bulkFilled += missing;
        }
    }

    private Progress parse(byte[] bytes, int from, int end, CommandSink sink) {
        cursor = from;
        while (cursor < end) {
            boolean whole = argsLeft > 0 || bytes[cursor] == '*' ? readArray(bytes, end) : readInline(bytes, end);
            if (!whole) {
                break;
            }
            if (argCount > 0) {
                boolean isFull = queue();
                if ((isFull || !authenticated) && !handOn(sink)) {
                    return Progress.STOPPED;
                }
            }
        }
        if (!handOn(sink)) {
            return Progress.STOPPED;
        }
        return error != null ? Progress.FAILED : Progress.WAITING;
    }

    /** Puts the command that is whole behind those before it. Gives whether there is room for no more. */
    private boolean queue() {
        ahead[aheadCount++] = args;
        aheadBytes += commandBytes;
        args = NO_ARGS;
        argCount = 0;
        commandBytes = 0;
        return aheadCount == AHEAD_MAX || aheadBytes >= AHEAD_BYTES_MAX;
    }

    /** False: the sink asked to stop. */
    private boolean handOn(CommandSink sink) {
        boolean goesOn = true;
        if (aheadNext == 0 && aheadCount > 1) {
            sink.foresee(ahead, aheadCount);
        }
        while (goesOn && aheadNext < aheadCount) {
            byte[][] command = ahead[aheadNext];
            ahead[aheadNext++] = NO_ARGS;
            goesOn = sink.accept(command);
        }
        if (aheadNext == aheadCount) {
            aheadNext = 0;
            aheadCount = 0;
            aheadBytes = 0;
        }
        return goesOn;
    }

    /** True once nothing is missing: then the command is in {@code args}, or {@code argCount} is 0 and there is none. */
    private boolean readArray(byte[] bytes, int end) {
        if (argsLeft == 0 && !readArrayHeader(bytes, end)) {
            return false;
        }
        while (argsLeft > 0) {
            if (bulkBytes == NO_BULK && !readBulkHeader(bytes, end)) {
                return false;
            }
            int length = bulkBytes;
            if (bulkFilled == 0 && length + TRAILER_BYTES <= end - cursor) {
                addArg(length == 0 ? EMPTY : Arrays.copyOfRange(bytes, cursor, cursor + length));
                cursor += length + TRAILER_BYTES;
            } else if (!readHalfBulk(bytes, end)) {
                return false;
            }
        }
        return true;
    }

    private boolean readArrayHeader(byte[] bytes, int end) {
        long count = shortNumber(bytes, cursor + 1, end);
        if (count == NOT_SHORT) {
            int lineEnd = findLineEnd(bytes, end, "too big mbulk count string");
            if (lineEnd < 0) {
                return false;
            }
            count = number(bytes, cursor + 1, lineEnd);
            if (count == NOT_A_NUMBER) {
                return fail("invalid multibulk length");
            }
            cursor = lineEnd + TRAILER_BYTES;
        }
        if (count > limits.argsMax()) {
            return fail("invalid multibulk length");
        }
        if (count > RespLimits.UNAUTHENTICATED_ARGS_MAX && !authenticated) {
            return fail("unauthenticated multibulk length");
        }
        if (count > 0) {
            argsLeft = (int) count;
            args = new byte[Math.min(argsLeft, ARGS_AT_ONCE_MAX)][];
            commandBytes = 0;
        }
        return true;
    }

    private boolean readBulkHeader(byte[] bytes, int end) {
        if (cursor >= end) {
            return false;
        }
        long length = bytes[cursor] == '$' ? shortNumber(bytes, cursor + 1, end) : NOT_SHORT;
        if (length == NOT_SHORT) {
            int lineEnd = findLineEnd(bytes, end, "too big bulk count string");
            if (lineEnd < 0) {
                return false;
            }
            if (bytes[cursor] != '$') {
                return fail("expected '$', got '" + (char) (bytes[cursor] & 0xff) + "'");
            }
            length = number(bytes, cursor + 1, lineEnd);
            cursor = lineEnd + TRAILER_BYTES;
        }
        if (length < 0 || length > limits.bulkBytesMax()) {
            return fail("invalid bulk length");
        }
        if (length > RespLimits.UNAUTHENTICATED_BULK_BYTES_MAX && !authenticated) {
            return fail("unauthenticated bulk length");
        }
        commandBytes += length + RespLimits.ARG_OVERHEAD_BYTES;
        if (commandBytes > limits.commandBytesMax()) {
            return fail("request of more than " + limits.commandBytesMax() + " bytes");
        }
        bulkBytes = (int) length;
        return true;
    }

    private boolean readHalfBulk(byte[] bytes, int end) {
        int missing = Math.min(bulkBytes - bulkFilled, end - cursor);
        if (missing > 0) {
            growBulk(missing);
            System.arraycopy(bytes, cursor, bulk, bulkFilled, missing);
            bulkFilled += missing;
            cursor += missing;
        }
        if (bulkFilled < bulkBytes) {
            return false;
        }
        int trailer = Math.min(bulkBytes + TRAILER_BYTES - bulkFilled, end - cursor);
        bulkFilled += trailer;
        cursor += trailer;
        if (bulkFilled < bulkBytes + TRAILER_BYTES) {
            return false;
        }
        addArg(bulk);
        return true;
    }

    /** Never past twice what has come, and at last exactly the argument's length, so that the array itself is handed on. */
    private void growBulk(int more) {
        int needed = bulkFilled + more;
        if (needed > bulk.length) {
            bulk = Arrays.copyOf(bulk, (int) Math.min(bulkBytes, 2L * needed));
        }
    }

    private void addArg(byte[] arg) {
        if (argCount == args.length) {
            args = Arrays.copyOf(args, Math.min(argCount + argsLeft, 2 * argCount));
        }
        args[argCount++] = arg;
        argsLeft--;
        bulkBytes = NO_BULK;
        bulk = EMPTY;
        bulkFilled = 0;
    }

    private boolean readInline(byte[] bytes, int end) {
        int lineFeed = find(bytes, (byte) '\n', end, "too big inline request");
        if (lineFeed < 0) {
            return false;
        }
        int lineEnd = lineFeed > cursor && bytes[lineFeed - 1] == '\r' ? lineFeed - 1 : lineFeed;
        byte[][] split = InlineArgs.split(bytes, cursor, lineEnd);
        if (split == null) {
            return fail("unbalanced quotes in request");
        }
        args = split;
        argCount = split.length;
        commandBytes = lineEnd - cursor;
        cursor = lineFeed + 1;
        return true;
    }

    /** The carriage return of the line at the cursor, if the byte after it is there too; otherwise negative. */
    private int findLineEnd(byte[] bytes, int end, String tooLong) {
        int found = find(bytes, (byte) '\r', end, tooLong);
        if (found >= 0 && found + 1 >= end) {
            lineScanned = found - cursor;
            return -1;
        }
        return found;
    }

    private int find(byte[] bytes, byte wanted, int end, String tooLong) {
        int limit = Math.min(end, cursor + RespLimits.LINE_BYTES_MAX + 1);
        for (int i = cursor + lineScanned; i < limit; i++) {
            if (bytes[i] == wanted) {
                lineScanned = 0;
                return i;
            }
        }
        lineScanned = limit - cursor;
        if (lineScanned > RespLimits.LINE_BYTES_MAX) {
            fail(tooLong);
        }
        return -1;
    }

    /** A plain number of a few digits whose line end is there; moves the cursor past it. The common case, done fast. */
    private int shortNumber(byte[] bytes, int from, int end) {
        int n = 0;
        int digitsEnd = Math.min(end - TRAILER_BYTES, from + 8);
        for (int i = from; i <= digitsEnd; i++) {
            int digit = bytes[i] - '0';
            if (digit < 0 || digit > 9) {
                boolean plain = bytes[i] == '\r' && i > from && (bytes[from] != '0' || i == from + 1);
                if (!plain) {
                    return NOT_SHORT;
                }
                cursor = i + TRAILER_BYTES;
                lineScanned = 0;
                return n;
            }
            n = n * 10 + digit;
        }
        return NOT_SHORT;
    }

    /** As Redis's {@code string2ll}: the whole text, no spaces, no plus sign, no leading zero. */
    static long number(byte[] bytes, int from, int end) {
        boolean negative = from < end && bytes[from] == '-';
        int first = negative ? from + 1 : from;
        int digits = end - first;
        if (digits < 1 || digits > 18 || (bytes[first] == '0' && (digits > 1 || negative))) {
            return NOT_A_NUMBER;
        }
        long n = 0;
        for (int i = first; i < end; i++) {
            int digit = bytes[i] - '0';
            if (digit < 0 || digit > 9) {
                return NOT_A_NUMBER;
            }
            n = n * 10 + digit;
        }
        return negative ? -n : n;
    }

    private boolean fail(String what) {
        error = "ERR Protocol error: " + what;
        args = NO_ARGS;
        argCount = 0;
        argsLeft = 0;
        bulk = EMPTY;
        bulkBytes = NO_BULK;
        bulkFilled = 0;
        return false;
    }

    private long commandBytesHeld() {
        long held = commandBytes;
        return bulkBytes == NO_BULK ? held : held - bulkBytes + bulk.length;
    }
}
