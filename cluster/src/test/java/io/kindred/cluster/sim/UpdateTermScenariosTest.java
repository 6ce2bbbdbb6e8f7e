package io.kindred.cluster.sim;

import static io.kindred.cluster.sim.ScenarioCluster.MILLI;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.message.RequestMessage.Deltas;
import io.kindred.cluster.version.Term;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What a node has made that was killed, cut off, or has come back in another life, and what was acknowledged meanwhile, on a
 * key's three replicas, message by message: a, b and c in their order, R = W = 2. An update that is <em>stored at a
 * alone</em> is one whose messages to the others are kept on their way.
 */
class UpdateTermScenariosTest {
    private static final long CLOCK_AHEAD_MILLIS = 60_000;

    /** What b acknowledged stays, however far ahead the clock was of what nobody acknowledged. */
    @Test
    void acknowledgedUpdatesBeatAnUnacknowledgedOneOfAClockThatIsAhead() {
        for (boolean isKilled : new boolean[] {true, false}) {
            ScenarioCluster it = ScenarioCluster.of(3);
            it.a.skewMillis = CLOCK_AHEAD_MILLIS;
            HeldMessages kept = it.holdVersions(it.a);
            ScenarioAnswer first = it.update(it.a, "INCR");
            it.runUntilStored(it.a, "1");
            if (isKilled) {
                it.kill(it.a);
            } else {
                it.isolate(it.a);
            }
            for (int i = 1; i <= 5; i++) {
                assertEquals(Integer.toString(i), it.reply(it.update(it.b, "INCR")));
            }
            kept.lose();
            String value = it.settled();
            assertTrue(isKilled ? !first.isThere() : first.isNoQuorum(), first.toString());
            assertTrue("5".equals(value) || (!isKilled && "6".equals(value)), "it is " + value);
        }
    }

    /** a's second DEL finds at a alone what the first one has left, and reaches b alone. */
    @Test
    void whatADelWasToldOfIsWrittenBeforeItAnswers() {
        ScenarioCluster it = ScenarioCluster.of(3);
        it.reply(it.set(it.b, "value"));
        HeldMessages ofA = it.holdVersions(it.a);
        it.update(it.a, "DEL");
        it.runUntilStored(it.a, null);
        it.kill(it.a);
        ofA.lose();
        // So that nothing but the second DEL tells the others.
        HeldMessages repairs = it.holdRepairs(it.a);
        it.start(it.a);
        it.cut(it.a, it.c);
        assertEquals("0", it.reply(it.update(it.a, "DEL")));
        it.kill(it.a);
        repairs.lose();
        assertNull(it.get(it.b));
        assertNull(it.get(it.c));
        assertNull(it.settled());
    }

    @Test
    void anUnacknowledgedAppendDoesNotComeBackAfterAnAcknowledgedDel() {
        ScenarioCluster it = ScenarioCluster.of(3);
        it.reply(it.set(it.c, "old"));
        it.runFor(100 * MILLI);
        it.a.skewMillis = CLOCK_AHEAD_MILLIS;
        HeldMessages ofA = it.holdVersions(it.a);
        it.update(it.a, "APPEND", "dead");
        it.runUntilStored(it.a, "old,dead");
        it.kill(it.a);
        ofA.lose();
        assertEquals("1", it.reply(it.update(it.b, "DEL")));
        it.start(it.a);
        assertNull(it.settled());
        assertEquals("0", it.reply(it.update(it.c, "DEL")));
    }

    /** b's version is at b alone, which is away until what deleted the key could be reaped; that waits for b. */
    @Test
    void aVersionThatAKilledNodeAloneHoldsDoesNotComeBackAfterReaping() {
        ScenarioCluster it = deletedWhileOneIsAway();
        it.runFor(60_000 * MILLI);
        assertEquals(List.of(it.b.name), it.a.reapingWaitsFor());
        assertEquals(List.of(it.b.name), it.c.reapingWaitsFor());
        it.start(it.b);
        for (int i = 0; i < 60; i++) {
            assertNull(it.get(it.b));
            it.runFor(1_000 * MILLI);
        }
        assertNull(it.settled());
        assertIsReaped(it, List.of(it.a, it.b, it.c));
        assertEquals(List.of(), it.holdersOf("x,dead"));
    }

