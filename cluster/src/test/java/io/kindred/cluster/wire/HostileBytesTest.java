package io.kindred.cluster.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.message.KeyspaceMessage;
import io.kindred.cluster.message.RequestMessage;
import io.kindred.cluster.ring.RecordKey;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a transport makes of peers that are none: raw sockets that say what they like. */
@Timeout(60)
class HostileBytesTest {

    private final List<TestPeer> started = new ArrayList<>();

    @AfterEach
    void stop() {
        started.forEach(TestPeer::close);
    }

    @Test
    void garbageBeforeTheHandshakeIsCut() throws IOException {
        TestPeer node = start(TestPeer.QUICK);
        byte[] http = "GET / HTTP/1.1\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        assertCut(node, http);
        assertCut(node, new byte[] {0, 0, 16, 1});
        assertCut(node, new byte[] {-1, -1, -1, -1});
        assertCut(node, new byte[] {0, 0, 0, 0});
        assertCut(node, new byte[] {0, 0, 0, 1, 99});
        assertEquals(5, node.stats().handshakeFailures());
    }

    @Test
    void messagesBeforeTheHandshakeAreNotRead() throws IOException {
        TestPeer node = start(TestPeer.QUICK);
        assertCut(node, new byte[] {0, 0, 0, 2, MessageType.CLOCK_REQUEST, 1});
        assertTrue(node.inbox.isEmpty());
    }

    @Test
    void silenceIsCutWhenTheHandshakeHasTakenTooLong() throws IOException {
        TransportConfig hasty = new TransportConfig(
                1 << 20, 1 << 20, 4, TimeUnit.MILLISECONDS.toNanos(50), TestPeer.QUICK.backoff(), WireVersions.CURRENT);
        TestPeer node = start(hasty);
        assertCut(node, new byte[] {0, 0});
        assertEquals(1, node.stats().handshakeFailures());
    }

    @Test
    void connectionsThatProveNothingAreBounded() throws IOException {
        TestPeer node = start(TestPeer.QUICK);
        List<Socket> silent = new ArrayList<>();
        for (int i = 0; i < TestPeer.QUICK.pendingMax(); i++) {
            silent.add(connect(node));
        }
        try (Socket newest = connect(node)) {
            // Behind it in the loop.
            assertCut(node, new byte[] {0, 0, 0, 0});
            assertEquals(2, node.stats().pendingRefused());
            assertTrue(node.stats().pending() <= TestPeer.QUICK.pendingMax());
            // The room is full, and a node gets in all the same.
            TestPeer early = start(TestPeer.node(3, 1, ""), TestPeer.QUICK);
            early.peers(node.member());
            Wait.until(early.links, "connected 1");
            newest.setSoTimeout(1);
            assertThrows(
                    SocketTimeoutException.class, () -> newest.getInputStream().read(), "the newest stays");
        }
        for (Socket socket : silent) {
            socket.close();
        }
        TestPeer other = start(TestPeer.node(2, 1, ""), TestPeer.QUICK);
        other.peers(node.member());
        Wait.until(other.links, "connected 1");
    }

    /** They come as fast as they can, and all say what a node without the secret would. */
    @Test
    void strangersOfItsOwnAddressDoNotKeepANodeOut() throws IOException {
        assertGetsInAmong((i, honest) -> dialing("another", i));
    }

    /** What they have listened to keeps one place, which is that of the first who has said it. */
    @Test
    void whoRepeatsWhatANodeHasSaidDoesNotKeepItOut() throws IOException {
        assertGetsInAmong((i, honest) -> honest);
    }

