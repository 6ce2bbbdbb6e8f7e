package io.kindred.server;

import static io.kindred.server.TestServer.receive;
import static io.kindred.server.TestServer.send;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.Socket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ClientPauseTest {
    private static final String LONG = "100000";
    private CommandServer node;

    @BeforeEach
    void start() throws Exception {
        node = new CommandServer();
    }

    @AfterEach
    void stop() throws Exception {
        node.close();
    }

    private long waiting() throws Exception {
        return node.server().onLoop(() -> (long) node.server().server().load().clientsWaiting());
    }

    @Test
    void writesWaitAndReadsGoOnUntilItIsTakenBack() throws Exception {
        try (Socket writer = node.server().connect();
                Socket other = node.server().connect()) {
            send(other, "CLIENT PAUSE " + LONG + " WRITE\r\n");
            assertEquals("+OK\r\n", receive(other, 5));
            send(writer, "GET k\r\nSET k v\r\nGET k\r\n");
            assertEquals("$-1\r\n", receive(writer, 5));
            node.server().await(() -> node.server().server().load().clientsWaiting() == 1);
            send(other, "GET k\r\nCLIENT UNPAUSE\r\n");
            assertEquals("$-1\r\n+OK\r\n", receive(other, 10));
            assertEquals("+OK\r\n$1\r\nv\r\n", receive(writer, 12));
            assertEquals(0, waiting());
        }
    }

    @Test
    void whatTellsOthersWaitsWithWritesAndSoDoesWhatIsQueued() throws Exception {
        for (String line : new String[] {"PUBLISH a b", "EVAL \"return 1\" 0", "MULTI\r\nSET a b", "MSET a b c d"}) {
            try (Socket writer = node.server().connect();
                    Socket other = node.server().connect()) {
                send(other, "CLIENT PAUSE " + LONG + " WRITE\r\n");
                assertEquals("+OK\r\n", receive(other, 5));
                send(writer, line + "\r\n");
                node.server().await(() -> node.server().server().load().clientsWaiting() == 1);
                send(other, "CLIENT UNPAUSE\r\n");
                assertEquals("+OK\r\n", receive(other, 5));
                node.server().await(() -> node.server().server().load().clientsWaiting() == 0);
            }
        }
    }

    @Test
    void allWaitUntilTheTimeIsUp() throws Exception {
        try (Socket client = node.server().connect()) {
            long begun = System.nanoTime();
            send(client, "CLIENT PAUSE 100\r\nPING\r\n");
            assertEquals("+OK\r\n+PONG\r\n", receive(client, 12));
            long tookMillis = (System.nanoTime() - begun) / 1_000_000;
            assertEquals(true, tookMillis >= 100, "took " + tookMillis + " ms");
        }
    }

    @Test
    void aClientThatLeavesWhileItIsHeldLeavesTheLine() throws Exception {
        try (Socket other = node.server().connect()) {
            send(other, "CLIENT PAUSE " + LONG + " WRITE\r\n");
            assertEquals("+OK\r\n", receive(other, 5));
            try (Socket writer = node.server().connect()) {
                send(writer, "SET k v\r\n");
                node.server().await(() -> node.server().server().load().clientsWaiting() == 1);
            }
            send(other, "CLIENT KILL TYPE normal\r\n");
            assertEquals(":1\r\n", receive(other, 4));
            node.server().await(() -> node.server().server().load().clientsWaiting() == 0);
        }
    }
}
