package io.kindred.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.wire.tls.TestCertificates;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Iterator;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The tools' clients, against a server of the JDK's in TLS that answers PONG to each array of one word. */
@Timeout(60)
final class ClientTlsTest {
    private static final String PING = "*1\r\n$4\r\nPING\r\n";
    private static final int PATIENCE_MILLIS = 20_000;

    @TempDir
    static Path dir;

    private static TestCertificates made;

    private SSLServerSocket server;
    private Thread serving;

    @BeforeAll
    static void make() {
        made = new TestCertificates(dir)
                .authority("ca")
                .issue("node", "ca")
                .issue("client", "ca")
                .authority("foreign");
    }

    @BeforeEach
    void serve() throws Exception {
        char[] password = TestCertificates.PASSWORD.toCharArray();
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(KeyStore.getInstance(made.store("node", "node").toFile(), password), password);
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(KeyStore.getInstance(made.store("ca", null).toFile(), password));
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        server = (SSLServerSocket)
                context.getServerSocketFactory().createServerSocket(0, 10, InetAddress.getLoopbackAddress());
        serving = new Thread(this::answer);
        serving.start();
    }

    private void answer() {
        while (!server.isClosed()) {
            try (Socket client = server.accept()) {
                while (client.getInputStream().readNBytes(PING.length()).length == PING.length()) {
                    client.getOutputStream().write("+PONG\r\n".getBytes(UTF_8));
                }
            } catch (IOException ended) {
                // The client has refused it, or was refused; or the test is over.
                continue;
            }
        }
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
        serving.join();
    }

    private static TlsOptions options(String... words) {
        TlsOptions options = TlsOptions.OFF;
        Iterator<String> all = List.of(words).iterator();
        while (all.hasNext()) {
            options = options.with(all.next(), all);
        }
        return options.checked();
    }

    private static TlsOptions with(String authority, String... more) {
        List<String> words = new java.util.ArrayList<>(
                List.of("--tls", "--cacert", made.crt(authority).toString()));
        words.addAll(List.of(more));
        return options(words.toArray(new String[0]));
    }

    /** Both clients, which must agree: the reply, or why there is none. */
    private String asked(String host, TlsOptions options) throws Exception {
        String blocking;
        try (Connection connection = new Connection(
                new Connection.Address(host, server.getLocalPort()),
                new Connection.Access("", ClientTls.of(options)),
                PATIENCE_MILLIS)) {
            blocking = Connection.text(connection.ask("PING"));
        } catch (IOException e) {
            blocking = String.valueOf(e.getMessage());
        }
        String netty;
        try (RespClients clients = new RespClients(ClientTls.of(options));
                RespClient client = clients.connect(host, server.getLocalPort(), "")) {
            netty = client.text("PING");
        } catch (IOException e) {
            netty = String.valueOf(e.getMessage());
        }
        assertEquals(blocking.equals("PONG"), netty.equals("PONG"), blocking + " / " + netty);
        return blocking + " / " + netty;
    }

    @Test
    void whoIsSignedAndHasTheAddressIsBelieved() throws Exception {
        assertEquals("PONG / PONG", asked("127.0.0.1", with("ca")));
        server.setNeedClientAuth(true);
        String client = made.crt("client").toString();
        String key = made.key("client").toString();
        assertEquals("PONG / PONG", asked("127.0.0.1", with("ca", "--cert", client, "--key", key)));
        String refused = asked("127.0.0.1", with("ca"));
        assertTrue(!refused.contains("PONG"), refused);
    }

    @Test
    void whoIsNotIsRefusedUnlessNobodyIs() throws Exception {
        String foreign = asked("127.0.0.1", with("foreign"));
        assertTrue(foreign.matches("no TLS with 127.*PKIX.* / no TLS with the node: .*PKIX.*"), foreign);
        String unknown = asked("127.0.0.1", options("--tls"));
        assertTrue(unknown.contains("PKIX"), unknown);
        assertEquals("PONG / PONG", asked("127.0.0.1", options("--tls", "--insecure")));
    }

    /** The certificate is of 127.0.0.1 alone. */
    @Test
    void theNameIsCompared() throws Exception {
        String other = asked("localhost", with("ca"));
        assertTrue(other.matches(".*localhost.* / .*localhost.*"), other);
        assertTrue(!other.contains("PONG"), other);
        assertEquals("PONG / PONG", asked("localhost", with("ca", "--insecure")));
        String sni = asked("127.0.0.1", with("ca", "--sni", "n1.example"));
        assertTrue(sni.matches(".*n1.example.* / .*n1.example.*"), sni);
    }

