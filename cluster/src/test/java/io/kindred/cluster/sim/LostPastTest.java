package io.kindred.cluster.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.QuorumSpec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Nodes that start with less than they had acknowledged: an older copy of their directory, or none of their store. The
 * history checker watches every record: a dot is never given twice, and what was reaped is never there again.
 */
class LostPastTest {
    private static final int SEEDS = 5;
    private static final int KEYS = 8;
    private static final long MILLI_NANOS = 1_000_000L;
    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final QuorumSpec STRICT = new QuorumSpec(0, 0, 2, 2);
    private static final QuorumSpec ALONE = new QuorumSpec(1, 1, 0, 0);

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Outcome answer(SimCluster cluster, SimNode node, Operation operation) {
        List<Outcome> answers = new ArrayList<>();
        node.request(operation, QuorumSpec.DEFAULT, answers::add);
        cluster.runFor(2 * SECOND_NANOS);
        assertEquals(1, answers.size());
        return answers.get(0);
    }

    private static void write(SimCluster cluster, SimNode node, String prefix, String value) {
        for (int i = 0; i < KEYS; i++) {
            write(cluster, node, prefix + i, value, true);
        }
    }

    private static void write(SimCluster cluster, SimNode node, String key, String value, boolean isStrict) {
        HistoryChecker.Write write = cluster.checker.begin(key, value + " of " + key, null);
        Operation put = new Operation.Put(0, bytes(key), null, bytes(write.token), -1);
        List<Outcome> answers = new ArrayList<>();
        node.request(put, isStrict ? STRICT : ALONE, answers::add);
        cluster.runFor(2 * SECOND_NANOS);
        assertEquals(1, answers.size());
        assertInstanceOf(Outcome.Written.class, answers.get(0));
        cluster.checker.acknowledge(write, isStrict, node.datacenter);
    }

    private static void assertRead(SimCluster cluster, SimNode node, String prefix, String value) {
        for (int i = 0; i < KEYS; i++) {
            Operation get = new Operation.Get(0, bytes(prefix + i));
            Outcome.Found found = assertInstanceOf(Outcome.Found.class, answer(cluster, node, get));
            assertEquals(1, found.versions().valueCount(), () -> "of one key: " + found);
            assertEquals(
                    value + " of " + prefix + i,
                    new String(found.versions().siblings().get(0).value(), StandardCharsets.UTF_8));
        }
    }

    private static List<String> keys(String... prefixes) {
        List<String> keys = new ArrayList<>();
        for (String prefix : prefixes) {
            for (int i = 0; i < KEYS; i++) {
                keys.add(prefix + i);
            }
        }
        return keys;
    }

    private static void runUntilAllServe(SimCluster cluster) {
        for (int second = 0; second < 60 && !allServe(cluster); second++) {
            cluster.runFor(SECOND_NANOS);
        }
        assertTrue(allServe(cluster), "all serve in the end");
    }

    private static boolean allServe(SimCluster cluster) {
        return cluster.network.nodes().stream().allMatch(node -> node.isServing() && !node.isDoubted());
    }

    /** Started as before, and stopped in good order, so that a copy of its directory is whole. */
    private static SimNode.Copy copyOfStopped(SimCluster cluster, SimNode node) {
        node.stop();
        SimNode.Copy copy = node.copy();
        node.start();
        runUntilAllServe(cluster);
        return copy;
    }

