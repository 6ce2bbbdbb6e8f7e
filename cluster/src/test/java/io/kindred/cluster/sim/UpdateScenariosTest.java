package io.kindred.cluster.sim;

import static io.kindred.cluster.sim.ScenarioCluster.MILLI;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.message.Message.ReadReply;
import io.kindred.cluster.message.Message.Replicate;
import io.kindred.cluster.message.Message.ReplicateAck;
import io.kindred.cluster.message.QuorumSpec;
import io.kindred.cluster.sim.ScenarioCluster.Answer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Updates of one key on its three replicas, message by message: a, b and c in their order, R = W = 2. An update that is
 * <em>stored at a alone</em> is one whose messages to the others are kept on their way.
 */
class UpdateScenariosTest {
    private static final long CLOCK_AHEAD_MILLIS = 400;
    private static final int OWNER_CHANGES = 6;

    private static int number(String text) {
        return Integer.parseInt(text);
    }

    /** a's INCR has reached c when b takes over and counts on from it: it took effect, and is not applied again. */
    @Test
    void anUpdateThatAnotherOneWasBuiltUponIsNotAppliedAgain() {
        ScenarioCluster it = ScenarioCluster.of(3);
        HeldMessages toB = it.hold(it.a, it.b, Replicate.class);
        HeldMessages acks = it.hold(it.c, it.a, ReplicateAck.class);
        Answer first = it.update(it.a, "INCR");
        it.runUntil(() -> "1".equals(it.held(it.c)), "it never reaches c");
        it.cut(it.a, it.b);
        assertEquals("2", it.reply(it.update(it.b, "INCR")));
        it.heal();
        toB.release();
        acks.release();
        it.await(first);
        assertTrue(first.isAcknowledged() ? "1".equals(first.reply()) : !first.isNothing(), first.toString());
        assertEquals("2", it.settled());
    }

    /** What b acknowledged stays, however far ahead the clock was of what nobody acknowledged. */
    @Test
    void acknowledgedUpdatesBeatAnUnacknowledgedOneOfAClockThatIsAhead() {
        for (boolean isKilled : new boolean[] {true, false}) {
            ScenarioCluster it = ScenarioCluster.of(3);
            it.a.skewMillis = CLOCK_AHEAD_MILLIS;
            HeldMessages kept = it.holdVersions(it.a);
            Answer first = it.update(it.a, "INCR");
            it.runUntil(() -> "1".equals(it.held(it.a)), "a never stores it");
            if (isKilled) {
                it.kill(it.a);
            } else {
                it.isolate(it.a);
            }
            for (int i = 1; i <= 5; i++) {
                assertEquals(Integer.toString(i), it.reply(it.update(it.b, "INCR")));
            }
            kept.lose();
            int more = first.isAcknowledged() ? 1 : 0;
            int most = first.isNothing() ? 5 : 6;
            int value = number(String.valueOf(it.settled()));
            assertTrue(value >= 5 + more && value <= most, "it is " + value + ", and the first one was " + first);
        }
    }

    @Test
    void aRefusedSetNxDoesNotBeatTheSetThatRefusedIt() {
        ScenarioCluster it = ScenarioCluster.of(3);
        it.a.skewMillis = CLOCK_AHEAD_MILLIS;
        HeldMessages ofA = it.hold(it.a, null, Replicate.class);
        HeldMessages toA = it.hold(it.b, it.a, Replicate.class);
        Answer conditional = it.update(it.a, "SETNX", "mine");
        it.runUntil(() -> "mine".equals(it.held(it.a)), "a never stores it");
        it.reply(it.set(it.b, "yours"));
        ofA.release();
        it.await(conditional);
        toA.release();
        assertNull(conditional.reply(), conditional.toString());
        assertEquals("yours", it.settled());
    }

    @Test
    void whatADelWasToldOfIsWrittenBeforeItAnswers() {
        ScenarioCluster it = ScenarioCluster.of(3);
        it.reply(it.set(it.b, "value"));
        HeldMessages ofA = it.holdVersions(it.a);
        it.update(it.a, "DEL");
        it.runUntil(() -> it.held(it.a) == null, "a never stores it");
        it.kill(it.a);
        ofA.lose();
        // So that it answers before the others have told it anything, or it them.
        HeldMessages repairs = new HeldMessages(
                it.cluster.network,
                (from, to, message) -> message instanceof Replicate replicate && replicate.requestId() == 0);
        it.start(it.a);
        Answer second = it.await(it.update(it.a, "DEL"));
        it.kill(it.a);
        repairs.lose();
        if (second.isAcknowledged()) {
            assertNull(it.get(it.b));
            assertNull(it.settled());
        }
    }

