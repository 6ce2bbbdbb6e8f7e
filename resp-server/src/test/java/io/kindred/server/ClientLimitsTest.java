package io.kindred.server;

import static io.kindred.server.TestServer.receive;
import static io.kindred.server.TestServer.send;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.message.Reply;
import io.kindred.command.Session;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What of clients waits, and who waits when it is too much. */
@Timeout(60)
final class ClientLimitsTest {
    /** As redis-py, Jedis and predis do: the whole pipeline is written before a reply is read. */
    @Test
    void aClientThatWritesItsWholePipelineFirstGetsAllReplies() throws Exception {
        int commands = 60_000;
        TestServer.Behaviour behaviour = (server, session, args, reply) -> reply.complete(Reply.bulk(args[1]));
        try (TestServer server = new TestServer(behaviour);
                Socket client = server.connect()) {
            String text = "x".repeat(400);
            send(client, ("*2\r\n$4\r\nECHO\r\n$400\r\n" + text + "\r\n").repeat(commands));
            byte[] expected = ("$400\r\n" + text + "\r\n").getBytes(StandardCharsets.US_ASCII);
            for (int i = 0; i < commands; i++) {
                assertArrayEquals(expected, client.getInputStream().readNBytes(expected.length), "reply " + i);
            }
            server.await(() -> server.server().load().waitingBytes() == 0);
        }
    }

    /** A client that reads gets replies of any length in all: what waits stays below the limit. */
    @Test
    void repliesOfMoreThanTheLimitReachAClientThatReads() throws Exception {
        byte[] value = new byte[100_000];
        int commands = 600;
        AtomicLong mostHeld = new AtomicLong();
        TestServer.Behaviour behaviour = (server, session, args, reply) -> {
            reply.complete(Reply.bulk(value));
            mostHeld.accumulateAndGet(
                    server.server().clients().all().get(0).output().bytes(), Math::max);
        };
        try (TestServer server = new TestServer(behaviour)) {
            server.limits = TestServer.outputLimit(4_000_000);
            try (Socket client = server.connect()) {
                send(client, "GET x\r\n".repeat(commands));
                int replyBytes = "$100000\r\n".length() + value.length + 2;
                for (int i = 0; i < commands; i++) {
                    assertEquals(replyBytes, client.getInputStream().readNBytes(replyBytes).length, "reply " + i);
                }
                assertTrue(mostHeld.get() < 4_500_000, "held " + mostHeld);
                assertEquals(0, server.onLoop(() -> server.server().counters().outputLimitCloses()));
            }
        }
    }

    /** A machine that is busy keeps a client from reading for some seconds; one that never reads is closed in the end. */
    @Test
    void aClientAtItsLimitHasTenSecondsToTakeSomething() throws Exception {
        byte[] value = new byte[100_000];
        TestServer.Behaviour behaviour = (server, session, args, reply) -> reply.complete(Reply.bulk(value));
        try (TestServer server = new TestServer(behaviour)) {
            server.limits = TestServer.outputLimit(4_000_000);
            try (Socket client = server.connect()) {
                send(client, "GET x\r\n".repeat(600));
                server.await(() -> server.server().clients().all().stream()
                        .anyMatch(connection -> connection.output().bytes() >= 4_000_000));
                server.onLoop(() -> {
                    ClientConnection connection =
                            server.server().clients().all().get(0);
                    for (int second = 0; second < 7; second++) {
                        connection.sweep();
                    }
                    return true;
                });
                int replyBytes = "$100000\r\n".length() + value.length + 2;
                for (int i = 0; i < 600; i++) {
                    assertEquals(replyBytes, client.getInputStream().readNBytes(replyBytes).length, "reply " + i);
                }
            }
        }
    }

    /** Nobody knows how long a reply is going to be, so what a burst of reads may bring is bounded by their number. */
    @Test
    void aReadIsBegunWhenThereIsRoomForALongReply() throws Exception {
        try (LongValues values = new LongValues()) {
            try (Socket client = values.server.connect()) {
                send(client, "SET\r\n".repeat(5_000));
                assertEquals("+OK\r\n".repeat(5_000), receive(client, 25_000));
                send(client, "GET\r\n".repeat(600));
                values.receive(client, 600);
            }
            assertTrue(values.mostInFlight.get() <= 17, "in flight " + values.mostInFlight);
            values.server.await(() -> values.server.server().load().waitingBytes() == 0);
        }
    }

