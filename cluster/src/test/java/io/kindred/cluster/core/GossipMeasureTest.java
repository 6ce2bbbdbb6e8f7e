package io.kindred.cluster.core;

import static io.kindred.cluster.core.WatchCluster.ROUND;
import static io.kindred.cluster.core.WatchCluster.SECOND;
import static io.kindred.cluster.core.WatchCluster.SUSPECT_AFTER;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.membership.Status;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How fast and at what cost membership spreads: the table of docs/membership.md. */
class GossipMeasureTest {
    private static final long SEED = Long.getLong("kindred.seed", 1);
    private static final String REPLAY =
            "; replay: mvn -pl cluster -am test -Dsurefire.failIfNoSpecifiedTests=false -Dtest=GossipMeasureTest -Dkindred.seed="
                    + SEED;

    private record Measured(
            int nodes,
            double joinRounds,
            double verdictSeconds,
            double spreadRounds,
            double bytesPerSecond,
            double messagesPerSecond,
            int largestBytes) {
        String row() {
            return String.format(
                    "| %,d | %.1f | %.1f s | %.1f | %,.0f | %.0f | %,d |",
                    nodes, joinRounds, verdictSeconds, spreadRounds, bytesPerSecond, messagesPerSecond, largestBytes);
        }
    }

    @Test
    void tenNodes() {
        check(measure(10));
    }

    @Test
    void aHundredNodes() {
        check(measure(100));
    }

    @Test
    @Tag("long")
    void aThousandNodes() {
        System.out.println("| nodes | join known, rounds | first says down after | all do, rounds later |"
                + " bytes sent per node and second | messages | largest message, bytes |");
        for (int nodes : new int[] {10, 100, 1_000}) {
            Measured measured = measure(nodes);
            System.out.println(measured.row());
            check(measured);
        }
    }

    private static void check(Measured measured) {
        double log = Math.log(measured.nodes()) / Math.log(2);
        assertTrue(measured.joinRounds() <= 2 + 2 * log, () -> measured + REPLAY);
        assertTrue(measured.spreadRounds() <= 2 + 2 * log, () -> measured + REPLAY);
        assertTrue(measured.verdictSeconds() * SECOND <= SUSPECT_AFTER + 3 * ROUND, () -> measured + REPLAY);
        assertTrue(measured.bytesPerSecond() <= 25_000, () -> measured + REPLAY);
        assertTrue(measured.largestBytes() <= 10_000, () -> measured + REPLAY);
    }

    private static Measured measure(int size) {
        WatchCluster cluster = WatchCluster.of(size, SEED);
        cluster.runFor(30 * SECOND);
        cluster.counting = true;
        cluster.runFor(10 * SECOND);
        cluster.counting = false;
        double perNodeSecond = size * 10.0;

        WatchCluster.Node newcomer = cluster.join(cluster.nodes.get(0));
        long joined = cluster.runUntil(60 * SECOND, () -> cluster.allSee(newcomer, state -> true));
        cluster.runFor(20 * SECOND);

        WatchCluster.Node dead = cluster.nodes.get(size / 2);
        dead.die();
        long verdict = cluster.runUntil(60 * SECOND, () -> cluster.anySees(dead, Status.DOWN));
        long spread = cluster.runUntil(60 * SECOND, () -> cluster.allSee(dead, state -> state == Status.DOWN));
        return new Measured(
                size,
                (double) joined / ROUND,
                (double) verdict / SECOND,
                (double) spread / ROUND,
                cluster.bytes / perNodeSecond,
                cluster.messages / perNodeSecond,
                cluster.largestBytes);
    }
}
