package io.kindred.cluster.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.security.MessageDigest;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Both ends of the handshake, as a state machine without sockets: frames in, frames out.
 *
 * <pre>
 *   dialer                                             acceptor
 *   HELLO   versions, id, name, generation, nonce  --&gt;   AWAIT_HELLO
 *   AWAIT_WELCOME  &lt;-- WELCOME  the same of it, and HMAC("accept", both hellos)
 *   PROOF   HMAC("dial", both hellos)              --&gt;   AWAIT_PROOF
 *   AWAIT_ACCEPTED &lt;-- ACCEPTED                          DONE
 *   DONE
 * </pre>
 *
 * Either end may say REFUSED, with the reason in words, instead of its next frame; then both close. The HMACs (SHA-256,
 * keyed by the cluster's secret) cover both nonces, both node ids, the offered versions and the settings, and name the
 * side that made them, so that none can be replayed, reflected or negotiated down. Where the connection is not in TLS it is
 * not encrypted, and what follows the handshake is not signed: the secret keeps strangers out, not whoever sits on the wire.
 *
 * <p>Nothing that a peer says is believed before its HMAC is, except its reason to refuse, which is only logged.
 */
final class Handshake {

    /** No frame is longer before the peer has proven itself. */
    static final int FRAME_BYTES_MAX = 4096;

    private static final int HELLO = 1;
    private static final int WELCOME = 2;
    private static final int PROOF = 3;
    private static final int ACCEPTED = 4;
    private static final int REFUSED = 5;
    private static final int REASON_BYTES_MAX = 2048;

    private enum State {
        AWAIT_HELLO,
        AWAIT_WELCOME,
        AWAIT_PROOF,
        AWAIT_ACCEPTED,
        DONE,
        FAILED
    }

    /** What to do next. */
    sealed interface Step {
        record Send(byte[] frame) implements Step {}

        /** {@code frame} is sent first where there is one; then messages may flow. */
        record Done(byte @Nullable [] frame, RemoteNode peer) implements Step {}

        /** {@code farewell} is sent first where there is one; then the connection is closed. */
        record Failed(byte @Nullable [] farewell, HandshakeFailure failure) implements Step {}
    }

    /** The transport's own say about a peer that has proven itself. */
    interface Admission {
        /** Why this peer is not wanted on this connection, or null. */
        @Nullable
        String objection(RemoteNode peer);

        /** The start of the process in whose favour that is, one with the same id; 0: it is for another reason. */
        default long startInItsPlace(RemoteNode peer) {
            return 0;
        }

        /** A node that has proven itself looks for another one here. */
        default void mistaken(Hello.Text dialer) {}
    }

    private final LocalNode self;
    private final WireVersions versions;
    private final Admission admission;
    private final byte[] ownHello;
    private final SecretProof proof;
    private byte[] peerHello = new byte[0];
    private @Nullable RemoteNode peer;
    private long sought;
    private Hello.@Nullable Text dialer;
    private boolean dialedItself;
    private State state;

    private Handshake(LocalNode self, WireVersions versions, Admission admission, byte[] ownHello, State state) {
        this.self = self;
        this.versions = versions;
        this.admission = admission;
        this.ownHello = ownHello;
        this.state = state;
        this.proof = new SecretProof(self.secret());
    }

    static Handshake dialing(LocalNode self, WireVersions versions, byte[] nonce, Admission admission) {
        return dialing(self, versions, nonce, admission, 0);
    }

    /** @param sought whom it looks for; 0: whoever is there */
    static Handshake dialing(LocalNode self, WireVersions versions, byte[] nonce, Admission admission, long sought) {
        byte[] hello = Hello.write(HELLO, self, versions, nonce, sought);
        Handshake dialing = new Handshake(self, versions, admission, hello, State.AWAIT_WELCOME);
        dialing.sought = sought;
        return dialing;
    }

    static Handshake accepting(LocalNode self, WireVersions versions, byte[] nonce, Admission admission) {
        byte[] hello = Hello.write(WELCOME, self, versions, nonce, 0);
        return new Handshake(self, versions, admission, hello, State.AWAIT_HELLO);
    }

    /** The dialer's first frame. */
    byte[] opening() {
        return ownHello.clone();
    }

    Step receive(byte[] frame) {
        FrameReader in = new FrameReader(Unpooled.wrappedBuffer(frame), frame.length);
        try {
            int type = in.readByte("handshake frame type");
            if (type == REFUSED) {
                State before = state;
                state = State.FAILED;
                return new Step.Failed(null, refused(in, before));
            }
            return receive(type, in, frame);
        } catch (CorruptFrame e) {
            return fail(HandshakeFailure.Kind.GARBAGE, String.valueOf(e.getMessage()));
        }
    }

    private HandshakeFailure refused(FrameReader in, State before) throws CorruptFrame {
        String reason = "the peer refuses: " + Hello.printable(in.readString("reason"));
        long start = in.readLong("start");
        if (dialedItself) {
            return new HandshakeFailure(HandshakeFailure.Kind.SELF, reason);
        }
        // Who says so of another process has proven to be of the cluster by then.
        return start != 0 && before == State.AWAIT_ACCEPTED
                ? new HandshakeFailure(HandshakeFailure.Kind.COPY, reason, start)
                : new HandshakeFailure(HandshakeFailure.Kind.REFUSED_BY_PEER, reason);
    }

    private Step receive(int type, FrameReader in, byte[] frame) throws CorruptFrame {
        if (state == State.AWAIT_HELLO && type == HELLO) {
            return onHello(in, frame);
        }
        if (state == State.AWAIT_WELCOME && type == WELCOME) {
            return onWelcome(in, frame);
        }
        if (state == State.AWAIT_PROOF && type == PROOF) {
            return onProof(in);
        }
        if (state == State.AWAIT_ACCEPTED && type == ACCEPTED) {
            state = State.DONE;
            return new Step.Done(null, known());
        }
        throw new CorruptFrame("handshake frame " + type + " in state " + state);
    }

    private Step onHello(FrameReader in, byte[] frame) throws CorruptFrame {
        Hello hello = Hello.read(in, versions);
        HandshakeFailure objection = objection(hello);
        // The dialer finds out that it has dialed itself, once it has seen the proof; then it never dials this again.
        dialedItself = objection != null && objection.kind() == HandshakeFailure.Kind.SELF;
        dialer = hello.text();
        // Whom it looks for instead it is told once it has proven itself.
        boolean isSeeker = isOtherThanSought(objection, self.nodeId());
        if (objection != null && !dialedItself && !isSeeker) {
            return fail(objection);
        }
        in.requireEnd();
        peerHello = frame.clone();
        state = State.AWAIT_PROOF;
        ByteBuf welcome = Unpooled.buffer(ownHello.length + SecretProof.BYTES);
        welcome.writeBytes(ownHello);
        welcome.writeBytes(proof.of(SecretProof.Side.ACCEPTOR, peerHello, ownHello));
        return new Step.Send(Hello.bytesOf(welcome));
    }

    private Step onWelcome(FrameReader in, byte[] frame) throws CorruptFrame {
        Hello hello = Hello.read(in, versions);
        if (hello.text() == null) {
            return fail(versionsDiffer(hello));
        }
        int helloLength = frame.length - in.remaining();
        peerHello = Arrays.copyOf(frame, helloLength);
        byte[] mac = in.readBytes(SecretProof.BYTES, "proof");
        in.requireEnd();
        if (!MessageDigest.isEqual(mac, proof.of(SecretProof.Side.ACCEPTOR, ownHello, peerHello))) {
            return fail(HandshakeFailure.Kind.SECRET, "cluster-secret differs: check it on both nodes");
        }
        HandshakeFailure objection = objection(hello);
        // A node that is not the one to be found there learns of that, from one that has proven itself.
        boolean isOther = sought != 0 && known().nodeId() != sought && isAboutRings(objection);
        if (objection != null && !isOther) {
            return fail(objection);
        }
        String unwanted = isOther ? null : admission.objection(known());
        if (unwanted != null) {
            return fail(HandshakeFailure.Kind.UNWANTED, unwanted);
        }
        state = State.AWAIT_ACCEPTED;
        return new Step.Send(frameOf(PROOF, proof.of(SecretProof.Side.DIALER, ownHello, peerHello)));
    }

    private Step onProof(FrameReader in) throws CorruptFrame {
        byte[] mac = in.readBytes(SecretProof.BYTES, "proof");
        in.requireEnd();
        if (dialedItself || !MessageDigest.isEqual(mac, proof.of(SecretProof.Side.DIALER, peerHello, ownHello))) {
            return fail(HandshakeFailure.Kind.SECRET, "cluster-secret differs: check it on both nodes");
        }
        Hello.Text asker = dialer;
        if (asker != null && asker.seeksOtherThan(self.nodeId())) {
            admission.mistaken(asker);
            return fail(
                    HandshakeFailure.Kind.MISTAKEN,
                    "node " + RemoteNode.idText(asker.sought()) + " should be here, but this is node " + self.name()
                            + " ("
                            + RemoteNode.idText(self.nodeId()) + ") of cluster "
                            + RemoteNode.clusterText(self.cluster()));
        }
        String unwanted = admission.objection(known());
        if (unwanted != null) {
            return fail(
                    new HandshakeFailure(HandshakeFailure.Kind.UNWANTED, unwanted, admission.startInItsPlace(known())));
        }
        state = State.DONE;
        return new Step.Done(frameOf(ACCEPTED, new byte[0]), known());
    }

    private boolean isOtherThanSought(@Nullable HandshakeFailure objection, long node) {
        Hello.Text asker = dialer;
        return asker != null && asker.seeksOtherThan(node) && isAboutRings(objection);
    }

    /** Whether there is nothing to be said against a node but where it belongs. */
    private static boolean isAboutRings(@Nullable HandshakeFailure objection) {
        return objection == null
                || objection.kind() == HandshakeFailure.Kind.CLUSTER
                || objection.kind() == HandshakeFailure.Kind.SAME_NAME;
    }

    private @Nullable HandshakeFailure objection(Hello hello) {
        Hello.Text text = hello.text();
        if (text == null) {
            return versionsDiffer(hello);
        }
        peer = new RemoteNode(
                text.nodeId(),
                text.name(),
                text.generation(),
                text.instance(),
                versions.common(hello.versionMin(), hello.versionMax()),
                text.cluster());
        return Compatibility.objection(self, text);
    }

    private HandshakeFailure versionsDiffer(Hello hello) {
        return new HandshakeFailure(
                HandshakeFailure.Kind.VERSION,
                "wire versions do not overlap: " + self.name() + " speaks " + versions.text() + ", the peer "
                        + WireVersions.text(hello.versionMin(), hello.versionMax()));
    }

    private RemoteNode known() {
        if (peer == null) {
            throw new IllegalStateException("no hello has been read in state " + state);
        }
        return peer;
    }

    private Step fail(HandshakeFailure.Kind kind, String reason) {
        return fail(new HandshakeFailure(kind, reason));
    }

    private Step fail(HandshakeFailure failure) {
        state = State.FAILED;
        return new Step.Failed(refusal(failure), failure);
    }

    /** The frame that tells why there is no connection. */
    static byte[] refusal(HandshakeFailure failure) {
        ByteBuf out = Unpooled.buffer(128);
        String reason = failure.reason();
        FrameWriter.writeString(out, reason.substring(0, Math.min(reason.length(), REASON_BYTES_MAX / 3)));
        out.writeLong(failure.start());
        return frameOf(REFUSED, Hello.bytesOf(out));
    }

    private static byte[] frameOf(int type, byte[] body) {
        byte[] frame = new byte[1 + body.length];
        frame[0] = (byte) type;
        System.arraycopy(body, 0, frame, 1, body.length);
        return frame;
    }
}
