package io.kindred.server;

import static io.kindred.server.TestServer.receive;
import static io.kindred.server.TestServer.receiveAll;
import static io.kindred.server.TestServer.send;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.Socket;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
final class ConnectionCommandsTest {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochSecond(1_700_000_000L, 123_456_789));
    private CommandServer node;

    @BeforeEach
    void start() throws Exception {
        node = new CommandServer(null, CLOCK);
    }

    @AfterEach
    void stop() throws Exception {
        node.close();
    }

    /** {@code ~} stands for a line end. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "PING|+PONG~",
                "ping hi|$2~hi~",
                "PING a b|-ERR wrong number of arguments for 'ping' command~",
                "ECHO hi|$2~hi~",
                "ECHO|-ERR wrong number of arguments for 'echo' command~",
                "SELECT 15|+OK~",
                "SELECT 16|-ERR DB index is out of range~",
                "SELECT -1|-ERR DB index is out of range~",
                "SELECT x|-ERR value is not an integer or out of range~",
                "SELECT 01|-ERR value is not an integer or out of range~",
                "SET a 1~SELECT 1~GET a~SELECT 0~GET a|+OK~+OK~$-1~+OK~$1~1~",
                "TIME|*2~$10~1700000000~$6~123456~",
                "QUIT~PING|+OK~",
                "HELLO 4|-NOPROTO unsupported protocol version~",
                "HELLO x|-ERR Protocol version is not an integer or out of range~",
                "HELLO 3 foo|-ERR Syntax error in HELLO option 'foo'~",
                "HELLO 2 auth default|-ERR Syntax error in HELLO option 'auth'~",
                "HELLO 3 SETNAME `a b`|-ERR Client names cannot contain spaces, newlines or special characters.~",
                "HELLO 3 AUTH someone x|-WRONGPASS invalid username-password pair or user is disabled.~",
                "AUTH x y z|-ERR syntax error~",
                "AUTH default x|+OK~",
                "GET a~HELLO 3 SETNAME x~GET a~CLIENT GETNAME|$-1~%7~HELLO~_~$1~x~",
                "CLIENT GETNAME|$-1~",
                "CLIENT SETNAME bob~CLIENT GETNAME|+OK~$3~bob~",
                "CLIENT SETNAME bob~CLIENT SETNAME `~CLIENT GETNAME|+OK~+OK~$-1~",
                "CLIENT SETINFO lib-name jedis|+OK~",
                "CLIENT SETINFO lib-foo x|-ERR Unrecognized option 'lib-foo'~",
                "CLIENT SETINFO LIB-VER `1 2`|-ERR lib-ver cannot contain spaces, newlines or special characters.~",
                "CLIENT ID|:1~",
                "CLIENT|-ERR wrong number of arguments for 'client' command~",
                "CLIENT foo|-ERR unknown subcommand 'foo'. Try CLIENT HELP.~",
                "CLIENT NO-EVICT on~CLIENT NO-TOUCH off~CLIENT NO-TOUCH x|+OK~+OK~-ERR syntax error~",
                "CLIENT REPLY x|-ERR syntax error~",
                "PING~CLIENT REPLY OFF~PING~CLIENT REPLY ON~PING|+PONG~+OK~+PONG~",
                "CLIENT REPLY SKIP~PING~PING|+PONG~",
                "CLIENT KILL 1.2.3.4:5|-ERR No such client~",
                "CLIENT KILL ID 0|-ERR client-id should be greater than 0~",
                "CLIENT KILL ID 99|:0~",
                "CLIENT KILL ID|-ERR No such client~",
                "CLIENT KILL ID 1 ADDR|-ERR syntax error~",
                "CLIENT KILL TYPE x|-ERR Unknown client type 'x'~",
                "CLIENT KILL TYPE x ID 1|-ERR Unknown client type 'x'~",
                "CLIENT KILL USER bob ID 1|-ERR No such user 'bob'~",
                "CLIENT KILL ID 1|:0~",
                "CLIENT KILL ID 1 SKIPME no~PING|:1~",
                "CLIENT LIST TYPE x|-ERR Unknown client type 'x'~",
                "CLIENT LIST ID x|-ERR Invalid client ID~",
                "CLIENT LIST ID|-ERR syntax error~",
                "CLIENT LIST TYPE pubsub|$0~~",
                "HELLO 3~RESET~GET a|%7~HELLO~+RESET~$-1~",
            })
    void answersAsRedisDoes(String lines, String expected) throws Exception {
        String hello = "$6~server~$5~redis~$7~version~$5~7.2.5~$5~proto~:3~$2~id~:1~$4~mode~$10~standalone~"
                + "$4~role~$6~master~$7~modules~*0~";
        String request = quoted(lines).replace("~", "\r\n") + "\r\n";
        assertEquals(expected.replace("HELLO~", hello).replace("~", "\r\n"), node.talk(request));
    }

    /** A lone back quote is an empty argument, a pair of them quotes one. */
    private static String quoted(String lines) {
        return lines.chars().filter(c -> c == '`').count() == 1 ? lines.replace("`", "\"\"") : lines.replace('`', '"');
    }

    @Test
    void nothingInAnHttpRequestIsRun() throws Exception {
        String body = "\r\n\r\nCLIENT SETNAME x\r\nPING\r\n";
        assertEquals("", node.talk("POST / HTTP/1.1" + body));
        assertEquals("", node.talk("host: localhost" + body));
        assertEquals("", node.talk("*2\r\n$4\r\npOST\r\n$1\r\n/\r\n" + body));
        assertEquals("+PONG\r\n", node.talk("PING\r\n"));
    }

    @Test
    void wrongNumberOfKillArgumentsIsASyntaxError() throws Exception {
        assertEquals("-ERR syntax error\r\n", node.talk("CLIENT KILL ID 1 SKIPME\r\n"));
    }

    @Test
    void aPasswordIsAskedBeforeAnythingElse() throws Exception {
        try (CommandServer locked = new CommandServer("secret", CLOCK)) {
            assertEquals(
                    "-NOAUTH Authentication required.\r\n-NOAUTH Authentication required.\r\n",
                    locked.talk("PING\r\nCLIENT ID\r\n"));
            assertTrue(locked.talk("HELLO 3\r\n").startsWith("-NOAUTH HELLO must be called with the client already"));
            assertEquals(
                    "-WRONGPASS invalid username-password pair or user is disabled.\r\n+OK\r\n+PONG\r\n",
                    locked.talk("AUTH guess\r\nAUTH secret\r\nPING\r\n"));
            assertEquals("+OK\r\n+PONG\r\n", locked.talk("AUTH default secret\r\nPING\r\n"));
            assertTrue(locked.talk("HELLO 3 AUTH default secret\r\nPING\r\n").endsWith("*0\r\n+PONG\r\n"));
            assertEquals(
                    "+OK\r\n+RESET\r\n-NOAUTH Authentication required.\r\n",
                    locked.talk("AUTH secret\r\nRESET\r\nPING\r\n"));
            assertEquals("-ERR Protocol error: unauthenticated multibulk length\r\n", locked.talk("*11\r\n"));
            String large = "*2\r\n$4\r\nECHO\r\n$20000\r\n" + "x".repeat(20000) + "\r\n";
            assertEquals("-ERR Protocol error: unauthenticated bulk length\r\n", locked.talk(large));
            assertEquals("+OK\r\n$20000\r\n" + "x".repeat(20000) + "\r\n", locked.talk("AUTH secret\r\n" + large));
        }
    }

    @Test
    void clientsSeeAndKillEachOther() throws Exception {
        try (Socket first = node.server().connect();
                Socket second = node.server().connect()) {
            send(first, "CLIENT SETNAME one\r\n");
            receive(first, 5);
            send(second, "CLIENT SETNAME two\r\nSELECT 3\r\n");
            receive(second, 10);
            send(first, "CLIENT LIST\r\n");
            int length = Integer.parseInt(receive(first, 6).substring(1, 4));
            String[] lines = receive(first, length + 2).split("\n");
            assertTrue(
                    lines[0].startsWith("id=1 addr=127.0.0.1:" + first.getLocalPort() + " laddr=127.0.0.1:"
                            + node.server().port() + " fd="),
                    lines[0]);
            assertTrue(lines[0].contains(" name=one age=0 idle=0 flags=N db=0 "), lines[0]);
            assertTrue(lines[0].contains(" cmd=client|list user=default redir=-1 resp=2 lib-name= lib-ver="), lines[0]);
            assertTrue(lines[1].contains(" name=two age=0 idle=0 flags=N db=3 "), lines[1]);
            assertTrue(lines[1].contains(" cmd=select "), lines[1]);
            send(first, "CLIENT KILL ADDR 127.0.0.1:" + second.getLocalPort() + "\r\n");
            assertEquals(":1\r\n", receive(first, 4));
            assertEquals("", receiveAll(second));
        }
    }

    @Test
    void wrongPasswordsAreSlowedForWhoGuessesAlone() throws Exception {
        try (CommandServer locked = new CommandServer("secret", CLOCK);
                Socket guesser = locked.server().connect();
                Socket other = locked.server().connect()) {
            ServerCounters counters = locked.server().server().counters();
            int guesses = 9;
            try (Socket large = locked.server().connect()) {
                send(large, "AUTH " + "x".repeat(16_000) + "\r\n");
                locked.server().await(() -> counters.wrongPasswords() == 1);
                assertEquals(
                        0L,
                        (long) locked.server()
                                .onLoop(() -> locked.server().server().load().commandBytes()),
                        "what waits for its answer takes no room from others");
            }
            locked.server().onLoop(() -> {
                counters.reset();
                return null;
            });
            long begin = System.nanoTime();
            send(guesser, "AUTH guess\r\n".repeat(guesses) + "PING\r\n");
            locked.server().await(() -> counters.wrongPasswords() >= 3);
            send(other, "AUTH secret\r\nPING\r\n");
            assertEquals("+OK\r\n+PONG\r\n", receive(other, "+OK\r\n+PONG\r\n".length()));
            assertTrue(locked.server().onLoop(counters::wrongPasswords) < guesses, "the other one did not wait");
            String wrong = "-WRONGPASS invalid username-password pair or user is disabled.\r\n";
            String all = wrong.repeat(guesses) + "-NOAUTH Authentication required.\r\n";
            assertEquals(all, receive(guesser, all.length()));
            long millis = (System.nanoTime() - begin) / 1_000_000;
            assertTrue(millis >= WrongPasswords.LAST_MILLIS, () -> millis + " ms");
            assertEquals(guesses, (long) locked.server().onLoop(counters::wrongPasswords));
        }
    }

    @Test
    void whoLeavesBeforeTheAnswerHarmsNobody() throws Exception {
        try (CommandServer locked = new CommandServer("secret", CLOCK)) {
            ServerCounters counters = locked.server().server().counters();
            for (int i = 0; i < 3; i++) {
                try (Socket guesser = locked.server().connect()) {
                    send(guesser, "HELLO 3 AUTH default guess\r\n");
                    int sent = i + 1;
                    locked.server().await(() -> counters.wrongPasswords() == sent);
                }
            }
            assertTrue(locked.talk("AUTH guess\r\nAUTH secret\r\n").endsWith("+OK\r\n"));
        }
    }
}
