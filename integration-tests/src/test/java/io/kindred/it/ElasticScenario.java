package io.kindred.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Three nodes under a steady load grow, shrink to three again, and then lose one with its disk, which another replaces. No
 * request fails; afterwards each key is on its N owners; and no more is moved than has to be.
 */
final class ElasticScenario {
    private static final int REPLICAS = 3;
    private static final double MOVED_MAX = 1.2;
    private static final List<String> STATE_FIELDS = List.of(
            "members_up",
            "members_joining",
            "members_leaving",
            "members_suspect",
            "partitions_in_transfer",
            "partitions_to_fetch",
            "partitions_to_give_away",
            "trees_building",
            "exchange_failures",
            "hints_pending");

    private final Size size;
    private final Path dir;
    private final Seed seed;
    private final List<String> phases = new ArrayList<>();
    private final List<Long> phaseNanos = new ArrayList<>();

    /**
     * How large all of it is.
     *
     * @param added how many nodes join, and leave again
     * @param movesWithin how long one change of the ring may take
     */
    @SuppressWarnings("ArrayRecordComponent") // Identity is never asked of it.
    record Size(int keys, int perSecond, int connections, int added, Duration movesWithin, String... directives) {}

    ElasticScenario(Size size, Path dir, Seed seed) {
        this.size = size;
        this.dir = dir;
        this.seed = seed;
    }

    void run() {
        List<NodeOptions> three = Stream.of("n1", "n2", "n3").map(this::options).toList();
        try (KindredCluster cluster = KindredCluster.started(three, NodeOptions::clusterPort)) {
            OpenLoad.preload(cluster.node(0), size.keys(), REPLICAS);
            awaitSettled(cluster, 3);
            int seconds = (int) (5 * size.movesWithin().toSeconds());
            OpenLoad.Plan plan = new OpenLoad.Plan(size.perSecond(), size.connections(), size.keys(), seconds);
            LoadTrace trace;
            try (OpenLoad load = OpenLoad.begin(plan, cluster.nodes().subList(0, 2), seed)) {
                phase("whole");
                Await.last(Duration.ofSeconds(3));
                grow(cluster);
                shrink(cluster);
                replace(cluster);
                trace = load.end();
            }
            phaseNanos.add(System.nanoTime());
            check(cluster, trace);
        }
    }

    private NodeOptions options(String name) {
        return NodeOptions.of(name, dir, size.directives()).small();
    }

    private void phase(String name) {
        phases.add(name);
        phaseNanos.add(System.nanoTime());
    }

    /** All of them at once: each joins while the others do. */
    private void grow(KindredCluster cluster) {
        phase("grows to " + (3 + size.added()));
        long movedBefore = moved(cluster);
        long bytesBefore = bytes(cluster);
        for (int i = 0; i < size.added(); i++) {
            cluster.add(options("n" + (4 + i)));
        }
        cluster.nodes().forEach(node -> node.awaitReady(size.movesWithin()));
        awaitSettled(cluster, 3 + size.added());
        double fair = (double) size.keys() * REPLICAS * size.added() / (3 + size.added());
        tellMoved("joining", cluster, movedBefore, bytesBefore, fair);
    }

    private void shrink(KindredCluster cluster) {
        phase("shrinks to 3");
        long movedBefore = moved(cluster);
        long bytesBefore = bytes(cluster);
        for (int i = 0; i < size.added(); i++) {
            try (RespConnection connection = cluster.connect(3 + i)) {
                assertEquals("OK", connection.text("KIN.LEAVE"));
            }
        }
        awaitSettled(cluster, 3);
        double fair = (double) size.keys() * REPLICAS * size.added() / (3 + size.added());
        tellMoved("leaving", cluster, movedBefore, bytesBefore, fair);
        for (int i = 0; i < size.added(); i++) {
            KindredProcess left = cluster.node(3 + i);
            try (RespConnection connection = left.connect()) {
                Info info = Info.of(connection, "kindred");
                assertEquals(0, info.number("partitions_owned"), left.name());
                assertEquals(0, info.number("partitions_to_give_away"), left.name());
            }
            assertEquals(0, left.terminate(), left::log);
        }
        // The name of one that has gone is free.
        try (RespConnection connection = cluster.connect(0)) {
            assertTrue(connection.call("KIN.PLAN", "JOIN", "n4", "1") instanceof List<?>);
        }
    }

