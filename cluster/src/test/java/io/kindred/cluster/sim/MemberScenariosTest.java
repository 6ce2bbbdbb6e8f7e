package io.kindred.cluster.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.core.ClusterAnswer;
import io.kindred.cluster.core.ClusterQuery;
import io.kindred.cluster.membership.HeldPartitions;
import io.kindred.cluster.message.MembershipMessage;
import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.QuorumSpec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What once went wrong with members that come, go, or tell what cannot be. */
class MemberScenariosTest {
    private static final long SECOND_NANOS = 1_000_000_000L;

    @Test
    void aHoldingOfPartitionsThatThereAreNotIsIgnored() {
        SimCluster cluster = SimCluster.calm(1, 3, false);
        SimNode told = cluster.node(0);
        long[] tooMany = new long[1024];
        Arrays.fill(tooMany, -1L);
        long version = HeldPartitions.VERSION_MAX / 2;
        for (long[] words : List.of(tooMany, new long[] {1L << 16}, new long[] {0xFFFF, 0})) {
            tell(cluster, told, new HeldPartitions(2, version++, true, words));
        }
        assertAllIsWell(cluster);
    }

    /** Its next version would be below all others. */
    @Test
    void aHoldingOfAVersionBehindWhichThereAreNoneIsIgnored() {
        SimCluster cluster = SimCluster.calm(1, 3, false);
        for (int node = 0; node < 3; node++) {
            tell(cluster, cluster.node(node), new HeldPartitions(1, Long.MAX_VALUE, true, new long[0]));
            tell(cluster, cluster.node(node), new HeldPartitions(1, -1, true, new long[0]));
        }
        assertAllIsWell(cluster);
    }

    @Test
    void whoWasAdmittedByAClockThatIsAheadCanLeave() {
        SimCluster cluster = admittedByAClockThatIsAhead();
        assertEquals(new ClusterAnswer.Decided(), ask(cluster, cluster.node(4), new ClusterQuery.Leave()));
        assertFalse(cluster.node(0).hasInRing(cluster.node(4)));
    }

    @Test
    void whoWasAdmittedByAClockThatIsAheadCanBeForgotten() {
        SimCluster cluster = admittedByAClockThatIsAhead();
        cluster.node(4).kill();
        cluster.runFor(20 * SECOND_NANOS);
        assertEquals(new ClusterAnswer.Decided(), ask(cluster, cluster.node(2), new ClusterQuery.Forget("n5")));
        assertFalse(cluster.node(0).hasInRing(cluster.node(4)));
    }

    @Test
    void whoWasAdmittedByAClockThatIsAheadCanBeReplaced() {
        SimCluster cluster = admittedByAClockThatIsAhead();
        cluster.node(4).kill();
        cluster.runFor(20 * SECOND_NANOS);
        assertEquals(new ClusterAnswer.Decided(), ask(cluster, cluster.node(2), new ClusterQuery.Replace("n5")));
        assertFalse(cluster.node(0).hasInRing(cluster.node(4)));
    }

    @Test
    void whoWasAdmittedByAClockThatIsAheadCanWeighLess() {
        SimCluster cluster = admittedByAClockThatIsAhead();
        SimNode admitted = cluster.node(4);
        int before = cluster.node(0).partitionsOwnedBy(admitted);
        admitted.stop();
        admitted.weight = 0.25;
        admitted.start();
        cluster.runFor(10 * SECOND_NANOS);
        int after = cluster.node(0).partitionsOwnedBy(admitted);
        assertTrue(after < before, () -> "it owned " + before + " and owns " + after);
    }

    @Test
    void whoHasLeftStaysOutWhenAllOthersStartAnew() {
        SimCluster cluster = SimCluster.calm(1, 4, true);
        SimNode left = cluster.node(3);
        assertEquals(new ClusterAnswer.Decided(), ask(cluster, left, new ClusterQuery.Leave()));
        cluster.runFor(20 * SECOND_NANOS);
        left.lose();
        restart(cluster.network.nodes().subList(0, 3), cluster);
        for (SimNode node : cluster.network.nodes().subList(0, 3)) {
            assertEquals("n1 up, n2 up, n3 up", node.members());
            assertEquals(List.of(), node.reapingWaitsFor());
        }

        SimNode namesake = cluster.addNode("");
        namesake.name = left.name;
        namesake.start();
        cluster.runFor(20 * SECOND_NANOS);
        assertTrue(namesake.isServing());
    }

    /** It may have the only copy of something. */
    @Test
    void whoIsStillLeavingIsWaitedForWhenAllOthersStartAnew() {
        SimCluster cluster = SimCluster.calm(1, 4, true);
        SimNode leaving = leaving(cluster);
        restart(cluster.network.nodes().subList(0, 3), cluster);
        for (SimNode node : cluster.network.nodes().subList(0, 3)) {
            assertEquals("n1 up, n2 up, n3 up, n4 leaving", node.members());
            assertEquals(List.of("n4"), node.reapingWaitsFor());
        }

        leaving.start();
        cluster.runFor(20 * SECOND_NANOS);
        assertEquals("n1 up, n2 up, n3 up", cluster.node(0).members());
        assertEquals(0, leaving.partitionsMoving(), leaving::moving);
    }

