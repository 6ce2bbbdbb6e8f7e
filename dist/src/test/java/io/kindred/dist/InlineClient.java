package io.kindred.dist;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Redis's inline commands, whose replies are one line, or a bulk string of one line. */
final class InlineClient implements AutoCloseable {
    private final Socket socket;
    private final BufferedReader in;

    InlineClient(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(10_000);
        in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    }

    /** The reply's line as it came; of a bulk string its text. */
    String call(String command) throws IOException {
        socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.UTF_8));
        String line = String.valueOf(in.readLine());
        return line.startsWith("$") ? String.valueOf(in.readLine()) : line;
    }

    static void awaitPing(int port, Process server, Path log, Duration within) throws Exception {
        long deadline = System.nanoTime() + within.toNanos();
        String said = "";
        while (!said.equals("+PONG")) {
            if (!server.isAlive() || System.nanoTime() > deadline) {
                throw new AssertionError("no PONG but '" + said + "'; the log: " + Files.readString(log));
            }
            try (InlineClient client = new InlineClient(port)) {
                said = client.call("PING");
            } catch (IOException notYet) {
                said = notYet.toString();
            }
            server.onExit()
                    .completeOnTimeout(server, 100, TimeUnit.MILLISECONDS)
                    .join();
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
