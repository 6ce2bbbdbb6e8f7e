package io.kindred.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.kindred.resp.HostileBytes;
import io.kindred.resp.RespLimits;
import io.kindred.resp.Seeds;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The same bytes to a real redis-server and to ours: what comes back until the end must be the same. */
@Tag("tools")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RedisWireDifferenceTest {
    private static final int STREAMS = 3_000;
    private static final String[] WORDS = {
        "PING",
        "ping hi",
        "ECHO",
        "echo \"a b\\x41\\n\"",
        "ECHO 'it\\'s'",
        "ECHO \"\\q\\\\\"",
        "ECHO a\"b\"",
        "ECHO \"a\"b",
        "SELECT 3",
        "SELECT 99",
        "SELECT x",
        "SET k v",
        "GET k",
        "CLIENT GETNAME",
        "CLIENT SETNAME me",
        "CLIENT REPLY SKIP\r\nPING",
        "CLIENT REPLY OFF",
        "CLIENT REPLY ON",
        "CLIENT REPLY",
        "RESET",
        "NOSUCH a b",
        "QUIT",
        "HELLO 9",
        "HELLO x",
        "",
        "   ",
        "*0",
        "*-1",
        "*1\r\n$4\r\nPING",
        "*2\r\n$4\r\nECHO\r\n$0\r\n",
        "*2\r\n$4\r\nECHO\r\n$3\r\na\r\n",
        "AUTH x",
        "AUTH default x",
        "*x",
        "*1\r\n$x",
        "*1\r\nx",
        "*1\r\n$-1",
        "INCR n",
        "CLIENT KILL 1.1.1.1:1",
        "CLIENT NO-EVICT ON",
        "CLIENT NO-EVICT x",
        "SUBSCRIBE a a",
        "SUBSCRIBE",
        "UNSUBSCRIBE",
        "UNSUBSCRIBE b a b",
        "PSUBSCRIBE a*",
        "PUNSUBSCRIBE",
        "SSUBSCRIBE s",
        "SUNSUBSCRIBE",
        "PUBLISH a x",
        "PUBLISH zz x",
        "SPUBLISH s x",
        "PUBSUB NUMSUB a b",
        "PUBSUB NUMPAT",
        "PUBSUB SHARDNUMSUB s",
        "PUBSUB CHANNELS x y",
        "PUBSUB HELP",
    };

    private Process redis;
    private int redisPort;
    private CommandServer ours;

    @BeforeAll
    void start(@TempDir Path dir) throws Exception {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            redisPort = probe.getLocalPort();
        }
        redis = new ProcessBuilder(
                        List.of("redis-server", "--port", "" + redisPort, "--bind", "127.0.0.1", "--save", ""))
                .directory(dir.toFile())
                .redirectErrorStream(true)
                .redirectOutput(dir.resolve("redis.log").toFile())
                .start();
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!listens() && redis.isAlive() && System.nanoTime() < deadlineNanos) {
            Thread.onSpinWait();
        }
        ours = new CommandServer();
        RespLimits request = RespLimits.DEFAULT;
        ours.server().limits = ServerLimits.DEFAULT.withRequest(
                new RespLimits(request.bulkBytesMax(), request.argsMax(), Long.MAX_VALUE));
    }

    @AfterAll
    void stop() throws Exception {
        ours.close();
        redis.destroy();
        redis.waitFor(10, TimeUnit.SECONDS);
    }

    @Test
    void hostileBytesGetTheSameAnswers() {
        Seeds.each(RedisWireDifferenceTest.class, STREAMS, random -> compare(toAscii(HostileBytes.stream(random))));
    }

    @Test
    void linesGetTheSameAnswers() {
        Seeds.each(RedisWireDifferenceTest.class, STREAMS, random -> compare(randomLines(random)));
    }

    private void compare(String request) throws Exception {
        String reset = "FLUSHALL\r\n";
        assertEquals(talk(redisPort, reset + request), ours.talk(reset + request), () -> "to: " + request);
    }

    /** An empty request uses up CLIENT REPLY SKIP in Redis, which nobody relies on: the next command comes with it. */
    private static String randomLines(Random random) {
        StringBuilder lines = new StringBuilder();
        for (int i = random.nextInt(8); i >= 0; i--) {
            lines.append(WORDS[random.nextInt(WORDS.length)]).append(random.nextBoolean() ? "\r\n" : "\n");
        }
        return lines.toString();
    }

    /** A zero byte ends a text in Redis, being C; and its error texts are bytes, where ours are UTF-8. */
    private static String toAscii(byte[] stream) {
        StringBuilder text = new StringBuilder();
        for (byte b : stream) {
            int ascii = b & 0x7f;
            text.append((char) (ascii == 0 ? '0' : ascii));
        }
        // Redis 7.0 takes up to 2^31 arguments, those before and after it 1,048,576.
        return text.toString().replace("*1048577", "*2147483648");
    }

    private boolean listens() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), redisPort)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    private static String talk(int port, String latin1) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(TestServer.PATIENCE_MILLIS);
            TestServer.send(socket, latin1);
            socket.shutdownOutput();
            return TestServer.receiveAll(socket);
        }
    }
}
