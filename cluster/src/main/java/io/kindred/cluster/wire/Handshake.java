package io.kindred.cluster.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Both ends of the handshake, as a state machine without sockets: frames in, frames out.
 *
 * <pre>
 *   dialer                                                acceptor
 *   HELLO   versions, vouched nonce                   --&gt;   AWAIT_HELLO
 *   AWAIT_CHALLENGE &lt;-- CHALLENGE  versions, nonce
 *   PROOF   who it is, HMAC("dial", all before)       --&gt;   AWAIT_PROOF
 *   AWAIT_WELCOME   &lt;-- WELCOME  who it is, HMAC("accept", all before)
 *   AGREED                                            --&gt;   AWAIT_AGREED
 *   DONE                                                  DONE
 * </pre>
 *
 * The dialer has been told by its operator, or by a member, whom it dials; the acceptor is dialed by anybody. So the dialer proves
 * itself first, and until it has it learns nothing but which versions are spoken and, where its proof is wrong, that the
 * secret differs.
 *
 * <p>Either end may say REFUSED, with the reason in words, instead of its next frame; then both close. The HMACs (SHA-256,
 * keyed by the cluster's secret) cover all frames before them, so both nonces, both nodes, the offered versions and the settings,
 * and name the side that made them, so that none can be replayed, reflected or negotiated down. A refusal of one who has proven
 * itself carries one too. Where the connection is not in TLS it is not encrypted, and what follows the handshake is not signed: the secret keeps
 * strangers out, not whoever sits on the wire.
 *
 * <p>Nothing that a peer says is believed before its HMAC is, except its reason to refuse, which is only shown.
 */
final class Handshake {

    /** No frame is longer before the peer has proven itself. */
    static final int FRAME_BYTES_MAX = 4096;

    private static final int HELLO = 1;
    private static final int CHALLENGE = 2;
    private static final int PROOF = 3;
    private static final int WELCOME = 4;
    private static final int REFUSED = 5;
    private static final int AGREED = 6;
    private static final int REASON_BYTES_MAX = 1024;
    private static final HandshakeFailure SECRET_DIFFERS =
            new HandshakeFailure(HandshakeFailure.Kind.SECRET, "cluster-secret differs: give both nodes the same one");

    private enum State {
        AWAIT_HELLO,
        AWAIT_CHALLENGE,
        AWAIT_PROOF,
        AWAIT_WELCOME,
        AWAIT_AGREED,
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
        default void mistaken(Hello dialer) {}
    }

    private final LocalNode self;
    private final WireVersions versions;
    private final Admission admission;
    private final long sought;
    private final byte[] greeting;
    /** Over all frames of both sides so far. */
    private final SecretProof proof;

    private @Nullable RemoteNode peer;
    private @Nullable ByteBuffer voucher;
    private boolean isProven;
    private int version;
    private State state;

    private Handshake(
            LocalNode self,
            WireVersions versions,
            byte[] greeting,
            SecretProof proof,
            Admission admission,
            long sought) {
        this.self = self;
        this.versions = versions;
        this.greeting = greeting;
        this.admission = admission;
        this.sought = sought;
        this.state = greeting[0] == HELLO ? State.AWAIT_CHALLENGE : State.AWAIT_HELLO;
        this.proof = proof;
    }

    static Handshake dialing(LocalNode self, WireVersions versions, byte[] nonce, Admission admission) {
        return dialing(self, versions, nonce, admission, 0);
    }

    /** @param sought whom it looks for; 0: whoever is there */
    static Handshake dialing(LocalNode self, WireVersions versions, byte[] nonce, Admission admission, long sought) {
        SecretProof proof = new SecretProof(self.secret());
        byte[] greeting = Greeting.write(HELLO, versions, proof.vouch(nonce));
        proof.cover(greeting);
        return new Handshake(self, versions, greeting, proof, admission, sought);
    }

    static Handshake accepting(LocalNode self, WireVersions versions, byte[] nonce, Admission admission) {
        SecretProof proof = new SecretProof(self.secret());
        return new Handshake(self, versions, Greeting.write(CHALLENGE, versions, nonce), proof, admission, 0);
    }

    /** The dialer's first frame. */
    byte[] opening() {
        return greeting.clone();
    }

    /** Whether the other side has proven that it knows the secret. */
    boolean isProven() {
        return isProven;
    }

    /**
     * The nonce of the dialer, where it is one that only a node of the cluster makes; null: it is not, or has not come. Whoever
     * has it may be one who has listened: it proves nothing, but keeps a place until the proof comes.
     */
    @Nullable
    ByteBuffer voucher() {
        return voucher;
    }

    /** Whether the other side has said anything yet that a node would. */
    boolean hasBegun() {
        return state != State.AWAIT_HELLO;
    }

    Step receive(byte[] frame) {
        FrameReader in = new FrameReader(Unpooled.wrappedBuffer(frame), frame.length);
        try {
            int type = in.readByte("handshake frame type");
            if (type == REFUSED) {
                HandshakeFailure refused = refused(in, frame);
                state = State.FAILED;
                return new Step.Failed(null, refused);
            }
            return receive(type, in, frame);
        } catch (CorruptFrame e) {
            state = State.FAILED;
            // Whoever says such things is told nothing.
            return new Step.Failed(
                    null, new HandshakeFailure(HandshakeFailure.Kind.GARBAGE, String.valueOf(e.getMessage())));
        }
    }

    private HandshakeFailure refused(FrameReader in, byte[] frame) throws CorruptFrame {
        String reason = "the peer refuses: " + Hello.printable(in.readString("reason"));
        long start = in.readLong("start");
        boolean isSigned = state == State.AWAIT_WELCOME && in.remaining() == 1 + SecretProof.BYTES;
        boolean isSelf = isSigned && in.readByte("whether it is the node itself") != 0;
        if (isSigned && proof.isOf(SecretProof.Side.REFUSER, frame)) {
            if (isSelf) {
                return new HandshakeFailure(HandshakeFailure.Kind.SELF, reason);
            }
            if (start != 0) {
                return new HandshakeFailure(HandshakeFailure.Kind.COPY, reason, start);
            }
        }
        return new HandshakeFailure(HandshakeFailure.Kind.REFUSED_BY_PEER, reason);
    }

    private Step receive(int type, FrameReader in, byte[] frame) throws CorruptFrame {
        if (state == State.AWAIT_HELLO && type == HELLO) {
            return onHello(in, frame);
        }
        if (state == State.AWAIT_CHALLENGE && type == CHALLENGE) {
            return onChallenge(in, frame);
        }
        if (state == State.AWAIT_PROOF && type == PROOF) {
            return onProof(in, frame);
        }
        if (state == State.AWAIT_WELCOME && type == WELCOME) {
            return onWelcome(in, frame);
        }
        if (state == State.AWAIT_AGREED && type == AGREED) {
            return onAgreed(in);
        }
        throw new CorruptFrame("handshake frame " + type + " in state " + state);
    }

    private Step onHello(FrameReader in, byte[] frame) throws CorruptFrame {
        Greeting hello = Greeting.read(in, versions);
        version = versions.common(hello.versionMin(), hello.versionMax());
        if (version < 0) {
            return fail(versionsDiffer(hello));
        }
        voucher = proof.isVouched(hello.nonce().array()) ? hello.nonce() : null;
        proof.cover(frame);
        proof.cover(greeting);
        state = State.AWAIT_PROOF;
        return new Step.Send(greeting.clone());
    }

    private Step onChallenge(FrameReader in, byte[] frame) throws CorruptFrame {
        Greeting challenge = Greeting.read(in, versions);
        version = versions.common(challenge.versionMin(), challenge.versionMax());
        if (version < 0) {
            return fail(versionsDiffer(challenge));
        }
        proof.cover(frame);
        state = State.AWAIT_WELCOME;
        return new Step.Send(proof.sign(SecretProof.Side.DIALER, Hello.write(PROOF, self, sought)));
    }

    private Step onProof(FrameReader in, byte[] frame) throws CorruptFrame {
        if (!proof.isOf(SecretProof.Side.DIALER, frame)) {
            return fail(SECRET_DIFFERS);
        }
        isProven = true;
        Hello dialer = readHello(in);
        HandshakeFailure objection = Compatibility.objection(self, dialer);
        if (dialer.seeksOtherThan(self.nodeId()) && isAboutRings(objection)) {
            admission.mistaken(dialer);
            return fail(mistaken(dialer));
        }
        if (objection != null) {
            return fail(objection);
        }
        String unwanted = admission.objection(known());
        if (unwanted != null) {
            return fail(
                    new HandshakeFailure(HandshakeFailure.Kind.UNWANTED, unwanted, admission.startInItsPlace(known())));
        }
        state = State.AWAIT_AGREED;
        return new Step.Send(proof.sign(SecretProof.Side.ACCEPTOR, Hello.write(WELCOME, self, 0)));
    }

    private Step onWelcome(FrameReader in, byte[] frame) throws CorruptFrame {
        if (!proof.isOf(SecretProof.Side.ACCEPTOR, frame)) {
            return fail(SECRET_DIFFERS);
        }
        isProven = true;
        HandshakeFailure objection = Compatibility.objection(self, readHello(in));
        if (objection != null) {
            return fail(objection);
        }
        String unwanted = admission.objection(known());
        if (unwanted != null) {
            return fail(new HandshakeFailure(HandshakeFailure.Kind.UNWANTED, unwanted));
        }
        state = State.DONE;
        return new Step.Done(new byte[] {AGREED}, known());
    }

    /** Another process with its id may have come in between; the dialer, which takes itself for welcome, is told when it dials again. */
    private Step onAgreed(FrameReader in) throws CorruptFrame {
        in.requireEnd();
        String unwanted = admission.objection(known());
        if (unwanted != null) {
            state = State.FAILED;
            return new Step.Failed(null, new HandshakeFailure(HandshakeFailure.Kind.UNWANTED, unwanted));
        }
        state = State.DONE;
        return new Step.Done(null, known());
    }

    private Hello readHello(FrameReader in) throws CorruptFrame {
        Hello hello = Hello.read(in);
        in.readBytes(SecretProof.BYTES, "proof");
        in.requireEnd();
        peer = new RemoteNode(
                hello.nodeId(), hello.name(), hello.generation(), hello.instance(), version, hello.cluster());
        return hello;
    }

    private HandshakeFailure mistaken(Hello dialer) {
        return new HandshakeFailure(
                HandshakeFailure.Kind.MISTAKEN,
                "node " + RemoteNode.idText(dialer.sought()) + " should be here, but this is node " + self.name()
                        + " (" + RemoteNode.idText(self.nodeId()) + ") of cluster "
                        + RemoteNode.clusterText(self.cluster()));
    }

    /** Whether there is nothing to be said against a node but where it belongs. */
    private static boolean isAboutRings(@Nullable HandshakeFailure objection) {
        return objection == null
                || objection.kind() == HandshakeFailure.Kind.CLUSTER
                || objection.kind() == HandshakeFailure.Kind.SAME_NAME;
    }

    private HandshakeFailure versionsDiffer(Greeting other) {
        String theirs = WireVersions.text(other.versionMin(), other.versionMax());
        return new HandshakeFailure(
                HandshakeFailure.Kind.VERSION,
                "wire versions do not overlap: one node speaks " + versions.text() + ", its peer " + theirs
                        + "; upgrade the older one");
    }

    private RemoteNode known() {
        if (peer == null) {
            throw new IllegalStateException("no hello has been read in state " + state);
        }
        return peer;
    }

    /** Who has proven itself can tell by the HMAC that this side has as well. */
    private Step fail(HandshakeFailure failure) {
        boolean isSigned = isProven && state == State.AWAIT_PROOF;
        state = State.FAILED;
        byte[] frame = refusal(failure);
        return new Step.Failed(isSigned ? proof.sign(SecretProof.Side.REFUSER, frame) : frame, failure);
    }

    /** The frame that tells why there is no connection. */
    static byte[] refusal(HandshakeFailure failure) {
        ByteBuf out = Unpooled.buffer(128);
        String reason = failure.reason();
        out.writeByte(REFUSED);
        FrameWriter.writeString(out, reason.substring(0, Math.min(reason.length(), REASON_BYTES_MAX)));
        out.writeLong(failure.start());
        out.writeByte(failure.kind() == HandshakeFailure.Kind.SELF ? 1 : 0);
        return Greeting.bytesOf(out);
    }
}
