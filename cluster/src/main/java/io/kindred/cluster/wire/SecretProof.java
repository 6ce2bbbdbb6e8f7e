package io.kindred.cluster.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Proves that one side of a handshake knows the cluster's secret, without telling it: HMAC-SHA256 over the side's name, every
 * frame of both sides so far and what the side says now, each with its length before it. The HMAC ends the frame that it
 * proves, which is covered by the next one with it.
 */
final class SecretProof {

    static final int BYTES = 32;

    private static final String MAC_ALGORITHM = "HmacSHA256";
    private static final String KEY_PREFIX = "kindred cluster-secret 1:";

    /** Who made the proof; so one side's cannot be sent back as the other's. */
    enum Side {
        DIALER("dial"),
        ACCEPTOR("accept"),
        REFUSER("refuse"),
        /** Of a nonce, see {@link #vouch}. */
        GREETER("greet");

        private final byte[] label;

        Side(String label) {
            this.label = label.getBytes(StandardCharsets.US_ASCII);
        }
    }

    private final SecretKeySpec key;
    private final List<byte[]> covered = new ArrayList<>();

    SecretProof(String secret) {
        // Hashed first because HMAC takes no empty key, and an empty secret is allowed on the loopback interface.
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            this.key = new SecretKeySpec(
                    digest.digest((KEY_PREFIX + secret).getBytes(StandardCharsets.UTF_8)), MAC_ALGORITHM);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }

    /** All proofs from here on are of this frame too. */
    void cover(byte[] frame) {
        covered.add(frame.clone());
    }

    /** What this side says, with its proof; covered from here on. */
    byte[] sign(Side side, byte[] body) {
        byte[] frame = Arrays.copyOf(body, body.length + BYTES);
        System.arraycopy(of(side, body), 0, frame, body.length, BYTES);
        cover(frame);
        return frame;
    }

    /** Whether a frame ends in the proof of it; covered from here on if so. */
    boolean isOf(Side side, byte[] frame) {
        if (frame.length < BYTES) {
            return false;
        }
        byte[] body = Arrays.copyOf(frame, frame.length - BYTES);
        byte[] given = Arrays.copyOfRange(frame, body.length, frame.length);
        boolean isRight = MessageDigest.isEqual(given, of(side, body));
        if (isRight) {
            cover(frame);
        }
        return isRight;
    }

    /**
     * A dialer's nonce, of which the second half is the proof of the first: so the acceptor, which has said nothing yet, sees
     * that it is of a node of its cluster, or of one who has listened to such a node. Whoever cannot tell takes it for any
     * other nonce: half of it is as random as before. Requires: nothing is covered yet, as below.
     */
    byte[] vouch(byte[] nonce) {
        byte[] drawn = Arrays.copyOf(nonce, nonce.length / 2);
        byte[] vouched = Arrays.copyOf(nonce, nonce.length);
        System.arraycopy(of(Side.GREETER, drawn), 0, vouched, drawn.length, nonce.length - drawn.length);
        return vouched;
    }

    boolean isVouched(byte[] nonce) {
        return MessageDigest.isEqual(nonce, vouch(nonce));
    }

    private byte[] of(Side side, byte[] body) {
        try {
            Mac mac = Mac.getInstance(MAC_ALGORITHM);
            mac.init(key);
            update(mac, side.label);
            for (byte[] frame : covered) {
                update(mac, frame);
            }
            update(mac, body);
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no " + MAC_ALGORITHM, e);
        }
    }

    private static void update(Mac mac, byte[] part) {
        mac.update(ByteBuffer.allocate(Integer.BYTES).putInt(part.length).array());
        mac.update(part);
    }
}
