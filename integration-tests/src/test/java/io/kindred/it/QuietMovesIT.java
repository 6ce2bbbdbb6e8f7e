package io.kindred.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What clients notice of 200,000 keys on the move: a fourth node joins, and later a node that has missed all of them,
 * and that nobody keeps hints for, gets them by anti-entropy. The load goes through the other nodes, and counts from some
 * seconds after the process that comes up has begun to fetch: that it starts on the same two cores is not what this
 * measures. Nor does it count what was under way while the host took processors away, or its disk stood still.
 */
@Tag("long")
final class QuietMovesIT {
    private static final int KEYS = 200_000;
    private static final OpenLoad.Plan PLAN = new OpenLoad.Plan(1_000, 8, KEYS, 500);
    private static final Duration WARM_UP = Duration.ofSeconds(10);
    private static final Duration QUIET = Duration.ofSeconds(40);
    /** So long a JVM that has started compiles what it runs, on the cores that the other nodes have to share with it. */
    private static final Duration STARTING = Duration.ofSeconds(3);

    private static final Duration WITHIN = Duration.ofMinutes(4);
    private static final double TIMES_MAX = 2;

    private final Seed seed = Seed.of(QuietMovesIT.class);
    private final List<LoadTrace.Span> spans = new ArrayList<>();

    @Test
    void aJoinAndARepairAreHardlyNoticed(@TempDir Path dir) {
        NodeOptions[] nodes = new NodeOptions[4];
        for (int i = 0; i < nodes.length; i++) {
            nodes[i] =
                    NodeOptions.of("n" + (i + 1), dir, "--hint-max-bytes", "0").steady();
        }
        try (KindredCluster cluster =
                KindredCluster.started(List.of(nodes[0], nodes[1], nodes[2]), NodeOptions::clusterPort)) {
            OpenLoad.preload(cluster.node(0), KEYS, 3);
            LoadTrace trace;
            List<LoadTrace.Span> disturbed = new ArrayList<>();
            try (StolenTime processors = StolenTime.watch();
                    StalledDisk disk = StalledDisk.watch(dir);
                    OpenLoad load = OpenLoad.begin(PLAN, cluster.nodes().subList(0, 2), seed)) {
                watch(cluster, WARM_UP);
                span(() -> watch(cluster, QUIET));
                KindredProcess fourth = cluster.add(nodes[3]);
                awaitAdmitted(cluster);
                Await.last(STARTING);
                span(() -> {
                    fourth.awaitReady(WITHIN);
                    awaitSettled(cluster);
                });
                cluster.node(2).terminate();
                awaitOwed(cluster);
                cluster.replace(2, nodes[2]).awaitReady();
                Await.last(STARTING);
                span(() -> awaitPaid(cluster));
                trace = load.end();
                disturbed.addAll(processors.spans());
                disturbed.addAll(disk.spans());
                System.out.println(processors + "; " + disk);
            }
            Latencies quiet = trace.latencies(spans.get(0), disturbed);
            Latencies joining = trace.latencies(spans.get(1), disturbed);
            Latencies repairing = trace.latencies(spans.get(2), disturbed);
            System.out.println("quiet:     " + quiet);
            System.out.println("joining:   " + joining);
            System.out.println("repairing: " + repairing);
            System.out.println("keys moved by exchanges: " + cluster.info("exchange_keys_repaired"));
            assertEquals(List.of(), trace.failures(), seed::toString);
            assertTrue(joining.p999Millis() <= TIMES_MAX * quiet.p999Millis(), "the join is noticed");
            assertTrue(repairing.p999Millis() <= TIMES_MAX * quiet.p999Millis(), "the repair is noticed");
        }
    }

    private void span(Runnable work) {
        long begunNanos = System.nanoTime();
        work.run();
        spans.add(new LoadTrace.Span(begunNanos, System.nanoTime()));
    }

    private static void awaitAdmitted(KindredCluster cluster) {
        try (RespConnection first = cluster.connect(0)) {
            Await.until(
                    "the new node is admitted",
                    WITHIN,
                    () -> Info.of(first, "kindred").number("partitions_in_transfer") > 0);
        }
    }

    private static void awaitSettled(KindredCluster cluster) {
        Await.until("nothing is in transfer", WITHIN, () -> isSettled(cluster));
    }

    private static boolean isSettled(KindredCluster cluster) {
        Map<String, Long> moving = cluster.info("partitions_in_transfer");
        Map<String, Long> parting = cluster.info("partitions_to_give_away");
        return moving.size() == cluster.size()
                && moving.values().stream().allMatch(count -> count == 0)
                && parting.values().stream().allMatch(count -> count == 0);
    }

    /** Asks the nodes as often as while they are busy: that too costs them time. */
    private static void watch(KindredCluster cluster, Duration time) {
        long endNanos = System.nanoTime() + time.toNanos();
        Await.until("time passes", WITHIN, () -> isSettled(cluster) && System.nanoTime() - endNanos >= 0);
    }

    /** Every key is written while one node is away. */
    private static void awaitOwed(KindredCluster cluster) {
        OpenLoad.preload(cluster.node(0), KEYS, 2);
        assertTrue(cluster.info("repair_debt_ranges").values().stream().anyMatch(count -> count > 0));
    }

    private static void awaitPaid(KindredCluster cluster) {
        Await.until(
                "no node owes another anything",
                WITHIN,
                () -> cluster.info("repair_debt_ranges").values().stream().allMatch(count -> count == 0));
    }
}
