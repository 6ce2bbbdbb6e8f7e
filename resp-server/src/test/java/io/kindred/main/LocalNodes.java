package io.kindred.main;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Real nodes of this process, on free ports, each with a directory of its own. */
final class LocalNodes implements AutoCloseable {
    private static final int SECONDS_MAX = 60;

    private final Path dir;
    private final Map<String, Node> running = new HashMap<>();

    LocalNodes(Path dir) {
        this.dir = dir;
    }

    /** Starts a node and waits until it serves. Another start with the same name is the same node. */
    Node start(String name, String... directives) throws Exception {
        return start(name, List.of(directives));
    }

    private Node start(String name, List<String> directives) throws Exception {
        Node node = new Node(config(name, directives), level -> {});
        node.start();
        running.put(name, node);
        return node.whenServing().get(SECONDS_MAX, TimeUnit.SECONDS);
    }

    /** Nodes of one cluster, the first of which is the others' seed. */
    List<Node> cluster(String... names) throws Exception {
        List<Node> nodes = new ArrayList<>();
        nodes.add(start(names[0], "--gossip-interval-ms", "50"));
        for (int i = 1; i < names.length; i++) {
            String seed = "127.0.0.1:" + clusterPort(nodes.get(0));
            nodes.add(start(names[i], "--gossip-interval-ms", "50", "--seeds", seed));
        }
        return nodes;
    }

    ServerConfig config(String name, List<String> directives) throws ConfigRefused {
        List<String> all = new ArrayList<>(List.of(
                "--port", "0", "--node-name", name, "--dir", dir.resolve(name).toString()));
        all.addAll(List.of("--memtable-bytes", "4mb", "--row-cache-bytes", "4mb", "--block-cache-bytes", "4mb"));
        all.addAll(directives);
        return CommandLine.of(all.toArray(new String[0])).config();
    }

    static String clusterPort(Node node) throws Exception {
        try (RespClient client = new RespClient(node.port())) {
            return info(client, "cluster_port");
        }
    }

    /** One field of INFO. */
    static String info(RespClient client, String field) throws Exception {
        for (String line : client.text("INFO").split("\r\n", -1)) {
            if (line.startsWith(field + ":")) {
                return line.substring(field.length() + 1);
            }
        }
        throw new AssertionError("INFO has no " + field);
    }

    void stop(String name) throws Exception {
        Node node = running.remove(name);
        if (node != null) {
            node.stop();
            assertEquals(Node.EXIT_OK, node.awaitEnd());
        }
    }

    @Override
    public void close() throws Exception {
        for (String name : List.copyOf(running.keySet())) {
            stop(name);
        }
    }
}
