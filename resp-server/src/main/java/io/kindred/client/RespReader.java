package io.kindred.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads RESP2, blocking: what {@link Connection#ask(List)} gives. Owned by: one thread. */
final class RespReader {
    private static final int LINE_BYTES_MAX = 64 << 10;
    private static final int BULK_BYTES_MAX = 512 << 20;

    private final InputStream in;

    /** Requires: a stream that can be marked. */
    RespReader(InputStream in) {
        this.in = in;
    }

    /** Whether the other end has closed it, between two of what is read. Waits for a byte. */
    boolean isAtEnd() throws IOException {
        in.mark(1);
        int next = in.read();
        in.reset();
        return next < 0;
    }

    /** The next one, or an error's exception. */
    @Nullable
    Object next() throws IOException {
        String line = line();
        String rest = line.substring(1);
        return switch (line.charAt(0)) {
            case '+' -> rest;
            case ':' -> (Object) Long.valueOf(number(rest));
            case '$' -> bulk(number(rest));
            case '*' -> list(number(rest));
            case '-' -> throw new ErrorReply(rest);
            default -> throw new IOException("not a reply: " + line);
        };
    }

    private @Nullable List<@Nullable Object> list(long size) throws IOException {
        if (size < 0) {
            return null;
        }
        List<@Nullable Object> items = new ArrayList<>();
        for (long i = 0; i < size; i++) {
            items.add(next());
        }
        return items;
    }

    private byte @Nullable [] bulk(long length) throws IOException {
        if (length < 0) {
            return null;
        }
        if (length > BULK_BYTES_MAX) {
            throw new IOException("a bulk string of " + length + " bytes");
        }
        byte[] bytes = in.readNBytes((int) length);
        if (bytes.length < length || in.read() != '\r' || in.read() != '\n') {
            throw new EOFException("the connection was closed within a reply");
        }
        return bytes;
    }

    private static long number(String text) throws IOException {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IOException("not a number: " + text, e);
        }
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\r'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("the node closed the connection");
            }
            if (line.size() == LINE_BYTES_MAX) {
                throw new IOException("a reply line of more than " + LINE_BYTES_MAX + " bytes");
            }
            line.write(next);
        }
        if (in.read() != '\n' || line.size() == 0) {
            throw new IOException("not a reply line");
        }
        return line.toString(UTF_8);
    }
}