    @Test
    void whoSpeaksNoTlsIsToldOf() throws Exception {
        String wrong = String.valueOf(assertThrows(IOException.class, () -> {
                    try (ServerSocket plain = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                        Thread answering = new Thread(() -> {
                            try (Socket client = plain.accept()) {
                                client.getOutputStream().write("-ERR not TLS\r\n".getBytes(UTF_8));
                                client.getInputStream().readAllBytes();
                            } catch (IOException e) {
                                throw new AssertionError(e);
                            }
                        });
                        answering.start();
                        new Connection(
                                        new Connection.Address("127.0.0.1", plain.getLocalPort()),
                                        new Connection.Access("", ClientTls.of(with("ca"))),
                                        PATIENCE_MILLIS)
                                .close();
                    }
                })
                .getMessage());
        assertTrue(wrong.startsWith("no TLS with 127.0.0.1:"), wrong);
    }

    @Test
    void optionsThatMakeNoSenseAreRefused() throws Exception {
        assertEquals(TlsOptions.OFF, options());
        for (String[] words :
                new String[][] {{"--cacert", "f"}, {"--tls", "--cert", "f"}, {"--tls", "--key"}, {"--sni", "n"}}) {
            assertThrows(IllegalArgumentException.class, () -> options(words), () -> String.join(" ", words));
        }
        String missing = String.valueOf(
                assertThrows(IOException.class, () -> ClientTls.of(options("--tls", "--cacert", "/no/such/file")))
                        .getMessage());
        assertEquals("'/no/such/file': there is no such file", missing);
        Path empty = Files.writeString(dir.resolve("empty.pem"), "");
        String pair = String.valueOf(assertThrows(
                        IOException.class,
                        () -> ClientTls.of(
                                options("--tls", "--cert", made.crt("client").toString(), "--key", empty.toString())))
                .getMessage());
        assertTrue(pair.contains("no private key"), pair);
    }

    // --- the program for shell scripts ---

    private static String call(String... words) {
        StringBuilder call = new StringBuilder("*" + words.length + "\r\n");
        for (String word : words) {
            call.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
        }
        return call.toString();
    }

    private static String answers(TlsOptions options, String calls) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new Main(new ByteArrayInputStream(calls.getBytes(UTF_8)), out, ClientTls.of(options)).run();
        return out.toString(UTF_8);
    }

    @Test
    void scriptsAreAnsweredCallByCall() throws Exception {
        String port = Integer.toString(server.getLocalPort());
        String ping = call("9", "127.0.0.1", port, "", "PING");
        assertEquals("ready\n+PONG\r\n+PONG\r\n", answers(with("ca"), ping + ping));
        String refused = answers(with("foreign"), ping);
        assertTrue(refused.matches("ready\n!no TLS with 127.0.0.1:[0-9]+: [^\r\n]+\r\n"), refused);
    }

    /** Whatever it waits for, a byte or a handshake. */
    @Test
    void scriptsAreAnsweredInTime() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String call = call("1", "127.0.0.1", Integer.toString(silent.getLocalPort()), "", "PING");
            assertEquals("ready\n!no reply within 1000 ms\r\n", answers(with("ca"), call));
        }
    }

    @Test
    void repliesGoOnAsTheyCame() throws Exception {
        String reply = "*4\r\n$2\r\na\n\r\n:-7\r\n*1\r\n+OK\r\n$-1\r\n";
        try (ServerSocket plain = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread answering = new Thread(() -> {
                for (String each : List.of(reply, "-ERR no\r\n")) {
                    try (Socket client = plain.accept()) {
                        byte[] heard = client.getInputStream().readNBytes(PING.length());
                        assertArrayEquals(PING.getBytes(UTF_8), heard);
                        client.getOutputStream().write(each.getBytes(UTF_8));
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                }
            });
            answering.start();
            String call = call("9", "127.0.0.1", Integer.toString(plain.getLocalPort()), "", "PING");
            assertEquals("ready\n" + reply + "-ERR no\r\n", answers(TlsOptions.OFF, call + call));
            answering.join();
        }
    }
}
