package io.kindred.server;

import static io.kindred.server.TestServer.receive;
import static io.kindred.server.TestServer.receiveAll;
import static io.kindred.server.TestServer.send;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.message.Reply;
import io.kindred.command.Session;
import io.kindred.resp.Seeds;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Pushes among the replies of a connection, over a socket. */
@Timeout(60)
final class PushTest {
    private static Reply.Push push(String text) {
        return new Reply.Push(List.of(Reply.bulk(text)));
    }

    private static ClientConnection only(TestServer server) {
        return server.server().clients().all().get(0);
    }

    /** Commands that are answered when the test says so; {@code 3} chooses RESP3, {@code off} turns replies off. */
    private static final class Waiting implements AutoCloseable {
        private final Deque<ReplySlot> slots = new ArrayDeque<>();
        private final TestServer server = new TestServer((self, session, args, reply) -> {
            switch (new String(args[0], StandardCharsets.US_ASCII)) {
                case "3" -> {
                    session.identity().protocol(3);
                    reply.complete(Reply.OK);
                }
                case "off" -> {
                    session.replies().off();
                    reply.complete(Reply.OK);
                }
                default -> slots.add(reply);
            }
        });

        private Waiting() throws Exception {}

        ClientConnection of(Socket client) throws Exception {
            String port = ":" + client.getLocalPort();
            return server.onLoop(() -> server.server().clients().all().stream()
                    .filter(one -> one.session().identity().addresses().remote().endsWith(port))
                    .findFirst()
                    .orElseThrow());
        }

        void push(String text) throws Exception {
            server.onLoop(() -> {
                only(server).push(PushTest.push(text), null);
                return true;
            });
        }

        @Override
        public void close() throws Exception {
            server.close();
        }
    }

    @Test
    void aPushIsAnArrayInResp2AndSentThoughRepliesAreOff() throws Exception {
        try (Waiting node = new Waiting();
                Socket client = node.server.connect()) {
            send(client, "x\r\n");
            node.server.await(() -> node.slots.size() == 1);
            node.push("a");
            assertEquals("*1\r\n$1\r\na\r\n", receive(client, 11));
            node.server.onLoop(() -> {
                node.slots.remove().complete(Reply.ONE);
                return true;
            });
            assertEquals(":1\r\n", receive(client, 4));
            send(client, "off\r\n");
            node.server.await(() -> only(node.server).session().replies().isMuted());
            node.push("b");
            assertEquals("*1\r\n$1\r\nb\r\n", receive(client, 11));
            send(client, "3\r\n");
            node.server.await(() -> only(node.server).session().identity().protocol() == 3);
            node.push("c");
            assertEquals(">1\r\n$1\r\nc\r\n", receive(client, 11));
        }
    }

    /** As SUBSCRIBE does, one for each channel. */
    @Test
    void aCommandMayHaveSeveralRepliesAndAPushBehindThem() throws Exception {
        TestServer.Behaviour behaviour = (server, session, args, reply) -> {
            session.replies().off();
            reply.also(push("one"));
            reply.also(Reply.OK);
            only(server).push(push("three"), reply);
            reply.complete(push("two"));
        };
        try (TestServer server = new TestServer(behaviour);
                Socket client = server.connect()) {
            send(client, "SUBSCRIBE\r\n");
            client.shutdownOutput();
            assertEquals("*1\r\n$3\r\none\r\n*1\r\n$3\r\ntwo\r\n*1\r\n$5\r\nthree\r\n", receiveAll(client));
        }
    }

    @Test
    void nothingIsPushedToWhoIsOnItsWayOut() throws Exception {
        try (Waiting node = new Waiting();
                Socket client = node.server.connect()) {
            send(client, "x\r\n");
            client.shutdownOutput();
            node.server.await(() -> node.slots.size() == 1 && !only(node.server).isOpen());
            node.push("a");
            node.server.onLoop(() -> {
                node.slots.remove().complete(Reply.ONE);
                return true;
            });
            assertEquals(":1\r\n", receiveAll(client));
        }
    }

