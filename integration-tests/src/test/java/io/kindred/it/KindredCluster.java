package io.kindred.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Several server processes that form one ring; the first has no seeds, each other one knows all before it. */
final class KindredCluster implements AutoCloseable {
    static final Duration AGREE_WITHIN = Duration.ofSeconds(60);

    private final List<KindredProcess> nodes = new ArrayList<>();

    private KindredCluster() {}

    /** Starts nodes of the given names and waits until each lists all of them as up. */
    static KindredCluster started(Path dir, List<String> names, String... directives) {
        KindredCluster cluster = new KindredCluster();
        try {
            List<String> seeds = new ArrayList<>();
            for (String name : names) {
                NodeOptions options = NodeOptions.of(name, dir, directives);
                if (!seeds.isEmpty()) {
                    options = options.with("--seeds", String.join(",", seeds));
                }
                seeds.add("127.0.0.1:" + options.clusterPort());
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
            assertEquals(8, fields.size(), () -> "fields of a KIN.MEMBERS row: " + fields);
            statuses.put(fields.get(0), fields.get(6));
        }
        return statuses;
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
