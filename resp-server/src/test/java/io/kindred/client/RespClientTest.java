package io.kindred.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Against a server that answers whatever is asked with the same bytes, and ends. */
final class RespClientTest {
    private static final String PING = "*1\r\n$4\r\nPING\r\n";

    private String request = "";

    private final RespClients clients = new RespClients(null);

    @AfterEach
    void close() {
        clients.close();
    }

    private String asked(String reply) throws IOException, InterruptedException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<String> seen = CompletableFuture.supplyAsync(() -> answerOnce(server, reply));
            try (RespClient client = clients.connect("127.0.0.1", server.getLocalPort(), "")) {
                return client.text("PING");
            } finally {
                request = seen.join();
            }
        }
    }

    private static String answerOnce(ServerSocket server, String reply) {
        try (Socket socket = server.accept()) {
            byte[] bytes = socket.getInputStream().readNBytes(PING.length());
            socket.getOutputStream().write(reply.getBytes(StandardCharsets.UTF_8));
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IOException e) {
            return e.toString();
        }
    }

    private void assertRefused(String reply, String why) {
        String message =
                assertThrows(IOException.class, () -> asked(reply), reply).toString();
        assertTrue(message.contains(why), message);
    }

    @Test
    void textsAreRead() throws Exception {
        assertEquals("PONG", asked("+PONG\r\n"));
        assertEquals(PING, request);
        assertEquals("12", asked(":12\r\n"));
        assertEquals("", asked("$0\r\n\r\n"));
        assertEquals("two\r\nlines é", asked("$13\r\ntwo\r\nlines é\r\n"));
    }

    @Test
    void anErrorIsItsMessage() {
        assertRefused("-NOAUTH Authentication required.\r\n", "NOAUTH Authentication required.");
    }

    @Test
    void whatIsNoTextIsRefused() {
        assertRefused("*0\r\n", "not the reply of a text");
        assertRefused("$-1\r\n", "not the reply of a text");
        assertRefused("$2147483647\r\n", "length: 2147483647");
        assertRefused("$17000000\r\n", "a bulk string of length 17000000");
        assertRefused("$9999999999\r\n", "not a reply");
        assertRefused("$x\r\n", "not a reply");
        assertRefused("\r\n", "not a reply");
        assertRefused("+" + "a".repeat(70_000), "not a reply");
    }

    @Test
    void aConnectionThatEndsEarlyIsAnError() {
        assertRefused("", "closed the connection");
        assertRefused("+PO", "closed the connection");
        assertRefused("$4\r\nPO", "closed while still aggregating");
        assertRefused("$2\r\nPONG\r\n", "not a reply");
    }

    @Test
    void oneErrorIsNoEndAndAnEndIsForAll() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<String> seen = CompletableFuture.supplyAsync(() -> answerOnce(server, "-ERR first\r\n"));
            try (RespClient client = clients.connect("127.0.0.1", server.getLocalPort(), "")) {
                assertEquals("ERR first", messageOf(client));
                seen.join();
                assertTrue(messageOf(client).contains("closed the connection"));
                assertTrue(messageOf(client).contains("closed the connection"));
            }
        }
    }

    private static String messageOf(RespClient client) {
        return String.valueOf(
                assertThrows(IOException.class, () -> client.text("PING")).getMessage());
    }

    @Test
    void nobodyThereIsAnError() throws IOException {
        int port;
        try (ServerSocket server = new ServerSocket(0)) {
            port = server.getLocalPort();
        }
        assertThrows(IOException.class, () -> clients.connect("127.0.0.1", port, ""));
    }
}