    @Test
    void anUpdateActsOnAnAcknowledgedSetThatItsNodeHasMissed() {
        ScenarioCluster it = ScenarioCluster.of(3);
        assertEquals("1", it.reply(it.update(it.a, "INCR")));
        HeldMessages toA = it.hold(it.b, it.a, Replicate.class);
        it.reply(it.set(it.b, "10"));
        assertEquals("1", it.held(it.a));
        assertEquals("11", it.reply(it.update(it.a, "INCR")));
        toA.release();
        HeldMessages again = it.hold(it.b, it.a, Replicate.class);
        it.reply(it.set(it.b, "20"));
        assertEquals("1", it.reply(it.update(it.a, "DEL")));
        again.release();
        assertNull(it.settled());
    }

    /** The first INCR began on nothing, the second one after a SET: both count on from the SET. */
    @Test
    void updatesOfOneLineDoNotAnswerAlikeWhereASetComesBetween() {
        ScenarioCluster it = ScenarioCluster.of(3);
        HeldMessages ofA = it.hold(it.a, null, Replicate.class);
        Answer first = it.update(it.a, "INCR");
        it.runUntil(() -> "1".equals(it.held(it.a)), "a never stores it");
        HeldMessages toA = it.hold(it.b, it.a, Replicate.class);
        it.reply(it.set(it.b, "10"));
        Answer second = it.update(it.a, "INCR");
        it.runFor(50 * MILLI);
        ofA.release();
        it.await(first);
        it.await(second);
        toA.release();
        int value = number(String.valueOf(it.settled()));
        int acknowledged = (first.isAcknowledged() ? 1 : 0) + (second.isAcknowledged() ? 1 : 0);
        assertTrue(value >= 10 + acknowledged && value <= 12, value + " after " + first + " and " + second);
        if (acknowledged == 2) {
            assertNotEquals(first.reply(), second.reply());
        }
    }

    @Test
    void anIncrThatHadNotSeenAnAcknowledgedDelRunsOnNothing() {
        ScenarioCluster it = ScenarioCluster.of(3);
        it.reply(it.set(it.b, "5"));
        it.runFor(100 * MILLI);
        HeldMessages ofA = it.hold(it.a, null, Replicate.class);
        Answer increment = it.update(it.a, "INCR");
        it.runUntil(() -> "6".equals(it.held(it.a)), "a never stores it");
        it.cut(it.a, it.b);
        assertEquals("1", it.reply(it.update(it.b, "DEL")));
        it.heal();
        ofA.release();
        it.await(increment);
        String value = it.settled();
        assertFalse(increment.isAcknowledged() && !"1".equals(increment.reply()), increment.toString());
        assertTrue(value == null ? !increment.isAcknowledged() : "1".equals(value), value + " after " + increment);
    }

    @Test
    void anUnacknowledgedAppendDoesNotComeBackAfterAnAcknowledgedDel() {
        ScenarioCluster it = ScenarioCluster.of(3);
        it.reply(it.set(it.c, "old"));
        it.runFor(100 * MILLI);
        it.a.skewMillis = CLOCK_AHEAD_MILLIS;
        HeldMessages ofA = it.holdVersions(it.a);
        it.update(it.a, "APPEND", "dead");
        it.runUntil(() -> "old,dead".equals(it.held(it.a)), "a never stores it");
        it.kill(it.a);
        ofA.lose();
        assertEquals("1", it.reply(it.update(it.b, "DEL")));
        it.start(it.a);
        assertNull(it.settled());
        assertEquals("0", it.reply(it.update(it.c, "DEL")));
    }

    /** b's version is at b alone, which is away until what deleted the key is reaped, or could be. */
    @Test
    void aVersionThatAKilledNodeAloneHoldsDoesNotComeBackAfterReaping() {
        ScenarioCluster it = new ScenarioCluster(SimCluster.calm(1, 3, true), "k0");
        assertEquals("1", it.reply(it.update(it.a, "APPEND", "x")));
        it.cut(it.a, it.b);
        HeldMessages ofB = it.holdVersions(it.b);
        it.update(it.b, "APPEND", "dead");
        it.runUntil(() -> "x,dead".equals(it.held(it.b)), "b never stores it");
        it.kill(it.b);
        ofB.lose();
        it.heal();
        assertEquals("2", it.reply(it.update(it.a, "APPEND", "y")));
        it.kill(it.c);
        it.start(it.c);
        assertEquals("1", it.reply(it.update(it.a, "DEL")));
        it.runFor(15_000 * MILLI);
        it.start(it.b);
        it.runFor(60_000 * MILLI);
        assertNull(it.settled());
        for (SimNode node : List.of(it.a, it.b, it.c)) {
            assertNull(it.get(node));
        }
    }

