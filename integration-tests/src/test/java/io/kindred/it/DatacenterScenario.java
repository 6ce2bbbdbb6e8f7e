package io.kindred.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Two datacenters of three nodes, 40 ms apart. Clients of each do not see the 40 ms; each write crosses the long link once;
 * and when the link is cut, both sides serve on without an error, and have the same in the end.
 */
final class DatacenterScenario implements AutoCloseable {
    private static final int EACH = 3;
    private static final int QUORUM = 2;
    private static final LinkProxy.Wire FAR = LinkProxy.Wire.bad(Duration.ofMillis(40), 0);
    private static final double FAR_MILLIS = 40;
    private static final int TIMED = 400;
    private static final int COUNTED = 1_000;
    private static final int VALUE_BYTES = 1_000;
    private static final Duration HEALED_WITHIN = Duration.ofSeconds(60);

    private final Map<String, LinkProxy> proxies = new TreeMap<>();
    private final KindredCluster cluster;
    private final List<SplitWriter> writers = new ArrayList<>();

    DatacenterScenario(Path dir, Seed seed, String... directives) {
        List<NodeOptions> nodes = new ArrayList<>();
        for (int i = 0; i < 2 * EACH; i++) {
            String name = "n" + (i + 1);
            NodeOptions plain = NodeOptions.of(name, dir, directives).small();
            LinkProxy before = new LinkProxy(plain.clusterPort(), new Random(seed.value() + i));
            proxies.put(name, before);
            nodes.add(plain.with(
                    "--datacenter", datacenter(i), "--cluster-announce-bus-port", Integer.toString(before.port())));
        }
        wire(FAR);
        // Nodes of both datacenters take turns in coming up.
        cluster = KindredCluster.started(
                nodes, node -> Objects.requireNonNull(proxies.get(node.name())).port());
    }

    private static String datacenter(int index) {
        return index < EACH ? "east" : "west";
    }

    /** Every link between the datacenters, in both directions. */
    private void wire(LinkProxy.Wire wire) {
        for (int one = 0; one < 2 * EACH; one++) {
            for (int other = 0; other < 2 * EACH; other++) {
                if (!datacenter(one).equals(datacenter(other))) {
                    Objects.requireNonNull(proxies.get("n" + (one + 1))).set("n" + (other + 1), wire);
                }
            }
        }
    }

    void run(Duration cutFor) {
        checkTheRings();
        checkNobodyWaitsForTheLink();
        checkEachWriteCrossesOnce();
        for (int node = 0; node < 2 * EACH; node++) {
            writers.add(new SplitWriter(cluster.connect(node), "n" + (node + 1), QUORUM));
        }
        write("whole", Duration.ofSeconds(2));
        wire(LinkProxy.Wire.CUT);
        write("cut off", cutFor);
        checkTheLinkIsCut();
        write("cut off, all knowing it", Duration.ofSeconds(2));
        wire(FAR);
        long healedNanos = System.nanoTime();
        write("whole again", Duration.ofSeconds(2));
        checkNothingAcknowledgedIsMissing(healedNanos);
        checkAllNodesAgree(healedNanos);
        cluster.awaitNoHints(left(healedNanos));
        System.out.print(cluster.counters());
    }

    /** Each datacenter has three replicas of every key, and shows its own. */
    private void checkTheRings() {
        for (int node = 0; node < 2 * EACH; node++) {
            try (RespConnection connection = cluster.connect(node)) {
                Set<String> replicas = new TreeSet<>();
                for (Object row : connection.list("KIN.REPLICAS", "any")) {
                    replicas.add(String.valueOf(RespConnection.asTexts(row).get(0)));
                }
                assertEquals(node < EACH ? Set.of("n1", "n2", "n3") : Set.of("n4", "n5", "n6"), replicas);
                assertEquals("east,west", Info.of(connection, "kindred").text("datacenters"));
            }
        }
    }

    private void checkNobodyWaitsForTheLink() {
        for (int node : new int[] {0, EACH}) {
            try (RespConnection connection = cluster.connect(node)) {
                // New processes are slow.
                timed(connection, "warm");
                Latencies local = timed(connection, "timed");
                connection.call("KIN.QUORUM", "SCOPE", "global");
                long begunNanos = System.nanoTime();
                connection.call("SET", "global" + node, "v");
                double global = (System.nanoTime() - begunNanos) / 1e6;
                System.out.printf(
                        "through n%d, SET and GET: %s; with a global scope a SET takes %.1f ms%n",
                        node + 1, local, global);
                assertTrue(local.p99Millis() < FAR_MILLIS, "clients wait for the long link");
                assertTrue(global >= 2 * FAR_MILLIS, "the link is not long");
            }
        }
    }

