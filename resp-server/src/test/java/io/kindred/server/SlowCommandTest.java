package io.kindred.server;

import static io.kindred.server.TestServer.receiveAll;
import static io.kindred.server.TestServer.send;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.Socket;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A wrong password's answer comes late, so it is slow. */
@Timeout(60)
final class SlowCommandTest {
    private static String talk(CommandServer node, String lines) throws Exception {
        try (Socket client = node.server().connect()) {
            send(client, lines);
            client.shutdownOutput();
            return receiveAll(client);
        }
    }

    @Test
    void whatTookLongIsLoggedWithoutSecrets() throws Exception {
        try (CommandServer node = new CommandServer("secret", InstantSource.system())) {
            node.server().slow = SlowLimits.of(WrongPasswords.FIRST_MILLIS * 1000L, 2, WrongPasswords.FIRST_MILLIS);
            assertTrue(talk(node, "AUTH guess\r\n").startsWith("-WRONGPASS"));
            String log = talk(node, "AUTH secret\r\nCLIENT SETNAME me\r\nSLOWLOG GET\r\n");
            // On a busy machine others may be slow, too.
            assertTrue(log.matches("(?s)[+]OK\r\n[+]OK\r\n[*][12]\r\n[*]6\r\n:[01]\r\n.*"), log);
            assertTrue(!log.contains("guess") && !log.contains("secret"), log);
            assertTrue(log.contains("*2\r\n$4\r\nAUTH\r\n$10\r\n(redacted)\r\n"), log);
            for (int i = 0; i < 2; i++) {
                talk(node, "AUTH guess" + i + "\r\n");
            }
            String many = talk(node, "AUTH secret\r\nSLOWLOG LEN\r\nSLOWLOG GET 1\r\n");
            assertTrue(many.matches("(?s)[+]OK\r\n:2\r\n[*]1\r\n[*]6\r\n:[2-9]\r\n.*"), many);
            String latest = talk(node, "AUTH secret\r\nLATENCY LATEST\r\nLATENCY RESET\r\nLATENCY LATEST\r\n");
            assertTrue(latest.startsWith("+OK\r\n*1\r\n*4\r\n$7\r\ncommand\r\n:"), latest);
            assertTrue(latest.endsWith(":1\r\n*0\r\n"), latest);
            node.server().slow = SlowLimits.of(-1, 1, 0);
            String left = talk(node, "AUTH secret\r\nSLOWLOG LEN\r\nSLOWLOG RESET\r\nSLOWLOG GET -1\r\n");
            assertEquals("+OK\r\n:1\r\n+OK\r\n*0\r\n", left);
        }
    }

    @Test
    void everythingIsLoggedFromNothingOn() throws Exception {
        try (CommandServer node = new CommandServer()) {
            node.server().slow = SlowLimits.of(0, 128, 0);
            String log = talk(node, "SET a 1\r\nSLOWLOG LEN\r\nSLOWLOG GET -2\r\nSLOWLOG GET x\r\n");
            assertEquals(
                    "+OK\r\n:1\r\n-ERR count should be greater than or equal to -1\r\n"
                            + "-ERR value is not an integer or out of range\r\n",
                    log);
        }
    }

    /** Each look at the clock is 300 us later, and the clock is looked at once for each read. */
    @Test
    void durationsAreMicroseconds() throws Exception {
        AtomicLong nanos = new AtomicLong();
        ServerClock clock = new ServerClock(InstantSource.system(), () -> nanos.getAndAdd(300_000));
        try (CommandServer node = new CommandServer(null, clock)) {
            node.server().slow = SlowLimits.of(300, 128, 0);
            String log = talk(node, "SET a 1\r\nGET a\r\nSLOWLOG GET\r\n");
            assertTrue(log.startsWith("+OK\r\n$1\r\n1\r\n*2\r\n*6\r\n:1\r\n:"), log);
            assertTrue(log.contains("\r\n:300\r\n*2\r\n$3\r\nGET"), log);
            node.server().slow = SlowLimits.of(-1, 128, 0);
            assertEquals("+OK\r\n", talk(node, "SLOWLOG RESET\r\n"));
            node.server().slow = SlowLimits.of(301, 128, 0);
            assertEquals("+OK\r\n:0\r\n", talk(node, "SET a 1\r\nSLOWLOG LEN\r\n"));
        }
    }

    @Test
    void theSlowestOfASecondIsKept() {
        LatencyLog log = new LatencyLog();
        long begin = Instant.parse("2024-01-01T00:00:00Z").toEpochMilli();
        for (int i = 0; i < 2 * LatencyLog.SAMPLES_MAX; i++) {
            log.add("command", 10 + i, begin + i * 1000L);
            log.add("command", 5, begin + i * 1000L + 500);
        }
        assertEquals(LatencyLog.SAMPLES_MAX, log.history("command").size());
        assertEquals(9 + 2 * LatencyLog.SAMPLES_MAX, log.latest().get(0).mostMillis());
        assertEquals(
                log.latest().get(0).mostMillis(), log.latest().get(0).last().millis());
        assertEquals(0, log.history("other").size());
    }
}
