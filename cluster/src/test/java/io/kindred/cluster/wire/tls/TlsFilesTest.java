package io.kindred.cluster.wire.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.ssl.ClientAuth;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.AlgorithmParameters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsFilesTest {
    @TempDir
    static Path dir;

    private static TestCertificates made;

    @BeforeAll
    static void make() {
        made = new TestCertificates(dir)
                .authority("ca")
                .issue("node", "ca")
                .issue("other", "ca")
                .issue("rsa", "ca", "RSA");
    }

    private static TlsSettings settings(Path cert, Path key, String pass) {
        TlsSettings.KeyFiles files = new TlsSettings.KeyFiles(
                new TlsSettings.KeyFiles.Names("tls-cert-file", "tls-key-file", "tls-key-file-pass"),
                cert.toString(),
                key.toString(),
                pass);
        return new TlsSettings(
                files,
                files,
                new TlsSettings.Trust(made.crt("ca").toString(), "", ClientAuth.REQUIRE),
                new TlsSettings.Offer("", "", "", false));
    }

    private static List<String> problems(Path cert, Path key, String pass) {
        return Tls.problems(settings(cert, key, pass));
    }

    private static byte[] der(String name) throws Exception {
        String pem = Files.readString(made.key(name));
        return Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
    }

    private static Path write(String name, String label, byte[] der) throws Exception {
        return Files.writeString(dir.resolve(name), "a comment\n" + TestCertificates.pem(label, der));
    }

    @Test
    void takesAPairThatFits() {
        assertEquals(List.of(), problems(made.crt("node"), made.key("node"), ""));
        assertEquals(List.of(), problems(made.crt("rsa"), made.key("rsa"), ""));
    }

    @Test
    void tellsAllThatIsWrongAtOnce() {
        TlsSettings.KeyFiles files = new TlsSettings.KeyFiles(
                new TlsSettings.KeyFiles.Names("tls-cert-file", "tls-key-file", "tls-key-file-pass"),
                dir.resolve("none.crt").toString(),
                made.crt("ca").toString(),
                "");
        List<String> problems = Tls.problems(new TlsSettings(
                files,
                files,
                new TlsSettings.Trust("", dir.resolve("nowhere").toString(), ClientAuth.REQUIRE),
                new TlsSettings.Offer("TLSv1.4", "RC4-MD5:AES128-SHA", "TLS_NULL", false)));
        List<String> parts = List.of(
                "there is no such file",
                "'tls-key-file",
                "no directory",
                "no protocol 'TLSv1.4'",
                "no suite 'TLS_NULL'",
                "no cipher 'RC4-MD5'");
        assertEquals(parts.size(), problems.size(), () -> String.join("\n", problems));
        for (String part : parts) {
            assertTrue(problems.stream().anyMatch(problem -> problem.contains(part)), () -> part + " in " + problems);
        }
    }

    @Test
    void aKeyOfAnotherCertificateDoesNotFit() {
        for (String other : List.of("other", "rsa")) {
            List<String> problems = problems(made.crt("node"), made.key(other), "");
            assertEquals(1, problems.size());
            assertTrue(problems.get(0).startsWith("'tls-key-file " + made.key(other)), problems.get(0));
            assertTrue(problems.get(0).contains("its key is not that of the certificate"), problems.get(0));
        }
    }

    @Test
    void readsTheFormsThatOlderProgramsWrite() throws Exception {
        byte[] rsa = der("rsa");
        // PKCS #8 is 26 bytes of head before the older form, where both lengths take two bytes.
        Path oldRsa = write("old-rsa.key", "RSA PRIVATE KEY", Arrays.copyOfRange(rsa, 26, rsa.length));
        assertEquals(List.of(), problems(made.crt("rsa"), oldRsa, ""));
        byte[] ec = der("node");
        int at = indexOf(ec, HexFormat.of().parseHex("0420"));
        byte[] secret = Arrays.copyOfRange(ec, at + 2, at + 34);
        ByteArrayOutputStream sec1 = new ByteArrayOutputStream();
        sec1.write(HexFormat.of().parseHex("30310201010420"));
        sec1.write(secret);
        sec1.write(HexFormat.of().parseHex("a00a06082a8648ce3d030107"));
        Path oldEc = write("old-ec.key", "EC PRIVATE KEY", sec1.toByteArray());
        assertEquals(List.of(), problems(made.crt("node"), oldEc, ""));
        assertEquals(1, problems(made.crt("other"), oldEc, "").size());
    }

    private static int indexOf(byte[] all, byte[] part) {
        for (int i = 0; i <= all.length - part.length; i++) {
            if (Arrays.equals(all, i, i + part.length, part, 0, part.length)) {
                return i;
            }
        }
        throw new AssertionError("not there");
    }

    @Test
    void opensAnEncryptedKeyWithItsPassword() throws Exception {
        String algorithm = "PBEWithSHA1AndDESede";
        SecretKey secret = SecretKeyFactory.getInstance(algorithm).generateSecret(new PBEKeySpec("pass".toCharArray()));
        Cipher cipher = Cipher.getInstance(algorithm);
        cipher.init(Cipher.ENCRYPT_MODE, secret);
        AlgorithmParameters parameters = cipher.getParameters();
        byte[] encrypted = new EncryptedPrivateKeyInfo(parameters, cipher.doFinal(der("node"))).getEncoded();
        Path key = write("encrypted.key", "ENCRYPTED PRIVATE KEY", encrypted);
        assertEquals(List.of(), problems(made.crt("node"), key, "pass"));
        assertTrue(problems(made.crt("node"), key, "").get(0).contains("no password is set"));
        assertTrue(problems(made.crt("node"), key, "other").get(0).contains("cannot be decrypted"));
        assertTrue(problems(made.crt("node"), key, "other").get(0).contains("'tls-key-file-pass'"));
    }

    @Test
    void damagedFilesAreToldOf() throws Exception {
        Path garbage = write("garbage.crt", "CERTIFICATE", new byte[] {1, 2, 3});
        assertTrue(problems(garbage, made.key("node"), "").get(0).contains("cannot be read"));
        Path huge = Files.write(dir.resolve("huge.crt"), new byte[(4 << 20) + 1]);
        assertTrue(problems(huge, made.key("node"), "").get(0).contains("more than"));
        for (String hex : List.of("", "30", "3082", "308100", "3003020101", "30048004ff", "3006a0847fffffff")) {
            Path key = write("garbage.key", "EC PRIVATE KEY", HexFormat.of().parseHex(hex));
            assertEquals(1, problems(made.crt("node"), key, "").size(), hex);
        }
    }

    @Test
    void aDirectoryOfAuthoritiesIsBelieved() throws Exception {
        Path authorities = Files.createDirectory(dir.resolve("authorities"));
        TlsSettings.Trust trust = new TlsSettings.Trust("", authorities.toString(), ClientAuth.REQUIRE);
        TlsSettings base = settings(made.crt("node"), made.key("node"), "");
        TlsSettings settings = new TlsSettings(base.own(), base.dialing(), trust, base.offer());
        assertTrue(Tls.problems(settings).get(0).contains("there is no certificate in it"));
        Files.copy(made.crt("ca"), authorities.resolve("0a1b2c3d.0"));
        Files.copy(made.crt("other"), authorities.resolve("b.pem"));
        List<String> problems = new ArrayList<>();
        TlsFiles read = TlsFiles.read(settings, problems);
        assertEquals(List.of(), problems);
        assertEquals(2, read == null ? 0 : read.authorities().size());
        Files.writeString(authorities.resolve("c.pem"), "nothing");
        assertNull(TlsFiles.read(settings, problems));
        assertTrue(problems.get(0).contains("c.pem"), problems.get(0));
    }

    @Test
    void ciphersHaveTheNamesOfOpenSslAndOfIana() {
        assertEquals("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", Ciphers.ianaName("ECDHE-RSA-AES128-GCM-SHA256"));
        assertEquals(
                "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", Ciphers.ianaName("ECDHE-ECDSA-CHACHA20-POLY1305"));
        assertEquals("TLS_RSA_WITH_AES_256_CBC_SHA", Ciphers.ianaName("AES256-SHA"));
        assertEquals("TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384", Ciphers.ianaName("ECDHE-RSA-AES256-SHA384"));
        assertEquals("TLS_RSA_WITH_AES_256_GCM_SHA384", Ciphers.ianaName("TLS_RSA_WITH_AES_256_GCM_SHA384"));
        List<String> problems = new ArrayList<>();
        Ciphers.ofTls12("DEFAULT:!MEDIUM", Set.copyOf(Ciphers.DEFAULT_12), problems);
        assertEquals(2, problems.size());
        assertTrue(problems.get(0).contains("no patterns"), problems.get(0));
    }
}