    /** @param theirs what the stranger of this number opens with */
    private void assertGetsInAmong(BiFunction<Integer, Handshake, Handshake> theirs) throws IOException {
        TestPeer node = start(TestPeer.node(1, 1, "s"), TestPeer.QUICK);
        List<Socket> strangers = new ArrayList<>();
        try (Socket socket = connect(node)) {
            Handshake honest = dialing("s", 5);
            RawPeer.writeFrame(socket, honest.opening());
            byte[] challenge = RawPeer.readFrame(socket);
            for (int i = 0; i < 5 * TestPeer.QUICK.pendingMax(); i++) {
                Socket stranger = connect(node);
                strangers.add(stranger);
                RawPeer.writeFrame(stranger, theirs.apply(i, honest).opening());
                RawPeer.readFrame(stranger);
            }
            Handshake.Step proof = honest.receive(challenge);
            RawPeer.writeFrame(socket, ((Handshake.Step.Send) proof).frame());
            assertTrue(RawPeer.run(socket, honest) instanceof Handshake.Step.Done);
        } finally {
            for (Socket stranger : strangers) {
                stranger.close();
            }
        }
    }

    /** Whatever they do meanwhile: some say nothing, some say what a node would. */
    @Test
    void aNodeGetsInWhileStrangersOfItsAddressConnectWithoutEnd() throws Exception {
        TestPeer node = start(TestPeer.node(1, 1, "s"), TestPeer.QUICK);
        AtomicBoolean goesOn = new AtomicBoolean(true);
        CountDownLatch crowded = new CountDownLatch(200);
        Thread crowd = new Thread(() -> crowd(node, goesOn, crowded));
        crowd.start();
        try {
            assertTrue(crowded.await(20, TimeUnit.SECONDS));
            for (int id = 2; id < 10; id++) {
                TestPeer other = start(TestPeer.node(id, 1, "s"), TestPeer.QUICK);
                other.peers(node.member());
                Wait.until(other.links, "connected 1");
            }
        } finally {
            goesOn.set(false);
            crowd.join();
        }
    }

