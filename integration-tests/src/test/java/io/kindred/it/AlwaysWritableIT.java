package io.kindred.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Five nodes, N=3, R=W=2, a steady load through three of them; the fourth is killed and started again, the fifth stands
 * still for a while. No request fails, no client waits long, and afterwards nothing is missing anywhere.
 */
final class AlwaysWritableIT {
    private static final OpenLoad.Plan PLAN = new OpenLoad.Plan(2_000, 32, 5_000, 45);
    private static final int KILLED = 3;
    private static final int STOPPED = 4;
    private static final long RIGHT_AFTER_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final double P999_MILLIS_MAX = 300;
    private static final Duration SUSPECTED_WITHIN = Duration.ofSeconds(2);
    private static final Duration LOOKED_FOR = Duration.ofSeconds(6);
    private static final Duration REPAIRED_WITHIN = Duration.ofSeconds(30);
    /** Nodes of one machine share its clock; a stamp has milliseconds. */
    private static final long CLOCK_SLACK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private final Seed seed = Seed.of(AlwaysWritableIT.class);
    private final List<Fault> faults = new ArrayList<>();
    private Duration suspectedAfter = Duration.ZERO;

    /** What was done to the cluster, and when. */
    private record Fault(String name, long atNanos) {
        LoadTrace.Span rightAfter() {
            return new LoadTrace.Span(atNanos, atNanos + RIGHT_AFTER_NANOS);
        }
    }

    @Test
    void noRequestFailsWhileOneNodeIsKilledAndAnotherStopped(@TempDir Path dir) {
        List<NodeOptions> five = Stream.of("n1", "n2", "n3", "n4", "n5")
                .map(name -> NodeOptions.of(name, dir).small())
                .toList();
        try (KindredCluster cluster = KindredCluster.started(five, NodeOptions::clusterPort)) {
            OpenLoad.preload(cluster.node(0), PLAN.keys(), 3);
            try (OpenLoad load = OpenLoad.begin(PLAN, cluster.nodes().subList(0, 3), seed);
                    Witness killed = new Witness(cluster.node(KILLED));
                    Witness stopped = new Witness(cluster.node(STOPPED))) {
                Await.last(Duration.ofSeconds(3));
                strike(cluster);
                LoadTrace trace = load.end();
                long endedNanos = System.nanoTime();
                checkAnswers(trace, endedNanos);
                System.out.print(cluster.counters());
                try (RespConnection connection = cluster.connect(0)) {
                    System.out.println(killed.verify(connection) + "; " + stopped.verify(connection));
                }
                checkRepair(cluster, trace);
            }
        }
    }

    /** All of the faults, each well apart from the next; the last of them leaves the cluster whole. */
    private void strike(KindredCluster cluster) {
        KindredProcess killed = cluster.node(KILLED);
        KindredProcess stopped = cluster.node(STOPPED);
        fault("whole");
        Await.last(Duration.ofSeconds(4));
        fault("n4 killed");
        killed.kill();
        Await.last(Duration.ofSeconds(4));
        fault("n5 stopped, too");
        long stoppedNanos = System.nanoTime();
        stopped.pause();
        suspectedAfter = untilSuspected(cluster, stopped.name());
        Await.reach(stoppedNanos + Duration.ofSeconds(7).toNanos());
        fault("n4 restarted");
        killed.relaunch();
        Await.reach(stoppedNanos + Duration.ofSeconds(15).toNanos());
        fault("n5 continued");
        stopped.resume();
        Await.last(Duration.ofSeconds(5));
    }

    private void fault(String name) {
        faults.add(new Fault(name, System.nanoTime()));
    }

    /** How long it took until all three that are well saw it; looks no longer than the stop lasts. */
    private static Duration untilSuspected(KindredCluster cluster, String name) {
        long begunNanos = System.nanoTime();
        List<RespConnection> well = cluster.nodes().subList(0, 3).stream()
                .map(KindredProcess::connect)
                .toList();
        Await.until(
                "suspicion, or too late for it",
                LOOKED_FOR.multipliedBy(2),
                () -> System.nanoTime() - begunNanos > LOOKED_FOR.toNanos()
                        || well.stream()
                                .noneMatch(connection -> "up"
                                        .equals(KindredCluster.members(connection)
                                                .get(name))));
        well.forEach(RespConnection::close);
        return Duration.ofNanos(System.nanoTime() - begunNanos);
    }

    private void checkAnswers(LoadTrace trace, long endedNanos) {
        List<LoadTrace.Span> rightAfter =
                faults.stream().skip(1).map(Fault::rightAfter).toList();
        List<String> slow = new ArrayList<>();
        for (int i = 0; i < faults.size(); i++) {
            Fault fault = faults.get(i);
            long toNanos = i + 1 < faults.size() ? faults.get(i + 1).atNanos() : endedNanos;
            Latencies later = trace.latencies(new LoadTrace.Span(fault.atNanos(), toNanos), rightAfter);
            System.out.println(fault.name());
            System.out.println("  its first second: " + trace.latencies(fault.rightAfter(), List.of()));
            System.out.println("  from then on:     " + later);
            if (later.p999Millis() >= P999_MILLIS_MAX) {
                slow.add(fault.name() + ": " + later);
            }
        }
        List<String> failures = trace.failures();
        assertTrue(
                failures.isEmpty(),
                () -> failures.size() + " requests failed; " + seed + "\n"
                        + String.join("\n", failures.subList(0, Math.min(10, failures.size()))));
        assertEquals(List.of(), slow, "p99.9 outside the first second; " + seed);
        System.out.println("n5 suspected by all after " + suspectedAfter.toMillis() + " ms");
        assertTrue(suspectedAfter.compareTo(SUSPECTED_WITHIN) <= 0, () -> "n5 suspected after " + suspectedAfter);
    }

    private void checkRepair(KindredCluster cluster, LoadTrace trace) {
        long begunNanos = System.nanoTime();
        cluster.awaitWhole();
        cluster.awaitNoHints(left(begunNanos));
        List<String> keys =
                IntStream.range(0, PLAN.keys()).mapToObj(key -> "key" + key).toList();
        Replicas.awaitAgreement(cluster, keys, left(begunNanos));
        System.out.printf(
                "no hints and all replicas equal %d ms after the load%n", (System.nanoTime() - begunNanos) / 1_000_000);
        List<String> values = new ArrayList<>();
        try (RespConnection connection = cluster.connect(STOPPED)) {
            for (String key : keys) {
                values.add(connection.value("GET", key));
            }
        }
        assertEquals(List.of(), trace.lostUpdates(values, CLOCK_SLACK_NANOS), seed::toString);
        KindredCluster.FAILURE_FIELDS.forEach(cluster::info);
        Map<String, Long> up = cluster.info("members_up");
        assertTrue(up.values().stream().allMatch(count -> count == 5), () -> "members up: " + up);
    }

    private static Duration left(long begunNanos) {
        return REPAIRED_WITHIN.minusNanos(System.nanoTime() - begunNanos);
    }
}
