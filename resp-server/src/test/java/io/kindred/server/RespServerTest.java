package io.kindred.server;

import static io.kindred.server.TestServer.receive;
import static io.kindred.server.TestServer.receiveAll;
import static io.kindred.server.TestServer.send;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.message.Reply;
import io.kindred.command.Session;
import io.kindred.resp.Seeds;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class RespServerTest {
    private static final TestServer.Behaviour ECHO =
            (server, session, args, reply) -> reply.complete(Reply.bulk(args[0]));

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void answersPipelinedCommands(boolean epoll) throws Exception {
        try (TestServer server = new TestServer(ECHO, epoll, Clock.systemUTC());
                Socket client = server.connect()) {
            send(client, "*1\r\n$1\r\na\r\nbc\r\n*2\r\n$3\r\ndef\r\n$1\r\nx\r\n");
            assertEquals("$1\r\na\r\n$2\r\nbc\r\n$3\r\ndef\r\n", receive(client, 24));
        }
    }

    @Test
    void repliesKeepTheOrderOfCommandsHoweverTheyComplete() {
        Seeds.each(RespServerTest.class, 20, random -> {
            try (TestServer server = new TestServer(new LateEcho(random.nextLong()));
                    Socket client = server.connect()) {
                int commands = 3000;
                StringBuilder requests = new StringBuilder();
                StringBuilder replies = new StringBuilder();
                for (int i = 0; i < commands; i++) {
                    String text = Integer.toString(i);
                    requests.append("*1\r\n$").append(text.length()).append("\r\n" + text + "\r\n");
                    replies.append("$").append(text.length()).append("\r\n" + text + "\r\n");
                }
                for (int at = 0; at < requests.length(); ) {
                    int next = Math.min(requests.length(), at + 1 + random.nextInt(5000));
                    send(client, requests.substring(at, next));
                    at = next;
                }
                assertEquals(replies.toString(), receive(client, replies.length()));
            }
        });
    }

    @Test
    void resumesHalfCommandsAtEverySplit() throws Exception {
        String request = "*2\r\n$4\r\nECHO\r\n$5\r\nhello\r\nPING x\r\n*1\r\n$0\r\n\r\n";
        String reply = "$4\r\nECHO\r\n$4\r\nPING\r\n$0\r\n\r\n";
        try (TestServer server = new TestServer(ECHO);
                Socket client = server.connect()) {
            for (int split = 1; split < request.length(); split++) {
                send(client, request.substring(0, split));
                long expected = split;
                server.await(() -> server.server().counters().inputBytes() >= expected);
                send(client, request.substring(split));
                assertEquals(reply, receive(client, reply.length()));
                server.onLoop(() -> {
                    server.server().counters().reset();
                    return true;
                });
            }
        }
    }

    @Test
    void quitIsAnsweredAfterWhatCameBeforeAndNothingBehindItRuns() throws Exception {
        List<String> ran = new ArrayList<>();
        TestServer.Behaviour behaviour = (server, session, args, reply) -> {
            String name = new String(args[0], StandardCharsets.US_ASCII);
            ran.add(name);
            if (name.equals("QUIT")) {
                session.flags().closeAfterReply();
                reply.complete(Reply.OK);
            } else {
                server.loop().schedule(() -> reply.complete(Reply.ONE), 10, TimeUnit.MILLISECONDS);
            }
        };
        try (TestServer server = new TestServer(behaviour);
                Socket client = server.connect()) {
            send(client, "SLOW\r\nQUIT\r\nPING\r\n");
            assertEquals(":1\r\n+OK\r\n", receiveAll(client));
            assertEquals(List.of("SLOW", "QUIT"), ran);
        }
    }

    @Test
    void aProtocolErrorIsToldInItsTurnAndCloses() throws Exception {
        TestServer.Behaviour behaviour = (server, session, args, reply) ->
                server.loop().schedule(() -> reply.complete(Reply.ONE), 10, TimeUnit.MILLISECONDS);
        try (TestServer server = new TestServer(behaviour);
                Socket client = server.connect()) {
            send(client, "SLOW\r\n*1\r\nfoo\r\nPING\r\n");
            assertEquals(":1\r\n-ERR Protocol error: expected '$', got 'f'\r\n", receiveAll(client));
        }
    }

    @Test
    void whatAClientSentBeforeItsEndOfStreamIsAnswered() throws Exception {
        TestServer.Behaviour behaviour = (server, session, args, reply) ->
                server.loop().schedule(() -> reply.complete(Reply.ONE), 10, TimeUnit.MILLISECONDS);
        try (TestServer server = new TestServer(behaviour);
                Socket client = server.connect()) {
            send(client, "SET a b\r\nSET a c\r\n");
            client.shutdownOutput();
            assertEquals(":1\r\n:1\r\n", receiveAll(client));
            server.await(() -> server.server().clients().size() == 0);
        }
    }

    /** The commands A may only run alone. They end in a later turn, and those of one turn in no order. */
    @Test
    void whatHasToBeAloneWaitsForWhatCameBeforeAndHoldsBackWhatComesBehind() throws Exception {
        List<String> log = new ArrayList<>();
        Deque<Runnable> ends = new ArrayDeque<>();
        TestServer.Behaviour behaviour = (server, session, args, reply) -> {
            String name = new String(args[0], StandardCharsets.ISO_8859_1);
            if (name.startsWith("A") && !session.admission().runAlone()) {
                return;
            }
            log.add("+" + name);
            ends.push(() -> {
                log.add("-" + name);
                reply.complete(Reply.bulk(args[0]));
            });
            server.loop()
                    .execute(() -> server.loop().execute(() -> {
                        while (!ends.isEmpty()) {
                            ends.pop().run();
                        }
                    }));
        };
        try (TestServer server = new TestServer(behaviour);
                Socket client = server.connect()) {
            List<String> names = List.of("b", "c", "A1", "A2", "d", "A3", "e", "f", "A4");
            StringBuilder expected = new StringBuilder();
            names.forEach(name -> expected.append("$" + name.length() + "\r\n" + name + "\r\n"));
            send(client, String.join("\r\n", names) + "\r\n");
            client.shutdownOutput();
            assertEquals(expected.toString(), receiveAll(client));
            assertEquals(2 * names.size(), server.onLoop(log::size));
            for (String name : List.of("A1", "A2", "A3", "A4")) {
                int begun = log.indexOf("+" + name);
                assertEquals(2 * names.indexOf(name), begun, log::toString);
                assertEquals("-" + name, log.get(begun + 1), log::toString);
            }
            assertEquals(0, server.server().counters().pauses(), "it is not the client that is too fast");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theEndOfStreamLosesNothingOfWhatWaitsUnread(boolean epoll) throws Exception {
        int commands = 50_000;
        Deque<ReplySlot> waiting = new ArrayDeque<>();
        TestServer.Behaviour behaviour = (server, session, args, reply) -> {
            waiting.add(reply);
            if (waiting.size() == 1) {
                server.loop().execute(() -> {
                    while (!waiting.isEmpty()) {
                        waiting.remove().complete(Reply.ONE);
                    }
                });
            }
        };
        try (TestServer server = new TestServer(behaviour, epoll, Clock.systemUTC());
                Socket client = server.connect()) {
            send(client, "*1\r\n$4\r\nPING\r\n".repeat(commands));
            client.shutdownOutput();
            assertEquals(":1\r\n".repeat(commands), receiveAll(client));
        }
    }

    @Test
    void repliesAreMutedAsTheSessionSays() throws Exception {
        TestServer.Behaviour behaviour = (server, session, args, reply) -> {
            switch (new String(args[0], StandardCharsets.US_ASCII)) {
                case "off" -> session.replies().off();
                case "on" -> session.replies().on();
                case "skip" -> session.replies().skip();
                default -> {
                    server.loop().execute(() -> reply.complete(Reply.bulk(args[0])));
                    return;
                }
            }
            reply.complete(Reply.OK);
        };
        try (TestServer server = new TestServer(behaviour);
                Socket client = server.connect()) {
            send(client, "a\r\noff\r\nb\r\nskip\r\nc\r\non\r\nd\r\nskip\r\ne\r\nf\r\n");
            assertEquals("$1\r\na\r\n+OK\r\n$1\r\nd\r\n$1\r\nf\r\n", receive(client, 26));
        }
    }

    /** As HELLO, which waits for what came before it. */
    @Test
    void whatHasWaitedAnswersInTheProtocolThatItHasChosen() throws Exception {
        TestServer.Behaviour behaviour = (server, session, args, reply) -> {
            if (args[0][0] != '3') {
                server.loop().execute(() -> server.loop().execute(() -> reply.complete(Reply.NIL)));
            } else if (session.admission().runAlone()) {
                session.identity().protocol(3);
                reply.complete(Reply.NIL);
            }
        };
        try (TestServer server = new TestServer(behaviour);
                Socket client = server.connect()) {
            send(client, "2\r\n3\r\nx\r\n");
            assertEquals("$-1\r\n_\r\n_\r\n", receive(client, 11));
        }
    }

    @Test
    void eachReplyIsInTheProtocolOfItsTime() throws Exception {
        TestServer.Behaviour behaviour = (server, session, args, reply) -> {
            if (args[0][0] == '3') {
                session.identity().protocol(3);
                reply.complete(Reply.NIL);
            } else {
                server.loop().execute(() -> reply.complete(Reply.NIL));
            }
        };
        try (TestServer server = new TestServer(behaviour);
                Socket client = server.connect()) {
            send(client, "2\r\n3\r\nx\r\n");
            assertEquals("$-1\r\n_\r\n_\r\n", receive(client, 11));
        }
    }

    @Test
    void refusesMoreThanMaxclients() throws Exception {
        try (TestServer server = new TestServer(ECHO)) {
            server.limits = ServerLimits.DEFAULT.withClientsMax(1);
            try (Socket first = server.connect()) {
                send(first, "a\r\n");
                assertEquals("$1\r\na\r\n", receive(first, 7));
                try (Socket second = server.connect()) {
                    assertEquals("-ERR max number of clients reached\r\n", receiveAll(second));
                }
            }
            server.await(() -> server.server().clients().size() == 0);
            try (Socket third = server.connect()) {
                send(third, "a\r\n");
                assertEquals("$1\r\na\r\n", receive(third, 7));
            }
            assertEquals(1, server.onLoop(() -> server.server().counters().connectionsRejected()));
        }
    }

    @Test
    void anIdleClientIsClosed() throws Exception {
        AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
        try (TestServer server = new TestServer(ECHO, true, now::get);
                Socket client = server.connect()) {
            server.timeoutSeconds = 10;
            send(client, "a\r\n");
            assertEquals("$1\r\na\r\n", receive(client, 7));
            now.set(Instant.EPOCH.plusSeconds(11));
            assertEquals("", receiveAll(client));
        }
    }

    @Test
    void aBrokenCommandClosesItsClientOnly() throws Exception {
        TestServer.Behaviour behaviour = (server, session, args, reply) -> {
            if (args[0][0] == '!') {
                throw new IllegalStateException("a fault made by the test");
            }
            reply.complete(Reply.OK);
        };
        try (TestServer server = new TestServer(behaviour);
                Socket healthy = server.connect();
                Socket broken = server.connect()) {
            send(broken, "!\r\nx\r\n");
            assertEquals("", receiveAll(broken));
            send(healthy, "x\r\n");
            assertEquals("+OK\r\n", receive(healthy, 5));
        }
    }

    @Test
    void aCommandIsAnsweredOnce() throws Exception {
        List<ReplySlot> kept = new ArrayList<>();
        TestServer.Behaviour behaviour = (server, session, args, reply) -> {
            kept.add(reply);
            reply.complete(Reply.OK);
        };
        try (TestServer server = new TestServer(behaviour);
                Socket client = server.connect()) {
            send(client, "x\r\n");
            receive(client, 5);
            ExecutionException failure = assertThrows(
                    ExecutionException.class,
                    () -> server.onLoop(() -> {
                        kept.get(0).complete(Reply.OK);
                        return true;
                    }));
            assertTrue(failure.getCause() instanceof IllegalStateException);
        }
    }

    /** Echoes, some at once and some later, in a random order. */
    private static final class LateEcho implements TestServer.Behaviour {
        private final Random random;
        private final List<Runnable> late = new ArrayList<>();

        LateEcho(long seed) {
            random = new Random(seed);
        }

        @Override
        public void run(TestServer server, Session session, byte[][] args, ReplySlot reply) {
            if (random.nextInt(3) == 0) {
                reply.complete(Reply.bulk(args[0]));
                return;
            }
            late.add(() -> reply.complete(Reply.bulk(args[0])));
            if (late.size() == 1) {
                server.loop().execute(() -> completeSome(server));
            }
        }

        private void completeSome(TestServer server) {
            Collections.shuffle(late, random);
            int rest = random.nextInt(late.size());
            while (late.size() > rest) {
                late.remove(late.size() - 1).run();
            }
            if (!late.isEmpty()) {
                server.loop().execute(() -> completeSome(server));
            }
        }
    }
}
