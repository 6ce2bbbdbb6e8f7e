package io.kindred.cluster.wire.tls;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Authorities and certificates of tests, made by the JDK's keytool when they are asked for: {@code name.crt}, {@code name.key}. */
public final class TestCertificates {
    /** Of all stores. */
    public static final String PASSWORD = "secret";

    private static final long SECONDS_MAX = 60;

    private final Path dir;
    private final Path store;

    public TestCertificates(Path dir) {
        this.dir = dir;
        this.store = dir.resolve("tests.p12");
    }

    /** Makes an authority. */
    public TestCertificates authority(String name) {
        return make(name, List.of("-ext", "bc:c", "-dname", "CN=" + name), "EC");
    }

    /** Makes a certificate of 127.0.0.1 that an authority signs; again, if it is there: another key, the same files. */
    public TestCertificates issue(String name, String authority) {
        return issue(name, authority, "EC");
    }

    public TestCertificates issue(String name, String authority, String algorithm) {
        List<String> more = List.of("-signer", authority, "-dname", "CN=" + name, "-ext", "san=ip:127.0.0.1");
        return make(name, more, algorithm);
    }

    private TestCertificates make(String name, List<String> more, String algorithm) {
        try {
            KeyStore before = Files.exists(store) ? load() : null;
            if (before != null && before.containsAlias(name)) {
                keytool(List.of("-delete", "-alias", name));
            }
            List<String> arguments = new ArrayList<>(List.of("-genkeypair", "-alias", name, "-keyalg", algorithm));
            arguments.addAll(algorithm.equals("EC") ? List.of("-groupname", "secp256r1") : List.of("-keysize", "2048"));
            arguments.addAll(List.of("-validity", "10"));
            arguments.addAll(more);
            keytool(arguments);
            KeyStore made = load();
            PrivateKey key = (PrivateKey) made.getKey(name, PASSWORD.toCharArray());
            // Each file is exchanged in one step, as operators are told to do it.
            write(name + ".key", pem("PRIVATE KEY", key.getEncoded()));
            Certificate certificate = made.getCertificate(name);
            write(name + ".crt", pem("CERTIFICATE", certificate.getEncoded()));
            return this;
        } catch (GeneralSecurityException | IOException e) {
            throw new AssertionError(e);
        }
    }

    private KeyStore load() throws GeneralSecurityException, IOException {
        return KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
    }

    private void write(String file, String text) throws IOException {
        Path fresh = Files.writeString(dir.resolve(file + ".new"), text);
        Files.move(fresh, dir.resolve(file), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    public static String pem(String label, byte[] der) {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
    }

    private void keytool(List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(arguments);
        command.addAll(List.of("-keystore", store.toString(), "-storetype", "PKCS12", "-storepass", PASSWORD));
        Path output = dir.resolve("keytool.out");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new AssertionError(command + " failed: " + Files.readString(output));
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            throw new AssertionError(e);
        }
    }

    public Path crt(String name) {
        return dir.resolve(name + ".crt");
    }

    public Path key(String name) {
        return dir.resolve(name + ".key");
    }

    /**
     * A PKCS #12 store, for clients that want one.
     *
     * @param key whose key is in it; null: none, it says whose certificate is believed
     */
    public Path store(String name, @Nullable String key) {
        try {
            KeyStore all = load();
            KeyStore some = KeyStore.getInstance("PKCS12");
            some.load(null, null);
            if (key == null) {
                some.setCertificateEntry(name, all.getCertificate(name));
            } else {
                some.setKeyEntry(
                        key, all.getKey(key, PASSWORD.toCharArray()), PASSWORD.toCharArray(), new Certificate[] {
                            all.getCertificate(key)
                        });
            }
            Path file = dir.resolve(name + ".store.p12");
            try (OutputStream out = Files.newOutputStream(file)) {
                some.store(out, PASSWORD.toCharArray());
            }
            return file;
        } catch (GeneralSecurityException | IOException e) {
            throw new AssertionError(e);
        }
    }

    /** What a node that shows such a certificate, and believes such an authority, is started with. */
    public List<String> directives(String name, String authority) {
        return List.of(
                "--tls-cert-file",
                crt(name).toString(),
                "--tls-key-file",
                key(name).toString(),
                "--tls-ca-cert-file",
                crt(authority).toString());
    }

    /** The same, as settings. */
    public TlsSettings settings(String name, String authority) {
        TlsSettings.KeyFiles files = new TlsSettings.KeyFiles(
                new TlsSettings.KeyFiles.Names("tls-cert-file", "tls-key-file", "tls-key-file-pass"),
                crt(name).toString(),
                key(name).toString(),
                "");
        return new TlsSettings(
                files,
                files,
                new TlsSettings.Trust(crt(authority).toString(), "", io.netty.handler.ssl.ClientAuth.REQUIRE),
                new TlsSettings.Offer("", "", "", false));
    }
}
