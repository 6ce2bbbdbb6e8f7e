package io.kindred.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A plain blocking client of RESP2 and RESP3, for what the client libraries do not offer: the KIN commands, raw bytes
 * and replies as they are.
 *
 * <p>Replies: a simple string is a {@code String}, an integer or boolean a {@code Long}, a bulk string {@code byte[]}, a
 * double {@code Double}, an array, set, push or (flat) map a {@code List}, nil is null; an error is thrown as
 * {@link RespError}. Arguments may be {@code byte[]}, or anything whose text is meant, in UTF-8. Owned by: one thread.
 */
final class RespConnection implements AutoCloseable {
    static final int TIMEOUT_MILLIS = 20_000;

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    RespConnection(String host, int port) {
        try {
            socket = new Socket();
            socket.connect(new InetSocketAddress(host, port), TIMEOUT_MILLIS);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
            out = new BufferedOutputStream(socket.getOutputStream(), 64 * 1024);
        } catch (IOException e) {
            throw new UncheckedIOException("connecting to " + host + ":" + port, e);
        }
    }

    /** Sends one command and waits for its reply. */
    @Nullable
    Object call(Object... arguments) {
        send(arguments);
        return receive();
    }

    /** As call, for a reply that is text or a number; nil is null. */
    @Nullable
    String text(Object... arguments) {
        return asText(call(arguments));
    }

    /** As text, for a reply that is never nil. */
    String value(Object... arguments) {
        return Objects.requireNonNull(text(arguments));
    }

    long number(Object... arguments) {
        return (Long) Objects.requireNonNull(call(arguments));
    }

    List<?> list(Object... arguments) {
        return (List<?>) Objects.requireNonNull(call(arguments));
    }

    /** As call, for an array of texts. */
    List<@Nullable String> texts(Object... arguments) {
        return asTexts(call(arguments));
    }

    /** The error that the command must give. */
    RespError error(Object... arguments) {
        Object reply;
        try {
            reply = call(arguments);
        } catch (RespError e) {
            return e;
        }
        throw new AssertionError("expected an error, got " + show(reply));
    }

    /** Writes a command without waiting; it leaves with the next receive. */
    void send(Object... arguments) {
        try {
            out.write(encode(arguments));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void sendRaw(byte[] bytes) {
        try {
            out.write(bytes);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Nullable
    Object receive() {
        try {
            out.flush();
            return read();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] encode(Object... arguments) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(("*" + arguments.length + "\r\n").getBytes(ISO_8859_1));
        for (Object argument : arguments) {
            byte[] value =
                    argument instanceof byte[] raw ? raw : argument.toString().getBytes(UTF_8);
            bytes.writeBytes(("$" + value.length + "\r\n").getBytes(ISO_8859_1));
            bytes.writeBytes(value);
            bytes.writeBytes("\r\n".getBytes(ISO_8859_1));
        }
        return bytes.toByteArray();
    }

    static @Nullable String asText(@Nullable Object reply) {
        return reply == null ? null : reply instanceof byte[] bytes ? new String(bytes, UTF_8) : reply.toString();
    }

    static List<@Nullable String> asTexts(@Nullable Object reply) {
        List<@Nullable String> texts = new ArrayList<>();
        for (Object element : (List<?>) Objects.requireNonNull(reply)) {
            texts.add(asText(element));
        }
        return texts;
    }

    /** A reply as a person reads it, nested arrays in brackets. */
    static String show(@Nullable Object reply) {
        if (reply instanceof List<?> elements) {
            List<String> shown = new ArrayList<>();
            elements.forEach(element -> shown.add(show(element)));
            return shown.toString();
        }
        return String.valueOf(asText(reply));
    }

    private @Nullable Object read() throws IOException {
        String line = readLine();
        String rest = line.substring(1);
        return switch (line.charAt(0)) {
            case '+' -> rest;
            case '-' -> throw new RespError(rest);
            case ':' -> Long.valueOf(rest);
            case '#' -> rest.equals("t") ? 1L : 0L;
            case ',' -> Double.valueOf(rest);
            case '_' -> null;
            case '$', '=' -> readBulk(Integer.parseInt(rest));
            case '*', '~', '>' -> readElements(Integer.parseInt(rest));
            case '%' -> readElements(2 * Integer.parseInt(rest));
            default -> throw new IOException("not a reply: " + line);
        };
    }

    private byte @Nullable [] readBulk(int length) throws IOException {
        if (length < 0) {
            return null;
        }
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length || in.read() != '\r' || in.read() != '\n') {
            throw new EOFException("the connection was closed within a bulk string");
        }
        return bytes;
    }

    private @Nullable List<@Nullable Object> readElements(int count) throws IOException {
        if (count < 0) {
            return null;
        }
        List<@Nullable Object> elements = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            elements.add(read());
        }
        return elements;
    }

    private String readLine() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int c = in.read(); c != '\r'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the server closed the connection");
            }
            line.write(c);
        }
        if (in.read() != '\n' || line.size() == 0) {
            throw new IOException("not a reply line: " + line);
        }
        return line.toString(UTF_8);
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
