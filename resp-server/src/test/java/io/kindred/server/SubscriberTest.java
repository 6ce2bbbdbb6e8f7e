package io.kindred.server;

import static io.kindred.server.TestServer.receive;
import static io.kindred.server.TestServer.send;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Publish and subscribe, as clients see it. What is expected is what redis-server 7.0 says. */
@Timeout(60)
final class SubscriberTest {
    private CommandServer node;

    @BeforeEach
    void start() throws Exception {
        node = new CommandServer();
    }

    @AfterEach
    void stop() throws Exception {
        node.close();
    }

    private static final String NOT_NOW =
            "': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context~";

    /** {@code ~} stands for a line end, {@code HELLO} for the answer to it. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "UNSUBSCRIBE;*3~$11~unsubscribe~$-1~:0~",
                "SUNSUBSCRIBE;*3~$12~sunsubscribe~$-1~:0~",
                "PUNSUBSCRIBE a;*3~$12~punsubscribe~$1~a~:0~",
                "SUBSCRIBE a a b;*3~$9~subscribe~$1~a~:1~*3~$9~subscribe~$1~a~:1~*3~$9~subscribe~$1~b~:2~",
                "SUBSCRIBE a~PING~PING hi;*3~$9~subscribe~$1~a~:1~*2~$4~pong~$0~~*2~$4~pong~$2~hi~",
                "SUBSCRIBE a~GET x;*3~$9~subscribe~$1~a~:1~-ERR Can't execute 'getNOT_NOW",
                "SSUBSCRIBE a~CLIENT LIST;*3~$10~ssubscribe~$1~a~:1~-ERR Can't execute 'client|listNOT_NOW",
                "SUBSCRIBE a~GET;*3~$9~subscribe~$1~a~:1~-ERR wrong number of arguments for 'get' command~",
                "SUBSCRIBE a~UNSUBSCRIBE a~GET x;*3~$9~subscribe~$1~a~:1~*3~$11~unsubscribe~$1~a~:0~$-1~",
                "SUBSCRIBE a~PSUBSCRIBE a*~UNSUBSCRIBE;"
                        + "*3~$9~subscribe~$1~a~:1~*3~$10~psubscribe~$2~a*~:2~*3~$11~unsubscribe~$1~a~:1~",
                "SUBSCRIBE a~RESET~PING~PUBLISH a 1;*3~$9~subscribe~$1~a~:1~+RESET~+PONG~:0~",
                "SUBSCRIBE a~QUIT~PING;*3~$9~subscribe~$1~a~:1~+OK~",
                "SUBSCRIBE;-ERR wrong number of arguments for 'subscribe' command~",
                "PUBLISH a 1;:0~",
                "SPUBLISH a 1;:0~",
                "HELLO 3~SUBSCRIBE a~PUBLISH a 1;HELLO>3~$9~subscribe~$1~a~:1~>3~$7~message~$1~a~$1~1~:1~",
                "HELLO 3~PSUBSCRIBE a*~PUBLISH ab 1~SPUBLISH ab 1~GET x;HELLO>3~$10~psubscribe~$2~a*~:1~"
                        + ">4~$8~pmessage~$2~a*~$2~ab~$1~1~:1~:0~_~",
                "HELLO 3~SSUBSCRIBE a~SPUBLISH a 1~PUBLISH a 1;HELLO>3~$10~ssubscribe~$1~a~:1~"
                        + ">3~$8~smessage~$1~a~$1~1~:1~:0~",
                "HELLO 3~UNSUBSCRIBE;HELLO>3~$11~unsubscribe~_~:0~",
                "CLIENT REPLY OFF~SUBSCRIBE a;*3~$9~subscribe~$1~a~:1~",
                "PUBSUB;-ERR wrong number of arguments for 'pubsub' command~",
                "PUBSUB x;-ERR unknown subcommand 'x'. Try PUBSUB HELP.~",
                "PUBSUB CHANNELS a b;-ERR unknown subcommand or wrong number of arguments for 'CHANNELS'."
                        + " Try PUBSUB HELP.~",
                "PUBSUB NUMSUB a b;*4~$1~a~:0~$1~b~:0~",
                "PUBSUB SHARDNUMSUB;*0~",
                "HELLO 3~SUBSCRIBE aa bb~PSUBSCRIBE x y~SSUBSCRIBE s~PUBSUB CHANNELS b*~PUBSUB NUMSUB aa s~PUBSUB NUMPAT"
                        + "~PUBSUB SHARDCHANNELS~PUBSUB SHARDNUMSUB s aa;"
                        + "HELLO>3~$9~subscribe~$2~aa~:1~>3~$9~subscribe~$2~bb~:2~"
                        + ">3~$10~psubscribe~$1~x~:3~>3~$10~psubscribe~$1~y~:4~>3~$10~ssubscribe~$1~s~:1~"
                        + "*1~$2~bb~*4~$2~aa~:1~$1~s~:0~:2~*1~$1~s~*4~$1~s~:1~$2~aa~:0~",
            })
    void answersAsRedisDoes(String lines, String expected) throws Exception {
        String hello = "%7~$6~server~$5~redis~$7~version~$5~7.2.5~$5~proto~:3~$2~id~:1~$4~mode~$10~standalone~"
                + "$4~role~$6~master~$7~modules~*0~";
        String wanted = expected.replace("HELLO", hello).replace("NOT_NOW", NOT_NOW);
        assertEquals(wanted.replace("~", "\r\n"), node.talk(lines.replace("~", "\r\n") + "\r\n"));
    }

    private static void subscribe(Socket client, String channel) throws IOException {
        send(client, "SUBSCRIBE " + channel + "\r\n");
        String confirmation = "*3\r\n$9\r\nsubscribe\r\n$" + channel.length() + "\r\n" + channel + "\r\n:1\r\n";
        assertEquals(confirmation, receive(client, confirmation.length()));
    }

    private static String call(Socket client, String command, int length) throws IOException {
        send(client, command + "\r\n");
        return receive(client, length);
    }

    @Test
    void theListTellsSubscribersApart() throws Exception {
        try (Socket subscriber = node.server().connect();
                Socket other = node.server().connect()) {
            subscribe(subscriber, "a");
            String list = node.talk("CLIENT LIST TYPE pubsub\r\n");
            assertEquals(
                    1, list.lines().filter(line -> line.contains(" flags=P ")).count(), list);
            assertTrue(list.contains(" sub=1 psub=0 ssub=0 "), list);
            assertEquals(":1\r\n", call(other, "CLIENT KILL TYPE pubsub", 4));
            assertEquals("", TestServer.receiveAll(subscriber));
            assertEquals(":0\r\n", call(other, "PUBLISH a x", 4));
        }
    }

    @Test
    void aSubscriberThatTakesNothingIsClosedAndTheOthersLoseNothing() throws Exception {
        OutputLimits.Limit small = new OutputLimits.Limit(1 << 20, 0, 0);
        node.server().limits = ServerLimits.DEFAULT.withOutput(
                new OutputLimits(ServerLimits.DEFAULT.output().normal(), small));
        String payload = "x".repeat(10_000);
        String message = "*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$10000\r\n" + payload + "\r\n";
        try (Socket slow = node.server().connect();
                Socket quick = node.server().connect();
                Socket publisher = node.server().connect()) {
            subscribe(slow, "a");
            subscribe(quick, "a");
            int closed = 0;
            for (int i = 0; closed < 100 && i < 10_000; i++) {
                String told = call(publisher, "PUBLISH a " + payload, 4);
                closed += told.equals(":1\r\n") ? 1 : 0;
                assertEquals(message, receive(quick, message.length()));
            }
            assertEquals(100, closed, "the slow one is never closed");
            long closes = node.server()
                    .loop()
                    .submit(() -> node.server().server().counters().outputLimitCloses())
                    .get();
            assertEquals(1, closes);
        }
    }

    @Test
    void aSubscriberIsNotIdle() throws Exception {
        try (Socket subscriber = node.server().connect();
                Socket idle = node.server().connect()) {
            subscribe(subscriber, "a");
            assertEquals("+PONG\r\n", call(idle, "PING", 7));
            node.server().timeoutSeconds = 1;
            assertEquals("", TestServer.receiveAll(idle));
            assertEquals(":1\r\n", node.talk("PUBLISH a x\r\n"));
        }
    }

    @Test
    void aSubscriberThatIsGoneIsNotTold() throws Exception {
        try (Socket subscriber = node.server().connect()) {
            subscribe(subscriber, "a");
        }
        try (Socket publisher = node.server().connect()) {
            String told = "";
            while (!told.equals(":0\r\n")) {
                told = call(publisher, "PUBLISH a x", 4);
            }
        }
    }
}