    /** A newcomer of its name is refused, and told what to do instead. */
    @Test
    void whoIsLostWhileItLeavesCanBeReplaced() {
        SimCluster cluster = SimCluster.calm(1, 4, true);
        SimNode lost = leaving(cluster);
        lost.lose();
        SimNode heir = cluster.addNode("");
        heir.name = lost.name;
        heir.start();
        cluster.runFor(20 * SECOND_NANOS);
        assertFalse(heir.isServing());

        assertEquals(new ClusterAnswer.Decided(), ask(cluster, heir, new ClusterQuery.Replace(lost.name)));
        cluster.runFor(20 * SECOND_NANOS);
        assertTrue(heir.isServing());
        assertEquals("n1 up, n2 up, n3 up, n4 up", cluster.node(0).members());
        assertEquals(List.of(), cluster.node(0).reapingWaitsFor());
    }

    @Test
    void whoHasLeftOrWasForgottenIsNeitherDialedNorSentTo() {
        SimCluster cluster = SimCluster.calm(1, 6, false);
        SimNode left = cluster.node(4);
        SimNode forgotten = cluster.node(5);
        assertEquals(new ClusterAnswer.Decided(), ask(cluster, left, new ClusterQuery.Leave()));
        cluster.runFor(20 * SECOND_NANOS);
        left.kill();
        forgotten.kill();
        cluster.runFor(20 * SECOND_NANOS);
        assertEquals(new ClusterAnswer.Decided(), ask(cluster, cluster.node(0), new ClusterQuery.Forget("n6")));
        cluster.runFor(20 * SECOND_NANOS);
        List<SimNode> members = cluster.network.nodes().subList(0, 4);
        for (SimNode away : List.of(left, forgotten)) {
            int before =
                    members.stream().mapToInt(node -> node.messagesTo(away)).sum();
            cluster.runFor(60 * SECOND_NANOS);
            assertEquals(
                    before,
                    members.stream().mapToInt(node -> node.messagesTo(away)).sum(),
                    away.name);
            assertTrue(members.stream().noneMatch(node -> node.dials(away)), away.name);
        }
    }

    @Test
    void whoHasLeftGoesOnServingAndHearsOfEverything() {
        SimCluster cluster = SimCluster.calm(1, 4, false);
        SimNode left = cluster.node(3);
        assertEquals(new ClusterAnswer.Decided(), ask(cluster, left, new ClusterQuery.Leave()));
        cluster.runFor(20 * SECOND_NANOS);
        SimNode newcomer = cluster.addNode("");
        newcomer.start();
        cluster.runFor(20 * SECOND_NANOS);
        assertTrue(newcomer.isServing());
        assertTrue(left.hasInRing(newcomer));
        assertEquals(0, left.partitionsMoving(), left::moving);
        assertEquals(List.of(true), set(cluster, left));

        cluster.network.nodes().subList(0, 3).forEach(node -> assertFalse(node.dials(left)));
        restart(cluster.network.nodes(), cluster);
        assertTrue(left.hasInRing(newcomer));
        assertEquals(List.of(true), set(cluster, left));
        assertEquals("n1 up, n2 up, n3 up, n5 up", cluster.node(0).members());
        assertEquals("n1 up, n2 up, n3 up, n5 up", left.members());
    }

    /** Where a replica is away, it has a hint of what it wrote for a client. */
    @Test
    void whoHasLeftIsWaitedForWhileItOwesSomething() {
        SimCluster cluster = SimCluster.calm(1, 4, true);
        SimNode left = cluster.node(3);
        assertEquals(new ClusterAnswer.Decided(), ask(cluster, left, new ClusterQuery.Leave()));
        cluster.runFor(20 * SECOND_NANOS);
        assertEquals(List.of(), cluster.node(0).reapingWaitsFor());
        cluster.node(2).kill();
        cluster.runFor(10 * SECOND_NANOS);
        assertEquals(List.of(true), set(cluster, left));
        cluster.runFor(5 * SECOND_NANOS);
        assertEquals(1, left.hintsHeld());
        assertEquals("n1 up, n2 up, n3 down, n4 leaving", cluster.node(0).members());
        assertTrue(cluster.node(0).dials(left));

        cluster.node(2).start();
        cluster.runFor(20 * SECOND_NANOS);
        assertEquals(0, left.hintsHeld());
        assertEquals("n1 up, n2 up, n3 up", cluster.node(0).members());
        assertFalse(cluster.node(0).dials(left));
    }