    private void replace(KindredCluster cluster) {
        phase("n3 and its disk are lost, a new n3 replaces it");
        KindredProcess lost = cluster.node(2);
        lost.kill();
        long movedBefore = moved(cluster);
        long bytesBefore = bytes(cluster);
        delete(lost.options().dataDirectory());
        KindredProcess heir = cluster.replace(2, options("n3"));
        Await.until("n3 takes KIN.REPLACE", KindredProcess.READY_WITHIN, () -> {
            try (RespConnection connection = heir.connect()) {
                return "OK".equals(connection.text("KIN.REPLACE", "n3"));
            }
        });
        heir.awaitReady(size.movesWithin());
        awaitSettled(cluster, 3);
        tellMoved("replacing", cluster, movedBefore, bytesBefore, size.keys());
    }

    private static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Every running node that is a member sees so many up, and nothing on its way. */
    private void awaitSettled(KindredCluster cluster, int members) {
        try {
            awaitSettledOrNot(cluster, members);
        } catch (AssertionError e) {
            StringBuilder state = new StringBuilder(String.valueOf(e.getMessage())).append('\n');
            for (String field : STATE_FIELDS) {
                state.append(field).append(' ').append(cluster.info(field)).append('\n');
            }
            throw new AssertionError(state.toString(), e);
        }
    }

    private void awaitSettledOrNot(KindredCluster cluster, int members) {
        Await.until(members + " members and nothing in transfer", size.movesWithin(), () -> {
            Map<String, Long> up = cluster.info("members_up");
            Map<String, Long> leaving = cluster.info("members_leaving");
            Map<String, Long> moving = cluster.info("partitions_in_transfer");
            Map<String, Long> parting = cluster.info("partitions_to_give_away");
            return up.values().stream().allMatch(count -> count == members)
                    && leaving.values().stream().allMatch(count -> count == 0)
                    && moving.values().stream().allMatch(count -> count == 0)
                    && parting.values().stream().allMatch(count -> count == 0);
        });
    }

    private static long moved(KindredCluster cluster) {
        return cluster.info("exchange_keys_repaired").values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    private static long bytes(KindredCluster cluster) {
        return cluster.info("exchange_bytes_sent").values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    private void tellMoved(String what, KindredCluster cluster, long movedBefore, long bytesBefore, double fair) {
        long keys = moved(cluster) - movedBefore;
        long bytes = bytes(cluster) - bytesBefore;
        System.out.printf(
                "%s: %,d copies moved, %.2f times the fair share; %,d bytes of exchange, %d a copy%n",
                what, keys, keys / fair, bytes, bytes / Math.max(1, keys));
        assertTrue(keys <= MOVED_MAX * fair, () -> what + " moved " + keys + " copies, and " + fair + " are fair");
    }

    private void check(KindredCluster cluster, LoadTrace trace) {
        for (int i = 0; i < phases.size(); i++) {
            LoadTrace.Span span = new LoadTrace.Span(phaseNanos.get(i), phaseNanos.get(i + 1));
            System.out.printf(
                    "%s (%.1f s): %s%n",
                    phases.get(i), (phaseNanos.get(i + 1) - phaseNanos.get(i)) / 1e9, trace.latencies(span, List.of()));
        }
        List<String> failures = trace.failures();
        assertTrue(
                failures.isEmpty(),
                () -> failures.size() + " requests failed; " + seed + "\n"
                        + String.join("\n", failures.subList(0, Math.min(10, failures.size()))));
        List<String> keys =
                IntStream.range(0, size.keys()).mapToObj(key -> "key" + key).toList();
        cluster.dropEnded();
        Replicas.awaitHeld(cluster, keys, REPLICAS, Duration.ofSeconds(30));
        List<String> values = new ArrayList<>();
        try (RespConnection connection = cluster.connect(2)) {
            for (String key : keys) {
                values.add(Objects.requireNonNull(connection.text("GET", key), key));
            }
            assertEquals(size.keys(), connection.number("DBSIZE"));
        }
        assertEquals(List.of(), trace.lostUpdates(values, Duration.ofMillis(2).toNanos()), seed::toString);
    }
}
