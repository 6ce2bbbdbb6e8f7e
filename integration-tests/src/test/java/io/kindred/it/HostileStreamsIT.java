package io.kindred.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random and almost-right bytes on many connections: the server goes on answering, and its memory comes back. */
final class HostileStreamsIT {
    private static final int STREAMS = Integer.getInteger("kindred.streams", 100_000);
    private static final int SENDERS = 4;
    private static final long HEAP_GROWTH_MAX_BYTES = 8 << 20;
    private static final long RESIDENT_GROWTH_MAX_BYTES = 96 << 20;
    private final Seed seed = Seed.of(HostileStreamsIT.class);

    @Test
    void leaveTheServerAnsweringWithItsMemoryBack(@TempDir Path dir) {
        try (KindredProcess node = KindredProcess.started(NodeOptions.of("n1", dir))) {
            // The first part warms up code, pools and caches, so that what grows later is what leaks.
            send(node, STREAMS / 10, 0);
            JvmMemory before = settled(node);
            send(node, STREAMS, SENDERS);
            JvmMemory after = settled(node);
            assertTrue(
                    after.heapBytes() - before.heapBytes() < HEAP_GROWTH_MAX_BYTES
                            && after.residentBytes() - before.residentBytes() < RESIDENT_GROWTH_MAX_BYTES,
                    () -> "memory before " + before + ", after " + after + "; " + seed);
            assertTrue(node.isAlive(), () -> seed + node.log());
        }
    }

    private void send(KindredProcess node, int streams, int firstRandom) {
        Crowd.run(SENDERS, sender -> {
            Random random = seed.random(firstRandom + sender);
            for (int i = 0; i < streams / SENDERS; i++) {
                sendOne(node.port(), random);
            }
            return 0;
        });
    }

    private static void sendOne(int port, Random random) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port), RespConnection.TIMEOUT_MILLIS);
            socket.setSoTimeout(RespConnection.TIMEOUT_MILLIS);
            // The end of the stream makes the server read all of it and then close; replies and errors may come first.
            socket.getOutputStream().write(stream(random));
            socket.shutdownOutput();
            socket.getInputStream().readAllBytes();
        } catch (SocketException e) {
            // The server closed at the first wrong byte, with more of the stream on the way: that is a reset.
            return;
        }
    }

    private static byte[] stream(Random random) {
        byte[] bytes;
        switch (random.nextInt(4)) {
            case 0 -> {
                bytes = new byte[random.nextInt(300)];
                random.nextBytes(bytes);
            }
            case 1 -> {
                bytes = traffic(random);
                for (int i = random.nextInt(4); i >= 0; i--) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
                }
            }
            case 2 -> {
                bytes = traffic(random);
                bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
            }
            default -> bytes = ("*" + random.nextInt() + "\r\n$" + random.nextInt() + "\r\n").getBytes(ISO_8859_1);
        }
        return bytes;
    }

    private static byte[] traffic(Random random) {
        return random.nextBoolean()
                ? RespConnection.encode("SET", "hostile" + random.nextInt(100), "v".repeat(random.nextInt(200)))
                : RespConnection.encode("MGET", "hostile1", "hostile2", "hostile" + random.nextInt(100));
    }

    /** The memory once all those connections are gone. */
    private JvmMemory settled(KindredProcess node) {
        try (RespConnection connection = node.connect()) {
            Await.until(
                    "only this client is left",
                    Duration.ofSeconds(30),
                    () -> Info.of(connection, "clients").number("connected_clients") == 1);
            assertEquals("OK", connection.text("SET", "k", "v"));
            assertEquals("v", connection.text("GET", "k"));
        }
        return JvmMemory.of(node);
    }
}