    /** b is given up, so that nobody waits for it: the key is reaped where it was deleted before b comes back. */
    @Test
    void aVersionThatAForgottenNodeAloneHoldsDoesNotComeBackAfterReaping() {
        ScenarioCluster it = deletedWhileOneIsAway();
        it.runFor(15_000 * MILLI);
        it.forget(it.a, it.b);
        it.runFor(60_000 * MILLI);
        assertIsReaped(it, List.of(it.a, it.c));
        it.b.start();
        for (int i = 0; i < 60; i++) {
            assertNull(it.get(it.a));
            assertNull(it.get(it.c));
            assertFalse(it.b.isServing());
            it.runFor(1_000 * MILLI);
        }
        // It keeps its files, and gives nothing of them back.
        assertEquals(List.of(it.b), it.holdersOf("x,dead"));
        assertEquals("1", it.reply(it.update(it.c, "APPEND", "new")));
        assertEquals("new", it.settled());
    }

    /** An update died with b, c has started anew, and the key is deleted. */
    private static ScenarioCluster deletedWhileOneIsAway() {
        ScenarioCluster it = new ScenarioCluster(SimCluster.calm(1, 3, true), "k0");
        assertEquals("1", it.reply(it.update(it.a, "APPEND", "x")));
        updateThatDiesWithB(it);
        it.kill(it.c);
        it.start(it.c);
        assertEquals("1", it.reply(it.update(it.a, "DEL")));
        return it;
    }

    /** b has claimed, stored an update and died; a goes on under a greater term. */
    private static void updateThatDiesWithB(ScenarioCluster it) {
        it.cut(it.a, it.b);
        HeldMessages ofB = it.holdVersions(it.b);
        it.update(it.b, "APPEND", "dead");
        it.runUntilStored(it.b, "x,dead");
        it.kill(it.b);
        ofB.lose();
        it.heal();
        assertEquals("2", it.reply(it.update(it.a, "APPEND", "y")));
    }

    private static void assertIsReaped(ScenarioCluster it, List<SimNode> nodes) {
        for (SimNode node : nodes) {
            assertTrue(it.cluster.checker.held(node, it.key).isEmpty(), node.name + " still has a container");
        }
    }

    /** As above; nothing is reaped: the acknowledged updates go on. */
    @Test
    void aVersionThatAKilledNodeAloneHoldsDoesNotBeatThoseThatWereAcknowledgedAfterIt() {
        ScenarioCluster it = ScenarioCluster.of(3);
        assertEquals("1", it.reply(it.update(it.a, "APPEND", "x")));
        it.b.skewMillis = CLOCK_AHEAD_MILLIS;
        updateThatDiesWithB(it);
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
        it.runUntilStored(it.a, "dead");
        HeldMessages toA = it.hold(null, it.a, Deltas.class);
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
        ScenarioAnswer failed = it.await(it.set(it.c, "failed"));
        assertTrue(failed.isNoQuorum(), failed.toString());
        it.kill(it.c);
        ofC.lose();
        it.reply(it.set(it.a, "set"));
        StringBuilder all = new StringBuilder("set");
        for (int i = 2; i <= 101; i++) {
            assertEquals(Integer.toString(i), it.reply(it.update(it.b, "APPEND", "t" + i)));
            all.append(",t").append(i);
        }
        it.start(it.c);
        assertEquals(all.toString(), it.settled());
    }

    /** a has forgotten, with the tail of its log, what it sent to c in its former life. */
    @Test
    void ofTwoLivesOfANodeTheAcknowledgedUpdateCounts() {
        ScenarioCluster it = new ScenarioCluster(SimCluster.calmEverysec(1, 3), "k0");
        assertEquals("1", it.reply(it.update(it.a, "APPEND", "x")));
        it.runFor(1_500 * MILLI);
        it.a.skewMillis = CLOCK_AHEAD_MILLIS;
        HeldMessages late = it.hold(it.a, it.c, Deltas.class);
        HeldMessages toB = it.hold(it.a, it.b, Deltas.class);
        it.update(it.a, "APPEND", "former");
        it.runUntil(() -> late.count() == 1, "a never sends it");
        toB.lose();
        it.a.powerLoss();
        it.a.skewMillis = 0;
        it.runFor(400 * MILLI);
        it.start(it.a);
        assertEquals("x", it.held(it.a));
        HeldMessages toC = it.hold(it.a, it.c, Deltas.class);
        assertEquals("2", it.reply(it.update(it.a, "APPEND", "later")));
        late.release();
        it.runFor(100 * MILLI);
        toC.release();
        assertEquals("x,later", it.settled());
        assertEquals("3", it.reply(it.update(it.b, "APPEND", "z")));
    }