    /** It kept its incarnation, and gave the dots of what it did not know of again. */
    @Test
    void anOlderCopyTakesAnotherIncarnationAndFetchesWhatItLacks() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            SimCluster cluster = SimCluster.calm(seed, 3, false);
            SimNode node = cluster.node(1);
            write(cluster, node, "k", "first");
            SimNode.Copy copy = copyOfStopped(cluster, node);
            write(cluster, node, "k", "second");
            write(cluster, node, "new", "only");
            node.stop();
            node.putBack(copy);
            int before = node.incarnation();
            node.start();
            cluster.runFor(30 * MILLI_NANOS);
            assertFalse(node.isServing(), "it has yet to fetch");
            runUntilAllServe(cluster);
            assertTrue(node.incarnation() != before, "another actor");
            assertRead(cluster, node, "k", "second");
            write(cluster, node, "k", "third");
            write(cluster, node, "new", "again");
            cluster.runFor(5 * SECOND_NANOS);
            assertRead(cluster, cluster.node(2), "k", "third");
            cluster.checker.checkEnd(keys("k", "new"));
        }
    }

    /** Nobody could say that it is an older one: so it goes on as nobody has, and learns of it when they are there. */
    @Test
    void anOlderCopyThatIsAloneServesAsAnotherActor() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            SimCluster cluster = SimCluster.calm(seed, 3, false);
            SimNode node = cluster.node(1);
            write(cluster, node, "k", "first");
            SimNode.Copy copy = copyOfStopped(cluster, node);
            write(cluster, node, "k", "second");
            write(cluster, node, "new", "forgotten");
            cluster.network.nodes().forEach(SimNode::stop);
            node.putBack(copy);
            node.start();
            cluster.runFor(500 * MILLI_NANOS);
            assertFalse(node.isServing(), "somebody may come yet");
            cluster.runFor(20 * SECOND_NANOS);
            assertTrue(node.isServing(), "always writable");
            // The dots of what it has forgotten would be the next ones.
            for (String key : keys("new")) {
                write(cluster, node, key, "alone", false);
            }
            cluster.node(0).start();
            cluster.node(2).start();
            cluster.runFor(2 * SECOND_NANOS);
            runUntilAllServe(cluster);
            cluster.runFor(10 * SECOND_NANOS);
            assertRead(cluster, node, "k", "second");
            cluster.checker.checkEnd(keys("k", "new"));
        }
    }

    @Test
    void copiesOfAllThatWereMadeOneAfterTheOtherComeTogether() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            SimCluster cluster = SimCluster.calm(seed, 3, false);
            List<SimNode.Copy> copies = new ArrayList<>();
            for (SimNode node : cluster.network.nodes()) {
                write(cluster, node, "k", "before the copy of " + node.name);
                copies.add(copyOfStopped(cluster, node));
            }
            cluster.network.nodes().forEach(SimNode::stop);
            for (int i = 0; i < 3; i++) {
                cluster.node(i).putBack(copies.get(i));
            }
            cluster.network.nodes().forEach(SimNode::start);
            runUntilAllServe(cluster);
            assertRead(cluster, cluster.node(0), "k", "before the copy of n3");
            write(cluster, cluster.node(0), "k", "afterwards");
            cluster.runFor(10 * SECOND_NANOS);
            assertRead(cluster, cluster.node(2), "k", "afterwards");
            cluster.checker.checkEnd(keys("k"));
        }
    }

    /** The ring was not known either: the first node would have begun another one. */
    @Test
    void aStoreThatIsGoneIsFetchedFromTheOthers() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            for (int which : new int[] {0, 1}) {
                SimCluster cluster = SimCluster.calm(seed, 3, false);
                SimNode node = cluster.node(which);
                write(cluster, node, "k", "first");
                node.stop();
                node.loseStore();
                node.start();
                runUntilAllServe(cluster);
                assertEquals("n1 up, n2 up, n3 up", node.members());
                assertRead(cluster, node, "k", "first");
                write(cluster, node, "k", "second");
                cluster.runFor(10 * SECOND_NANOS);
                cluster.checker.checkEnd(keys("k"));
            }
        }
    }

    /** The copy was made while it had yet to fetch, of a clean stop: it would give the dots of the life that followed again. */
    @Test
    void aCopyOfOneThatHadFoundLessTakesAnotherIncarnationToo() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            SimCluster cluster = SimCluster.calm(seed, 3, false);
            SimNode node = cluster.node(1);
            SimNode away = cluster.node(2);
            write(cluster, node, "k", "first");
            away.stop();
            node.stop();
            node.loseStore();
            node.start();
            cluster.runFor(5 * SECOND_NANOS);
            node.stop();
            SimNode.Copy copy = node.copy();
            node.start();
            away.start();
            runUntilAllServe(cluster);
            write(cluster, node, "k", "second");
            int before = node.incarnation();
            node.stop();
            node.putBack(copy);
            node.start();
            runUntilAllServe(cluster);
            assertTrue(node.incarnation() != before, "another actor");
            write(cluster, node, "k", "third");
            assertRead(cluster, cluster.node(0), "k", "third");
        }
    }

    @Test
    void aStoreThatIsGoneWaitsForTheOthers() {
        SimCluster cluster = SimCluster.calm(1, 3, false);
        SimNode node = cluster.node(0);
        write(cluster, node, "k", "first");
        cluster.network.nodes().forEach(SimNode::stop);
        node.loseStore();
        node.start();
        cluster.runFor(30 * SECOND_NANOS);
        assertFalse(node.isServing(), "it knows of no ring, and there was one");
        cluster.node(1).start();
        cluster.node(2).start();
        runUntilAllServe(cluster);
        assertRead(cluster, node, "k", "first");
    }

    /** What was deleted and reaped since is alive in the copy. */
    @Test
    void whatWasReapedDoesNotComeBackWithAnOlderCopy() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            SimCluster cluster = SimCluster.calm(seed, 3, true);
            SimNode node = cluster.node(1);
            write(cluster, node, "k", "first");
            write(cluster, node, "kept", "first");
            SimNode.Copy copy = copyOfStopped(cluster, node);
            for (String key : keys("k")) {
                Operation delete = new Operation.Update(0, bytes(key), new byte[][] {bytes("DEL")});
                assertInstanceOf(Outcome.Updated.class, answer(cluster, cluster.node(0), delete));
            }
            cluster.runFor(60 * SECOND_NANOS);
            for (String key : keys("k")) {
                assertTrue(cluster.checker.held(cluster.node(0), key).isEmpty(), "it is reaped");
            }
            node.stop();
            node.putBack(copy);
            node.start();
            runUntilAllServe(cluster);
            cluster.runFor(20 * SECOND_NANOS);
            for (SimNode each : cluster.network.nodes()) {
                for (String key : keys("k")) {
                    assertTrue(cluster.checker.held(each, key).isEmpty(), () -> "deleted, and back: " + key);
                }
            }
            assertRead(cluster, node, "kept", "first");
        }
    }

    /** It was empty, and began a cluster of its own where one had a member. */
    @Test
    void whoIsInAnothersPlaceStopsServing() {
        SimCluster cluster = SimCluster.calm(1, 1, false);
        SimNode node = cluster.node(0);
        write(cluster, node, "k", "first", false);
        node.mistaken(4711);
        assertFalse(node.isServing());
        Outcome refused = answer(cluster, node, new Operation.Get(0, bytes("k")));
        assertTrue(assertInstanceOf(Outcome.Refused.class, refused).error().contains("looks for a member"));
        assertEquals(1, cluster.checker.held(node, "k").valueCount(), "what it had stays");
    }

    @Test
    void oneOfARingOfSeveralServesOn() {
        SimCluster cluster = SimCluster.calm(1, 3, false);
        SimNode node = cluster.node(1);
        node.mistaken(4711);
        assertTrue(node.isServing());
    }

    /** A process that follows another one, on the same disk and known to the others, is the same actor. */
    @Test
    void whoHasWhatItHadGoesOnAsTheSameActor() {
        SimCluster cluster = SimCluster.calm(1, 3, false);
        SimNode node = cluster.node(1);
        for (int i = 0; i < 3; i++) {
            node.stop();
            node.start();
            cluster.runFor(50 * MILLI_NANOS);
            assertTrue(node.isServing());
            assertEquals(1, node.incarnation());
        }
        node.kill();
        node.start();
        runUntilAllServe(cluster);
        assertEquals(2, node.incarnation());
    }

    /** Of the two others one may have known of a life that this start does not. */
    @Test
    void whomOnlyOneOfTwoKnowsGoesOnAsAnotherActor() {
        SimCluster cluster = SimCluster.calm(1, 3, false);
        SimNode node = cluster.node(1);
        cluster.node(2).stop();
        cluster.runFor(20 * SECOND_NANOS);
        node.stop();
        node.start();
        cluster.runFor(1_100 * MILLI_NANOS);
        assertTrue(node.isServing());
        assertTrue(node.incarnation() > 1_000);
    }
}
