package io.kindred.cluster.ring;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.Seeds;
import io.kindred.cluster.membership.ChangeRecord;
import io.kindred.cluster.membership.ChangeRecord.Site;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** How evenly a ring is shared, and how little of it moves: measured after each join and each leave. */
class ClaimBalanceTest {

    private static final int Q = 1024;

    /** What a test allows; loads as parts of the fair share, moves in fair shares. */
    private record Bounds(double replicaOff, double movedShares) {}

    private static final class Cluster {
        final Random random;
        final List<Long> ids = new ArrayList<>();
        final int partitions;
        Ring ring;
        Ring before;
        private long stamp;

        Cluster(Random random, int partitions) {
            this.random = random;
            this.partitions = partitions;
            this.ring = Ring.empty(partitions);
            this.before = ring;
        }

        long join(double weight, String zone) {
            long id = random.nextLong();
            ids.add(id);
            apply(ChangeRecord.join(id, ++stamp, id, weight, new Site(zone, "")));
            return id;
        }

        long leave(int index) {
            long id = ids.remove(index);
            apply(ChangeRecord.leave(id, ++stamp, id));
            return id;
        }

        private void apply(ChangeRecord record) {
            before = ring;
            ring = Claim.apply(ring, record);
        }

        /** The shares of a node that joined or left, in partitions owned and held. */
        private double[] fairShares(long id) {
            Ring with = ring.hasNode(id) ? ring : before;
            double[] shares = RingMeasure.shares(with);
            int at = with.indexOf(id);
            return new double[] {shares[at] * partitions, RingMeasure.held(shares)[at] * partitions};
        }

        /** Primaries within one partition always; the rest within the bounds, or within one partition. */
        String check(long changed, Bounds bounds) {
            RingMeasure measure = RingMeasure.of(ring);
            double[] fair = fairShares(changed);
            int primaries = RingMeasure.primariesMoved(before, ring);
            int replicas = RingMeasure.replicasMoved(before, ring);
            String line = String.format(
                    Locale.ROOT,
                    "%3d nodes: %s  moved %4d primaries (%.2f of the share) %5d replicas (%.2f)",
                    ids.size(),
                    measure.line(),
                    primaries,
                    primaries / fair[0],
                    replicas,
                    replicas / fair[1]);
            assertTrue(measure.partitionsOff() <= 1, line);
            assertTrue(measure.replicaOff() <= bounds.replicaOff || measure.copiesOff() <= RingMeasure.N, line);
            assertTrue(primaries <= Math.max(bounds.movedShares * fair[0], fair[0] + 1), line);
            assertTrue(replicas <= Math.max(bounds.movedShares * fair[1], fair[1] + RingMeasure.N), line);
            return line;
        }
    }

    @Test
    void equalNodesJoinOneByOneUpToAHundred() {
        Seeds.each(3, "ClaimBalanceTest#equalNodesJoinOneByOneUpToAHundred", random -> {
            Cluster cluster = new Cluster(random, Q);
            cluster.join(1, "");
            for (int n = 2; n <= 100; n++) {
                String line = cluster.check(cluster.join(1, ""), new Bounds(0.10, 1.2));
                if (n <= 5 || n % 50 == 0) {
                    System.out.println("join  " + line);
                }
            }
        });
    }

    @Test
    void equalNodesLeaveOneByOneDownToTwo() {
        Seeds.each(3, "ClaimBalanceTest#equalNodesLeaveOneByOneDownToTwo", random -> {
            Cluster cluster = new Cluster(random, Q);
            for (int n = 0; n < 60; n++) {
                cluster.join(1, "");
            }
            for (int n = 59; n >= 2; n--) {
                String line = cluster.check(cluster.leave(random.nextInt(n + 1)), new Bounds(0.10, 1.2));
                if (n <= 5 || n % 50 == 0) {
                    System.out.println("leave " + line);
                }
            }
        });
    }

    @Test
    void yearsOfComingAndGoingDoNotWearTheRingOut() {
        Seeds.each(6, "ClaimBalanceTest#yearsOfComingAndGoingDoNotWearTheRingOut", random -> {
            Cluster cluster = new Cluster(random, Q);
            int most = 4 + random.nextInt(30);
            cluster.join(1, "");
            for (int i = 0; i < 300; i++) {
                int n = cluster.ids.size();
                boolean join = n <= 2 || (n < most && random.nextBoolean());
                long changed = join ? cluster.join(1, "") : cluster.leave(random.nextInt(n));
                cluster.check(changed, new Bounds(0.10, 1.2));
            }
        });
    }

    @Test
    void aHundredNodesComeAndGo() {
        Seeds.each(2, "ClaimBalanceTest#aHundredNodesComeAndGo", random -> {
            Cluster cluster = new Cluster(random, Q);
            while (cluster.ids.size() < 95) {
                cluster.join(1, "");
            }
            for (int i = 0; i < 300; i++) {
                int n = cluster.ids.size();
                boolean join = n <= 90 || (n < 100 && random.nextBoolean());
                long changed = join ? cluster.join(1, "") : cluster.leave(random.nextInt(n));
                cluster.check(changed, new Bounds(0.10, 1.2));
            }
        });
    }

    @Test
    void unequalNodesShareByTheirWeights() {
        Seeds.each(10, "ClaimBalanceTest#unequalNodesShareByTheirWeights", random -> {
            Cluster cluster = new Cluster(random, Q);
            for (int n = 1; n <= 40; n++) {
                long id = cluster.join(1 + random.nextInt(5) / 2.0, "");
                // Of few nodes one may weigh a third: its neighbours' replicas then depend on where it stands.
                Bounds bounds = n < 8 ? new Bounds(0.40, 1.5) : new Bounds(0.10, 1.2);
                if (n > 1) {
                    String line = cluster.check(id, bounds);
                    if (n == 5 || n == 10 || n == 40) {
                        System.out.println("weighted " + line);
                    }
                }
            }
        });
    }

    @Test
    void threeZonesShareEvenlyEachWithinItself() {
        Seeds.each(4, "ClaimBalanceTest#threeZonesShareEvenlyEachWithinItself", random -> {
            Cluster cluster = new Cluster(random, Q);
            for (int n = 1; n <= 30; n++) {
                long id = cluster.join(1, "z" + n % 3);
                if (n > 3) {
                    String line = cluster.check(id, new Bounds(0.10, 1.2));
                    if (n == 6 || n == 30) {
                        System.out.println("zones " + line);
                    }
                }
            }
        });
    }

    @Test
    void manyOrFewZonesOfOneSizeShareEvenly() {
        for (int zones : new int[] {2, 4, 5}) {
            Seeds.each(3, "ClaimBalanceTest#manyOrFewZonesOfOneSizeShareEvenly", random -> {
                Cluster cluster = new Cluster(random, Q);
                for (int n = 1; n <= 6 * zones; n++) {
                    long id = cluster.join(1, "z" + n % zones);
                    // Where zones differ in size, a node's replicas depend on where the other zones' nodes stand.
                    if (n > zones) {
                        cluster.check(id, n % zones == 0 ? new Bounds(0.10, 1.3) : new Bounds(0.25, 1.3));
                    }
                }
            });
        }
    }
}
