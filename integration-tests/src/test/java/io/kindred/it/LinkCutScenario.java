package io.kindred.it;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Three nodes, the links of one cut for a while, writers with W=1 on both sides of the same keys, then the links healed.
 *
 * <p>Every acknowledged element of a set is then in a sibling or in a write that had seen it: each put merges what its
 * writer saw and adds one element, so a value names all that it causally covers. Of the plain SETs of a key one wins, the
 * same everywhere, and the other is counted. All of it on each node by itself (R=1), and nobody had to read it first. Run
 * by {@link LinkCutIT}; ends with exit code 0 if all is well.
 */
final class LinkCutScenario {
    private static final int NODES = 3;
    private static final int LONELY = 1;
    private static final String PASSWORD = "scenario";
    private static final Duration WHOLE_FOR = Duration.ofSeconds(2);
    private static final Duration SPLIT_FOR = Duration.ofSeconds(15);
    private static final Duration START_WITHIN = Duration.ofSeconds(60);
    private static final Duration HEALED_WITHIN = Duration.ofSeconds(30);

    private final List<KindredProcess> nodes = new ArrayList<>();
    private final List<SplitWriter> writers = new ArrayList<>();

    private LinkCutScenario() {}

    public static void main(String[] args) throws IOException {
        new LinkCutScenario().run(Path.of(args[0]));
    }

    private void run(Path dir) throws IOException {
        try (Wires wires = new Wires(NODES)) {
            try {
                startAll(dir, wires);
                awaitWhole(START_WITHIN);
                for (KindredProcess node : nodes) {
                    writers.add(new SplitWriter(connect(node), node.name(), 1));
                }
                writeOnAllNodes("whole", WHOLE_FOR);
                wires.cut(LONELY, 2);
                wires.cut(LONELY, 3);
                writeOnAllNodes("split", SPLIT_FOR);
                checkTheSplitIsReal();
                long losersBefore = total("lww_losers");
                wires.heal(LONELY, 2);
                wires.heal(LONELY, 3);
                long healedNanos = System.nanoTime();
                checkNothingAcknowledgedIsMissing(healedNanos);
                checkOneSetWonEverywhere(healedNanos);
                awaitWhole(left(healedNanos));
                awaitNoHints(left(healedNanos));
                checkTheLosersAreCounted(losersBefore);
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

    private void awaitWhole(Duration within) {
        for (KindredProcess node : nodes) {
            Await.until(node.name() + " lists all as up", within, () -> {
                try (RespConnection connection = connect(node)) {
                    return KindredCluster.members(connection).values().stream()
                                    .filter("up"::equals)
                                    .count()
                            == NODES;
                }
            });
        }
    }

    private static Duration left(long sinceNanos) {
        return HEALED_WITHIN.minusNanos(System.nanoTime() - sinceNanos);
    }

    private void writeOnAllNodes(String phase, Duration time) {
        Crowd.run(NODES, index -> {
            writers.get(index).write(time);
            return 0;
        });
        System.out.println(phase + ": "
                + writers.stream().mapToInt(SplitWriter::acknowledged).sum() + " of each kind acknowledged so far");
    }

    /** Else the test would prove nothing. */
    private void checkTheSplitIsReal() {
        for (KindredProcess node : nodes) {
            try (RespConnection connection = connect(node)) {
                RespError error = connection.error("KIN.GET", SplitWriter.setKey(0), "R", NODES);
                System.out.println(node.name() + " during the split, asked with R=3: " + error.line());
                check(Set.of("TRYAGAIN", "NOQUORUM").contains(error.code()), "its code is not one of the two");
            }
        }
    }

    private void checkNothingAcknowledgedIsMissing(long healedNanos) {
        for (KindredProcess node : nodes) {
            try (RespConnection connection = connect(node)) {
                for (int key = 0; key < SplitWriter.KEYS; key++) {
                    Set<String> expected = acknowledged(key);
                    String name = SplitWriter.setKey(key);
                    Await.until(
                            node.name() + " by itself has all " + expected.size() + " of " + name,
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

    private Set<String> acknowledged(int key) {
        Set<String> all = new TreeSet<>();
        writers.forEach(writer -> all.addAll(writer.elements(key)));
        return all;
    }

    /** The winner is the last SET of one of the sides. */
    private void checkOneSetWonEverywhere(long healedNanos) {
        for (int key = 0; key < SplitWriter.KEYS; key++) {
            String name = SplitWriter.plainKey(key);
            Await.until(
                    "all nodes have one winner of " + name,
                    left(healedNanos),
                    () -> nodes.stream()
                                    .map(node -> valueOn(node, name))
                                    .distinct()
                                    .count()
                            == 1);
            String winner = valueOn(nodes.get(0), name);
            List<String> last = writers.stream()
                    .map(writer -> String.valueOf(writer.lastSet().get(name)))
                    .toList();
            check(
                    last.contains(winner),
                    name + " is " + winner + ", which is none of the last of each writer: " + last);
            System.out.println(name + ": " + winner + " won, the last of each writer were " + last);
        }
    }

    private String valueOn(KindredProcess node, String key) {
        try (RespConnection connection = connect(node)) {
            connection.call("KIN.QUORUM", "R", 1);
            return Objects.requireNonNullElse(connection.text("GET", key), "nil");
        }
    }

    private void awaitNoHints(Duration within) {
        Await.until("no node has hints left", within, () -> total("hints_pending") == 0);
    }

    private long total(String field) {
        long total = 0;
        for (KindredProcess node : nodes) {
            try (RespConnection connection = connect(node)) {
                total += Info.of(connection, "kindred").number(field);
            }
        }
        return total;
    }

    /** At the latest when the next SET takes its place. */
    private void checkTheLosersAreCounted(long before) {
        try (RespConnection connection = connect(nodes.get(0))) {
            IntStream.range(0, SplitWriter.KEYS)
                    .forEach(key -> connection.call("SET", SplitWriter.plainKey(key), "the next"));
        }
        long losers = total("lww_losers") - before;
        System.out.println("lww_losers since the healing: " + losers);
        check(losers >= SplitWriter.KEYS, "fewer losers counted than there were: " + losers);
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
