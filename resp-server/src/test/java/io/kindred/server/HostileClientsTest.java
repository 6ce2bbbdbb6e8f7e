package io.kindred.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.message.Reply;
import io.kindred.resp.HostileBytes;
import io.kindred.resp.Seeds;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.IOException;
import java.net.Socket;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Random bytes over real sockets: the server goes on answering, and keeps nothing of what they brought. */
final class HostileClientsTest {
    private static final long KEPT_BYTES_MAX = 16 * 1024 * 1024;
    /** So that buffers, classes and compiled code are there before memory is measured. */
    private static final int WARM_UP_STREAMS = 2_000;

    private static final TestServer.Behaviour ECHO =
            (server, session, args, reply) -> reply.complete(Reply.bulk(args[0]));

    @Test
    void aFewThousandStreamsLeaveNothingBehind() throws Exception {
        survives(3_000);
    }

    @Test
    @Tag("long")
    void aHundredThousandStreamsLeaveNothingBehind() throws Exception {
        survives(100_000);
    }

    private static void survives(int streams) throws Exception {
        try (TestServer server = new TestServer(ECHO);
                Socket witness = server.connect()) {
            Seeds.each(HostileClientsTest.class, WARM_UP_STREAMS, random -> attack(server, random));
            server.await(() -> server.server().clients().size() == 1);
            long before = usedBytes();
            Seeds.each(HostileClientsTest.class, streams, random -> attack(server, random));
            server.await(() -> server.server().clients().size() == 1);
            TestServer.send(witness, "PING\r\n");
            assertEquals("$4\r\nPING\r\n", TestServer.receive(witness, 10));
            long kept = usedBytes() - before;
            assertTrue(kept < KEPT_BYTES_MAX, "kept " + kept + " bytes");
        }
    }

    private static void attack(TestServer server, Random random) throws IOException {
        byte[] stream = HostileBytes.stream(random);
        try (Socket client = server.connect()) {
            int cut = random.nextInt(stream.length + 1);
            client.getOutputStream().write(stream, 0, cut);
            client.getOutputStream().write(stream, cut, stream.length - cut);
            if (random.nextInt(4) == 0) {
                client.shutdownOutput();
                client.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
            }
            // A reset rather than a farewell: no port is left waiting, and the server sees that, too.
            client.setSoLinger(true, 0);
        } catch (java.net.SocketException closedByServer) {
            assertTrue(!server.loop().isShuttingDown(), closedByServer.toString());
        }
    }

    private static long usedBytes() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        long buffers = ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider provider
                ? provider.metric().usedDirectMemory()
                : 0;
        return runtime.totalMemory() - runtime.freeMemory() + buffers;
    }
}
