package io.kindred.cluster.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.Seeds;
import io.kindred.cluster.membership.ChangeRecord;
import io.kindred.cluster.membership.ChangeRecord.Site;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How evenly a ring is shared, and how little of it moves: measured after each join and each leave. */
class ClaimBalanceTest {

    private static final int Q = 1024;

    /** What a test allows; loads as parts of the fair share, moves in fair shares. */
    private record Bounds(double replicaOff, double movedShares) {}

    private static final Bounds EVEN = new Bounds(0.10, 1.2);
    /** Here a node's replicas depend on where the other zones' nodes stand, and the moves allowed may not reach. */
    private static final Bounds UNEQUAL_ZONES = new Bounds(0.20, 1.2);

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
            double[] shares = Shares.of(with.members());
            int at = with.indexOf(id);
            return new double[] {shares[at] * partitions, Shares.held(shares)[at] * partitions};
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
                String line = cluster.check(cluster.join(1, ""), EVEN);
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
                String line = cluster.check(cluster.leave(random.nextInt(n + 1)), EVEN);
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
                cluster.check(changed, EVEN);
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
                cluster.check(changed, EVEN);
            }
        });
    }

    @Test
    void unequalNodesShareByTheirWeights() {
        Seeds.each(10, "ClaimBalanceTest#unequalNodesShareByTheirWeights", random -> {
            Cluster cluster = new Cluster(random, Q);
            cluster.join(1 + random.nextInt(5) / 2.0, "");
            for (int n = 2; n <= 40; n++) {
                String line = cluster.check(cluster.join(1 + random.nextInt(5) / 2.0, ""), EVEN);
                if (n <= 8 || n % 20 == 0) {
                    System.out.println("weighted " + line);
                }
            }
        });
    }

    @Test
    void aFewVeryUnequalNodesComeAndGo() {
        Seeds.each(20, "ClaimBalanceTest#aFewVeryUnequalNodesComeAndGo", random -> {
            Cluster cluster = new Cluster(random, Q);
            int most = 4 + random.nextInt(8);
            cluster.join(1 + random.nextInt(10), "");
            for (int i = 0; i < 40; i++) {
                int n = cluster.ids.size();
                boolean join = n <= 2 || (n < most && random.nextInt(5) > 1);
                long changed = join ? cluster.join(1 + random.nextInt(10), "") : cluster.leave(random.nextInt(n));
                String line = cluster.check(changed, EVEN);
                if (i == 39) {
                    System.out.println("very unequal " + line);
                }
            }
        });
    }

    /** One node as heavy as all others holds every partition; the others share the two copies left. */
    @Test
    void whatTheHeaviestCannotHoldTheOthersDo() {
        Cluster cluster = new Cluster(new Random(3), Q);
        long heavy = cluster.join(6, "");
        for (int n = 2; n <= 7; n++) {
            String line = cluster.check(cluster.join(1, ""), EVEN);
            System.out.println("one heavy " + line);
        }
        assertEquals(Q / 2.0, cluster.ring.owned(heavy), 1);
        long held = IntStream.range(0, Q)
                .filter(p -> cluster.ring.preferenceList(p, RingMeasure.N).contains(heavy))
                .count();
        assertTrue(held >= 0.95 * Q, "the heaviest holds " + held);
    }

    @Test
    void threeZonesShareEvenlyEachWithinItself() {
        Seeds.each(4, "ClaimBalanceTest#threeZonesShareEvenlyEachWithinItself", random -> {
            Cluster cluster = new Cluster(random, Q);
            for (int n = 1; n <= 30; n++) {
                long id = cluster.join(1, "z" + n % 3);
                if (n > 3) {
                    String line = cluster.check(id, EVEN);
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
                    if (n > zones) {
                        cluster.check(id, n % zones == 0 ? EVEN : UNEQUAL_ZONES);
                    }
                }
            });
        }
    }

    @Test
    void zonesOfAnySizesShareByTheirWeights() {
        for (int zones : new int[] {2, 3, 4, 5}) {
            Seeds.each(4, "ClaimBalanceTest#zonesOfAnySizesShareByTheirWeights", random -> {
                Cluster cluster = new Cluster(random, Q);
                for (int n = 1; n <= 16; n++) {
                    long id = cluster.join(1, "z" + random.nextInt(zones));
                    if (n > 1) {
                        String line = cluster.check(id, UNEQUAL_ZONES);
                        if (n == 6 || n == 16) {
                            System.out.println(zones + " unequal zones " + line);
                        }
                    }
                }
                while (cluster.ids.size() > 2) {
                    cluster.check(cluster.leave(random.nextInt(cluster.ids.size())), UNEQUAL_ZONES);
                }
            });
        }
    }

    /** The fold is made anew on every change: it must not take long, however many there were. */
    @Test
    void aThousandJoinsFoldInSeconds() {
        for (int partitions : new int[] {1024, 4096}) {
            for (int zones : new int[] {0, 4}) {
                Random random = new Random(1);
                List<ChangeRecord> records = new ArrayList<>();
                for (int i = 1; i <= 1000; i++) {
                    Site site = new Site(zones == 0 ? "" : "z" + random.nextInt(zones), "");
                    long id = random.nextLong();
                    records.add(ChangeRecord.join(id, i, id, 1 + random.nextInt(10), site));
                }
                long begun = System.nanoTime();
                assertEquals(1000, Claim.fold(partitions, records).members().size());
                long millis = (System.nanoTime() - begun) / 1_000_000;
                System.out.println("1000 joins, " + partitions + " partitions, " + zones + " zones: " + millis + " ms");
                assertTrue(millis < 60_000, "took " + millis + " ms");
            }
        }
    }
}