    @Test
    void whatWaitsIsShownAndCounted() throws Exception {
        try (Waiting node = new Waiting();
                Socket client = node.server.connect()) {
            send(client, "x\r\ny\r\nz\r\n");
            node.server.await(() -> node.slots.size() == 3);
            node.server.onLoop(() -> {
                ReplySlot first = node.slots.remove();
                node.slots.remove().complete(Reply.bulk(new byte[1000]));
                node.slots.addFirst(first);
                only(node.server).push(push("p"), null);
                return true;
            });
            String line = node.server.onLoop(() -> {
                StringBuilder out = new StringBuilder();
                ClientLine.append(out, only(node.server), 0);
                return out.toString();
            });
            assertTrue(line.contains(" obl=0 oll=2 omem=1049 "), line);
            node.server.await(() -> node.server.server().load().outputBytes() == 1049);
            node.server.onLoop(() -> {
                node.slots.remove().complete(Reply.OK);
                return true;
            });
            assertEquals(5 + 1009 + 11, receive(client, 5 + 1009 + 11).length());
            node.server.await(() -> node.server.server().load().outputBytes() == 0);
        }
    }

    /** One that does not read loses its connection, and the others lose nothing. */
    @Test
    void aSubscriberIsClosedAtTheHardLimitOfItsClass() throws Exception {
        try (Waiting node = new Waiting()) {
            OutputLimits.Limit limit = new OutputLimits.Limit(1 << 20, 0, 0);
            node.server.limits = ServerLimits.DEFAULT.withOutput(new OutputLimits(limit, limit));
            try (Socket slow = node.server.connect();
                    Socket quick = node.server.connect()) {
                String text = "x".repeat(100_000);
                String message = "*1\r\n$100000\r\n" + text + "\r\n";
                node.server.await(() -> node.server.server().clients().size() == 2);
                ClientConnection toSlow = node.of(slow);
                ClientConnection toQuick = node.of(quick);
                node.server.onLoop(() -> {
                    toSlow.output().kind(ClientClass.PUBSUB);
                    return true;
                });
                for (int i = 0; i < 1_000 && node.server.onLoop(toSlow::isOpen); i++) {
                    node.server.onLoop(() -> {
                        toSlow.push(push(text), null);
                        toQuick.push(push(text), null);
                        assertTrue(toSlow.output().bytes() < (1 << 20) + 200_000, "it is bounded");
                        return true;
                    });
                    assertEquals(message, receive(quick, message.length()));
                }
                assertEquals(
                        1,
                        node.server.onLoop(() -> node.server.server().counters().outputLimitCloses()));
                node.server.await(() -> node.server.server().clients().size() == 1);
                node.server.await(() -> node.server.server().load().waitingBytes() == 0);
            }
        }
    }

    @Test
    void aClientPastTheSoftLimitOfItsClassIsClosedAfterItsSeconds() throws Exception {
        try (Waiting node = new Waiting()) {
            OutputLimits.Limit hard = new OutputLimits.Limit(100 << 20, 0, 0);
            OutputLimits.Limit soft = new OutputLimits.Limit(100 << 20, 1000, 3);
            node.server.limits = ServerLimits.DEFAULT.withOutput(new OutputLimits(hard, soft));
            try (Socket client = node.server.connect()) {
                send(client, "x\r\ny\r\n");
                node.server.await(() -> node.slots.size() == 2);
                node.server.onLoop(() -> {
                    node.slots.removeLast().complete(Reply.bulk(new byte[1000]));
                    return true;
                });
                boolean isOpen = node.server.onLoop(() -> {
                    // All of it in one turn: the server looks once a second, too.
                    for (int second = 0; second < 10; second++) {
                        only(node.server).sweep();
                    }
                    return only(node.server).isOpen();
                });
                assertTrue(isOpen, "it is of another class");
                node.server.onLoop(() -> {
                    ClientConnection connection = only(node.server);
                    connection.output().kind(ClientClass.PUBSUB);
                    for (int second = 0; second < 5; second++) {
                        connection.sweep();
                    }
                    return true;
                });
                assertEquals("", receiveAll(client));
                assertEquals(
                        1,
                        node.server.onLoop(() -> node.server.server().counters().outputLimitCloses()));
            }
        }
    }

