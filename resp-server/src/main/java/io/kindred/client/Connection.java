package io.kindred.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/** A blocking RESP2 client of one node. Owned by: one thread. */
public final class Connection implements AutoCloseable {
    private static final int CONNECT_MILLIS = 5_000;
    private static final int HANDSHAKE_MILLIS = 5_000;
    private static final int BUFFER_BYTES = 64 << 10;

    private final Socket socket;
    private final RespReader in;
    private final OutputStream out;

    /**
     * How nodes are called.
     *
     * @param password empty: none
     * @param tls null: in the clear
     */
    public record Access(String password, @Nullable ClientTls tls) {}

    /** @param replyMillis how long a reply may take; 0: as long as it takes */
    public Connection(Address address, Access access, int replyMillis) throws IOException {
        this(new Socket(), address, access, replyMillis);
    }

    /** Over a socket that is not connected yet, and whose end is this one's. */
    Connection(Socket plain, Address address, Access access, int replyMillis) throws IOException {
        boolean open = false;
        try {
            plain.connect(new InetSocketAddress(address.host(), address.port()), CONNECT_MILLIS);
            plain.setTcpNoDelay(true);
            plain.setKeepAlive(true);
            // A handshake is quick; whoever does not answer it may be no node.
            plain.setSoTimeout(HANDSHAKE_MILLIS);
            socket = access.tls() == null ? plain : encrypted(plain, access.tls(), address);
            socket.setSoTimeout(replyMillis);
            in = new RespReader(new BufferedInputStream(socket.getInputStream(), BUFFER_BYTES));
            out = new BufferedOutputStream(socket.getOutputStream(), BUFFER_BYTES);
            if (!access.password().isEmpty()) {
                ask("AUTH", access.password());
            }
            open = true;
        } finally {
            if (!open) {
                plain.close();
            }
        }
    }

    private static Socket encrypted(Socket plain, ClientTls tls, Address address) throws IOException {
        try {
            SSLSocket socket = tls.over(plain, address.host());
            socket.startHandshake();
            return socket;
        } catch (IOException e) {
            throw new IOException("no TLS with " + address + ": " + e.getMessage(), e);
        }
    }

    /** A node by host and port. */
    public record Address(String host, int port) {
        /** Of {@code host:port}, or {@code [host]:port}; throws IllegalArgumentException. */
        public static Address of(String text) {
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
    public @Nullable Object ask(String... words) throws IOException {
        return ask(Arrays.stream(words).map(word -> word.getBytes(UTF_8)).toList());
    }

    /**
     * Sends a command and waits for its reply: a {@code byte[]}, a {@code Long}, a {@code String} (a status), a {@code List} of
     * these, or null.
     *
     * @throws ErrorReply for an error
     */
    public @Nullable Object ask(List<byte[]> arguments) throws IOException {
        out.write(("*" + arguments.size() + "\r\n").getBytes(ISO_8859_1));
        for (byte[] argument : arguments) {
            out.write(("$" + argument.length + "\r\n").getBytes(ISO_8859_1));
            out.write(argument);
            out.write('\r');
            out.write('\n');
        }
        out.flush();
        return in.next();
    }

    /** A list's texts by the names before them. */
    public static Map<String, String> pairs(@Nullable Object reply) throws IOException {
        Map<String, String> pairs = new TreeMap<>();
        List<?> items = list(reply);
        for (int i = 0; i + 1 < items.size(); i += 2) {
            pairs.put(text(items.get(i)), text(items.get(i + 1)));
        }
        return pairs;
    }

    public static List<?> list(@Nullable Object reply) throws IOException {
        if (reply instanceof List<?> list) {
            return list;
        }
        throw new IOException("not a list: " + reply);
    }

    public static String text(@Nullable Object reply) {
        return reply instanceof byte[] bytes ? new String(bytes, UTF_8) : String.valueOf(reply);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