    /** Clocks name it for as long as there is anything that it wrote. */
    @Test
    void whoHasLeftKeepsItsNameAlsoForThoseThatCameLater() {
        SimCluster cluster = SimCluster.calm(1, 5, false);
        SimNode left = cluster.node(3);
        SimNode forgotten = cluster.node(4);
        assertEquals(new ClusterAnswer.Decided(), ask(cluster, left, new ClusterQuery.Leave()));
        cluster.runFor(20 * SECOND_NANOS);
        left.lose();
        forgotten.lose();
        cluster.runFor(20 * SECOND_NANOS);
        assertEquals(new ClusterAnswer.Decided(), ask(cluster, cluster.node(0), new ClusterQuery.Forget("n5")));
        restart(cluster.network.nodes().subList(0, 3), cluster);
        SimNode newcomer = cluster.addNode("");
        newcomer.start();
        cluster.runFor(20 * SECOND_NANOS);
        for (int round = 0; round < 2; round++) {
            for (SimNode node : List.of(cluster.node(0), newcomer)) {
                assertEquals("n4", node.nameOf(left));
                assertEquals("n5", node.nameOf(forgotten));
                assertEquals("n1 up, n2 up, n3 up, n6 up", node.members());
                assertFalse(node.dials(left));
            }
            restart(List.of(cluster.node(0), cluster.node(1), cluster.node(2), newcomer), cluster);
        }
    }

    @Test
    void whoWasForgottenLearnsItWhenItComesBack() {
        SimCluster cluster = SimCluster.calm(1, 4, false);
        SimNode forgotten = cluster.node(3);
        forgotten.kill();
        cluster.runFor(20 * SECOND_NANOS);
        assertEquals(new ClusterAnswer.Decided(), ask(cluster, cluster.node(0), new ClusterQuery.Forget("n4")));
        restart(cluster.network.nodes().subList(0, 3), cluster);
        forgotten.start();
        cluster.runFor(5 * SECOND_NANOS);
        assertFalse(forgotten.hasInRing(forgotten));
        for (SimNode node : cluster.network.nodes()) {
            assertEquals("n1 up, n2 up, n3 up", node.members(), node.name);
        }
        cluster.network.nodes().subList(0, 3).forEach(node -> assertFalse(node.dials(forgotten)));
    }

    /** Whether it was written. */
    private static List<Boolean> set(SimCluster cluster, SimNode node) {
        List<Boolean> answers = new ArrayList<>();
        byte[] text = "k".getBytes(StandardCharsets.UTF_8);
        Operation put = new Operation.Put(0, text, null, text, -1);
        node.request(put, new QuorumSpec(0, 0, 2, 2), outcome -> answers.add(outcome instanceof Outcome.Written));
        cluster.runFor(3 * SECOND_NANOS);
        return answers;
    }

    /** The fourth node, which has died before it was through with it. */
    private static SimNode leaving(SimCluster cluster) {
        SimNode leaving = cluster.node(3);
        leaving.ask(new ClusterQuery.Leave(), answer -> {});
        cluster.runFor(SECOND_NANOS / 2);
        leaving.kill();
        cluster.runFor(10 * SECOND_NANOS);
        assertEquals("n1 up, n2 up, n3 up, n4 leaving", cluster.node(0).members());
        return leaving;
    }

    private static void restart(List<SimNode> nodes, SimCluster cluster) {
        nodes.forEach(SimNode::stop);
        cluster.runFor(SECOND_NANOS);
        nodes.forEach(SimNode::start);
        cluster.runFor(20 * SECOND_NANOS);
    }

    /** The fifth node is in the ring by a record of ten minutes ahead, which the clocks of the others do not follow. */
    private static SimCluster admittedByAClockThatIsAhead() {
        SimCluster cluster = SimCluster.calm(1, 4, false);
        cluster.node(0).skewMillis = 600_000;
        SimNode newcomer = cluster.addNode("");
        for (int other = 1; other < 4; other++) {
            cluster.network.cut(newcomer, cluster.node(other));
            cluster.network.cut(cluster.node(other), newcomer);
        }
        newcomer.start();
        cluster.runFor(5 * SECOND_NANOS);
        cluster.network.heal();
        cluster.runFor(30 * SECOND_NANOS);
        assertTrue(newcomer.isServing());
        return cluster;
    }

    private static @Nullable ClusterAnswer ask(SimCluster cluster, SimNode node, ClusterQuery query) {
        List<ClusterAnswer> answers = new ArrayList<>();
        node.ask(query, answers::add);
        cluster.runFor(10 * SECOND_NANOS);
        return answers.isEmpty() ? null : answers.get(0);
    }

    private static void tell(SimCluster cluster, SimNode node, HeldPartitions held) {
        SimNode teller = cluster.node(node == cluster.node(1) ? 2 : 1);
        node.receive(teller, new MembershipMessage.GossipTell(List.of(), null, List.of(), List.of(held), 0, 0));
    }

    private static void assertAllIsWell(SimCluster cluster) {
        cluster.runFor(5 * SECOND_NANOS);
        for (SimNode node : cluster.network.nodes()) {
            assertTrue(node.isServing(), node.name);
            assertEquals(0, node.partitionsMoving(), node::moving);
        }
    }
}
