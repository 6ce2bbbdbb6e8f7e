package io.kindred.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With {@code leave-on-shutdown yes} a SIGTERM has a node give away what it holds before it ends. */
final class LeaveOnShutdownIT {
    private static final int KEYS = 3_000;
    private static final OpenLoad.Plan PLAN = new OpenLoad.Plan(200, 4, KEYS, 120);
    private static final Duration GONE_WITHIN = Duration.ofSeconds(60);

    private final Seed seed = Seed.of(LeaveOnShutdownIT.class);

    @Test
    void whatItHeldIsOnTheOthersWhenItEnds(@TempDir Path dir) {
        try (KindredCluster cluster =
                KindredCluster.started(dir, List.of("n1", "n2", "n3", "n4"), "--leave-on-shutdown", "yes")) {
            OpenLoad.preload(cluster.node(0), KEYS, 3);
            LoadTrace trace;
            try (OpenLoad load = OpenLoad.begin(PLAN, cluster.nodes().subList(0, 2), seed)) {
                assertEquals(0, cluster.node(3).terminate(GONE_WITHIN));
                trace = load.end();
            }
            assertEquals(List.of(), trace.failures(), seed::toString);
            try (RespConnection first = cluster.connect(0)) {
                assertEquals(
                        Set.of("n1", "n2", "n3"), KindredCluster.members(first).keySet());
            }
            cluster.dropEnded();
            List<String> keys =
                    IntStream.range(0, KEYS).mapToObj(i -> "key" + i).toList();
            Replicas.awaitHeld(cluster, keys, 3, GONE_WITHIN);
        }
    }

    @Test
    void theOnlyNodeJustStops(@TempDir Path dir) {
        try (KindredProcess node = KindredProcess.started(NodeOptions.of("n1", dir, "--leave-on-shutdown", "yes"))) {
            assertEquals(0, node.terminate(GONE_WITHIN));
            assertTrue(node.log().contains("Not leaving the ring before the stop: "), node::log);
        }
    }

    /** Nobody can take over what a node holds while another one of three is dead. */
    @Test
    void itStopsAllTheSameWhenItsTimeIsUpAndSaysSo(@TempDir Path dir) {
        try (KindredCluster cluster =
                KindredCluster.ofThree(dir, "--leave-on-shutdown", "yes", "--leave-timeout-s", "2")) {
            OpenLoad.preload(cluster.node(0), KEYS, 3);
            cluster.node(1).kill();
            assertEquals(0, cluster.node(2).terminate(GONE_WITHIN));
            assertTrue(
                    cluster.node(2).log().contains("leave-timeout-s is over"),
                    () -> cluster.node(2).log());
        }
    }
}