    /** Together they have one each, those in places, and what the window has room for once their length is known. */
    @Test
    void readsOfManyClientsShareTheRoomForLongReplies() throws Exception {
        try (LongValues values = new LongValues()) {
            List<Socket> clients = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                clients.add(values.server.connect());
            }
            for (Socket client : clients) {
                send(client, "GET\r\n".repeat(40));
            }
            for (Socket client : clients) {
                values.receive(client, 40);
                client.close();
            }
            assertTrue(values.mostInFlight.get() <= 20 + 16 + 16, "in flight " + values.mostInFlight);
            values.server.await(() -> values.server.server().load().waitingBytes() == 0);
            assertEquals(
                    0, values.server.onLoop(() -> values.server.server().load().expectedBytes()));
            assertTrue(values.server.onLoop(() -> values.server.server().load().hasPlace()));
        }
    }

    /** Short replies vouch for many reads, but not for more than the client's output limit has room for. */
    @Test
    void aClientThatTurnsToLongValuesIsNotClosed() throws Exception {
        try (LongValues values = new LongValues();
                Socket client = values.server.connect()) {
            values.server.limits = values.server.limits.withOutput(
                    TestServer.outputLimit(64 << 20).output());
            send(client, "GET short\r\n".repeat(2_000));
            assertEquals("$0\r\n\r\n".repeat(2_000), receive(client, 12_000));
            send(client, "GET\r\n".repeat(200));
            values.receive(client, 200);
            assertTrue(values.mostInFlight.get() <= 32, "in flight " + values.mostInFlight);
        }
    }

    @Test
    void aClientThatClosesGivesItsPlacesBack() throws Exception {
        Deque<ReplySlot> waiting = new ArrayDeque<>();
        TestServer.Behaviour behaviour = (server, session, args, reply) -> {
            if (session.admission().mayRead()) {
                waiting.add(reply);
            }
        };
        try (TestServer server = new TestServer(behaviour);
                Socket next = server.connect()) {
            try (Socket client = server.connect()) {
                send(client, "GET x\r\n".repeat(600));
                server.await(() -> !server.server().load().hasPlace());
                ClientConnection first = server.onLoop(() -> server.server().clients().all().stream()
                        .filter(ClientConnection::paused)
                        .findFirst()
                        .orElseThrow());
                send(next, "GET x\r\n".repeat(2));
                server.await(() -> server.server().load().hasWaiting(ClientLoad.Cause.PLACE) && waiting.size() == 34);
                server.onLoop(() -> {
                    first.closeNow();
                    return true;
                });
            }
            server.await(() -> server.server().clients().size() == 1);
            server.onLoop(() -> {
                for (int i = 0; i < 34; i++) {
                    waiting.remove().complete(Reply.OK);
                }
                return true;
            });
            server.await(() -> waiting.size() == 1);
            server.onLoop(() -> {
                waiting.remove().complete(Reply.OK);
                return true;
            });
            assertEquals("+OK\r\n+OK\r\n", receive(next, 10));
            assertEquals(0, server.onLoop(() -> server.server().load().clientsWaiting()));
        }
    }

    /** A server whose GETs bring a megabyte after a while, or nothing where they have an argument. */
    private static final class LongValues implements AutoCloseable {
        private static final byte[] VALUE = new byte[1 << 20];

        private final AtomicLong mostInFlight = new AtomicLong();
        private final TestServer server = new TestServer(this::run);
        private long inFlight;

        private LongValues() throws Exception {
            server.limits = ServerLimits.DEFAULT.withShared(new ServerLimits.Shared(16 << 20, 512 << 20, 5_000));
            server.onLoop(() -> {
                server.server().load().limits(server.limits.shared());
                return true;
            });
        }

        private void run(TestServer self, Session session, byte[][] args, ReplySlot reply) {
            boolean isRead = args[0][0] == 'G';
            if (isRead && !session.admission().mayRead()) {
                return;
            }
            boolean isLong = isRead && args.length == 1;
            inFlight += isLong ? 1 : 0;
            mostInFlight.accumulateAndGet(inFlight, Math::max);
            self.loop()
                    .schedule(
                            () -> {
                                inFlight -= isLong ? 1 : 0;
                                reply.complete(
                                        isLong ? Reply.bulk(VALUE) : isRead ? Reply.bulk(new byte[0]) : Reply.OK);
                            },
                            1,
                            TimeUnit.MILLISECONDS);
        }

        private void receive(Socket client, int replies) throws Exception {
            int replyBytes = "$1048576\r\n".length() + VALUE.length + 2;
            for (int i = 0; i < replies; i++) {
                assertEquals(replyBytes, client.getInputStream().readNBytes(replyBytes).length, "reply " + i);
            }
        }

        @Override
        public void close() throws Exception {
            server.close();
        }
    }

    @Test
    void aClientAtItsLimitThatTakesNothingIsClosed() throws Exception {
        byte[] value = new byte[100_000];
        TestServer.Behaviour behaviour = (server, session, args, reply) -> reply.complete(Reply.bulk(value));
        try (TestServer server = new TestServer(behaviour)) {
            server.limits = TestServer.outputLimit(4_000_000);
            try (Socket client = server.connect()) {
                send(client, "GET x\r\n".repeat(600));
                server.await(() -> server.server().counters().outputLimitCloses() == 1);
                server.await(() -> server.server().load().waitingBytes() == 0);
            }
        }
    }

    /** Past the budget those wait that have replies to take; others go on, and who takes nothing is closed. */
    @Test
    void pastTheBudgetAClientThatTakesNothingIsClosed() throws Exception {
        byte[] value = new byte[100_000];
        TestServer.Behaviour behaviour =
                (server, session, args, reply) -> reply.complete(args.length > 1 ? Reply.bulk(value) : Reply.OK);
        try (TestServer server = new TestServer(behaviour)) {
            server.limits = ServerLimits.DEFAULT.withShared(new ServerLimits.Shared(1_000_000, 4_000_000, 250));
            server.onLoop(() -> {
                server.server().load().limits(server.limits.shared());
                return true;
            });
            try (Socket greedy = server.connect();
                    Socket modest = server.connect()) {
                send(greedy, "GET x\r\n".repeat(600));
                server.await(() -> server.server().load().isOverBudget());
                assertTrue(server.onLoop(() -> server.server().load().waitingBytes()) < 4_500_000);
                send(modest, "PING\r\n");
                assertEquals("+OK\r\n", receive(modest, 5));
                assertEquals(0, server.onLoop(() -> server.server().counters().stuckCloses()));
                server.await(() -> server.server().counters().stuckCloses() == 1);
                send(modest, "PING\r\n");
                assertEquals("+OK\r\n", receive(modest, 5));
                server.await(() -> server.server().load().waitingBytes() == 0);
            }
        }
    }

    @Test
    void theWindowClosesWhileCommandsTakeLongAndOneIsAlwaysLetIn() throws Exception {
        TestServer.Behaviour behaviour = (server, session, args, reply) ->
                server.loop().schedule(() -> reply.complete(Reply.OK), 30, TimeUnit.MILLISECONDS);
        try (TestServer server = new TestServer(behaviour)) {
            server.limits = ServerLimits.DEFAULT.withShared(new ServerLimits.Shared(1_000_000, 100_000_000, 10));
            server.onLoop(() -> {
                server.server().load().limits(server.limits.shared());
                return true;
            });
            try (Socket client = server.connect()) {
                String command = "*2\r\n$3\r\nSET\r\n$50000\r\n" + "x".repeat(50_000) + "\r\n";
                send(client, command.repeat(20));
                assertEquals("+OK\r\n".repeat(20), receive(client, 100));
            }
            assertEquals(
                    ClientLoad.WINDOW_BYTES_MIN,
                    server.onLoop(() -> server.server().load().windowBytes()));
        }
    }

    @Test
    void commandsInFlightAreWeighed() throws Exception {
        Deque<ReplySlot> waiting = new ArrayDeque<>();
        AtomicLong most = new AtomicLong();
        TestServer.Behaviour behaviour = (server, session, args, reply) -> {
            waiting.add(reply);
            most.accumulateAndGet(server.server().load().commandBytes(), Math::max);
            server.loop().schedule(() -> waiting.remove().complete(Reply.OK), 1, TimeUnit.MILLISECONDS);
        };
        try (TestServer server = new TestServer(behaviour)) {
            server.limits = ServerLimits.DEFAULT.withShared(new ServerLimits.Shared(1_000_000, 100_000_000, 250));
            server.onLoop(() -> {
                server.server().load().limits(server.limits.shared());
                return true;
            });
            byte[] command = ("*2\r\n$3\r\nSET\r\n$200000\r\n" + "x".repeat(200_000) + "\r\n")
                    .getBytes(StandardCharsets.US_ASCII);
            List<Socket> clients = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                clients.add(server.connect());
            }
            for (int i = 0; i < 20; i++) {
                for (Socket client : clients) {
                    client.getOutputStream().write(command);
                }
            }
            for (Socket client : clients) {
                assertEquals("+OK\r\n".repeat(20), receive(client, 100));
                client.close();
            }
            assertTrue(most.get() <= 1_200_000, "in flight " + most);
            server.await(() -> server.server().load().waitingBytes() == 0);
            assertEquals(0, server.onLoop(() -> server.server().load().clientsWaiting()));
        }
    }

    @Test
    void commandsInFlightAreBounded() throws Exception {
        int commands = 10_000;
        Deque<ReplySlot> waiting = new ArrayDeque<>();
        AtomicLong most = new AtomicLong();
        TestServer.Behaviour behaviour = (server, session, args, reply) -> {
            waiting.add(reply);
            most.accumulateAndGet(waiting.size(), Math::max);
            if (waiting.size() == 1) {
                // Later than everything that this read brings.
                server.loop().execute(() -> {
                    while (!waiting.isEmpty()) {
                        waiting.removeLast().complete(Reply.ONE);
                    }
                });
            }
        };
        try (TestServer server = new TestServer(behaviour);
                Socket client = server.connect()) {
            send(client, "X\r\n".repeat(commands));
            assertEquals(":1\r\n".repeat(commands), receive(client, 4 * commands));
            assertEquals(ServerLimits.DEFAULT.commandsInFlightMax(), most.get());
        }
    }

    @Test
    void aClientWhoseRepliesHoldTooMuchIsCutOff() throws Exception {
        byte[] large = new byte[2 * 1024 * 1024];
        TestServer.Behaviour behaviour = (server, session, args, reply) ->
                reply.complete(Reply.array(Collections.nCopies(4, Reply.bulk(large))));
        try (TestServer server = new TestServer(behaviour)) {
            server.limits = TestServer.outputLimit(4 * 1024 * 1024);
            try (Socket client = server.connect()) {
                send(client, "GET x\r\n");
                server.await(() -> server.server().counters().outputLimitCloses() == 1
                        && server.server().clients().size() == 0);
            }
        }
    }

    @Test
    void heldWritesWaitAndReadsGoOn() throws Exception {
        List<String> ran = new ArrayList<>();
        TestServer.Behaviour behaviour = (server, session, args, reply) -> {
            String name = new String(args[0], StandardCharsets.US_ASCII);
            if (name.startsWith("w") && !session.admission().mayWrite()) {
                return;
            }
            ran.add(name);
            reply.complete(Reply.OK);
        };
        try (TestServer server = new TestServer(behaviour);
                Socket writer = server.connect();
                Socket reader = server.connect()) {
            server.onLoop(() -> {
                server.server().holdWrites(true);
                return true;
            });
            send(writer, "r1\r\nw2\r\nr3\r\nw4\r\n");
            assertEquals("+OK\r\n", receive(writer, 5));
            send(reader, "r5\r\n");
            assertEquals("+OK\r\n", receive(reader, 5));
            assertEquals(List.of("r1", "r5"), server.onLoop(() -> List.copyOf(ran)));
            assertEquals(0, server.onLoop(() -> server.server().load().commands()), "what waits is not in flight");
            server.onLoop(() -> {
                server.server().holdWrites(false);
                return true;
            });
            assertEquals("+OK\r\n".repeat(3), receive(writer, 15));
            assertEquals(List.of("r1", "r5", "w2", "r3", "w4"), server.onLoop(() -> List.copyOf(ran)));
            assertEquals(1, server.onLoop(() -> server.server().counters().writeHolds()));
        }
    }
}
