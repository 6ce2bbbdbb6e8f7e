package io.kindred.cluster.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Proves that one side of a handshake knows the cluster's secret, without telling it: HMAC-SHA256 over the side's name
 * and both hellos, each with its length before it.
 */
final class SecretProof {

    static final int BYTES = 32;

    private static final String MAC_ALGORITHM = "HmacSHA256";
    private static final String KEY_PREFIX = "kindred cluster-secret 1:";

    /** Who made the proof; so one side's cannot be sent back as the other's. */
    enum Side {
        DIALER("dial"),
        ACCEPTOR("accept");

        private final byte[] label;

        Side(String label) {
            this.label = label.getBytes(StandardCharsets.US_ASCII);
        }
    }

    private final SecretKeySpec key;

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

    byte[] of(Side side, byte[] dialerHello, byte[] acceptorHello) {
        try {
            Mac mac = Mac.getInstance(MAC_ALGORITHM);
            mac.init(key);
            update(mac, side.label);
            update(mac, dialerHello);
            update(mac, acceptorHello);
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
