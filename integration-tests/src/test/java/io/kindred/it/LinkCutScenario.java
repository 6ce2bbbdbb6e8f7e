package io.kindred.it;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Three nodes, the links of one cut, writers on both sides with W=1 and contexts, then the links healed: every
 * acknowledged element is in a sibling or in a write that had seen it.
 *
 * <p>Each put merges what its writer saw and adds one element, so a value names all that it causally covers. Run by
 * {@link LinkCutIT}; ends with exit code 0 if all is well.
 */
final class LinkCutScenario {
    private static final int NODES = 3;
    private static final int LONELY = 1;
    private static final int PUTS_EACH = 40;
    private static final int KEYS = 5;
    private static final String PASSWORD = "scenario";
    private static final Duration HEALED_WITHIN = Duration.ofSeconds(60);

    private final List<KindredProcess> nodes = new ArrayList<>();
    private final List<TreeSet<String>> acknowledged = new ArrayList<>();

    private LinkCutScenario() {}

    public static void main(String[] args) throws IOException {
        new LinkCutScenario().run(Path.of(args[0]));
    }

    private void run(Path dir) throws IOException {
        for (int key = 0; key < KEYS; key++) {
            acknowledged.add(new TreeSet<>());
        }
        try (Wires wires = new Wires(NODES)) {
            try {
                startAll(dir, wires);
                awaitWhole();
                writeOnAllNodes("whole");
                wires.cut(LONELY, 2);
                wires.cut(LONELY, 3);
                writeOnAllNodes("split");
                checkTheSplitIsReal();
                wires.heal(LONELY, 2);
                wires.heal(LONELY, 3);
                awaitReadsOfAll();
                awaitWhole();
                checkNothingAcknowledgedIsMissing();
            } finally {
                nodes.forEach(KindredProcess::close);
            }
        }
    }

    private void startAll(Path dir, Wires wires) {
        List<String> seeds = new ArrayList<>();
        for (int node = 1; node <= NODES; node++) {
            NodeOptions options = NodeOptions.of(
                            "n" + node, dir, "--bind", Wires.address(node), "--requirepass", PASSWORD)
                    .with("--cluster-secret", "wires")
                    .at(Wires.address(node), wires.prefix(node));
            if (!seeds.isEmpty()) {
                options = options.with("--seeds", String.join(",", seeds));
            }
            seeds.add(Wires.address(node) + ":" + options.clusterPort());
            nodes.add(KindredProcess.launched(options));
        }
    }

    private RespConnection connect(KindredProcess node) {
        RespConnection connection = node.connect();
        connection.call("AUTH", PASSWORD);
        return connection;
    }

    private void awaitWhole() {
        for (KindredProcess node : nodes) {
            Await.until(node.name() + " lists all as up", HEALED_WITHIN, () -> {
                try (RespConnection connection = connect(node)) {
                    return KindredCluster.members(connection).values().stream()
                                    .filter("up"::equals)
                                    .count()
                            == NODES;
                }
            });
        }
    }

    /** The connections across the cut links first have to notice that they work again. */
    private void awaitReadsOfAll() {
        long begun = System.nanoTime();
        for (KindredProcess node : nodes) {
            Await.until(node.name() + " reads with R=3", HEALED_WITHIN, () -> {
                try (RespConnection connection = connect(node)) {
                    return !connection.list("KIN.GET", "k0", "R", NODES).isEmpty();
                }
            });
        }
        System.out.println("read with R=3 after " + (System.nanoTime() - begun) / 1_000_000 + " ms");
    }

    /** One writer a node, at once: read what this side has, merge, add an element, put with W=1. */
    private void writeOnAllNodes(String phase) {
        Crowd.run(NODES, index -> {
            try (RespConnection connection = connect(nodes.get(index))) {
                for (int put = 0; put < PUTS_EACH; put++) {
                    int key = put % KEYS;
                    String element = phase + "." + index + "." + put;
                    if (put(connection, key, element)) {
                        synchronized (acknowledged) {
                            acknowledged.get(key).add(element);
                        }
                    }
                }
            }
            return 0;
        });
        System.out.println(
                phase + ": " + acknowledged.stream().mapToInt(TreeSet::size).sum() + " acknowledged so far");
    }

    /** False if the write was not acknowledged; what comes of it is then open. */
    private static boolean put(RespConnection connection, int key, String element) {
        try {
            SharedSet.add(connection, "k" + key, element, 1);
            return true;
        } catch (RespError e) {
            if (e.code().equals("TRYAGAIN") || e.code().equals("NOQUORUM")) {
                return false;
            }
            throw e;
        }
    }

    /** Else the test would prove nothing. */
    private void checkTheSplitIsReal() {
        for (KindredProcess node : nodes) {
            try (RespConnection connection = connect(node)) {
                RespError error = connection.error("KIN.GET", "k0", "R", NODES);
                System.out.println(node.name() + " during the split, asked with R=3: " + error.line());
            }
        }
    }

    private void checkNothingAcknowledgedIsMissing() {
        for (KindredProcess node : nodes) {
            try (RespConnection connection = connect(node)) {
                for (int key = 0; key < KEYS; key++) {
                    TreeSet<String> missing = new TreeSet<>(acknowledged.get(key));
                    if (missing.size() < PUTS_EACH) {
                        throw new AssertionError(
                                "only " + missing.size() + " writes of k" + key + " were acknowledged");
                    }
                    String name = "k" + key;
                    missing.removeAll(SharedSet.words(
                            connection.list("KIN.GET", name, "R", 3).get(1)));
                    if (!missing.isEmpty()) {
                        throw new AssertionError(node.name() + " lost of " + name + ": " + missing);
                    }
                }
            }
        }
        System.out.println("nothing acknowledged is missing");
    }
}
