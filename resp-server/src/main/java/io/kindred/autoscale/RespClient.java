package io.kindred.autoscale;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;

/**
 * A blocking RESP2 client that asks for texts: simple strings, numbers and bulk strings. Owned by: one thread.
 */
final class RespClient implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 3000;
    /** INFO of a large cluster has a line for each peer. */
    private static final int BULK_BYTES_MAX = 16 << 20;

    private static final int LINE_BYTES_MAX = 64 << 10;

    private final Socket socket = new Socket();
    private final InputStream in;

    /** @param password empty: none */
    RespClient(String host, int port, String password) throws IOException {
        boolean open = false;
        try {
            socket.connect(new InetSocketAddress(host, port), TIMEOUT_MILLIS);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            in = new BufferedInputStream(socket.getInputStream());
            if (!password.isEmpty()) {
                text("AUTH", password);
            }
            open = true;
        } finally {
            if (!open) {
                socket.close();
            }
        }
    }

    /** Throws IOException for an error reply too; its message is the error's line. */
    String text(String... arguments) throws IOException {
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes(("*" + arguments.length + "\r\n").getBytes(ISO_8859_1));
        for (String argument : arguments) {
            byte[] bytes = argument.getBytes(UTF_8);
            request.writeBytes(("$" + bytes.length + "\r\n").getBytes(ISO_8859_1));
            request.writeBytes(bytes);
            request.writeBytes("\r\n".getBytes(ISO_8859_1));
        }
        socket.getOutputStream().write(request.toByteArray());
        return reply();
    }

    private String reply() throws IOException {
        String line = line();
        String rest = line.substring(1);
        switch (line.charAt(0)) {
            case '+', ':' -> {
                return rest;
            }
            case '$' -> {
                return bulk(rest);
            }
            default -> throw new IOException(line.charAt(0) == '-' ? rest : "not the reply of a text: " + line);
        }
    }

    private String bulk(String size) throws IOException {
        int length;
        try {
            length = Integer.parseInt(size);
        } catch (NumberFormatException e) {
            throw new IOException("not a length: " + size, e);
        }
        if (length < 0 || length > BULK_BYTES_MAX) {
            throw new IOException("not a text: a bulk string of length " + length);
        }
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length || in.read() != '\r' || in.read() != '\n') {
            throw new EOFException("the connection was closed within a reply");
        }
        return new String(bytes, UTF_8);
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