    /** a has lost, with the tail of its log, everything that it did after its claim; that it has claimed it knows. */
    @Test
    void aClaimOutlivesAPowerFailureWhateverAppendfsyncSays() {
        ScenarioCluster it = new ScenarioCluster(SimCluster.calmEverysec(1, 3), "k0");
        assertEquals("1", it.reply(it.update(it.a, "APPEND", "x")));
        it.runFor(1_500 * MILLI);
        it.kill(it.a);
        it.start(it.a);
        it.cut(it.a, it.b);
        HeldMessages late = it.hold(it.a, it.c, Deltas.class);
        it.update(it.a, "APPEND", "former");
        it.runUntil(() -> late.count() > 0, "a never sends it");
        it.update(it.a, "APPEND", "former,too");
        it.runUntil(() -> "x,former,former,too".equals(it.held(it.a)), "a never makes it");
        it.runFor(20 * MILLI);
        it.a.powerLoss();
        it.heal();
        it.cut(it.a, it.c);
        it.start(it.a);
        assertEquals("x", it.held(it.a));
        HeldMessages toC = it.holdVersions(it.b);
        assertEquals("2", it.reply(it.update(it.a, "APPEND", "later")));
        HeldMessages ofA = it.holdRepairs(it.a);
        it.heal();
        late.release();
        it.runFor(100 * MILLI);
        toC.release();
        ofA.release();
        assertEquals("x,later", it.settled());
        assertEquals("3", it.reply(it.update(it.b, "APPEND", "z")));
    }

    /** a, which has not heard of b's term, is not granted one of the same number: b's version would count over what a does. */
    @Test
    void aTermThatIsNotAboveIsNotGranted() {
        ScenarioCluster it = ScenarioCluster.withGreaterSecond(3);
        assertEquals("1", it.reply(it.update(it.a, "APPEND", "x")));
        it.isolate(it.a);
        HeldMessages ofB = it.holdVersions(it.b);
        it.update(it.b, "APPEND", "dead");
        it.runUntilStored(it.b, "x,dead");
        it.kill(it.b);
        ofB.lose();
        it.kill(it.a);
        it.heal();
        it.start(it.a);
        assertEquals("2", it.reply(it.update(it.a, "APPEND", "y")));
        it.start(it.b);
        assertEquals("x,y", it.settled());
    }

    /** What is left of each side goes by stamp, however often one of them has taken over; what loses is counted. */
    @Test
    void ofTwoDatacentersThatWereApartTheNewerSideCounts() {
        for (boolean isNearNewer : new boolean[] {false, true}) {
            ScenarioCluster it = new ScenarioCluster(SimCluster.calmDatacenters(1, 6), "k0");
            SimNode far = it.cluster.replicasOf(it.key).get(3);
            assertEquals("1", it.reply(it.update(it.a, "APPEND", "both")));
            it.runFor(2_000 * MILLI);
            it.cluster.network.splitDatacenters(true);
            it.runFor(400 * MILLI);
            StringBuilder near = new StringBuilder("both");
            assertEquals("2", it.reply(it.update(far, "APPEND", "far0")));
            for (int i = 0; i < 4; i++) {
                it.reply(it.update(it.b, "APPEND", "near" + i));
                it.kill(it.a);
                it.reply(it.update(it.b, "APPEND", "taken" + i));
                it.start(it.a);
                near.append(",near").append(i).append(",taken").append(i);
            }
            if (!isNearNewer) {
                assertEquals("3", it.reply(it.update(far, "APPEND", "far1")));
            }
            assertTrue(termAt(it, it.a).number() >= termAt(it, far).number() + 4, "it has not failed over");
            it.cluster.network.splitDatacenters(false);
            String counts = isNearNewer ? near.toString() : "both,far0,far1";
            assertEquals(counts, it.settled());
            long losers = it.counted(counters -> counters.lwwLosers);
            it.reply(it.update(it.b, "APPEND", "together"));
            assertEquals(losers + 1, it.counted(counters -> counters.lwwLosers));
            assertEquals(counts + ",together", it.settled());
        }
    }

    private static Term termAt(ScenarioCluster it, SimNode node) {
        return it.cluster.checker.held(node, it.key).siblings().get(0).term();
    }
}