    /** As above; nothing is reaped: the acknowledged updates go on. */
    @Test
    void aVersionThatAKilledNodeAloneHoldsDoesNotBeatThoseThatWereAcknowledgedAfterIt() {
        ScenarioCluster it = ScenarioCluster.of(3);
        assertEquals("1", it.reply(it.update(it.a, "APPEND", "x")));
        it.b.skewMillis = CLOCK_AHEAD_MILLIS;
        it.cut(it.a, it.b);
        HeldMessages ofB = it.holdVersions(it.b);
        it.update(it.b, "APPEND", "dead");
        it.runUntil(() -> "x,dead".equals(it.held(it.b)), "b never stores it");
        it.kill(it.b);
        ofB.lose();
        it.heal();
        assertEquals("2", it.reply(it.update(it.a, "APPEND", "y")));
        it.start(it.b);
        assertEquals("x,y", it.settled());
        assertEquals("3", it.reply(it.update(it.b, "APPEND", "z")));
        assertEquals("x,y,z", it.settled());
    }

    /** The SET is at b and c; the APPEND at a, stamped above it, never at a second node. */
    @Test
    void anUnacknowledgedUpdateDoesNotBeatAnAcknowledgedSetByItsStamp() {
        ScenarioCluster it = ScenarioCluster.of(3);
        it.a.skewMillis = CLOCK_AHEAD_MILLIS;
        HeldMessages ofA = it.holdVersions(it.a);
        it.update(it.a, "APPEND", "dead");
        it.runUntil(() -> "dead".equals(it.held(it.a)), "a never stores it");
        HeldMessages toA = it.hold(null, it.a, Replicate.class);
        it.reply(it.set(it.b, "set"));
        it.kill(it.a);
        ofA.lose();
        toA.lose();
        assertEquals("set", it.settled());
    }

    @Test
    void anAcknowledgedSetAndWhatWasAppendedToItBeatAFailedSetThatComesBack() {
        ScenarioCluster it = ScenarioCluster.of(3);
        HeldMessages ofC = it.holdVersions(it.c);
        Answer failed = it.await(it.set(it.c, "failed"));
        assertFalse(failed.isAcknowledged(), failed.toString());
        it.kill(it.c);
        ofC.lose();
        it.reply(it.set(it.a, "set"));
        for (int i = 2; i <= 101; i++) {
            assertEquals(Integer.toString(i), it.reply(it.update(it.b, "APPEND", "t" + i)));
        }
        it.start(it.c);
        String value = String.valueOf(it.settled());
        assertTrue(value.startsWith("set,t2,") && value.endsWith(",t101"), value);
    }

    /** a has forgotten, with the tail of its log, what it sent to c in its former life. */
    @Test
    void ofTwoLivesOfANodeTheAcknowledgedUpdateCounts() {
        ScenarioCluster it = new ScenarioCluster(SimCluster.calmEverysec(1, 3), "k0");
        assertEquals("1", it.reply(it.update(it.a, "APPEND", "x")));
        it.runFor(1_500 * MILLI);
        it.a.skewMillis = CLOCK_AHEAD_MILLIS;
        HeldMessages late = it.hold(it.a, it.c, Replicate.class);
        HeldMessages toB = it.hold(it.a, it.b, Replicate.class);
        it.update(it.a, "APPEND", "former");
        it.runUntil(() -> late.count() == 1, "a never sends it");
        toB.lose();
        it.a.powerLoss();
        it.a.skewMillis = 0;
        it.runFor(400 * MILLI);
        it.start(it.a);
        assertEquals("x", it.held(it.a));
        HeldMessages toC = it.hold(it.a, it.c, Replicate.class);
        assertEquals("2", it.reply(it.update(it.a, "APPEND", "later")));
        late.release();
        it.runFor(100 * MILLI);
        toC.release();
        assertEquals("x,later", it.settled());
        assertEquals("3", it.reply(it.update(it.b, "APPEND", "z")));
    }

