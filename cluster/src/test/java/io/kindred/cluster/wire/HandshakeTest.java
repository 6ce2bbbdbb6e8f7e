package io.kindred.cluster.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HandshakeTest {

    private static final String SETTINGS = "ring-partitions 1024, partitioner md5";
    private static final LocalNode N1 = new LocalNode(1, "n1", 5, 100, SETTINGS, "open sesame");
    private static final LocalNode N2 = new LocalNode(2, "n2", 6, 200, SETTINGS, "open sesame");

    /** Changes a frame on its way; {@code number} counts the frames of both directions from 0. */
    private interface Wire {
        byte[] carry(int number, byte[] frame);
    }

    @Test
    void nodesWithTheSameSecretLearnWhoTheOtherIs() {
        Exchange exchange = new Exchange(dialer(N1, 1), acceptor(N2, 2)).run();
        assertEquals(new RemoteNode(2, "n2", 6, 200, WireVersions.CURRENT.max(), 0), exchange.dialerFound);
        assertEquals(new RemoteNode(1, "n1", 5, 100, WireVersions.CURRENT.max(), 0), exchange.acceptorFound);
        exchange.frames.forEach(frame -> assertTrue(frame.length <= Handshake.FRAME_BYTES_MAX));
    }

    @Test
    void emptySecretsMatch() {
        LocalNode a = new LocalNode(1, "n1", 1, 1, SETTINGS, "");
        LocalNode b = new LocalNode(2, "n2", 1, 2, SETTINGS, "");
        assertNotNull(new Exchange(dialer(a, 1), acceptor(b, 2)).run().acceptorFound);
    }

    @Test
    void anotherSecretIsRefusedAndBothSay() {
        LocalNode stranger = new LocalNode(2, "n2", 6, 200, SETTINGS, "guess");
        Exchange exchange = new Exchange(dialer(N1, 1), acceptor(stranger, 2)).run();
        assertEquals(HandshakeFailure.Kind.SECRET, exchange.acceptorFailure().kind());
        assertTrue(exchange.dialerFailure().reason().contains("cluster-secret differs"));
    }

    @Test
    void aStrangerIsToldNothingButThatTheSecretDiffers() {
        Handshake acceptor = acceptor(N2, 2);
        LocalNode stranger = new LocalNode(1, "n1", 5, 100, "other settings", "guess");
        Handshake dialer = dialer(stranger, 1);
        byte[] challenge = sent(acceptor.receive(dialer.opening()));
        assertEquals(1 + 4 + 2 + 2 + Greeting.NONCE_BYTES, challenge.length, "magic, versions and nonce");
        Handshake.Step last = acceptor.receive(sent(dialer.receive(challenge)));
        assertSecretRefused(last);
        assertFalse(acceptor.isProven());
        byte[] farewell = assertPresent(((Handshake.Step.Failed) last).farewell());
        String told = new String(farewell, 2, farewell[1], StandardCharsets.UTF_8);
        assertEquals("cluster-secret differs: give both nodes the same one", told);
    }

    @Test
    void whoTalksNonsenseIsToldNothing() {
        Handshake.Step step = acceptor(N2, 2).receive("GET / HTTP/1.1".getBytes(StandardCharsets.US_ASCII));
        assertNull(assertInstanceOf(Handshake.Step.Failed.class, step).farewell());
    }

    @Test
    void aProofCannotBeSentBackToWhoeverMadeIt() {
        Handshake dialer = dialer(N1, 1);
        byte[] proof = sent(dialer.receive(sent(acceptor(N2, 2).receive(dialer.opening()))));
        byte[] asWelcome = proof.clone();
        asWelcome[0] = 4;
        assertSecretRefused(dialer.receive(asWelcome));
    }

    @Test
    void aRecordedProofDoesNotOpenAnotherConnection() {
        Exchange recorded = new Exchange(dialer(N1, 1), acceptor(N2, 2)).run();
        Handshake acceptor = acceptor(N2, 3);
        acceptor.receive(recorded.frames.get(0));
        assertSecretRefused(acceptor.receive(recorded.frames.get(2)));
    }

    @Test
    void aRefusalThatIsNotProvenIsNotTakenForAnotherProcessOfThisNode() {
        Handshake.Admission ofCopy = new Handshake.Admission() {
            @Override
            public String objection(RemoteNode peer) {
                return "another process is here";
            }

            @Override
            public long startInItsPlace(RemoteNode peer) {
                return 9;
            }
        };
        Exchange proven =
                new Exchange(dialer(N1, 1), Handshake.accepting(N2, WireVersions.CURRENT, nonce(2), ofCopy)).run();
        assertEquals(HandshakeFailure.Kind.COPY, proven.dialerFailure().kind());
        assertEquals(9, proven.dialerFailure().start());
        for (int cut = 1; cut <= SecretProof.BYTES; cut++) {
            int missing = cut;
            Exchange forged =
                    new Exchange(dialer(N1, 1), Handshake.accepting(N2, WireVersions.CURRENT, nonce(2), ofCopy));
            forged.wire = (n, frame) -> n == 3 ? flipped(frame, frame.length - missing) : frame;
            assertEquals(
                    HandshakeFailure.Kind.REFUSED_BY_PEER,
                    forged.run().dialerFailure().kind());
        }
    }

    @Test
    void whoComesInBetweenKeepsTheOtherOut() {
        int[] asked = {0};
        Handshake acceptor =
                Handshake.accepting(N2, WireVersions.CURRENT, nonce(2), peer -> ++asked[0] == 1 ? null : "too late");
        Exchange exchange = new Exchange(dialer(N1, 1), acceptor).run();
        assertEquals(HandshakeFailure.Kind.UNWANTED, exchange.acceptorFailure().kind());
        assertNull(exchange.acceptorFound);
    }

    @Test
    void versionsThatDoNotOverlapAreNamedOnBothSides() {
        Handshake newer = Handshake.accepting(N2, new WireVersions(98, 99), nonce(2), peer -> null);
        Exchange exchange = new Exchange(dialer(N1, 1), newer).run();
        String said = "wire versions do not overlap: one node speaks 98 to 99, its peer " + WireVersions.CURRENT.text();
        assertTrue(exchange.acceptorFailure().reason().startsWith(said));
        assertTrue(exchange.dialerFailure().reason().contains(said));
    }

    @Test
    void theNewestCommonVersionIsSpoken() {
        Handshake dialer = Handshake.dialing(N1, new WireVersions(1, 4), nonce(1), peer -> null);
        Handshake acceptor = Handshake.accepting(N2, new WireVersions(2, 3), nonce(2), peer -> null);
        Exchange exchange = new Exchange(dialer, acceptor).run();
        assertEquals(3, assertPresent(exchange.dialerFound).wireVersion());
        assertEquals(3, assertPresent(exchange.acceptorFound).wireVersion());
    }

    @Test
    void differingSettingsAreNamedOnBothSides() {
        LocalNode other = new LocalNode(2, "n2", 6, 200, "ring-partitions 64, partitioner slot", "open sesame");
        Exchange exchange = new Exchange(dialer(N1, 1), acceptor(other, 2)).run();
        for (HandshakeFailure failure : List.of(exchange.dialerFailure(), exchange.acceptorFailure())) {
            assertTrue(failure.reason().contains("ring-partitions 1024, partitioner md5"), failure::reason);
            assertTrue(failure.reason().contains("ring-partitions 64, partitioner slot"), failure::reason);
        }
    }

    @Test
    void aCopiedDataDirectoryIsToldFromTheNodeItself() {
        LocalNode copy = new LocalNode(1, "n1", 6, 999, SETTINGS, "open sesame");
        Exchange copied = new Exchange(dialer(copy, 1), acceptor(N1, 2)).run();
        assertEquals(HandshakeFailure.Kind.SAME_ID, copied.acceptorFailure().kind());
        assertTrue(copied.dialerFailure().reason().contains("a data directory has been copied"));

        Exchange itself = new Exchange(dialer(N1, 1), acceptor(N1, 2)).run();
        assertEquals(HandshakeFailure.Kind.SELF, itself.dialerFailure().kind());
        assertEquals(HandshakeFailure.Kind.SELF, itself.acceptorFailure().kind());
    }

    @Test
    void anotherNodeOfTheSameNameIsRefused() {
        LocalNode namesake = new LocalNode(3, "n1", 1, 300, SETTINGS, "open sesame");
        Exchange exchange = new Exchange(dialer(namesake, 1), acceptor(N1, 2)).run();
        assertEquals(HandshakeFailure.Kind.SAME_NAME, exchange.acceptorFailure().kind());
        assertTrue(exchange.dialerFailure().reason().contains("two nodes are named n1"));
    }

    @Test
    void whomTheTransportDoesNotWantIsRefusedAfterItsProof() {
        Handshake acceptor = Handshake.accepting(N2, WireVersions.CURRENT, nonce(2), peer -> "not now");
        Exchange exchange = new Exchange(dialer(N1, 1), acceptor).run();
        assertEquals(HandshakeFailure.Kind.UNWANTED, exchange.acceptorFailure().kind());
        assertTrue(exchange.dialerFailure().reason().contains("not now"));
    }

    @Test
    void damageInAnyByteOnTheWayIsNeverAccepted() {
        int frames = new Exchange(dialer(N1, 1), acceptor(N2, 2)).run().frames.size();
        assertEquals(5, frames);
        for (int number = 0; number < frames; number++) {
            int damagedFrame = number;
            int length =
                    new Exchange(dialer(N1, 1), acceptor(N2, 2)).run().frames.get(number).length;
            for (int at = 0; at < length; at++) {
                int damagedByte = at;
                Exchange exchange = new Exchange(dialer(N1, 1), acceptor(N2, 2));
                exchange.wire = (n, frame) -> n == damagedFrame ? flipped(frame, damagedByte) : frame;
                exchange.run();
                boolean bothFound = exchange.dialerFound != null && exchange.acceptorFound != null;
                assertFalse(bothFound, () -> "frame " + damagedFrame + " byte " + damagedByte);
            }
        }
    }

    @Test
    void framesOutOfTurnAreGarbage() {
        byte[] hello = dialer(N1, 1).opening();
        for (byte[] frame : List.of(new byte[0], frame(3, new byte[32]), frame(6, new byte[0]), frame(77, hello))) {
            Handshake.Step step = acceptor(N2, 2).receive(frame);
            assertEquals(
                    HandshakeFailure.Kind.GARBAGE,
                    assertInstanceOf(Handshake.Step.Failed.class, step)
                            .failure()
                            .kind());
        }
    }

    @Test
    void aPeersReasonCannotForgeLogLines() {
        byte[] text = "no\nERROR forged\u202e".getBytes(StandardCharsets.UTF_8);
        byte[] frame = new byte[2 + text.length + Long.BYTES];
        frame[0] = 5;
        frame[1] = (byte) text.length;
        System.arraycopy(text, 0, frame, 2, text.length);
        Handshake.Step step = dialer(N1, 1).receive(frame);
        assertEquals(
                "the peer refuses: no?ERROR forged?",
                assertInstanceOf(Handshake.Step.Failed.class, step).failure().reason());
    }

    private static void assertSecretRefused(Handshake.Step step) {
        assertEquals(
                HandshakeFailure.Kind.SECRET,
                assertInstanceOf(Handshake.Step.Failed.class, step).failure().kind());
    }

    private static byte[] sent(Handshake.Step step) {
        return assertInstanceOf(Handshake.Step.Send.class, step).frame();
    }

    private static <T> T assertPresent(@Nullable T value) {
        assertNotNull(value);
        return value;
    }

    private static Handshake dialer(LocalNode self, int nonce) {
        return Handshake.dialing(self, WireVersions.CURRENT, nonce(nonce), peer -> null);
    }

    private static Handshake acceptor(LocalNode self, int nonce) {
        return Handshake.accepting(self, WireVersions.CURRENT, nonce(nonce), peer -> null);
    }

    private static byte[] nonce(int seed) {
        byte[] nonce = new byte[Greeting.NONCE_BYTES];
        Arrays.fill(nonce, (byte) seed);
        return nonce;
    }

    private static byte[] frame(int type, byte[] body) {
        byte[] frame = new byte[1 + body.length];
        frame[0] = (byte) type;
        System.arraycopy(body, 0, frame, 1, body.length);
        return frame;
    }

    private static byte[] flipped(byte[] frame, int at) {
        byte[] damaged = frame.clone();
        damaged[at] ^= 0x04;
        return damaged;
    }

    /** Carries frames between two ends until both have nothing more to say. */
    private static final class Exchange {
        private final Handshake dialer;
        private final Handshake acceptor;
        private final List<byte[]> frames = new ArrayList<>();
        private Wire wire = (number, frame) -> frame;
        private @Nullable RemoteNode dialerFound;
        private @Nullable RemoteNode acceptorFound;
        private @Nullable HandshakeFailure dialerFailed;
        private @Nullable HandshakeFailure acceptorFailed;

        Exchange(Handshake dialer, Handshake acceptor) {
            this.dialer = dialer;
            this.acceptor = acceptor;
        }

        Exchange run() {
            byte[] next = dialer.opening();
            for (boolean toAcceptor = true; next != null; toAcceptor = !toAcceptor) {
                byte[] carried = wire.carry(frames.size(), next);
                frames.add(next);
                next = toAcceptor ? atAcceptor(acceptor.receive(carried)) : atDialer(dialer.receive(carried));
            }
            return this;
        }

        HandshakeFailure dialerFailure() {
            return assertPresent(dialerFailed);
        }

        HandshakeFailure acceptorFailure() {
            return assertPresent(acceptorFailed);
        }

        private byte @Nullable [] atAcceptor(Handshake.Step step) {
            if (step instanceof Handshake.Step.Done done) {
                acceptorFound = done.peer();
                return done.frame();
            }
            if (step instanceof Handshake.Step.Failed failed) {
                acceptorFailed = failed.failure();
                return failed.farewell();
            }
            return ((Handshake.Step.Send) step).frame();
        }

        private byte @Nullable [] atDialer(Handshake.Step step) {
            if (step instanceof Handshake.Step.Done done) {
                dialerFound = done.peer();
                return done.frame();
            }
            if (step instanceof Handshake.Step.Failed failed) {
                dialerFailed = failed.failure();
                return failed.farewell();
            }
            return ((Handshake.Step.Send) step).frame();
        }
    }
}
