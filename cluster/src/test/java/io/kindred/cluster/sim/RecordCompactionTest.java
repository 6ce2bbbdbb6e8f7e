package io.kindred.cluster.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.core.ClusterAnswer;
import io.kindred.cluster.core.ClusterQuery;
import io.kindred.cluster.ring.Claim;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Change records that all members have leave memory and disk, and the ring is that of all records that there ever were. */
class RecordCompactionTest {
    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final int SEEDS = 30;
    private static final int CHANGES = 14;
    private static final int MEMBERS_MIN = 4;
    /** Nothing moves for it: what nobody has to fetch or give away keeps nobody from compacting. */
    private static final double LITTLE_MORE = 1.001;

    @Test
    void theRingIsThatOfAllRecordsWhateverHappensMeanwhile() {
        long compactions = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            SimCluster cluster = SimCluster.calm(seed, 5, true);
            SimRandom random = new SimRandom(~seed);
            for (int change = 0; change < CHANGES; change++) {
                change(cluster, random);
                cluster.runFor(random.between(SECOND_NANOS / 10, 6 * SECOND_NANOS));
            }
            settle(cluster, seed);
            compactions += checkRings(cluster, seed);
        }
        assertTrue(compactions > SEEDS, "hardly ever compacted: " + compactions);
    }

    private static void change(SimCluster cluster, SimRandom random) {
        List<SimNode> members = cluster.members("");
        SimNode node = random.pick(members);
        switch (random.nextInt(8)) {
            case 0, 1 -> cluster.addNode("").start();
            case 2 -> leave(node, members);
            case 3, 4 -> weigh(cluster, node, random);
            case 5 -> apart(cluster, node, random.between(SECOND_NANOS, 8 * SECOND_NANOS), members);
            case 6 -> die(cluster, node, random);
            default -> node.stalled = !node.stalled;
        }
    }

    private static void leave(SimNode node, List<SimNode> members) {
        if (node.isServing() && members.size() > MEMBERS_MIN) {
            node.ask(new ClusterQuery.Leave(), answer -> node.hasLeft |= answer instanceof ClusterAnswer.Decided);
        }
    }

    private static void weigh(SimCluster cluster, SimNode node, SimRandom random) {
        if (node.isRunning()) {
            node.weight = random.pick(List.of(0.5, 1.0, LITTLE_MORE, 2.0));
            node.stop();
            cluster.schedule.after(SECOND_NANOS / 2, "weighed", () -> begin(node));
        }
    }

    private static void die(SimCluster cluster, SimNode node, SimRandom random) {
        if (node.isRunning()) {
            if (random.chance(0.5)) {
                node.kill();
            } else {
                node.powerLoss();
            }
            cluster.schedule.after(random.between(SECOND_NANOS / 10, 3 * SECOND_NANOS), "again", () -> begin(node));
        }
    }

    private static void begin(SimNode node) {
        if (!node.isRunning()) {
            node.start();
        }
    }

    /** It may decide to leave, and nobody hears of it for a while. */
    private static void apart(SimCluster cluster, SimNode node, long lasts, List<SimNode> members) {
        cutOff(cluster, node);
        cluster.schedule.after(SECOND_NANOS / 2, "alone", () -> leave(node, members));
        cluster.schedule.after(lasts, "heal", cluster.network::heal);
    }

    private static void cutOff(SimCluster cluster, SimNode node) {
        for (SimNode other : cluster.network.nodes()) {
            if (other != node) {
                cluster.network.cut(node, other);
                cluster.network.cut(other, node);
            }
        }
    }

    private static void settle(SimCluster cluster, long seed) {
        cluster.runFor(10 * SECOND_NANOS);
        cluster.network.heal();
        for (SimNode node : cluster.network.nodes()) {
            node.stalled = false;
            begin(node);
        }
        for (int second = 0; second < 120 && (second < 20 || cluster.isMoving()); second++) {
            cluster.runFor(SECOND_NANOS);
        }
        assertFalse(cluster.isMoving(), () -> "seed " + seed + " does not come to rest");
    }

    /** How often records were compacted. */
    private static long checkRings(SimCluster cluster, long seed) {
        long compactions = 0;
        for (SimNode node : cluster.network.nodes()) {
            String at = "seed " + seed + ", " + node.name;
            assertEquals(Claim.fold(SimCluster.PARTITIONS, cluster.records), node.ring(), at);
            assertEquals(
                    cluster.records.size(),
                    node.changeRecords().kept() + node.changeRecords().compacted(),
                    at + " knows of another number of records");
            compactions += node.changeRecords().compactions();
        }
        return compactions;
    }

    private static void change(SimCluster cluster, SimNode node, int times) {
        for (int i = 0; i < times; i++) {
            node.stop();
            node.weight = node.weight == 1 ? LITTLE_MORE : 1;
            node.start();
            cluster.runFor(6 * SECOND_NANOS);
        }
    }

    /** It has decided before those that were compacted otherwise, and says so when it is back. */
    @Test
    void whatAMemberDecidedThatNobodyHeardOfCounts() {
        SimCluster cluster = SimCluster.calm(1, 5, true);
        SimNode away = cluster.node(4);
        cutOff(cluster, away);
        cluster.runFor(SECOND_NANOS);
        away.ask(new ClusterQuery.Leave(), answer -> away.hasLeft = true);
        cluster.runFor(SECOND_NANOS);
        assertTrue(away.hasLeft);
        long before = cluster.node(0).changeRecords().compacted();
        change(cluster, cluster.node(1), 8);
        assertEquals(before, cluster.node(0).changeRecords().compacted(), "a member that is away may know of others");
        cluster.network.heal();
        settle(cluster, 1);
        assertFalse(cluster.node(0).hasInRing(away));
        checkRings(cluster, 1);
        change(cluster, cluster.node(1), 4);
        assertTrue(cluster.node(0).changeRecords().compacted() > before);
    }

    /** A process that is dead may come back with anything. One that is forgotten may not. */
    @Test
    void whoIsForgottenIsNotWaitedForAndWhatItDecidedSinceIsVoid() {
        SimCluster cluster = SimCluster.calm(1, 5, true);
        SimNode away = cluster.node(4);
        cutOff(cluster, away);
        cluster.runFor(10 * SECOND_NANOS);
        List<ClusterAnswer> answers = new ArrayList<>();
        away.ask(new ClusterQuery.Forget("n2"), answers::add);
        cluster.runFor(SECOND_NANOS);
        assertEquals(List.of(new ClusterAnswer.Decided()), answers);
        cluster.node(0).ask(new ClusterQuery.Forget(away.name), answers::add);
        cluster.runFor(10 * SECOND_NANOS);
        assertEquals(2, answers.size());
        long before = cluster.node(0).changeRecords().compacted();
        change(cluster, cluster.node(2), 8);
        assertTrue(cluster.node(0).changeRecords().compacted() > before);

        cluster.network.heal();
        cluster.runFor(30 * SECOND_NANOS);
        for (SimNode node : cluster.network.nodes()) {
            assertTrue(node.hasInRing(cluster.node(1)), node.name + " has lost the second node");
            assertFalse(node.hasInRing(away), node.name + " takes the forgotten one for a member");
            assertEquals(cluster.node(0).ring(), node.ring());
        }
        assertTrue(away.changeRecords().outvoted() > 0);
    }

    @Test
    void aNewcomerIsToldTheCheckpointAndNotWhatItStandsFor() {
        SimCluster cluster = SimCluster.calm(1, 4, true);
        change(cluster, cluster.node(1), 10);
        SimNode newcomer = cluster.addNode("");
        newcomer.start();
        settle(cluster, 1);
        assertTrue(newcomer.changeRecords().compacted() > 0);
        assertTrue(newcomer.changeRecords().kept() < 10, () -> newcomer.changeRecords() + "");
        checkRings(cluster, 1);
    }

    /**
     * The stamps of what others decided are far above its own clock. Had it told that it knows them, and lost them with its
     * power, what it decides alone would come too late.
     */
    @Test
    void whoseDiskIsSlowIsWaitedFor() {
        SimCluster cluster = SimCluster.calm(1, 5, true);
        cluster.node(0).skewMillis = 600_000;
        SimNode slow = cluster.node(4);
        cluster.node(0).stop();
        cluster.node(0).weight = LITTLE_MORE;
        slow.holdsCommits = true;
        cluster.node(0).start();
        cluster.runFor(6 * SECOND_NANOS);
        change(cluster, cluster.node(1), 4);
        slow.powerLoss();
        slow.holdsCommits = false;
        cutOff(cluster, slow);
        slow.start();
        cluster.runFor(5 * SECOND_NANOS);
        slow.ask(new ClusterQuery.Leave(), answer -> slow.hasLeft |= answer instanceof ClusterAnswer.Decided);
        cluster.runFor(5 * SECOND_NANOS);
        assertTrue(slow.hasLeft);
        cluster.network.heal();
        settle(cluster, 1);
        assertFalse(cluster.node(0).hasInRing(slow), "what it decided was not taken");
    }
}
