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
 * side that made them, so that none can be replayed, reflected or negotiated down. The connection is not encrypted, and
 * what follows the handshake is not signed: the secret keeps strangers out, not whoever sits on the wire.
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
    }

    private final LocalNode self;
    private final WireVersions versions;
    private final Admission admission;
    private final byte[] ownHello;
    private final SecretProof proof;
    private byte[] peerHello = new byte[0];
    private @Nullable RemoteNode peer;
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
        byte[] hello = Hello.write(HELLO, self, versions, nonce);
        return new Handshake(self, versions, admission, hello, State.AWAIT_WELCOME);
    }

    static Handshake accepting(LocalNode self, WireVersions versions, byte[] nonce, Admission admission) {
        byte[] hello = Hello.write(WELCOME, self, versions, nonce);
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
                state = State.FAILED;
                String reason = Hello.printable(in.readString("reason"));
                HandshakeFailure.Kind kind =
                        dialedItself ? HandshakeFailure.Kind.SELF : HandshakeFailure.Kind.REFUSED_BY_PEER;
                return new Step.Failed(null, new HandshakeFailure(kind, "the peer refuses: " + reason));
            }
            return receive(type, in, frame);
        } catch (CorruptFrame e) {
            return fail(HandshakeFailure.Kind.GARBAGE, String.valueOf(e.getMessage()));
        }
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
        if (objection != null && !dialedItself) {
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
        if (objection != null) {
            return fail(objection);
        }
        String unwanted = admission.objection(known());
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
        String unwanted = admission.objection(known());
        if (unwanted != null) {
            return fail(HandshakeFailure.Kind.UNWANTED, unwanted);
        }
        state = State.DONE;
        return new Step.Done(frameOf(ACCEPTED, new byte[0]), known());
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
                versions.common(hello.versionMin(), hello.versionMax()));
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
        ByteBuf out = Unpooled.buffer(128);
        String reason = failure.reason();
        FrameWriter.writeString(out, reason.substring(0, Math.min(reason.length(), REASON_BYTES_MAX / 3)));
        return new Step.Failed(frameOf(REFUSED, Hello.bytesOf(out)), failure);
    }

    private static byte[] frameOf(int type, byte[] body) {
        byte[] frame = new byte[1 + body.length];
        frame[0] = (byte) type;
        System.arraycopy(body, 0, frame, 1, body.length);
        return frame;
    }
}