    /** Each push says how many replies come before it, and each reply how many pushes there were when it ended. */
    @Test
    void randomPushesKeepTheirPlaceAmongRepliesThatEndInAnyOrder() {
        Seeds.each(PushTest.class, 20, random -> {
            int commands = 2_000;
            int[] pushesBefore = new int[commands];
            int[] pushedAtEnd = new int[commands];
            int replies = 0;
            int pushes = 0;
            try (TestServer server = new TestServer(new Publisher(random.nextLong()));
                    Socket client = server.connect()) {
                StringBuilder requests = new StringBuilder();
                for (int i = 0; i < commands; i++) {
                    requests.append(i).append("\r\n");
                }
                send(client, requests + "END\r\n");
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII));
                for (String line = lines.readLine(); !"+END".equals(line); line = lines.readLine()) {
                    String[] words = line.split(" ", -1);
                    if (words[0].equals("+push")) {
                        pushes++;
                        assertEquals(pushes, Integer.parseInt(words[1]), "pushes keep their order");
                        assertEquals(Integer.parseInt(words[2]), replies, "behind what had ended: " + line);
                    } else if (words[0].equals("+reply")) {
                        assertEquals(replies, Integer.parseInt(words[1]), "replies keep their order");
                        pushesBefore[replies] = pushes;
                        pushedAtEnd[replies] = Integer.parseInt(words[2]);
                        replies++;
                    }
                }
            }
            assertEquals(commands, replies);
            int pushed = Integer.MAX_VALUE;
            for (int i = commands - 1; i >= 0; i--) {
                // A reply that waits for earlier ones holds later pushes back, and with them nothing that is before it.
                pushed = Math.min(pushed, pushedAtEnd[i]);
                assertEquals(pushed, pushesBefore[i], "pushes before reply " + i);
            }
        });
    }

    /** Ends commands in a random order, and pushes in between: each push says how many replies have to come before it. */
    private static final class Publisher implements TestServer.Behaviour {
        private final Random random;
        private final List<ReplySlot> slots = new ArrayList<>();
        private final List<Integer> numbers = new ArrayList<>();
        private int pushed;
        private int endedMax;
        private boolean planned;

        Publisher(long seed) {
            random = new Random(seed);
        }

        @Override
        public void run(TestServer server, Session session, byte[][] args, ReplySlot reply) {
            String name = new String(args[0], StandardCharsets.US_ASCII);
            if (name.equals("END")) {
                if (session.admission().runAlone()) {
                    reply.complete(new Reply.Simple("END"));
                }
                return;
            }
            slots.add(reply);
            numbers.add(Integer.parseInt(name));
            if (random.nextInt(4) == 0) {
                end(slots.size() - 1);
            }
            if (random.nextInt(4) == 0) {
                push(server);
            }
            if (!planned) {
                planned = true;
                server.loop().execute(() -> goOn(server));
            }
        }

        private void goOn(TestServer server) {
            for (int events = random.nextInt(50); events > 0 && !slots.isEmpty(); events--) {
                if (random.nextInt(3) == 0) {
                    push(server);
                } else {
                    end(random.nextInt(slots.size()));
                }
            }
            planned = !slots.isEmpty();
            if (planned) {
                server.loop().execute(() -> goOn(server));
            }
        }

        private void push(TestServer server) {
            pushed++;
            only(server).push(new Reply.Push(List.of(new Reply.Simple("push " + pushed + " " + endedMax))), null);
        }

        private void end(int index) {
            int number = numbers.remove(index);
            endedMax = Math.max(endedMax, number + 1);
            slots.remove(index).complete(new Reply.Simple("reply " + number + " " + pushed));
        }
    }
}
