package io.kindred.command;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A real redis-server on a free loopback port, asked over RESP2. */
public final class RedisOracle implements AutoCloseable {
    private final Process process;
    private final int port;
    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    public RedisOracle(Path dir) throws IOException {
        port = freePort();
        process = new ProcessBuilder(
                        List.of("redis-server", "--port", Integer.toString(port), "--bind", "127.0.0.1", "--save", ""))
                .directory(dir.toFile())
                .redirectErrorStream(true)
                .redirectOutput(dir.resolve("redis.log").toFile())
                .start();
        socket = connect(port);
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream());
        out = socket.getOutputStream();
    }

    public int port() {
        return port;
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    private Socket connect(int port) throws IOException {
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (true) {
            Socket attempt = new Socket();
            try {
                attempt.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
                attempt.setSoTimeout(20_000);
                return attempt;
            } catch (IOException refused) {
                attempt.close();
                if (System.nanoTime() > deadlineNanos || !process.isAlive()) {
                    process.destroyForcibly();
                    throw refused;
                }
                Thread.onSpinWait();
            }
        }
    }

    /** The reply's bytes, one char each. */
    public String run(byte[][] args) {
        try {
            ByteArrayOutputStream command = new ByteArrayOutputStream();
            command.write(("*" + args.length + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
            for (byte[] arg : args) {
                command.write(("$" + arg.length + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
                command.write(arg);
                command.write('\r');
                command.write('\n');
            }
            out.write(command.toByteArray());
            StringBuilder reply = new StringBuilder();
            read(reply);
            return reply.toString();
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private void read(StringBuilder reply) throws IOException {
        int start = reply.length();
        String line = line();
        reply.append(line).append("\r\n");
        char type = reply.charAt(start);
        int length = type == '$' || type == '*' ? Integer.parseInt(line.substring(1)) : 0;
        if (type == '$' && length >= 0) {
            byte[] bulk = in.readNBytes(length + 2);
            reply.append(new String(bulk, StandardCharsets.ISO_8859_1));
        }
        for (int i = 0; type == '*' && i < length; i++) {
            read(reply);
        }
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\r'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("redis-server closed the connection");
            }
            line.append((char) c);
        }
        in.read();
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
    }
}
