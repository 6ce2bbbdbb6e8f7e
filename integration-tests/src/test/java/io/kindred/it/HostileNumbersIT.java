package io.kindred.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Numbers at their ends, keys of 40 MB and requests of HTTP, to three whole nodes: afterwards each serves all there is. */
final class HostileNumbersIT {
    private static final int COMMANDS = Integer.getInteger("kindred.commands", 3_000);
    private static final String[] NUMBERS = {
        "9223372036854775807",
        "9223372036854775806",
        "9223372036854775",
        "9223372036854776",
        "-9223372036854775808",
        "9223372036854775808",
        "18446744073709551615",
        "18446744073709551616",
        "281474976710655",
        "4294967296",
        "2147483648",
        "2147483647",
        "-2147483649",
        "65536",
        "128",
        "127",
        "1",
        "0",
        "-0",
        "-1",
        "1e400",
        "1e-4951",
        "nan",
        "",
    };
    private static final String[] LINES = {
        "PEXPIREAT k #",
        "EXPIREAT k #",
        "EXPIRE k #",
        "PEXPIRE k #",
        "PEXPIRE k # GT",
        "SET k v EX #",
        "SET k v PX #",
        "SET k v EXAT #",
        "SET k v PXAT #",
        "SET k v NX PXAT #",
        "SETEX k # v",
        "PSETEX k # v",
        "GETEX k PXAT #",
        "GETEX k EX #",
        "SETRANGE k # v",
        "GETRANGE k # #",
        "SET k #",
        "INCRBY k #",
        "DECRBY k #",
        "INCRBYFLOAT k #",
        "SCAN #",
        "SCAN 0 COUNT #",
        "SCAN # COUNT #",
        "TTL k",
        "PERSIST k",
        "DEL k",
        "KIN.PUT k ~ v PXAT #",
        "KIN.PUT k ~ v EX #",
        "KIN.PUT k ~ v W #",
        "KIN.GET k R #",
        "KIN.QUORUM R # W #",
        "KIN.QUORUM PR # PW #",
        "KIN.QUORUM DEFAULT",
        "KIN.RING #",
        "KIN.PLAN JOIN x #",
        "CLIENT KILL ID #",
        "CLIENT LIST ID #",
        "CONFIG SET timeout #",
        "CONFIG SET max-value-bytes -#",
        "SELECT #",
        "SELECT 0",
        "HELLO #",
        "HELLO 2",
        "FLUSHALL",
    };
    private static KindredCluster cluster;
    private final Seed seed = Seed.of(HostileNumbersIT.class);

    @BeforeAll
    static void start(@TempDir Path dir) {
        cluster = KindredCluster.ofThree(dir);
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    void theLastMillisecondIsATimeLikeAnyOther() {
        try (RespConnection first = cluster.connect(0);
                RespConnection third = cluster.connect(2)) {
            first.text("SET", "k", "v");
            assertEquals(1, first.number("PEXPIREAT", "k", "9223372036854775807"));
            assertEquals("v", third.text("GET", "k"));
            assertEquals(Long.MAX_VALUE, third.number("PEXPIRETIME", "k"));
            assertEquals(List.of("k"), third.texts("KEYS", "k"));
            assertServe();
        }
    }

    @Test
    void numbersAtTheirEndsLeaveNothingBehind() {
        Random random = seed.random(0);
        try (RespConnection first = cluster.connect(0);
                RespConnection second = cluster.connect(1);
                RespConnection third = cluster.connect(2)) {
            List<RespConnection> connections = List.of(first, second, third);
            for (int i = 0; i < COMMANDS; i++) {
                answer(connections.get(random.nextInt(3)), line(random));
            }
        }
        assertServe();
    }

    /** A refusal is an answer, too. */
    private static void answer(RespConnection connection, Object[] command) {
        try {
            connection.call(command);
        } catch (RespError refused) {
            assertTrue(!String.valueOf(refused.getMessage()).isEmpty());
        }
    }

    @Test
    void keysOfFortyMegabytesAreRefused() {
        byte[] key = new byte[40 << 20];
        try (RespConnection connection = cluster.connect(0)) {
            for (Object[] command : new Object[][] {
                {"SET", key, "v"}, {"GET", key}, {"MSET", "a", "1", key, "v"}, {"KIN.PUT", key, "", "v"}, {"INCR", key},
            }) {
                assertEquals(
                        "ERR key exceeds maximum allowed size (max-key-bytes)",
                        connection.error(command).getMessage());
            }
            byte[] longest = new byte[64 << 10];
            assertEquals("OK", connection.text("SET", longest, "v"));
            assertEquals("v", connection.text("GET", longest));
            assertEquals(1, connection.number("DEL", longest));
        }
        assertServe();
    }

    @Test
    void nothingInARequestOfHttpIsRun() throws IOException {
        String request = "POST / HTTP/1.1\r\nHost: localhost\r\n\r\nSET smuggled 1\r\n";
        KindredProcess node = cluster.nodes().get(0);
        for (int port : List.of(node.port(), node.options().clusterPort())) {
            assertEquals(0, answerTo(port, request).length, "port " + port);
        }
        try (RespConnection connection = cluster.connect(0)) {
            assertNull(connection.text("GET", "smuggled"));
        }
        assertTrue(node.log().contains("Possible SECURITY ATTACK detected"), node.log());
    }

    private static byte[] answerTo(int port, String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(RespConnection.TIMEOUT_MILLIS);
            socket.getOutputStream().write(request.getBytes(ISO_8859_1));
            return socket.getInputStream().readAllBytes();
        } catch (SocketException closedAtTheFirstWord) {
            return new byte[0];
        }
    }

    private static String[] line(Random random) {
        String[] words = LINES[random.nextInt(LINES.length)].split(" ");
        for (int i = 0; i < words.length; i++) {
            words[i] = switch (words[i]) {
                case "k" -> "key" + random.nextInt(20);
                case "~" -> "";
                default -> words[i].replace("#", NUMBERS[random.nextInt(NUMBERS.length)]);
            };
        }
        return words;
    }

    /** Through each node. */
    private void assertServe() {
        for (KindredProcess node : cluster.nodes()) {
            assertTrue(node.isAlive(), () -> seed + node.log());
            try (RespConnection connection = node.connect()) {
                assertEquals("OK", connection.text("SET", "served", node.name()));
                assertEquals(node.name(), connection.text("GET", "served"));
                assertTrue(connection.texts("KEYS", "*").contains("served"), seed::toString);
                String cursor = "0";
                do {
                    cursor = String.valueOf(RespConnection.asText(
                            connection.list("SCAN", cursor).get(0)));
                } while (!"0".equals(cursor));
                assertTrue(connection.text("RANDOMKEY") != null, seed::toString);
                assertEquals(0, Info.of(connection, "kindred").number("corrupt_records"), seed::toString);
                assertEquals("OK", connection.text("FLUSHALL"));
                assertEquals(List.of(), connection.texts("KEYS", "*"), seed::toString);
            }
        }
    }
}
