package io.kindred.cluster.core;

import static io.kindred.cluster.core.WatchCluster.MILLI;
import static io.kindred.cluster.core.WatchCluster.ROUND;
import static io.kindred.cluster.core.WatchCluster.SECOND;
import static io.kindred.cluster.core.WatchCluster.SUSPECT_AFTER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.Seeds;
import io.kindred.cluster.core.WatchCluster.Node;
import io.kindred.cluster.membership.Member;
import io.kindred.cluster.membership.Status;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import org.junit.jupiter.api.Test;

class MemberWatchTest {
    private static final int SEEDS = 10;

    @Test
    void nobodyIsDownInAnHourOfLossAndJitter() {
        Seeds.each(1, "MemberWatchTest#nobodyIsDownInAnHourOfLossAndJitter", random -> {
            WatchCluster cluster = WatchCluster.of(5, random.nextLong());
            cluster.lossRate = 0.01;
            cluster.delayMaxNanos = 200 * MILLI;
            cluster.runFor(3_600 * SECOND);
            for (Node node : cluster.nodes) {
                assertTrue(node.notes.stream().noneMatch(line -> line.endsWith("down")), () -> node.notes.toString());
                assertEquals(0, node.watch.counts().downs());
            }
        });
    }

    @Test
    void aPausedNodeIsSuspectedSoonDownInTimeAndBackAtOnce() {
        Seeds.each(SEEDS, "MemberWatchTest#aPausedNodeIsSuspectedSoonDownInTimeAndBackAtOnce", random -> {
            WatchCluster cluster = settled(5, random);
            Node paused = cluster.nodes.get(random.nextInt(5));
            paused.pause();
            long suspected = cluster.runUntil(
                    20 * SECOND, () -> cluster.running().stream().allMatch(node -> node.avoids(paused)));
            assertTrue(suspected <= 2 * SECOND, () -> "suspected after " + suspected);
            long down = suspected
                    + cluster.runUntil(20 * SECOND, () -> cluster.allSee(paused, state -> state == Status.DOWN));
            assertTrue(down >= SUSPECT_AFTER - SECOND, () -> "down after " + down);
            assertTrue(down <= SUSPECT_AFTER + 3 * ROUND, () -> "down after " + down);
            cluster.runFor(8 * SECOND);

            paused.resume();
            long back = cluster.runUntil(20 * SECOND, () -> cluster.allSee(paused, state -> state == Status.UP));
            assertTrue(back <= 2 * ROUND, () -> "back after " + back);
            assertTrue(cluster.nodes.stream().noneMatch(node -> node != paused && paused.avoids(node)));
            assertEquals(1, paused.watch.counts().stalls());
            assertTrue(paused.notes.stream().noneMatch(line -> line.endsWith("down")), () -> paused.notes.toString());
        });
    }

    @Test
    void eachChangeOfAStateIsNotedOnce() {
        WatchCluster cluster = settled(3, new Random(1));
        Node dead = cluster.nodes.get(1);
        dead.die();
        cluster.runFor(60 * SECOND);
        assertEquals(
                List.of("node n2 is up", "node n2 is suspect", "node n2 is down"),
                cluster.nodes.get(0).notes.stream()
                        .filter(line -> line.contains("n2"))
                        .toList());
    }

    @Test
    void aRestartedNodeReplacesItsFormerSelf() {
        Seeds.each(SEEDS, "MemberWatchTest#aRestartedNodeReplacesItsFormerSelf", random -> {
            WatchCluster cluster = settled(5, random);
            Node node = cluster.nodes.get(2);
            List<Member> known = cluster.nodes.stream().map(Node::member).toList();
            node.die();
            cluster.runUntil(20 * SECOND, () -> cluster.allSee(node, state -> state == Status.DOWN));
            node.start(known);
            long start = node.watch.view().self().start();
            long back = cluster.runUntil(
                    20 * SECOND,
                    () -> cluster.allSee(node, state -> state == Status.UP)
                            && cluster.nodes.stream().allMatch(other -> startOf(node, other) == start));
            assertTrue(back <= 4 * ROUND, () -> "back after " + back);
        });
    }

    private static long startOf(Node subject, Node asked) {
        Member told = asked.watch.view().member(subject.id);
        return told == null ? -1 : told.start();
    }

    @Test
    void oneAccuserIsEnoughAmongTwoAndTooFewAmongThree() {
        WatchCluster two = settled(2, new Random(1));
        two.nodes.get(0).die();
        two.runFor(10 * SECOND);
        assertEquals(Status.DOWN, two.nodes.get(1).status(two.nodes.get(0)));

        WatchCluster three = settled(3, new Random(1));
        three.nodes.get(0).die();
        three.nodes.get(1).die();
        three.runFor(30 * SECOND);
        assertEquals(Status.SUSPECT, three.nodes.get(2).status(three.nodes.get(0)));
        assertTrue(three.nodes.get(2).avoids(three.nodes.get(0)));
    }

