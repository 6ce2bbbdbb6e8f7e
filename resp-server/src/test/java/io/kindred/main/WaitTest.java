package io.kindred.main;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What WAIT answers where replicas come and go. */
@Timeout(180)
final class WaitTest {
    @Test
    void waitCountsTheOtherReplicasThatHaveTheLastWrite(@TempDir Path dir) throws Exception {
        try (LocalNodes nodes = new LocalNodes(dir)) {
            List<Node> all = nodes.cluster("n1", "n2", "n3");
            String seed = "127.0.0.1:" + LocalNodes.clusterPort(all.get(0));
            try (RespClient client = new RespClient(all.get(0).port());
                    RespClient other = new RespClient(all.get(1).port())) {
                assertEquals(0L, client.call("WAIT", "2", "0"), "nothing was written");
                awaitReplicas(client, 2);
                assertEquals("OK", client.call("SET", "k", "v"));
                assertEquals(2L, client.call("WAIT", "2", "10000"));
                assertEquals(2L, client.call("WAIT", "9", "20"), "there are no more");
                assertEquals(1L, other.call("INCR", "n"));
                assertEquals(2L, other.call("WAIT", "2", "10000"));
                nodes.stop("n3");
                assertEquals("OK", client.call("MSET", "k", "w", "l", "w"));
                assertEquals(1L, client.call("WAIT", "2", "50"));
                nodes.start("n3", "--gossip-interval-ms", "50", "--seeds", seed);
                assertEquals(2L, client.call("WAIT", "2", "60000"), "what it has missed is handed over");
                assertEquals("OK", client.call("MULTI"));
                client.call("SET", "k", "x");
                client.call("WAIT", "9", "0");
                List<?> replies = assertInstanceOf(List.class, client.call("EXEC"));
                assertEquals(2, replies.size());
            }
        }
    }

    /** Until data has moved to all of them. */
    private static void awaitReplicas(RespClient client, long others) throws Exception {
        assertEquals("OK", client.call("SET", "first", "v"));
        assertEquals(others, client.call("WAIT", Long.toString(others), "60000"));
    }
}
