package io.kindred.cluster.wire.tls;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * The private key of a certificate, from a PEM file: PKCS #8 (RFC 5208), encrypted or not; or the older forms that `openssl
 * genrsa` and `openssl ecparam` of before version 3 write, which become PKCS #8 by a few bytes in front (RFC 8017, A.1.2;
 * RFC 5915).
 */
final class PemKey {
    private static final int SEQUENCE = 0x30;
    private static final int OCTETS = 0x04;
    private static final int EC_PARAMETERS = 0xa0;
    private static final byte[] VERSION_0 = {2, 1, 0};
    /** The object identifiers 1.2.840.113549.1.1.1, and NULL; and 1.2.840.10045.2.1. */
    private static final byte[] RSA = HexFormat.of().parseHex("06092a864886f70d0101010500");

    private static final byte[] EC = HexFormat.of().parseHex("06072a8648ce3d0201");
    private static final String NO_KEY = "there is no private key in it (a PEM block PRIVATE KEY)";
    private static final byte[] SAMPLE = {1, 2, 3, 5, 8, 13, 21, 34};

    private PemKey() {}

    /** For where it cannot be told yet whether it is the right one. */
    static void requireOne(PemFile file) throws UnusableFile {
        if (file.blocks().stream().noneMatch(block -> block.label().endsWith("PRIVATE KEY"))) {
            throw new UnusableFile(NO_KEY);
        }
    }

    /** The first key of the file, which must be that of the certificate. */
    static PrivateKey of(PemFile file, String pass, X509Certificate certificate) throws UnusableFile {
        for (PemFile.Block block : file.blocks()) {
            PKCS8EncodedKeySpec spec = switch (block.label()) {
                case "PRIVATE KEY" -> new PKCS8EncodedKeySpec(block.der());
                case "ENCRYPTED PRIVATE KEY" -> decrypted(block.der(), pass);
                case "RSA PRIVATE KEY" -> pkcs8(RSA, block.der());
                case "EC PRIVATE KEY" -> pkcs8(ecAlgorithm(block.der()), block.der());
                default -> null;
            };
            if (spec != null) {
                return fitting(spec, certificate);
            }
        }
        throw new UnusableFile(NO_KEY);
    }

    private static PKCS8EncodedKeySpec decrypted(byte[] der, String pass) throws UnusableFile {
        if (pass.isEmpty()) {
            throw new UnusableFile("its key is encrypted, and no password is set for it");
        }
        try {
            EncryptedPrivateKeyInfo info = new EncryptedPrivateKeyInfo(der);
            // PBES2 names its ciphers in the parameters; whatever is older has them in its own name.
            boolean isPbes2 =
                    info.getAlgName().startsWith("PBES2") || info.getAlgName().equals("1.2.840.113549.1.5.13");
            String algorithm = isPbes2 ? info.getAlgParameters().toString() : info.getAlgName();
            Cipher cipher = Cipher.getInstance(algorithm);
            cipher.init(
                    Cipher.DECRYPT_MODE,
                    SecretKeyFactory.getInstance(algorithm).generateSecret(new PBEKeySpec(pass.toCharArray())),
                    info.getAlgParameters());
            return info.getKeySpec(cipher);
        } catch (IOException | GeneralSecurityException e) {
            throw new UnusableFile("its key cannot be decrypted with the password that is set: " + e.getMessage(), e);
        }
    }

    private static PrivateKey fitting(PKCS8EncodedKeySpec spec, X509Certificate certificate) throws UnusableFile {
        PublicKey open = certificate.getPublicKey();
        try {
            PrivateKey key = KeyFactory.getInstance(open.getAlgorithm()).generatePrivate(spec);
            if (isPair(key, open)) {
                return key;
            }
            throw new UnusableFile("its key is not that of the certificate");
        } catch (InvalidKeyException | java.security.spec.InvalidKeySpecException e) {
            throw new UnusableFile(
                    "its key is not that of the certificate, which has one for " + open.getAlgorithm(), e);
        } catch (GeneralSecurityException e) {
            throw new UnusableFile("its key cannot be used: " + e.getMessage(), e);
        }
    }

    private static boolean isPair(PrivateKey key, PublicKey open) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(
                switch (open.getAlgorithm()) {
                    case "RSA" -> "SHA256withRSA";
                    case "RSASSA-PSS" -> "RSASSA-PSS";
                    case "EC" -> "SHA256withECDSA";
                    default -> open.getAlgorithm();
                });
        signature.initSign(key);
        signature.update(SAMPLE);
        byte[] signed = signature.sign();
        signature.initVerify(open);
        signature.update(SAMPLE);
        return signature.verify(signed);
    }

    // --- DER, as far as it is needed ---

    private static PKCS8EncodedKeySpec pkcs8(byte[] algorithm, byte[] key) {
        return new PKCS8EncodedKeySpec(
                element(SEQUENCE, concatenated(VERSION_0, element(SEQUENCE, algorithm), element(OCTETS, key))));
    }

    /** Which curve it is stands in the key, behind tag 0. */
    private static byte[] ecAlgorithm(byte[] key) throws UnusableFile {
        int at = contentOf(key, 0, SEQUENCE);
        while (at < key.length) {
            int content = contentOf(key, at, key[at] & 0xff);
            int end = content + lengthAt(key, at);
            if ((key[at] & 0xff) == EC_PARAMETERS && end <= key.length) {
                return concatenated(EC, Arrays.copyOfRange(key, content, end));
            }
            at = end;
        }
        throw new UnusableFile("its EC key names no curve; convert it with 'openssl pkcs8 -topk8 -nocrypt'");
    }

    private static int contentOf(byte[] der, int at, int tag) throws UnusableFile {
        if (at + 2 > der.length || (der[at] & 0xff) != tag) {
            throw new UnusableFile("its EC key is damaged");
        }
        return at + 2 + (der[at + 1] < 0 ? der[at + 1] & 0x7f : 0);
    }

    private static int lengthAt(byte[] der, int at) throws UnusableFile {
        if (der[at + 1] >= 0) {
            return der[at + 1];
        }
        int length = 0;
        int bytes = der[at + 1] & 0x7f;
        if (bytes > 2 || at + 2 + bytes > der.length) {
            throw new UnusableFile("its EC key is damaged");
        }
        for (int i = 0; i < bytes; i++) {
            length = length << 8 | der[at + 2 + i] & 0xff;
        }
        return length;
    }

    private static byte[] element(int tag, byte[] content) {
        int length = content.length;
        byte[] head = length < 0x80
                ? new byte[] {(byte) tag, (byte) length}
                : length < 0x100
                        ? new byte[] {(byte) tag, (byte) 0x81, (byte) length}
                        : new byte[] {(byte) tag, (byte) 0x82, (byte) (length >> 8), (byte) length};
        return concatenated(head, content);
    }

    private static byte[] concatenated(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.write(part, 0, part.length);
        }
        return all.toByteArray();
    }
}
