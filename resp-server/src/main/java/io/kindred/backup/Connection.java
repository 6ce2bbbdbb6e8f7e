package io.kindred.backup;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A blocking RESP2 client of one node. Owned by: one thread. */
final class Connection implements AutoCloseable {
    private static final int CONNECT_MILLIS = 5_000;
    private static final int LINE_BYTES_MAX = 64 << 10;
    private static final int BULK_BYTES_MAX = 512 << 20;

    private final Socket socket = new Socket();
    private final InputStream in;
    private final OutputStream out;

    /**
     * @param password empty: none
     * @param replyMillis how long a reply may take; 0: as long as it takes
     */
    Connection(Address address, String password, int replyMillis) throws IOException {
        boolean open = false;
        try {
            socket.connect(new InetSocketAddress(address.host(), address.port()), CONNECT_MILLIS);
            socket.setTcpNoDelay(true);
            socket.setKeepAlive(true);
            socket.setSoTimeout(replyMillis);
            in = new BufferedInputStream(socket.getInputStream(), LINE_BYTES_MAX);
            out = new BufferedOutputStream(socket.getOutputStream(), LINE_BYTES_MAX);
            if (!password.isEmpty()) {
                ask("AUTH", password);
            }
            open = true;
        } finally {
            if (!open) {
                socket.close();
            }
        }
    }

    /** A node by host and port. */
    record Address(String host, int port) {
        /** Of {@code host:port}, or {@code [host]:port}; throws IllegalArgumentException. */
        static Address of(String text) {
            int colon = text.lastIndexOf(':');
            if (colon < 1) {
                throw new IllegalArgumentException("not host:port: " + text);
            }
            String host = text.substring(0, colon);
            boolean isBracketed = host.startsWith("[") && host.endsWith("]");
            try {
                int port = Integer.parseInt(text.substring(colon + 1));
                return new Address(isBracketed ? host.substring(1, host.length() - 1) : host, port);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("not host:port: " + text, e);
            }
        }

        @Override
        public String toString() {
            return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
        }
    }

    /** As {@link #ask(List)}. */
    @Nullable
    Object ask(String... words) throws IOException {
        return ask(Arrays.stream(words).map(word -> word.getBytes(UTF_8)).toList());
    }

    /**
     * Sends a command and waits for its reply: a {@code byte[]}, a {@code Long}, a {@code String} (a status), a {@code List} of
     * these, or null.
     *
     * @throws ErrorReply for an error
     */
    @Nullable
    Object ask(List<byte[]> arguments) throws IOException {
        out.write(("*" + arguments.size() + "\r\n").getBytes(ISO_8859_1));
        for (byte[] argument : arguments) {
            out.write(("$" + argument.length + "\r\n").getBytes(ISO_8859_1));
            out.write(argument);
            out.write('\r');
            out.write('\n');
        }
        out.flush();
        return reply();
    }

    /** A list's texts by the names before them. */
    static Map<String, String> pairs(@Nullable Object reply) throws IOException {
        Map<String, String> pairs = new TreeMap<>();
        List<?> items = list(reply);
        for (int i = 0; i + 1 < items.size(); i += 2) {
            pairs.put(text(items.get(i)), text(items.get(i + 1)));
        }
        return pairs;
    }

    static List<?> list(@Nullable Object reply) throws IOException {
        if (reply instanceof List<?> list) {
            return list;
        }
        throw new IOException("not a list: " + reply);
    }

    static String text(@Nullable Object reply) {
        return reply instanceof byte[] bytes ? new String(bytes, UTF_8) : String.valueOf(reply);
    }

    private @Nullable Object reply() throws IOException {
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
            items.add(reply());
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

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