    private static void crowd(TestPeer node, AtomicBoolean goesOn, CountDownLatch crowded) {
        ArrayDeque<Socket> open = new ArrayDeque<>();
        try {
            for (int i = 0; goesOn.get(); i++) {
                Socket stranger = connect(node);
                open.add(stranger);
                if (i % 2 == 0) {
                    greet(stranger, i);
                }
                if (open.size() > 4 * TestPeer.QUICK.pendingMax()) {
                    open.remove().close();
                }
                crowded.countDown();
            }
            for (Socket stranger : open) {
                stranger.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void greet(Socket stranger, int nonce) throws IOException {
        try {
            RawPeer.writeFrame(stranger, dialing("another", nonce).opening());
        } catch (SocketException e) {
            // It has been displaced by then.
            assertTrue(stranger.isConnected());
        }
    }

    private static Handshake dialing(String secret, int nonce) {
        byte[] drawn = new byte[Greeting.NONCE_BYTES];
        Arrays.fill(drawn, (byte) nonce);
        return Handshake.dialing(TestPeer.node(nonce, 1, secret), WireVersions.CURRENT, drawn, peer -> null);
    }

    @Test
    void aCrowdOfStrangersWritesAFewLines() throws IOException {
        List<String> lines = new CopyOnWriteArrayList<>();
        Logger logger = Logger.getLogger(StrangerLog.class.getName());
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord line) {
                lines.add(line.getMessage());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        logger.addHandler(handler);
        try {
            TestPeer node = start(TestPeer.QUICK);
            Random random = new Random(7);
            int blobs = 200;
            for (int i = 0; i < blobs; i++) {
                byte[] blob = new byte[64];
                random.nextBytes(blob);
                assertCut(node, blob);
            }
            TransportStats stats = node.stats();
            assertEquals(blobs, stats.handshakeFailures());
            assertEquals(blobs, lines.size() + stats.linesLeftOut());
            int kinds = HandshakeFailure.Kind.values().length;
            assertTrue(lines.size() <= StrangerLog.LINES_MAX * kinds && lines.size() < blobs / 4, lines::toString);
            assertTrue(lines.size() >= 1);
        } finally {
            logger.removeHandler(handler);
        }
    }

    @Test
    void halfFramesAreReadWhenTheirOtherHalfComes() throws IOException {
        TestPeer node = start(TestPeer.QUICK);
        try (RawPeer raw = new RawPeer(node, 5)) {
            byte[] frames = {0, 0, 0, 2, MessageType.CLOCK_REQUEST, 7, 0, 0, 0, 2, MessageType.CLOCK_REQUEST, 8};
            for (byte one : frames) {
                raw.out.write(one);
                raw.out.flush();
            }
            assertEquals(new TestPeer.Received(5, new KeyspaceMessage.ClockRequest(7)), Wait.next(node.inbox));
            assertEquals(new TestPeer.Received(5, new KeyspaceMessage.ClockRequest(8)), Wait.next(node.inbox));
        }
    }

    @Test
    void garbageAfterTheHandshakeCutsThatPeerOnly() throws IOException {
        TestPeer node = start(TestPeer.QUICK);
        TestPeer friend = start(TestPeer.node(2, 1, ""), TestPeer.QUICK);
        friend.peers(node.member());
        Wait.until(friend.links, "connected 1");
        for (byte[] bad : List.of(
                new byte[] {0, 0, 0, 2, (byte) 0xee, 1},
                new byte[] {0, 0, 0, 3, MessageType.CLOCK_REQUEST, 1, 1},
                new byte[] {0, 0, 0, 0},
                new byte[] {0x7f, 0, 0, 0},
                new byte[] {-1, 0, 0, 0})) {
            try (RawPeer raw = new RawPeer(node, 5)) {
                raw.out.write(new byte[] {0, 0, 0, 2, MessageType.CLOCK_REQUEST, 7});
                raw.out.write(bad);
                raw.out.write(new byte[] {0, 0, 0, 2, MessageType.CLOCK_REQUEST, 8});
                raw.assertCut();
            }
            assertEquals(new TestPeer.Received(5, new KeyspaceMessage.ClockRequest(7)), Wait.next(node.inbox));
        }
        assertEquals(5, node.stats().corruptFrames());
        friend.send(1, new KeyspaceMessage.ClockRequest(9));
        assertEquals(new TestPeer.Received(2, new KeyspaceMessage.ClockRequest(9)), Wait.next(node.inbox));
    }

    @Test
    void theNewestConnectionOfAProcessReplacesTheOlder() throws IOException {
        TestPeer node = start(TestPeer.QUICK);
        try (RawPeer first = new RawPeer(node, TestPeer.node(5, 3, ""));
                RawPeer second = new RawPeer(node, TestPeer.node(5, 3, ""))) {
            first.assertCut();
            Handshake.Step refused = RawPeer.lastStep(node, TestPeer.node(5, 4, ""));
            assertTrue(((Handshake.Step.Failed) refused).failure().reason().contains("another process with the id of"));
            second.out.write(new byte[] {0, 0, 0, 2, MessageType.CLOCK_REQUEST, 8});
            assertEquals(new TestPeer.Received(5, new KeyspaceMessage.ClockRequest(8)), Wait.next(node.inbox));
        }
    }

    @Test
    void aReaderThatDoesNotReadCostsBoundedMemoryAndStopsNobody() throws IOException {
        TestPeer node = start(TestPeer.QUICK);
        TestPeer friend = start(TestPeer.node(2, 1, ""), TestPeer.QUICK);
        try (ServerSocket listening = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
            TestPeer deaf = start(TestPeer.node(6, 1, ""), TestPeer.QUICK);
            node.peers(friend.member(), deaf.memberAt(listening.getLocalPort()));
            Wait.until(node.links, "connected 2");
            try (Socket socket = listening.accept()) {
                RawPeer.accept(socket, TestPeer.node(6, 1, ""));
                Wait.until(node.links, "connected 6");
                long shed = 0;
                for (int i = 0; shed < 100; i++) {
                    node.send(6, new RequestMessage.ReadRequest(i, RecordKey.head(0, 0, 0, new byte[50_000]), false));
                    TransportStats.PeerStats stats = node.statsOf(6);
                    shed = stats.shed();
                    assertTrue(
                            stats.queuedBytes() <= TestPeer.QUICK.queueBytesMax() + 51_000,
                            () -> stats.queuedBytes() + " bytes queued");
                }
                node.send(2, new KeyspaceMessage.ClockRequest(1));
                assertEquals(new TestPeer.Received(1, new KeyspaceMessage.ClockRequest(1)), Wait.next(friend.inbox));
            }
            Wait.until(node.links, "lost 6");
            assertEquals(0, node.statsOf(6).queuedBytes());
        }
    }

    private TestPeer start(TransportConfig config) throws IOException {
        return start(TestPeer.node(1, 1, ""), config);
    }

    private TestPeer start(LocalNode self, TransportConfig config) throws IOException {
        TestPeer peer = TestPeer.start(self, config, 0);
        started.add(peer);
        return peer;
    }

    private static Socket connect(TestPeer node) throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), node.port);
    }