    /** b and c alone have the update; c's disk is replaced while b is down. */
    @Test
    void aReplacementThatMetNoMajorityOfTheFormerOwnersIsNoReplicaToUpdates() {
        ScenarioCluster it = ScenarioCluster.of(3);
        assertEquals("1", it.reply(it.update(it.a, "APPEND", "x")));
        it.isolate(it.a);
        assertEquals("2", it.reply(it.update(it.b, "APPEND", "y")));
        it.kill(it.b);
        it.c.lose();
        it.heal();
        SimNode heir = it.cluster.addNode("");
        heir.start();
        it.replace(heir, it.c);
        it.runFor(5_000 * MILLI);
        Answer alone = it.await(it.update(new QuorumSpec(0, 0, 2, 2), it.a, "APPEND", "z"));
        assertFalse(alone.isAcknowledged(), alone.toString());
        it.start(it.b);
        it.runFor(10_000 * MILLI);
        assertEquals("3", it.reply(it.update(it.a, "APPEND", "w")));
        assertEquals("x,y,w", it.settled());
    }

    /** The updates have been read, and are on their way, when some keys get other owners. */
    @Test
    void updatesWhoseOwnersChangeUnderWayAreExact() {
        for (long seed = 1; seed <= OWNER_CHANGES; seed++) {
            updateWhileOwnersChange(seed, seed % 2 == 1);
        }
    }