    @Test
    void noLiveNodeStaysDownAfterASplitHasHealed() {
        Seeds.each(4 * SEEDS, "MemberWatchTest#noLiveNodeStaysDownAfterASplitHasHealed", random -> {
            int size = 3 + random.nextInt(7);
            WatchCluster cluster = settled(size, random);
            cluster.link = split(cluster, random);
            cluster.runFor(SECOND + random.nextInt(25) * SECOND);
            cluster.link = (from, to) -> true;
            cluster.runUntil(10 * ROUND, () -> isWhole(cluster));
            for (Node node : cluster.nodes) {
                assertTrue(cluster.allSee(node, state -> state == Status.UP), () -> node.name + " is not up for all");
            }
        });
    }

    private static boolean isWhole(WatchCluster cluster) {
        return cluster.nodes.stream().allMatch(node -> cluster.allSee(node, state -> state == Status.UP));
    }

    /** Halves, one alone, one direction of one pair, all that one node says or hears, or two sides and a bridge. */
    private static BiPredicate<Node, Node> split(WatchCluster cluster, Random random) {
        Node one = cluster.nodes.get(random.nextInt(cluster.nodes.size()));
        Node other = cluster.nodes.get(random.nextInt(cluster.nodes.size()));
        Set<Node> left = Set.copyOf(cluster.nodes.subList(0, cluster.nodes.size() / 2));
        return switch (random.nextInt(6)) {
            case 0 -> (from, to) -> left.contains(from) == left.contains(to);
            case 1 -> (from, to) -> from != one && to != one;
            case 2 -> (from, to) -> from != one || to != other;
            case 3 -> (from, to) -> from != one;
            case 4 -> (from, to) -> to != one;
            default -> (from, to) -> from == one || to == one || left.contains(from) == left.contains(to);
        };
    }

    /** More of them than one node can accuse. */
    @Test
    void whoDiesIsDownHoweverManyHaveGoneBefore() {
        WatchCluster cluster = settled(24, new Random(5));
        Set<Long> gone = new TreeSet<>();
        for (Node left : cluster.nodes.subList(0, 20)) {
            left.die();
            gone.add(left.id);
        }
        cluster.running().forEach(node -> node.step(() -> node.watch.leaveOut(gone)));
        cluster.runFor(60 * SECOND);
        for (Node node : cluster.running()) {
            assertEquals(0, node.watch.counts().downs());
        }
        Node dead = cluster.nodes.get(20);
        dead.die();
        cluster.runFor(20 * SECOND);
        assertTrue(cluster.allSee(dead, state -> state == Status.DOWN));
    }

    @Test
    void aNodeThatSomeCannotReachIsNotDownWhileOthersHearIt() {
        WatchCluster cluster = settled(5, new Random(3));
        Node one = cluster.nodes.get(0);
        Node other = cluster.nodes.get(1);
        cluster.link = (from, to) -> !(from == one && to == other) && !(from == other && to == one);
        cluster.runFor(60 * SECOND);
        assertTrue(one.avoids(other));
        assertEquals(Status.SUSPECT, one.status(other));
        assertFalse(cluster.anySees(other, Status.DOWN));
        assertEquals(Status.UP, cluster.nodes.get(2).status(other));
    }

    @Test
    void theAccusedRefutesByItsGenerationAndKeepsItsStart() {
        WatchCluster cluster = settled(5, new Random(4));
        Node mute = cluster.nodes.get(0);
        cluster.link = (from, to) -> from != mute;
        cluster.runFor(SUSPECT_AFTER + 3 * ROUND);
        assertTrue(cluster.allSee(mute, state -> state == Status.DOWN));
        assertTrue(mute.watch.view().own().refutations() > 0, "it hears what is said of it");
        assertEquals(1, mute.watch.view().self().start());
        cluster.link = (from, to) -> true;
        cluster.runFor(2 * ROUND);
        assertTrue(cluster.allSee(mute, state -> state == Status.UP));
    }

    private static WatchCluster settled(int size, Random random) {
        WatchCluster cluster = WatchCluster.of(size, random.nextLong());
        cluster.runFor(30 * SECOND);
        for (Node node : cluster.nodes) {
            assertTrue(cluster.allSee(node, state -> state == Status.UP));
        }
        return cluster;
    }
}
