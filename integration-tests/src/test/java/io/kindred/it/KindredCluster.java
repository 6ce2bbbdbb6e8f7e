package io.kindred.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToIntFunction;

/** Several server processes that form one ring; the first has no seeds, each other one knows all before it. */
final class KindredCluster implements AutoCloseable {
    static final Duration AGREE_WITHIN = Duration.ofSeconds(60);

    /** What INFO's Kindred section has about partial failure. */
    static final List<String> FAILURE_FIELDS = List.of(
            "members_up",
            "members_suspect",
            "members_down",
            "hints_pending",
            "hints_pending_bytes",
            "hints_delivered",
            "sloppy_writes",
            "hedges",
            "timeouts",
            "suspicions",
            "read_repairs",
            "repair_debt_ranges",
            "lww_losers");

    private final List<KindredProcess> nodes = new ArrayList<>();

    private KindredCluster() {}

    /** Starts nodes of the given names and waits until each lists all of them as up. */
    static KindredCluster started(Path dir, List<String> names, String... directives) {
        return started(
                names.stream()
                        .map(name -> NodeOptions.of(name, dir, directives))
                        .toList(),
                NodeOptions::clusterPort);
    }

    /**
     * As above, with nodes of the caller's making.
     *
     * @param dialed the port on which other nodes find the node
     */
    static KindredCluster started(List<NodeOptions> nodes, ToIntFunction<NodeOptions> dialed) {
        KindredCluster cluster = new KindredCluster();
        try {
            List<String> seeds = new ArrayList<>();
            for (NodeOptions node : nodes) {
                NodeOptions options = seeds.isEmpty() ? node : node.with("--seeds", String.join(",", seeds));
                seeds.add("127.0.0.1:" + dialed.applyAsInt(node));
                cluster.nodes.add(KindredProcess.launched(options));
            }
            cluster.awaitWhole();
        } catch (AssertionError e) {
            cluster.close();
            throw e;
        }
        return cluster;
    }

    static KindredCluster ofThree(Path dir, String... directives) {
        return started(dir, List.of("n1", "n2", "n3"), directives);
    }

    /** Waits until every running node answers and lists every running node as up. */
    void awaitWhole() {
        List<KindredProcess> running =
                nodes.stream().filter(KindredProcess::isAlive).toList();
        running.forEach(KindredProcess::awaitReady);
        for (KindredProcess node : running) {
            try (RespConnection connection = node.connect()) {
                Await.until(node.name() + " lists all as up: " + members(connection), AGREE_WITHIN, () -> {
                    Map<String, String> statuses = members(connection);
                    return running.stream().allMatch(other -> "up".equals(statuses.get(other.name())));
                });
            }
        }
    }

    /** Name to status, as KIN.MEMBERS has it. */
    static Map<String, String> members(RespConnection connection) {
        Map<String, String> statuses = new TreeMap<>();
        for (Object row : connection.list("KIN.MEMBERS")) {
            List<String> fields = RespConnection.asTexts(row);
            assertEquals(16, fields.size(), () -> "fields of a KIN.MEMBERS row: " + fields);
            statuses.put(fields.get(1), fields.get(13));
        }
        return statuses;
    }

    /** One number of INFO's Kindred section, of every running node by name. */
    Map<String, Long> info(String field) {
        Map<String, Long> numbers = new TreeMap<>();
        for (KindredProcess node : nodes) {
            if (node.isAlive()) {
                try (RespConnection connection = node.connect()) {
                    numbers.put(node.name(), Info.of(connection, "kindred").number(field));
                }
            }
        }
        return numbers;
    }

    /** Waits until no running node owes another any data. */
    void awaitNoHints(Duration within) {
        Await.until(
                "no node has hints left",
                within,
                () -> info("hints_pending").values().stream().allMatch(pending -> pending == 0));
    }

    /** What the cluster went through, for a test's output: what INFO has of the fields above, node by node. */
    String counters() {
        StringBuilder text = new StringBuilder();
        for (KindredProcess node : nodes) {
            if (node.isAlive()) {
                try (RespConnection connection = node.connect()) {
                    Info info = Info.of(connection, "kindred");
                    text.append("  ").append(node.name());
                    FAILURE_FIELDS.stream()
                            .filter(info::has)
                            .forEach(field ->
                                    text.append(' ').append(field).append('=').append(info.text(field)));
                    text.append('\n');
                }
            }
        }
        return text.toString();
    }

    /** Starts one more node, which knows those that run as its seeds; does not wait for it. */
    KindredProcess add(NodeOptions options) {
        KindredProcess node = KindredProcess.launched(withSeeds(options));
        nodes.add(node);
        return node;
    }

    /** Starts a node in the place of one that has ended; does not wait for it. */
    KindredProcess replace(int index, NodeOptions options) {
        KindredProcess node = KindredProcess.launched(withSeeds(options));
        nodes.set(index, node).close();
        return node;
    }

    /** Forgets the nodes that do not run. */
    void dropEnded() {
        nodes.removeIf(node -> {
            if (!node.isAlive()) {
                node.close();
                return true;
            }
            return false;
        });
    }

    private NodeOptions withSeeds(NodeOptions options) {
        List<String> seeds = nodes.stream()
                .filter(KindredProcess::isAlive)
                .map(node -> "127.0.0.1:" + node.options().clusterPort())
                .toList();
        return options.with("--seeds", String.join(",", seeds));
    }

    List<KindredProcess> nodes() {
        return nodes;
    }

    KindredProcess node(int index) {
        return nodes.get(index);
    }

    int size() {
        return nodes.size();
    }

    /** A new connection to the node of that index. */
    RespConnection connect(int index) {
        return nodes.get(index).connect();
    }

    @Override
    public void close() {
        nodes.forEach(KindredProcess::close);
    }
}