    static void updateWhileOwnersChange(long seed, boolean joins) {
        ScenarioCluster it = ScenarioCluster.of(seed, 4);
        ValueHistory values = new ValueHistory(it.cluster);
        List<ValueKey> keys = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            keys.add(values.key("n" + i, CounterKey::new));
        }
        it.increment(values, keys);
        HeldMessages deltas = it.hold(null, null, Replicate.class);
        it.increment(values, keys);
        it.runFor(20 * MILLI);
        if (joins) {
            it.cluster.addNode("").start();
        } else {
            it.leave(it.cluster.node(3));
        }
        it.runFor(200 * MILLI);
        deltas.release();
        for (int i = 0; i < 10; i++) {
            it.increment(values, keys);
            it.runFor(100 * MILLI);
        }
        it.runFor(10_000 * MILLI);
        it.increment(values, keys);
        it.settled();
        values.checkEnd();
    }

    @Test
    void aNodeThatNeverReachesTheFirstReplicaUpdatesByWayOfTheNext() {
        ScenarioCluster it = ScenarioCluster.of(5);
        SimNode asker = it.stranger();
        it.cut(asker, it.a);
        for (int i = 1; i <= 20; i += 2) {
            assertEquals(Integer.toString(i), it.reply(it.update(asker, "INCR")));
            assertEquals(Integer.toString(i + 1), it.reply(it.update(it.b, "INCR")));
        }
        assertEquals("20", it.settled());
    }

    @Test
    void anUpdateWaitsForAReplicaThatIsMerelyLate() {
        ScenarioCluster it = ScenarioCluster.of(5);
        assertEquals("1", it.reply(it.update(it.a, "INCR")));
        HeldMessages toOwn = new HeldMessages(
                it.cluster.network,
                (from, to, message) -> from == it.a
                        && (to == it.b || to == it.c)
                        && message instanceof Replicate replicate
                        && replicate.intended() == 0);
        Answer late = it.update(it.a, "INCR");
        it.runFor(30 * MILLI);
        assertFalse(late.isThere(), "stand-ins counted: " + late);
        toOwn.release();
        assertEquals("2", it.reply(late));
        assertEquals(0, it.sloppyUpdates());
    }

    @Test
    void stoppedReplicasAreStoodInForOnceTheyAreSuspect() {
        ScenarioCluster it = ScenarioCluster.of(5);
        assertEquals("1", it.reply(it.update(it.a, "INCR")));
        it.b.pause();
        it.c.pause();
        Answer early = it.await(it.update(it.a, "INCR"));
        assertFalse(early.isAcknowledged(), "stand-ins counted for replicas that are late: " + early);
        it.runFor(15_000 * MILLI);
        it.reply(it.update(it.a, "INCR"));
        assertTrue(it.sloppyUpdates() >= 1, "it is not counted");
        int value = number(String.valueOf(it.settled()));
        assertTrue(value == 2 || value == 3, "it is " + value);
    }

    @Test
    void updatesBesideAStreamOfSetsAreAnsweredInTime() {
        ScenarioCluster it = ScenarioCluster.of(3);
        boolean[] over = {false};
        stream(it, it.b, over);
        stream(it, it.c, over);
        it.runFor(50 * MILLI);
        for (int i = 0; i < 20; i++) {
            Answer answer = it.await(it.update(it.a, "INCR"));
            assertTrue(answer.isAcknowledged(), "the " + i + "th: " + answer);
        }
        over[0] = true;
        it.settled();
    }

    private static void stream(ScenarioCluster it, SimNode at, boolean[] over) {
        it.cluster.schedule.after(2 * MILLI, "stream", () -> {
            if (!over[0]) {
                it.set(at, "100");
                stream(it, at, over);
            }
        });
    }

    @Test
    void aSmallerWriteQuorumDoesNotMakeUpdatesLessThanExact() {
        ScenarioCluster it = ScenarioCluster.of(3);
        QuorumSpec one = new QuorumSpec(1, 1, 0, 0);
        QuorumSpec two = new QuorumSpec(2, 2, 0, 0);
        assertEquals("1", it.reply(it.update(one, it.a, "INCR")));
        HeldMessages ofA = it.hold(it.a, null, Replicate.class);
        Answer alone = it.update(one, it.a, "INCR");
        it.runFor(100 * MILLI);
        assertFalse(alone.isAcknowledged(), "acknowledged by one node: " + alone);
        ofA.release();
        assertEquals("2", it.reply(alone));
        assertEquals("3", it.reply(it.update(two, it.b, "INCR")));
        it.kill(it.a);
        assertEquals("4", it.reply(it.update(one, it.c, "INCR")));
        assertEquals("4", it.settled());
    }

    /** a has read, and not yet written, when everything is flushed. */
    @Test
    void whatWasReadBeforeAFlushDoesNotOutliveIt() {
        ScenarioCluster it = ScenarioCluster.of(3);
        assertEquals("1", it.reply(it.update(it.a, "APPEND", "old")));
        it.runFor(100 * MILLI);
        HeldMessages answers = it.hold(null, it.a, ReadReply.class);
        Answer append = it.update(it.a, "APPEND", "new");
        it.runFor(10 * MILLI);
        assertTrue(answers.count() > 0);
        it.flush(it.b);
        answers.release();
        it.await(append);
        String value = it.settled();
        assertTrue(value == null || value.equals("new"), value);
    }

    /** a has written, and not yet sent, when everything is flushed. */
    @Test
    void whatWasWrittenBeforeAFlushDoesNotOutliveIt() {
        ScenarioCluster it = ScenarioCluster.of(3);
        assertEquals("1", it.reply(it.update(it.a, "APPEND", "old")));
        it.runFor(100 * MILLI);
        HeldMessages ofA = it.hold(it.a, null, Replicate.class);
        Answer append = it.update(it.a, "APPEND", "new");
        it.runUntil(() -> "old,new".equals(it.held(it.a)), "a never stores it");
        it.flush(it.b);
        ofA.release();
        it.await(append);
        String value = it.settled();
        assertTrue(value == null || value.equals("new"), value);
    }

    /** What is left of each side goes by stamp, however often one of them has taken over. */
    @Test
    void ofTwoDatacentersThatWereApartTheNewerSideCounts() {
        ScenarioCluster it = new ScenarioCluster(SimCluster.calmDatacenters(1, 6), "k0");
        List<SimNode> replicas = it.cluster.replicasOf(it.key);
        SimNode far = replicas.get(3);
        assertEquals("1", it.reply(it.update(it.a, "APPEND", "both")));
        it.runFor(2_000 * MILLI);
        it.cluster.network.splitDatacenters(true);
        it.runFor(400 * MILLI);
        for (int i = 0; i < 4; i++) {
            it.reply(it.update(it.b, "APPEND", "near" + i));
            it.kill(it.a);
            it.reply(it.update(it.b, "APPEND", "far from a" + i));
            it.start(it.a);
        }
        it.reply(it.update(far, "APPEND", "far"));
        it.cluster.network.splitDatacenters(false);
        it.runFor(2_000 * MILLI);
        assertEquals("both,far", it.settled());
    }

    /** b takes over in the midst of them: some were acknowledged, one is refused, and the others have been built on it. */
    @Test
    void pipelinedUpdatesFallWithTheRefusedOneAndAreSettledInOrder() {
        for (int allowed = 0; allowed < 4; allowed++) {
            ScenarioCluster it = ScenarioCluster.of(3);
            ValueHistory values = new ValueHistory(it.cluster);
            ValueKey counter = values.key(it.key, CounterKey::new);
            int[] passed = {2 * allowed};
            HeldMessages ofA = new HeldMessages(
                    it.cluster.network,
                    (from, to, message) -> from == it.a && message instanceof Replicate && passed[0]-- <= 0);
            it.pipeline(values, counter, it.a, 64);
            it.runFor(20 * MILLI);
            it.cut(it.a, it.b);
            it.pipeline(values, counter, it.b, 1);
            it.runFor(100 * MILLI);
            it.heal();
            ofA.release();
            it.runFor(2_000 * MILLI);
            it.pipeline(values, counter, it.c, 3);
            it.settled();
            values.checkEnd();
        }
    }
}
