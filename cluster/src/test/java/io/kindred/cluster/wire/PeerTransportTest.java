package io.kindred.cluster.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.message.KeyspaceMessage;
import io.kindred.cluster.message.MembershipMessage;
import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.RequestMessage;
import io.kindred.cluster.ring.RecordKey;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PeerTransportTest {

    private final List<TestPeer> started = new ArrayList<>();

    @AfterEach
    void stop() {
        started.forEach(TestPeer::close);
    }

    @Test
    void threePeersExchangeMessagesInOrder() throws IOException {
        List<TestPeer> nodes = List.of(start(1), start(2), start(3));
        for (TestPeer node : nodes) {
            node.peers(
                    nodes.get(0).member(), nodes.get(1).member(), nodes.get(2).member());
        }
        for (TestPeer node : nodes) {
            Wait.next(node.links);
            Wait.next(node.links);
        }
        for (TestPeer from : nodes) {
            from.run(() -> {
                for (int i = 0; i < 1000; i++) {
                    for (TestPeer to : nodes) {
                        if (to != from) {
                            from.transport.send(
                                    to.self.nodeId(), new KeyspaceMessage.ClockReply(i, from.self.nodeId(), 0));
                        }
                    }
                }
                from.transport.flush();
            });
        }
        for (TestPeer node : nodes) {
            long[] next = new long[4];
            for (int i = 0; i < 2000; i++) {
                TestPeer.Received received = Wait.next(node.inbox);
                KeyspaceMessage.ClockReply message = (KeyspaceMessage.ClockReply) received.message();
                assertEquals(received.from(), message.stamp());
                assertEquals(next[(int) received.from()]++, message.requestId());
            }
        }
        TransportStats.PeerStats stats = nodes.get(0).statsOf(2);
        assertEquals(1000, stats.messagesOut());
        assertEquals(1000, stats.messagesIn());
        assertTrue(stats.connected());
    }

    @Test
    void answersHaveRoomOfTheirOwn() throws IOException {
        TestPeer a = start(1);
        TestPeer b = start(2);
        connect(a, b);
        a.run(() -> {
            for (int i = 0; i < 20; i++) {
                a.transport.send(
                        2, new RequestMessage.ReadRequest(i, RecordKey.head(0, 0, 0, new byte[100_000]), false));
            }
            for (int i = 0; i < 5; i++) {
                a.transport.send(2, new MembershipMessage.JoinRefused("not an answer that holds anything up"));
                a.transport.send(2, new RequestMessage.ReadReply(i, Message.Verdict.NOT_MINE, null));
            }
            assertTrue(a.transport.isBehind(2));
            a.transport.flush();
        });
        int answers = 0;
        for (int i = 0; i < 11 + 5; i++) {
            answers += Wait.next(b.inbox).message() instanceof RequestMessage.ReadReply ? 1 : 0;
        }
        assertEquals(5, answers);
        assertEquals(9 + 5, a.statsOf(2).shed());
        assertFalse(a.on(() -> a.transport.isBehind(2)));
    }

    @Test
    void aMessageAsLongAsAFrameArrives() throws IOException {
        TestPeer a = start(1);
        TestPeer b = start(2);
        connect(a, b);
        byte[] key = new byte[TestPeer.QUICK.frameBytesMax() - 10 - RecordKey.PREFIX_BYTES];
        a.send(2, new RequestMessage.ReadRequest(1, RecordKey.head(0, 0, 0, key), false));
        assertEquals(
                key.length,
                ((RequestMessage.ReadRequest) Wait.next(b.inbox).message())
                        .storageKey()
                        .key()
                        .length);
        a.send(2, new RequestMessage.ReadRequest(1, RecordKey.head(0, 0, 0, new byte[key.length + 10]), false));
        assertEquals(1, a.statsOf(2).oversized());
    }

    @Test
    void redialsAPeerThatDiedAndCameBack() throws IOException {
        TestPeer a = start(1);
        TestPeer b = start(2);
        connect(a, b);
        int port = b.port;
        stop(b);
        Wait.until(a.links, "lost 2");
        // Refused dials are told too.
        Wait.until(a.links, "lost 2");
        a.send(2, new KeyspaceMessage.ClockRequest(1));
        assertEquals(1, a.statsOf(2).dropped());
        TestPeer again = start(TestPeer.node(2, 2, ""), TestPeer.QUICK, port);
        Wait.until(a.links, "connected 2");
        a.send(2, new KeyspaceMessage.ClockRequest(2));
        assertEquals(new TestPeer.Received(1, new KeyspaceMessage.ClockRequest(2)), Wait.next(again.inbox));
        assertEquals(1, a.statsOf(2).reconnects());
    }

    @Test
    void aSilentConnectionIsMadeAnewWhenAskedFor() throws IOException {
        TestPeer a = start(1);
        TestPeer b = start(2);
        connect(a, b);
        a.run(() -> {
            a.transport.redial(2);
            // What is sent before it is open again is lost, and a second demand does nothing.
            a.transport.redial(2);
            a.transport.redial(9);
        });
        Wait.until(a.links, "lost 2");
        Wait.until(a.links, "connected 2");
        a.send(2, new KeyspaceMessage.ClockRequest(7));
        assertEquals(new TestPeer.Received(1, new KeyspaceMessage.ClockRequest(7)), Wait.next(b.inbox));
        assertEquals(1, a.statsOf(2).reconnects());
    }

    @Test
    void aSeedIsDialedUntilItIsThereAndTellsWhoItIs() throws IOException {
        int port = freePort();
        TestPeer newcomer = start(1);
        newcomer.run(() -> newcomer.transport.dialSeed("localhost", port));
        TestPeer seed = start(TestPeer.node(7, 1, ""), TestPeer.QUICK, port);
        Wait.until(newcomer.links, "connected 7");
        newcomer.send(7, new KeyspaceMessage.ClockRequest(5));
        assertEquals(new TestPeer.Received(1, new KeyspaceMessage.ClockRequest(5)), Wait.next(seed.inbox));
        // The seed keeps no connection to a stranger, but can answer on the stranger's.
        seed.send(1, new MembershipMessage.JoinRefused("not now"));
        assertEquals(new TestPeer.Received(7, new MembershipMessage.JoinRefused("not now")), Wait.next(newcomer.inbox));
    }

    /** Whatever goes wrong with another one: that is named once the one that let the node in is gone, too. */
    @Test
    void aSeedThatFailsIsNoTroubleWhereAnotherLetsTheNodeIn() throws IOException {
        int wrong = freePort();
        TestPeer newcomer = start(1);
        TestPeer seed = start(7);
        newcomer.run(() -> newcomer.transport.dialSeed("127.0.0.1", wrong));
        assertTrue(Wait.next(newcomer.links).startsWith("no seed lets it in: 127.0.0.1:" + wrong));
        newcomer.run(() -> newcomer.transport.dialSeed("127.0.0.1", seed.port));
        assertEquals("seeds do not fail", Wait.next(newcomer.links));
        assertEquals("connected 7", Wait.next(newcomer.links));
        TestPeer other = start(TestPeer.node(8, 1, "another secret"), TestPeer.QUICK, wrong);
        while (other.stats().handshakeFailures() < 2) {
            Thread.onSpinWait();
        }
        stop(seed);
        assertEquals("lost 7", Wait.next(newcomer.links));
        String told = Wait.next(newcomer.links);
        while (!told.startsWith("no seed lets it in: ")) {
            assertEquals("lost 7", told);
            told = Wait.next(newcomer.links);
        }
        assertTrue(told.contains("127.0.0.1:" + wrong + ": "), told);
        assertTrue(told.contains("127.0.0.1:" + seed.port + ": "), told);
    }

    @Test
    void aNewcomerIsAnsweredInTheTurnThatMakesItAMember() throws IOException {
        TestPeer newcomer = start(1);
        TestPeer seed = start(7);
        newcomer.run(() -> newcomer.transport.dialSeed("127.0.0.1", seed.port));
        Wait.until(newcomer.links, "connected 7");
        newcomer.send(7, new KeyspaceMessage.ClockRequest(5));
        Wait.next(seed.inbox);
        seed.run(() -> {
            seed.transport.peers(List.of(newcomer.member()));
            seed.transport.send(1, new KeyspaceMessage.ClockReply(5, 6, 7));
            seed.transport.flush();
        });
        assertEquals(new TestPeer.Received(7, new KeyspaceMessage.ClockReply(5, 6, 7)), Wait.next(newcomer.inbox));
    }

    @Test
    void aSeedThatBecomesAMemberKeepsItsConnection() throws IOException {
        TestPeer newcomer = start(1);
        TestPeer seed = start(7);
        newcomer.run(() -> newcomer.transport.dialSeed("127.0.0.1", seed.port));
        Wait.until(newcomer.links, "connected 7");
        newcomer.peers(seed.member(), newcomer.member());
        newcomer.run(newcomer.transport::forgetSeeds);
        newcomer.send(7, new KeyspaceMessage.ClockRequest(5));
        Wait.next(seed.inbox);
        assertEquals(0, newcomer.statsOf(7).reconnects());
        newcomer.peers(newcomer.member());
        assertEquals(List.of(), newcomer.stats().peers());
    }

    /** The member's own connection is given up for the seed's, which is the member's from then on. */
    @Test
    void aSeedThatBecomesAMemberWhileItIsDialedKeepsItsConnection() throws IOException {
        TestPeer newcomer = start(1);
        TestPeer seed = start(7);
        newcomer.run(() -> {
            newcomer.transport.dialSeed("127.0.0.1", seed.port);
            newcomer.transport.peers(List.of(seed.member(), newcomer.member()));
        });
        Wait.until(newcomer.links, "connected 7");
        newcomer.run(newcomer.transport::forgetSeeds);
        assertEquals(1, newcomer.stats().peers().size(), "nobody dials it any more");
        // The other end may have let go of either connection.
        for (int i = 0; seed.inbox.isEmpty(); i++) {
            newcomer.send(7, new KeyspaceMessage.ClockRequest(i));
        }
        newcomer.links.clear();
        stop(seed);
        Wait.until(newcomer.links, "lost 7");
    }

    @Test
    void twoSeedAddressesOfOneNodeMakeOneConnection() throws IOException {
        TestPeer newcomer = start(1);
        TestPeer seed = start(7);
        newcomer.run(() -> {
            newcomer.transport.dialSeed("127.0.0.1", seed.port);
            newcomer.transport.dialSeed("localhost", seed.port);
        });
        Wait.until(newcomer.links, "connected 7");
        // Where both were in their handshakes at once the later replaces the earlier, and a message on it may be lost.
        for (int i = 0; seed.inbox.isEmpty(); i++) {
            newcomer.send(7, new KeyspaceMessage.ClockRequest(i));
        }
        assertTrue(newcomer.statsOf(7).connected());
        assertEquals(1, seed.stats().peers().size());
    }

    @Test
    void aSeedListThatNamesTheNodeItselfDoesNoHarm() throws IOException {
        TestPeer a = start(1);
        TestPeer b = start(2);
        a.run(() -> {
            a.transport.dialSeed("127.0.0.1", a.port);
            a.transport.dialSeed("127.0.0.1", b.port);
        });
        Wait.until(a.links, "connected 2");
        assertEquals(0, a.stats().handshakeFailures());
    }

    @Test
    void refusesAnotherSecret() throws IOException {
        TestPeer a = start(TestPeer.node(1, 1, "right"), TestPeer.QUICK, 0);
        TestPeer b = start(TestPeer.node(2, 1, "wrong"), TestPeer.QUICK, 0);
        a.peers(b.member());
        Wait.until(a.links, "lost 2");
        Wait.until(a.links, "lost 2");
        assertTrue(b.stats().handshakeFailures() > 0);
        a.send(2, new KeyspaceMessage.ClockRequest(1));
        assertTrue(b.inbox.isEmpty());
        assertFalse(a.statsOf(2).connected());
    }

    @Test
    void aBuildOfBeforeGetsOneMessageAFrameAndOneAcknowledgementARequest() throws IOException {
        TestPeer a = start(1);
        TransportConfig older = new TransportConfig(
                1 << 20,
                1 << 20,
                4,
                TestPeer.QUICK.handshakeTimeoutNanos(),
                TestPeer.QUICK.backoff(),
                new WireVersions(11, 11));
        TestPeer b = start(TestPeer.node(2, 1, ""), older, 0);
        connect(a, b);
        a.run(() -> {
            a.transport.send(2, new RequestMessage.Acks(new long[] {3, 5}));
            a.transport.send(2, new KeyspaceMessage.ClockRequest(7));
            a.transport.flush();
        });
        assertEquals(
                List.of(
                        new RequestMessage.DeltasAck(3, Message.Verdict.OK, null),
                        new RequestMessage.DeltasAck(5, Message.Verdict.OK, null),
                        new KeyspaceMessage.ClockRequest(7)),
                List.of(
                        Wait.next(b.inbox).message(),
                        Wait.next(b.inbox).message(),
                        Wait.next(b.inbox).message()));
        assertEquals(List.of(1, 1, 1), List.copyOf(b.frames));
    }

    @Test
    void messagesOfATurnArriveTogether() throws IOException {
        TestPeer a = start(1);
        TestPeer b = start(2);
        connect(a, b);
        a.run(() -> {
            a.transport.send(2, new RequestMessage.Acks(new long[] {3, 5}));
            a.transport.send(2, new KeyspaceMessage.ClockRequest(7));
            a.transport.flush();
        });
        Wait.next(b.inbox);
        Wait.next(b.inbox);
        assertEquals(List.of(2), List.copyOf(b.frames));
    }

    @Test
    void refusesAnotherWireVersion() throws IOException {
        TestPeer a = start(1);
        TransportConfig newer = new TransportConfig(
                1 << 20,
                1 << 20,
                4,
                TestPeer.QUICK.handshakeTimeoutNanos(),
                TestPeer.QUICK.backoff(),
                new WireVersions(99, 99));
        TestPeer b = start(TestPeer.node(2, 1, ""), newer, 0);
        a.peers(b.member());
        Wait.until(a.links, "lost 2");
        Wait.until(a.links, "lost 2");
        assertTrue(b.stats().handshakeFailures() > 0);
    }

    @Test
    void aCopyOfThisNodeIsRefusedByIt() throws IOException {
        TestPeer a = start(1);
        TestPeer copy = start(TestPeer.node(1, 2, ""), TestPeer.QUICK, 0);
        TestPeer witness = start(3);
        copy.run(() -> copy.transport.dialSeed("127.0.0.1", a.port));
        a.peers(witness.member());
        witness.peers(a.member());
        Wait.until(a.links, "connected 3");
        copy.peers(witness.member());
        // The copy has the higher generation; but the original is there, and says so when it is asked.
        Wait.until(copy.links, "refused by 3 for start 1");
        Wait.until(copy.links, "refused by 3 for start 1");
        assertFalse(copy.links.contains("connected 3"));
        stop(a);
        Wait.until(copy.links, "connected 3");
        assertFalse(copy.links.contains("connected 1"));
        assertTrue(witness.stats().handshakeFailures() > 0);
    }

    /** The address that the members have is the original's; it hears nothing while the copy, which came to them, answers. */
    @Test
    void whoKeepsToACopyDoesNotDialItsOriginal() throws IOException {
        TestPeer witness = start(3);
        TestPeer copy = start(TestPeer.node(1, 2, ""), TestPeer.QUICK, 0);
        connect(copy, witness);
        TestPeer original = start(1);
        witness.peers(original.member());
        Wait.until(witness.links, "lost 1");
        Wait.until(witness.links, "lost 1");
        assertFalse(witness.links.contains("connected 1"));
        stop(copy);
        Wait.until(witness.links, "connected 1");
    }

    @Test
    void whoIsAtTheAddressOfAnotherClustersMemberIsTold() throws IOException {
        LocalNode self = TestPeer.node(1, 1, "");
        TestPeer a =
                start(new LocalNode(1, "n1", 1, 1, self.fingerprint(), "", 77, "127.0.0.1:4711"), TestPeer.QUICK, 0);
        TestPeer other = start(9);
        TestPeer b = start(2);
        a.peers(b.memberAt(other.port));
        Wait.until(other.links, "mistaken for 2 by n1 at 127.0.0.1:4711 of cluster 77");
        assertFalse(a.links.contains("connected 2"));
    }

    /** A newcomer that named two clusters as its seeds would make one of them. */
    @Test
    void whoHasFoundAClusterDoesNotTalkToAnother() throws IOException {
        String settings = TestPeer.node(1, 1, "").fingerprint();
        TestPeer first = start(new LocalNode(1, "n1", 1, 1, settings, "", 77, ""), TestPeer.QUICK, 0);
        TestPeer second = start(new LocalNode(2, "n2", 1, 2, settings, "", 88, ""), TestPeer.QUICK, 0);
        TestPeer newcomer = start(3);
        newcomer.run(() -> newcomer.transport.dialSeed("127.0.0.1", first.port));
        Wait.until(newcomer.links, "connected 1");
        newcomer.run(() -> newcomer.transport.dialSeed("127.0.0.1", second.port));
        second.peers(newcomer.member());
        Wait.until(second.links, "lost 3");
        assertFalse(newcomer.links.contains("connected 2"));
        assertFalse(second.links.contains("connected 3"));
    }

    @Test
    void anotherNodeAtAMembersAddressIsNotTakenForIt() throws IOException {
        TestPeer a = start(1);
        TestPeer impostor = start(9);
        TestPeer b = start(2);
        a.peers(b.memberAt(impostor.port));
        Wait.until(a.links, "lost 2");
        a.send(2, new KeyspaceMessage.ClockRequest(1));
        a.peers(b.member());
        Wait.until(a.links, "connected 2");
        assertTrue(impostor.inbox.isEmpty());
    }

    @Test
    void aNonLoopbackBindNeedsASecret() throws IOException {
        TestPeer a = start(1);
        IOException refused = assertThrows(IOException.class, () -> a.transport.bind("0.0.0.0", 0));
        assertTrue(String.valueOf(refused.getMessage()).contains("cluster-secret must be set"));
    }

    @Test
    void aTakenPortIsNamed() throws IOException {
        TestPeer a = start(1);
        IOException refused = assertThrows(IOException.class, () -> a.transport.bind("127.0.0.1", a.port));
        assertTrue(String.valueOf(refused.getMessage()).contains("cluster-port " + a.port));
    }

    private TestPeer start(long id) throws IOException {
        return start(TestPeer.node(id, 1, ""), TestPeer.QUICK, 0);
    }

    private TestPeer start(LocalNode self, TransportConfig config, int port) throws IOException {
        TestPeer peer = TestPeer.start(self, config, port);
        started.add(peer);
        return peer;
    }

    private void stop(TestPeer peer) {
        started.remove(peer);
        peer.close();
    }

    private static void connect(TestPeer from, TestPeer to) {
        from.peers(to.member());
        Wait.until(from.links, "connected " + to.self.nodeId());
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
