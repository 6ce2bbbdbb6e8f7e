package io.kindred.main;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Three whole nodes in one process, talking over sockets. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClusterTest {
    @TempDir
    static Path dir;

    private LocalNodes nodes;
    private List<Node> three;
    private RespClient sx;
    private RespClient sy;
    private RespClient sz;

    @BeforeAll
    void startNodes() throws Exception {
        nodes = new LocalNodes(dir);
        three = nodes.cluster("sx", "sy", "sz");
        connect();
        awaitAllUp();
        disconnect();
    }

    @BeforeEach
    void connect() throws Exception {
        sx = new RespClient(three.get(0).port());
        sy = new RespClient(three.get(1).port());
        sz = new RespClient(three.get(2).port());
    }

    @AfterEach
    void disconnect() throws Exception {
        sx.close();
        sy.close();
        sz.close();
    }

    @AfterAll
    void stopNodes() throws Exception {
        nodes.close();
    }

    /** The last to join knows the others at once; they hear of it with the next gossip. */
    private void awaitAllUp() throws Exception {
        long deadlineNanos = System.nanoTime() + 60_000_000_000L;
        for (RespClient client : List.of(sx, sy, sz)) {
            while (!LocalNodes.info(client, "members_up").equals("3")) {
                assertTrue(System.nanoTime() < deadlineNanos, client.text("INFO", "kindred"));
            }
        }
    }

    @Test
    void membersListEachOtherAsUp() throws Exception {
        for (RespClient client : List.of(sx, sy, sz)) {
            List<String> names = new ArrayList<>();
            for (Object row : client.list("KIN.MEMBERS")) {
                List<?> columns = (List<?>) row;
                names.add(columns.get(1) + " " + columns.get(13));
                long owned = (Long) columns.get(15);
                assertTrue(owned > 307 && owned < 376, "owns " + owned);
            }
            assertEquals(List.of("sx up", "sy up", "sz up"), names);
        }
    }

    @Test
    void oneNodeReadsWhatAnotherWrote() throws Exception {
        assertEquals("OK", sx.call("SET", "shared", "v"));
        assertEquals("v", sy.call("GET", "shared"));
        assertEquals("v", sz.call("GET", "shared"));
        assertEquals(1L, sz.call("INCR", "shared-counter"));
        assertEquals(2L, sx.call("INCR", "shared-counter"));
        assertEquals(1L, sy.call("DEL", "shared"));
        assertEquals(null, sx.call("GET", "shared"));
    }

    @Test
    void countersAreExactWhicheverNodeIsAsked() throws Exception {
        Set<Object> replies = new HashSet<>();
        for (int i = 0; i < 300; i++) {
            for (RespClient client : List.of(sx, sy, sz)) {
                client.send("INCR", "contended");
            }
            for (RespClient client : List.of(sx, sy, sz)) {
                replies.add(client.read());
            }
        }
        assertEquals(900, replies.size());
        assertEquals("900", sy.call("GET", "contended"));
    }

    @Test
    void pipelinedCommandsOnOneKeyKeepTheirOrder() throws Exception {
        for (int i = 0; i < 100; i++) {
            String key = "ordered:" + i;
            sy.send("SET", key, "10");
            sy.send("INCR", key);
            sy.send("GET", key);
            sy.send("APPEND", key, "0");
            sy.send("SET", key, "7");
            sy.send("DECR", key);
            sy.send("GET", key);
        }
        for (int i = 0; i < 100; i++) {
            assertEquals("OK", sy.read());
            assertEquals(11L, sy.read());
            assertEquals("11", sy.read());
            assertEquals(3L, sy.read());
            assertEquals("OK", sy.read());
            assertEquals(6L, sy.read());
            assertEquals("6", sy.read());
        }
    }

    /** design: put on sx twice, then with one context on sy and on sz, then merged through sx. */
    @Test
    void textbookWalk() throws Exception {
        String first = sx.text("KIN.PUT", "walk", "", "D1");
        assertEquals(List.of("sx", 1L), sx.call("KIN.CLOCK", "walk"));
        String second = sx.text("KIN.PUT", "walk", first, "D2");
        assertEquals(List.of("sx", 2L), sx.call("KIN.CLOCK", "walk"));
        sy.text("KIN.PUT", "walk", second, "D3");
        sz.text("KIN.PUT", "walk", second, "D4");
        List<?> siblings = sx.list("KIN.GET", "walk", "R", "3");
        assertEquals(List.of("D4", "D3"), siblings.get(1));
        List<Object> dots = new ArrayList<>();
        for (Object row : sx.list("KIN.SIBLINGS", "walk")) {
            List<?> columns = (List<?>) row;
            dots.add(columns.get(0) + " " + columns.get(1) + " " + columns.get(4));
        }
        assertEquals(List.of("D4 sz:1 value", "D3 sy:1 value"), dots);
        assertEquals(List.of("sx", 2L, "sy", 1L, "sz", 1L), sx.call("KIN.CLOCK", "walk"));
        sx.text("KIN.PUT", "walk", String.valueOf(siblings.get(0)), "D5");
        assertEquals(List.of("sx", 3L, "sy", 1L, "sz", 1L), sx.call("KIN.CLOCK", "walk"));
        assertEquals(List.of("D5"), sx.list("KIN.GET", "walk").get(1));
    }

    @Test
    void replicasAndRingAreShown() throws Exception {
        List<?> replicas = sx.list("KIN.REPLICAS", "k");
        assertEquals(3, replicas.size());
        for (Object row : replicas) {
            assertEquals(List.of("up", "primary"), ((List<?>) row).subList(2, 4));
        }
        assertEquals(1024, sx.list("KIN.RING", "FULL").size());
        List<?> summary = sx.list("KIN.RING");
        assertEquals(List.of("partitions", 1024L, "replicas", 3L, "nodes"), summary.subList(0, 5));
        List<?> ofNode = (List<?>) ((List<?>) summary.get(5)).get(0);
        assertEquals(List.of("name", "sx", "first"), ofNode.subList(0, 3));
        assertEquals(List.of("replicas", 1024L), ofNode.subList(4, 6));
        assertEquals(3, ((List<?>) ((List<?>) sx.list("KIN.RING", "5").get(0)).get(2)).size());
        assertEquals(sx.call("KIN.RING", "5"), sz.call("KIN.RING", "5"));
    }

    @Test
    void aPlanSaysWhatWouldMove() throws Exception {
        List<?> joining = sx.list("KIN.PLAN", "JOIN", "sw", "1");
        // Each of 1,024 partitions has three copies; the fourth node is to hold three quarters of them.
        List<?> newcomer = (List<?>) ((List<?>) joining.get(1)).get(0);
        assertEquals(List.of("name", "sw", "partitions_before", 0L), newcomer.subList(0, 4));
        assertEquals(768, (long) newcomer.get(9), 40);
        assertEquals("copies_to_fetch", joining.get(2));
        assertTrue((long) joining.get(3) <= 1.2 * (long) joining.get(5), () -> "moves " + joining);
        assertEquals(3, sx.list("KIN.MEMBERS").size(), "nothing has changed");
        // With two nodes left each holds everything already.
        List<?> leaving = sx.list("KIN.PLAN", "LEAVE", "sz");
        assertEquals(List.of("copies_to_fetch", 0L, "copies_to_fetch_least", 1024L), leaving.subList(2, 6));
    }

    /** Each node shares all partitions with both others here. */
    @Test
    void repairComparesWhatNodesShare() throws Exception {
        assertEquals("OK", sx.text("SET", "repaired", "v"));
        List<?> counts = sx.list("KIN.REPAIR");
        assertEquals("nodes", counts.get(0));
        assertEquals(2L, counts.get(1));
        assertEquals(0L, counts.get(3));
        assertEquals(2L * 1024, counts.get(5));
        List<?> ofKey = sy.list("KIN.REPAIR", "repaired");
        assertEquals(2L, ofKey.get(1));
        assertEquals(2L, ofKey.get(7), "the key is compared with each other replica: " + ofKey);
        assertEquals(List.of(0L, 0L), List.of(ofKey.get(9), ofKey.get(11)));
        assertEquals("1024", LocalNodes.info(sx, "trees_ready"));
        assertTrue(Integer.parseInt(LocalNodes.info(sx, "exchange_rounds")) >= 2);
    }
}
