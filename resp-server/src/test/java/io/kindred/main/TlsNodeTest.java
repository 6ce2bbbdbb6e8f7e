package io.kindred.main;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.wire.tls.TestCertificates;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One node with both kinds of port, talked to by the JDK's TLS. */
@Timeout(120)
class TlsNodeTest {
    private static final int PATIENCE_MILLIS = 60_000;

    @TempDir
    Path dir;

    private TestCertificates made;
    private LocalNodes nodes;
    private int tlsPort;

    @BeforeEach
    void make() {
        made = new TestCertificates(dir).authority("ca").issue("node", "ca").issue("client", "ca");
        nodes = new LocalNodes(dir);
    }

    @AfterEach
    void stop() throws Exception {
        nodes.close();
    }

    private Node start(String... more) throws Exception {
        tlsPort = freePort();
        List<String> directives = new ArrayList<>(made.directives("node", "ca"));
        directives.addAll(List.of("--tls-port", Integer.toString(tlsPort), "--port", Integer.toString(freePort())));
        directives.addAll(List.of(more));
        return nodes.start("n1", directives.toArray(new String[0]));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** A client's socket, with its handshake made. */
    private SSLSocket connect(@Nullable String certificate, String... protocols) throws Exception {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        trusted.setCertificateEntry("ca", certificate(made.crt("ca")));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        KeyStore own = KeyStore.getInstance(KeyStore.getDefaultType());
        own.load(null, null);
        if (certificate != null) {
            String pem = Files.readString(made.key(certificate)).replaceAll("-----[A-Z ]+-----", "");
            PrivateKey key = KeyFactory.getInstance("EC")
                    .generatePrivate(
                            new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem)));
            own.setKeyEntry("own", key, new char[0], new Certificate[] {certificate(made.crt(certificate))});
        }
        keys.init(own, new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(
                certificate == null
                        ? null
                        : new KeyManager[] {new OnlyKey((X509ExtendedKeyManager) keys.getKeyManagers()[0])},
                trust.getTrustManagers(),
                null);
        SSLSocket socket =
                (SSLSocket) context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), tlsPort);
        socket.setSoTimeout(PATIENCE_MILLIS);
        if (protocols.length > 0) {
            socket.setEnabledProtocols(protocols);
        }
        socket.startHandshake();
        return socket;
    }

    /** Shows its certificate, whomever the other end says that it believes. */
    private static final class OnlyKey extends X509ExtendedKeyManager {
        private final X509ExtendedKeyManager store;

        OnlyKey(X509ExtendedKeyManager store) {
            this.store = store;
        }

        @Override
        public String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
            return "own";
        }

        @Override
        public String[] getClientAliases(String keyType, Principal[] issuers) {
            return new String[] {"own"};
        }

        @Override
        public String[] getServerAliases(String keyType, Principal[] issuers) {
            return new String[0];
        }

        @Override
        public @Nullable String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
            return null;
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return store.getCertificateChain(alias);
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return store.getPrivateKey(alias);
        }
    }

    private static X509Certificate certificate(Path file) throws Exception {
        try (InputStream in = Files.newInputStream(file)) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    /** An inline command; the reply's first line. */
    private static String ask(Socket socket, String command) throws IOException {
        socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.UTF_8));
        return line(socket);
    }

    private static String line(Socket socket) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = socket.getInputStream().read();
                c != '\n';
                c = socket.getInputStream().read()) {
            if (c < 0) {
                throw new IOException("the end, after " + line);
            }
            line.append((char) c);
        }
        return line.toString().stripTrailing();
    }

    private static long info(Node node, String field) throws Exception {
        try (RespClient client = new RespClient(node.port())) {
            return Long.parseLong(LocalNodes.info(client, field));
        }
    }

    @Test
    void bothPortsServeTheSameKeys() throws Exception {
        Node node = start();
        for (String protocol : List.of("TLSv1.2", "TLSv1.3")) {
            try (SSLSocket secure = connect("client", protocol);
                    RespClient plain = new RespClient(node.port())) {
                assertEquals(protocol, secure.getSession().getProtocol());
                assertEquals("+OK", ask(secure, "SET k " + protocol));
                assertEquals(protocol, plain.call("GET", "k"));
                String members = String.valueOf(plain.list("KIN.MEMBERS"));
                assertTrue(members.contains("127.0.0.1:" + node.port()), members);
                ask(secure, "KIN.MEMBERS");
                StringBuilder reply = new StringBuilder();
                for (int i = 0; i < 13; i++) {
                    reply.append(line(secure)).append(' ');
                }
                assertTrue(reply.toString().contains("127.0.0.1:" + tlsPort + " "), reply::toString);
            }
        }
        assertEquals(2, info(node, "tls_handshakes"));
        assertEquals(0, info(node, "tls_handshake_failures"));
    }

    @Test
    void withoutAPlainPortThereIsNone() throws Exception {
        Node node = start("--port", "0");
        assertEquals(tlsPort, node.port());
        try (SSLSocket secure = connect("client")) {
            assertEquals("+PONG", ask(secure, "PING"));
            assertTrue(ask(secure, "INFO server").startsWith("$"));
        }
    }

    @Test
    void clientsShowACertificateAsTheNodeAsksForIt() throws Exception {
        Node node = start();
        made.authority("foreign").issue("stranger", "foreign");
        for (String without : new String[] {null, "stranger"}) {
            // In TLS 1.3 a client is done before it is refused.
            assertThrows(IOException.class, () -> {
                try (SSLSocket socket = connect(without)) {
                    ask(socket, "PING");
                }
            });
        }
        assertEquals(2, info(node, "tls_handshake_failures"));
        try (RespClient plain = new RespClient(node.port())) {
            assertEquals("OK", plain.call("CONFIG", "SET", "tls-auth-clients", "no"));
            try (SSLSocket socket = connect(null)) {
                assertEquals("+PONG", ask(socket, "PING"));
            }
            assertEquals("OK", plain.call("CONFIG", "SET", "tls-auth-clients", "optional", "tls-protocols", "TLSv1.2"));
            try (SSLSocket socket = connect(null)) {
                assertEquals("TLSv1.2", socket.getSession().getProtocol());
            }
            assertThrows(IOException.class, () -> connect("stranger").close());
            assertThrows(IOException.class, () -> connect("client", "TLSv1.3").close());
            assertEquals("OK", plain.call("CONFIG", "SET", "tls-ciphers", "ECDHE-ECDSA-AES256-GCM-SHA384"));
            try (SSLSocket socket = connect("client")) {
                assertEquals(
                        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
                        socket.getSession().getCipherSuite());
            }
        }
    }

    @Test
    void whoSpeaksTheOtherLanguageIsTold() throws Exception {
        Node node = start();
        try (RespClient plain = new RespClient(tlsPort)) {
            RespClient.Failure failure = (RespClient.Failure) plain.call("SET", "k", "v");
            assertTrue(failure != null && failure.text().contains("TLS only"), () -> String.valueOf(failure));
            assertTrue(plain.isAtEnd());
        }
        assertEquals(1, info(node, "tls_plain_refused"));
        assertEquals(0, info(node, "tls_handshakes"));
        int secure = tlsPort;
        tlsPort = node.port();
        SSLException refused = assertThrows(SSLException.class, () -> connect("client"));
        assertTrue(String.valueOf(refused.getMessage()).contains("protocol_version"), refused::toString);
        tlsPort = secure;
        assertEquals(1, info(node, "tls_on_plain_port"));
        // A byte at a time it is still TLS.
        assertEquals("+PONG", pingInPieces());
    }

    private String pingInPieces() throws Exception {
        try (ServerSocket relay = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int node = tlsPort;
            Thread pump = new Thread(() -> relay(relay, node));
            pump.start();
            tlsPort = relay.getLocalPort();
            try (SSLSocket socket = connect("client")) {
                return ask(socket, "PING");
            } finally {
                tlsPort = node;
                pump.join(PATIENCE_MILLIS);
            }
        }
    }

    private static void relay(ServerSocket relay, int port) {
        try (Socket near = relay.accept();
                Socket far = new Socket(InetAddress.getLoopbackAddress(), port)) {
            far.setTcpNoDelay(true);
            Thread back = new Thread(() -> {
                try {
                    far.getInputStream().transferTo(near.getOutputStream());
                } catch (IOException e) {
                    // The client has what it wanted.
                    System.err.println("the way back ends: " + e.getMessage());
                }
            });
            back.start();
            for (int b = near.getInputStream().read();
                    b >= 0;
                    b = near.getInputStream().read()) {
                far.getOutputStream().write(b);
            }
        } catch (IOException e) {
            System.err.println("the way there ends: " + e.getMessage());
        }
    }

    @Test
    void newFilesAreForNewConnections() throws Exception {
        Node node = start("--tls-reload-interval-s", "1");
        X509Certificate first = certificate(made.crt("node"));
        try (SSLSocket old = connect("client");
                RespClient plain = new RespClient(node.port())) {
            assertEquals(first, old.getSession().getPeerCertificates()[0]);
            // By themselves, when they have changed; first the certificate alone, which does not fit the key.
            made.issue("other", "ca");
            Files.copy(made.crt("other"), made.crt("node"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            awaitInfo(node, "tls_reload_failures", 1);
            try (SSLSocket between = connect("client")) {
                assertEquals(first, between.getSession().getPeerCertificates()[0]);
            }
            Files.copy(made.key("other"), made.key("node"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            awaitInfo(node, "tls_reloads", 1);
            try (SSLSocket fresh = connect("client")) {
                assertEquals(certificate(made.crt("other")), fresh.getSession().getPeerCertificates()[0]);
                assertNotEquals(first, fresh.getSession().getPeerCertificates()[0]);
            }
            assertEquals("+PONG", ask(old, "PING"));
            // By command; all of it or nothing.
            made.issue("third", "ca");
            RespClient.Failure failure = (RespClient.Failure) plain.call(
                    "CONFIG",
                    "SET",
                    "timeout",
                    "17",
                    "tls-cert-file",
                    made.crt("third").toString());
            assertTrue(failure != null && failure.text().contains("its key is not that"), () -> "" + failure);
            assertEquals(List.of("timeout", "0"), plain.list("CONFIG", "GET", "timeout"));
            assertEquals(
                    List.of("tls-cert-file", made.crt("node").toString()),
                    plain.list("CONFIG", "GET", "tls-cert-file"));
            assertEquals(
                    "OK",
                    plain.call(
                            "CONFIG",
                            "SET",
                            "tls-key-file",
                            made.key("third").toString(),
                            "tls-cert-file",
                            made.crt("third").toString()));
            try (SSLSocket fresh = connect("client")) {
                assertEquals(certificate(made.crt("third")), fresh.getSession().getPeerCertificates()[0]);
            }
            assertEquals("+PONG", ask(old, "PING"));
        }
    }

    private static void awaitInfo(Node node, String field, long atLeast) throws Exception {
        long deadline = System.nanoTime() + PATIENCE_MILLIS * 1_000_000L;
        while (info(node, field) < atLeast) {
            assertTrue(System.nanoTime() < deadline, field);
            Thread.onSpinWait();
        }
    }

    @Test
    void aClientThatDoesNotReadHoldsNobodyUp() throws Exception {
        Node node = start("--client-output-buffer-limit", "normal 4mb 0 0");
        try (SSLSocket slow = connect("client");
                SSLSocket quick = connect("client")) {
            String value = "v".repeat(100_000);
            OutputStream out = slow.getOutputStream();
            ByteArrayOutputStream commands = new ByteArrayOutputStream();
            commands.write(("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$" + value.length() + "\r\n" + value + "\r\n")
                    .getBytes(StandardCharsets.UTF_8));
            int gets = 300;
            for (int i = 0; i < gets; i++) {
                commands.write("*2\r\n$3\r\nGET\r\n$1\r\nk\r\n".getBytes(StandardCharsets.UTF_8));
            }
            out.write(commands.toByteArray());
            // 30 MB are asked for. What waits stays near the limit, and the others are served meanwhile.
            awaitInfo(node, "waiting_output_bytes", 1 << 20);
            for (int i = 0; i < 100; i++) {
                assertEquals("+PONG", ask(quick, "PING"));
                assertTrue(info(node, "waiting_output_bytes") < 10 << 20);
            }
            assertEquals("+OK", line(slow));
            for (int i = 0; i < gets; i++) {
                assertEquals("$" + value.length(), line(slow));
                assertEquals(value, line(slow));
            }
            assertEquals("+PONG", ask(slow, "PING"));
        }
    }

    @Test
    void theEndOfInputIsSeenBehindTheReplies() throws Exception {
        start();
        try (SSLSocket socket = connect("client", "TLSv1.3")) {
            assertEquals("+OK", ask(socket, "QUIT"));
            assertEquals(-1, socket.getInputStream().read());
        }
    }
}
