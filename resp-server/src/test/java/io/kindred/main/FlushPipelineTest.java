package io.kindred.main;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a flush means to the commands before and behind it on one connection, on three nodes of this process. */
class FlushPipelineTest {
    @TempDir
    Path dir;

    @Test
    void aFlushInAPipelineDeletesWhatIsBeforeItAndNothingBehindIt() throws Exception {
        try (LocalNodes nodes = new LocalNodes(dir)) {
            List<Node> three = nodes.cluster("pa", "pb", "pc");
            try (RespClient first = new RespClient(three.get(0).port());
                    RespClient second = new RespClient(three.get(1).port());
                    RespClient third = new RespClient(three.get(2).port())) {
                awaitAllUp(List.of(first, second, third));
                pipelines(first, second, third);
            }
        }
    }

    private static void awaitAllUp(List<RespClient> clients) throws Exception {
        long deadlineNanos = System.nanoTime() + 60_000_000_000L;
        for (RespClient client : clients) {
            while (!LocalNodes.info(client, "members_up").equals("3")) {
                assertTrue(System.nanoTime() < deadlineNanos, client.text("INFO", "kindred"));
            }
        }
    }

    private static void pipelines(RespClient first, RespClient second, RespClient third) throws Exception {
        for (int round = 0; round < 20; round++) {
            for (int i = 0; i < 10; i++) {
                second.send("SET", "before:" + i, "v");
            }
            second.send(round % 2 == 0 ? "FLUSHALL" : "FLUSHDB");
            second.send("KEYS", "*");
            for (int i = 0; i < 10; i++) {
                second.send("SET", "behind:" + i, "v");
            }
            second.send("DBSIZE");
            second.send("KEYS", "*");
            for (int i = 0; i < 11; i++) {
                assertEquals("OK", second.read());
            }
            assertEquals(List.of(), second.read());
            for (int i = 0; i < 10; i++) {
                assertEquals("OK", second.read());
            }
            assertEquals(10L, second.read());
            assertTrue(second.read() instanceof List<?> found && found.size() == 10);
            for (int i = 0; i < 10; i++) {
                assertEquals("v", third.call("GET", "behind:" + i));
                assertEquals(null, first.call("GET", "before:" + i));
            }
        }
    }
}