    private static Latencies timed(RespConnection connection, String prefix) {
        long[] nanos = new long[TIMED];
        for (int i = 0; i < TIMED; i++) {
            long begun = System.nanoTime();
            if (i % 2 == 0) {
                connection.call("SET", prefix + i, "v" + i);
            } else {
                assertEquals("v" + (i - 1), connection.text("GET", prefix + (i - 1)));
            }
            nanos[i] = System.nanoTime() - begun;
        }
        return Latencies.of(nanos);
    }

    private void checkEachWriteCrossesOnce() {
        long before = crossed();
        String value = "x".repeat(VALUE_BYTES);
        try (RespConnection connection = cluster.connect(0)) {
            for (int i = 0; i < COUNTED; i++) {
                connection.call("SET", "counted" + i, value);
            }
        }
        long begunNanos = System.nanoTime();
        for (int node = EACH; node < 2 * EACH; node++) {
            try (RespConnection connection = cluster.connect(node)) {
                connection.call("KIN.QUORUM", "R", 1);
                Await.until(
                        "n" + (node + 1) + " has the last write of the other datacenter",
                        HEALED_WITHIN,
                        () -> value.equals(connection.text("GET", "counted" + (COUNTED - 1))));
            }
        }
        double copies = (double) (crossed() - before) / ((long) COUNTED * VALUE_BYTES);
        System.out.printf(
                "%d writes of %d bytes: %.2f times their bytes went to the other datacenter; the last was there in %d ms%n",
                COUNTED, VALUE_BYTES, copies, (System.nanoTime() - begunNanos) / 1_000_000);
        assertTrue(copies < 1.5, "more than one copy crosses the long link");
    }

    /** Bytes that the first datacenter has sent to the second. */
    private long crossed() {
        long bytes = 0;
        for (int node = 0; node < EACH; node++) {
            try (RespConnection connection = cluster.connect(node)) {
                Info info = Info.of(connection, "kindred");
                for (int far = EACH; far < 2 * EACH; far++) {
                    bytes += Arrays.stream(info.text("peer_n" + (far + 1)).split(",", -1))
                            .filter(field -> field.startsWith("bytes_out="))
                            .mapToLong(field -> Long.parseLong(field.substring("bytes_out=".length())))
                            .sum();
                }
            }
        }
        return bytes;
    }

    /** Throws what any node answers that is no OK. */
    private void write(String phase, Duration time) {
        Crowd.run(2 * EACH, index -> {
            writers.get(index).write(time);
            return 0;
        });
        System.out.println(phase + ": "
                + writers.stream().mapToInt(SplitWriter::acknowledged).sum() + " of each kind acknowledged so far");
    }

    /** Else the test would prove nothing. */
    private void checkTheLinkIsCut() {
        for (int node : new int[] {0, EACH}) {
            try (RespConnection connection = cluster.connect(node)) {
                connection.call("KIN.QUORUM", "SCOPE", "global");
                RespError error = connection.error("SET", "cut", "v");
                System.out.println("n" + (node + 1) + " asked for a global SET: " + error.line());
                assertTrue(Set.of("TRYAGAIN", "NOQUORUM").contains(error.code()), error.line());
            }
        }
    }

    private static Duration left(long sinceNanos) {
        return HEALED_WITHIN.minusNanos(System.nanoTime() - sinceNanos);
    }

    private void checkNothingAcknowledgedIsMissing(long healedNanos) {
        for (int node = 0; node < 2 * EACH; node++) {
            try (RespConnection connection = cluster.connect(node)) {
                for (int key = 0; key < SplitWriter.KEYS; key++) {
                    Set<String> expected = new TreeSet<>();
                    for (SplitWriter writer : writers) {
                        expected.addAll(writer.elements(key));
                    }
                    String name = SplitWriter.setKey(key);
                    Await.until(
                            "n" + (node + 1) + " by itself has all " + expected.size() + " of " + name,
                            left(healedNanos),
                            () -> SharedSet.words(connection
                                            .list("KIN.GET", name, "R", 1)
                                            .get(1))
                                    .containsAll(expected));
                }
            }
        }
        System.out.printf(
                "all acknowledged elements on each node %d ms after healing%n",
                (System.nanoTime() - healedNanos) / 1_000_000);
    }

    private void checkAllNodesAgree(long healedNanos) {
        for (int key = 0; key < SplitWriter.KEYS; key++) {
            for (String name : List.of(SplitWriter.setKey(key), SplitWriter.plainKey(key))) {
                Await.until(
                        "all nodes hold the same of " + name,
                        left(healedNanos),
                        () -> siblingsOnEach(name).stream().distinct().count() == 1);
            }
        }
    }

    private List<String> siblingsOnEach(String key) {
        List<String> siblings = new ArrayList<>();
        for (int node = 0; node < 2 * EACH; node++) {
            try (RespConnection connection = cluster.connect(node)) {
                siblings.add(RespConnection.show(connection.list("KIN.SIBLINGS", key, "R", 1)));
            }
        }
        return siblings;
    }

    @Override
    public void close() {
        cluster.close();
        proxies.values().forEach(LinkProxy::close);
    }
}
