package io.kindred.main;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A plain client, over RESP2 and RESP3. Replies are strings, Longs, lists, null, and {@link Failure} for errors. */
final class RespClient implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 60_000;

    /** An error reply. */
    record Failure(String text) {}

    private final Socket socket;
    private final InputStream in;

    RespClient(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream());
    }

    @Nullable
    Object call(String... args) throws IOException {
        send(args);
        return read();
    }

    /** A reply that is text. */
    String text(String... args) throws IOException {
        return String.valueOf(call(args));
    }

    List<?> list(String... args) throws IOException {
        Object reply = call(args);
        if (reply instanceof List<?> list) {
            return list;
        }
        throw new AssertionError("not a list: " + reply);
    }

    void send(String... args) throws IOException {
        sendAll(List.of(List.of(args)));
    }

    /** All in one write. */
    void sendAll(List<List<String>> commands) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (List<String> args : commands) {
            write(args, bytes);
        }
        socket.getOutputStream().write(bytes.toByteArray());
    }

    private static void write(List<String> args, ByteArrayOutputStream command) throws IOException {
        command.write(bytes("*" + args.size() + "\r\n"));
        for (String arg : args) {
            byte[] value = bytes(arg);
            command.write(bytes("$" + value.length + "\r\n"));
            command.write(value);
            command.write(bytes("\r\n"));
        }
    }

    @Nullable
    Object read() throws IOException {
        String line = line();
        String rest = line.substring(1);
        return switch (line.charAt(0)) {
            case '+' -> rest;
            case '-' -> new Failure(rest);
            case ':' -> Long.valueOf(rest);
            case '$' -> bulk(Integer.parseInt(rest));
            case '*', '~', '>' -> items(Integer.parseInt(rest));
            case '%' -> items(2 * Integer.parseInt(rest));
            case '_' -> null;
            case ',' -> rest;
            case '=' -> verbatim(Integer.parseInt(rest));
            default -> throw new IOException("not RESP: " + line);
        };
    }

    boolean isAtEnd() throws IOException {
        return in.read() < 0;
    }

    private @Nullable String bulk(int length) throws IOException {
        if (length < 0) {
            return null;
        }
        String value = new String(in.readNBytes(length), StandardCharsets.UTF_8);
        line();
        return value;
    }

    /** Behind three letters that say what kind of text it is. */
    private String verbatim(int length) throws IOException {
        return String.valueOf(bulk(length)).substring("txt:".length());
    }

    private @Nullable List<@Nullable Object> items(int count) throws IOException {
        if (count < 0) {
            return null;
        }
        List<@Nullable Object> items = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            items.add(read());
        }
        return items;
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the server closed the connection");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
