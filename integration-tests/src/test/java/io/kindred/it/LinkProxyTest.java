package io.kindred.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the link proxy does to a stream, with plain sockets in the place of the nodes. */
final class LinkProxyTest {
    private static final int TIMEOUT_MILLIS = 10_000;
    private static final int SHORT_TIMEOUT_MILLIS = 300;
    private static final Duration DELAY = Duration.ofMillis(100);

    private ServerSocket node;
    private LinkProxy proxy;

    /** Both ends of a connection through the proxy. */
    private record Ends(Socket dialer, Socket node) implements AutoCloseable {
        /** How long one byte takes from one end to the other. */
        long millis(boolean back) throws IOException {
            long begun = System.nanoTime();
            (back ? node : dialer).getOutputStream().write('x');
            assertEquals('x', (back ? dialer : node).getInputStream().read());
            return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
        }

        @Override
        public void close() throws IOException {
            dialer.close();
            node.close();
        }
    }

    @BeforeEach
    void open() throws IOException {
        node = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        node.setSoTimeout(TIMEOUT_MILLIS);
        proxy = new LinkProxy(node.getLocalPort(), new Random(1));
    }

    @AfterEach
    void close() throws IOException {
        proxy.close();
        node.close();
    }

    private Ends dialedBy(String name) throws IOException {
        Socket dialer = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        dialer.setTcpNoDelay(true);
        dialer.setSoTimeout(TIMEOUT_MILLIS);
        byte[] hello = hello(name);
        // In two pieces, as a network may cut it.
        dialer.getOutputStream().write(hello, 0, 20);
        dialer.getOutputStream().write(hello, 20, hello.length - 20);
        Socket accepted = node.accept();
        accepted.setTcpNoDelay(true);
        accepted.setSoTimeout(TIMEOUT_MILLIS);
        assertEquals(
                ByteBuffer.wrap(hello),
                ByteBuffer.wrap(accepted.getInputStream().readNBytes(hello.length)));
        return new Ends(dialer, accepted);
    }

    /** As docs/wire-format.md has it. */
    private static byte[] hello(String name) {
        byte[] text = name.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        int helloLength = 1 + 4 + 4 + 32;
        int proofLength = 1 + 24 + 1 + text.length + 1;
        ByteBuffer frames = ByteBuffer.allocate(4 + helloLength + 4 + proofLength);
        frames.putInt(helloLength).put((byte) 1).putInt(0x4b494e44).putInt(0x00010001);
        frames.position(4 + helloLength);
        frames.putInt(proofLength).put((byte) 3);
        frames.position(frames.position() + 24);
        frames.put((byte) text.length).put(text).put((byte) 0);
        return frames.array();
    }

    @Test
    void delaysOnlyTheNamedDialerAndBothDirections() throws IOException {
        proxy.set("slow", LinkProxy.Wire.bad(DELAY, 0));
        try (Ends slow = dialedBy("slow");
                Ends fast = dialedBy("fast")) {
            assertTrue(slow.millis(false) >= DELAY.toMillis());
            assertTrue(slow.millis(true) >= DELAY.toMillis());
            assertTrue(fast.millis(false) < DELAY.toMillis());
            proxy.set("slow", LinkProxy.Wire.GOOD);
            assertTrue(slow.millis(false) < DELAY.toMillis());
        }
    }

    @Test
    void aLostSegmentHoldsUpWhatFollows() throws IOException {
        try (Ends ends = dialedBy("n1")) {
            proxy.set("n1", LinkProxy.Wire.bad(Duration.ZERO, 1));
            long begun = System.nanoTime();
            ends.dialer().getOutputStream().write('a');
            // The proxy has it before the wire is good again: it takes in nothing while it is told.
            Await.last(Duration.ofMillis(50));
            proxy.set("n1", LinkProxy.Wire.GOOD);
            ends.dialer().getOutputStream().write('b');
            assertEquals('a', ends.node().getInputStream().read());
            assertTrue(System.nanoTime() - begun >= LinkProxy.RETRANSMIT_NANOS);
            assertEquals('b', ends.node().getInputStream().read());
        }
    }

    @Test
    void aCutWireDeliversWhatItHeldOnceItIsHealed() throws IOException {
        try (Ends ends = dialedBy("n1")) {
            proxy.set("n1", LinkProxy.Wire.CUT);
            ends.dialer().getOutputStream().write('a');
            ends.node().setSoTimeout(SHORT_TIMEOUT_MILLIS);
            assertThrows(
                    SocketTimeoutException.class,
                    () -> ends.node().getInputStream().read());
            proxy.set("n1", LinkProxy.Wire.GOOD);
            ends.node().setSoTimeout(TIMEOUT_MILLIS);
            assertEquals('a', ends.node().getInputStream().read());
        }
    }

    @Test
    void megabytesPassUnchangedAndThenTheEnd() throws Exception {
        byte[] sent = new byte[12 << 20];
        new Random(2).nextBytes(sent);
        try (Ends ends = dialedBy("n1")) {
            Thread writer = new Thread(() -> {
                try {
                    ends.dialer().getOutputStream().write(sent);
                    ends.dialer().close();
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            writer.start();
            byte[] received = ends.node().getInputStream().readAllBytes();
            writer.join();
            assertEquals(ByteBuffer.wrap(sent), ByteBuffer.wrap(received));
        }
    }
}
