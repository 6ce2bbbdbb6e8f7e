package io.kindred.server;

import static io.kindred.server.TestServer.receive;
import static io.kindred.server.TestServer.send;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** MONITOR, as clients see it. What is expected is what redis-server 7.0.15 shows. */
@Timeout(60)
final class MonitorTest {
    private CommandServer node;

    @BeforeEach
    void start() throws Exception {
        node = new CommandServer();
    }

    @AfterEach
    void stop() throws Exception {
        node.close();
    }

    private Socket monitor() throws IOException {
        Socket socket = node.server().connect();
        send(socket, "MONITOR\r\n");
        assertEquals("+OK\r\n", receive(socket, 5));
        return socket;
    }

    /** The lines up to one that has {@code last}, without the time, and with a name in place of the address. */
    private static List<String> lines(Socket monitor, String last) throws IOException {
        BufferedReader in =
                new BufferedReader(new InputStreamReader(monitor.getInputStream(), StandardCharsets.ISO_8859_1));
        List<String> lines = new ArrayList<>();
        String line = "";
        while (!line.contains(last)) {
            line = in.readLine();
            assertTrue(line.matches("\\+[0-9]+\\.[0-9]{6} \\[[0-9]+ 127\\.0\\.0\\.1:[0-9]+\\] .*"), line);
            lines.add(line.replaceFirst("\\+[0-9.]+ ", "").replaceFirst(" [0-9.]+:[0-9]+", ""));
        }
        return lines;
    }

    @Test
    void showsWhatRunsAndHidesPasswordsAndAdministration() throws Exception {
        try (Socket monitor = monitor()) {
            node.talk("SET a \"b\\x01\\n"
                    + "\\\"c\\\"\"\r\n"
                    + "MULTI\r\n"
                    + "SET a b\r\n"
                    + "GET a\r\n"
                    + "EXEC\r\n"
                    + "CONFIG GET maxmemory\r\n"
                    + "AUTH foo\r\n"
                    + "HELLO 3 AUTH default x\r\n"
                    + "EVAL \"return 1\" 0\r\n"
                    + "SELECT 3\r\n"
                    + "GET x\r\n"
                    + "NOSUCH\r\n"
                    + "GET\r\n"
                    + "CLIENT LIST\r\n"
                    + "MONITOR\r\n"
                    + "QUIT\r\n");
            assertEquals(
                    List.of(
                            "[0] \"SET\" \"a\" \"b\\x01\\n\\\"c\\\"\"",
                            "[0] \"MULTI\"",
                            "[0] \"SET\" \"a\" \"b\"",
                            "[0] \"GET\" \"a\"",
                            "[0] \"EXEC\"",
                            "[0] \"AUTH\" \"(redacted)\"",
                            "[0] \"HELLO\" \"3\" \"AUTH\" \"(redacted)\" \"(redacted)\"",
                            "[0] \"EVAL\" \"return 1\" \"0\"",
                            "[3] \"SELECT\" \"3\"",
                            "[3] \"GET\" \"x\"",
                            "[3] \"QUIT\""),
                    lines(monitor, "QUIT"));
        }
    }

    @Test
    void aTransactionThatIsDiscardedShowsNoneOfItsCommands() throws Exception {
        try (Socket monitor = monitor()) {
            node.talk("MULTI\r\nSET a b\r\nDISCARD\r\nMULTI\r\nMONITOR\r\nEXEC\r\nQUIT\r\n");
            assertEquals(
                    List.of("[0] \"MULTI\"", "[0] \"DISCARD\"", "[0] \"MULTI\"", "[0] \"EXEC\"", "[0] \"QUIT\""),
                    lines(monitor, "QUIT"));
        }
    }

    @Test
    void aMonitorSeesItselfBehindItsRepliesAndResetEndsIt() throws Exception {
        try (Socket monitor = monitor()) {
            send(monitor, "PING\r\nRESET\r\nPING\r\nQUIT\r\n");
            String all = TestServer.receiveAll(monitor).replaceAll("[0-9.]+ \\[0 [0-9.:]+\\]", "T");
            assertEquals("+PONG\r\n+T \"PING\"\r\n+RESET\r\n+PONG\r\n+OK\r\n", all);
        }
    }

    @Test
    void theListShowsIt() throws Exception {
        try (Socket monitor = monitor()) {
            String list = node.talk("CLIENT LIST TYPE normal\r\n");
            assertTrue(list.contains(" flags=O "), list);
            assertTrue(monitor.isConnected());
        }
    }

    @Test
    void oneThatTakesNothingIsClosedAsASubscriberIs() throws Exception {
        OutputLimits.Limit small = new OutputLimits.Limit(1 << 20, 0, 0);
        node.server().limits = ServerLimits.DEFAULT.withOutput(
                new OutputLimits(ServerLimits.DEFAULT.output().normal(), small));
        String command = "ECHO " + "x".repeat(10_000) + "\r\n";
        try (Socket slow = monitor();
                Socket client = node.server().connect()) {
            long closes = 0;
            for (int i = 0; closes == 0 && i < 10_000; i++) {
                send(client, command);
                receive(client, 10_000 + 8 + 2);
                closes = node.server()
                        .onLoop(() -> node.server().server().counters().outputLimitCloses());
            }
            assertEquals(1, closes);
            assertTrue(slow.isConnected());
        }
    }
}
