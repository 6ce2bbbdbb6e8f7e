package io.kindred.cluster.wire.tls;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** The JDK's context for a program that calls nodes as their client, of files in the forms that a node reads. */
public final class CallerContext {
    private static final char[] NO_PASSWORD = new char[0];

    private CallerContext() {}

    /**
     * What the caller has.
     *
     * @param caFile PEM, whose certificates are believed; empty: those that the JDK believes
     * @param certFile PEM; empty: it shows none
     * @param keyFile PEM, not encrypted; empty with {@code certFile}
     * @param isInsecure whoever answers is believed
     */
    public record Files(String caFile, String certFile, String keyFile, boolean isInsecure) {}

    /** Blocks on the disk. */
    public static SSLContext of(Files files) throws TlsRefused {
        List<String> problems = new ArrayList<>();
        try {
            KeyManager @Nullable [] keys = keys(files, problems);
            TrustManager @Nullable [] trust = trust(files, problems);
            if (!problems.isEmpty()) {
                throw new TlsRefused(problems);
            }
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys, trust, null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new TlsRefused(List.of("TLS cannot be set up: " + e.getMessage()));
        }
    }

    private static KeyManager @Nullable [] keys(Files files, List<String> problems)
            throws GeneralSecurityException, IOException {
        if (files.certFile().isEmpty() != files.keyFile().isEmpty()) {
            problems.add("a certificate and its key are given together, or neither");
        }
        if (files.certFile().isEmpty() || !problems.isEmpty()) {
            return null;
        }
        String place = files.certFile();
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try {
            List<X509Certificate> chain = PemFile.read(Path.of(place)).certificates();
            place = files.keyFile();
            store.setKeyEntry(
                    "caller",
                    PemKey.of(PemFile.read(Path.of(place)), "", chain.get(0)),
                    NO_PASSWORD,
                    chain.toArray(new X509Certificate[0]));
        } catch (UnusableFile e) {
            problems.add("'" + place + "': " + e.why());
            return null;
        }
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, NO_PASSWORD);
        return factory.getKeyManagers();
    }

    private static TrustManager @Nullable [] trust(Files files, List<String> problems)
            throws GeneralSecurityException, IOException {
        if (files.isInsecure()) {
            return new TrustManager[] {new Everybody()};
        }
        if (files.caFile().isEmpty()) {
            return null;
        }
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try {
            for (X509Certificate authority :
                    PemFile.read(Path.of(files.caFile())).certificates()) {
                store.setCertificateEntry("authority-" + store.size(), authority);
            }
        } catch (UnusableFile e) {
            problems.add("'" + files.caFile() + "': " + e.why());
            return null;
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }

    /** Nobody is refused: the user has said so. */
    private static final class Everybody extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