    private static void assertCut(TestPeer node, byte[] bytes) throws IOException {
        try (Socket socket = connect(node)) {
            socket.getOutputStream().write(bytes);
            readToEnd(socket);
        }
    }

    private static void readToEnd(Socket socket) throws IOException {
        socket.setSoTimeout(20_000);
        byte[] rest = new byte[4096];
        try {
            int read = 0;
            while (read >= 0) {
                read = socket.getInputStream().read(rest);
            }
        } catch (SocketException e) {
            assertTrue(String.valueOf(e.getMessage()).contains("reset"), e::toString);
        }
    }

    /** A dialer made of a plain socket, past its handshake. */
    private static final class RawPeer implements AutoCloseable {
        private final Socket socket;
        private final DataOutputStream out;

        RawPeer(TestPeer node, long id) throws IOException {
            this(node, TestPeer.node(id, 1, ""));
        }

        RawPeer(TestPeer node, LocalNode self) throws IOException {
            socket = connect(node);
            out = new DataOutputStream(socket.getOutputStream());
            Handshake.Step last = dial(socket, self);
            assertTrue(last instanceof Handshake.Step.Done, last::toString);
        }

        static Handshake.Step lastStep(TestPeer node, LocalNode self) throws IOException {
            try (Socket socket = connect(node)) {
                return dial(socket, self);
            }
        }

        private static Handshake.Step dial(Socket socket, LocalNode self) throws IOException {
            Handshake handshake = Handshake.dialing(self, WireVersions.CURRENT, new byte[32], peer -> null);
            writeFrame(socket, handshake.opening());
            return run(socket, handshake);
        }

        static void accept(Socket socket, LocalNode self) throws IOException {
            Handshake.Step last =
                    run(socket, Handshake.accepting(self, WireVersions.CURRENT, new byte[32], peer -> null));
            assertTrue(last instanceof Handshake.Step.Done, last::toString);
        }

        private static Handshake.Step run(Socket socket, Handshake handshake) throws IOException {
            while (true) {
                Handshake.Step step = handshake.receive(readFrame(socket));
                if (step instanceof Handshake.Step.Send send) {
                    writeFrame(socket, send.frame());
                } else {
                    if (step instanceof Handshake.Step.Done done && done.frame() != null) {
                        writeFrame(socket, done.frame());
                    }
                    return step;
                }
            }
        }

        private static byte[] readFrame(Socket socket) throws IOException {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            byte[] frame = new byte[in.readInt()];
            in.readFully(frame);
            return frame;
        }

        private static void writeFrame(Socket socket, byte[] body) throws IOException {
            byte[] frame = Arrays.copyOf(new byte[0], 4 + body.length);
            frame[2] = (byte) (body.length >>> 8);
            frame[3] = (byte) body.length;
            System.arraycopy(body, 0, frame, 4, body.length);
            socket.getOutputStream().write(frame);
        }

        void assertCut() throws IOException {
            try {
                readToEnd(socket);
            } catch (EOFException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
