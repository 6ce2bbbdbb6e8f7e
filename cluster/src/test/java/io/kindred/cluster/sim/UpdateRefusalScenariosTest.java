package io.kindred.cluster.sim;

import static io.kindred.cluster.sim.ScenarioCluster.MILLI;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.message.QuorumSpec;
import io.kindred.cluster.message.RequestMessage.Deltas;
import io.kindred.cluster.message.RequestMessage.DeltasAck;
import io.kindred.cluster.message.RequestMessage.ReadReply;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Updates that are refused, and settled, or that meet plain writes and flushes, on a key's three replicas, message by message:
 * a, b and c in their order, R = W = 2.
 */
class UpdateRefusalScenariosTest {
    private static final long CLOCK_AHEAD_MILLIS = 60_000;
    private static final int PIPELINED = 64;

    /** a's INCR has reached c when b takes over and counts on from it: it took effect, and is not applied again. */
    @Test
    void anUpdateThatAnotherOneWasBuiltUponIsNotAppliedAgain() {
        ScenarioCluster it = ScenarioCluster.of(5);
        SimNode asker = it.stranger();
        it.cut(asker, it.a);
        it.cut(asker, it.b);
        HeldMessages toB = it.hold(it.a, it.b, Deltas.class);
        it.hold(it.c, it.a, DeltasAck.class);
        ScenarioAnswer first = it.update(it.a, "INCR");
        it.runUntilStored(it.c, "1");
        // So that c passes on to b what it is asked.
        it.cut(it.a, it.c);
        assertEquals("2", it.reply(it.update(asker, "INCR")));
        assertToldOnceAndNotAppliedAgain(it, first, toB);
    }

    private static void assertToldOnceAndNotAppliedAgain(
            ScenarioCluster it, ScenarioAnswer first, HeldMessages refused) {
        assertFalse(first.isThere(), first.toString());
        refused.release();
        it.await(first);
        assertEquals(1, it.a.counters().updatesRefused);
        assertTrue(first.isAcknowledged() ? "1".equals(first.reply()) : first.isNoQuorum(), first.toString());
        assertEquals("2", it.settled());
    }

    /** b has read a's INCR from a's disk and counted on from it, before it refuses it. */
    @Test
    void aRefusedUpdateThatAnotherOneWasBuiltUponIsNotAppliedAgain() {
        ScenarioCluster it = ScenarioCluster.of(5);
        SimNode asker = it.stranger();
        it.cut(it.a, it.c);
        it.cut(asker, it.a);
        it.cut(asker, it.b);
        HeldMessages toB = it.hold(it.a, it.b, Deltas.class);
        ScenarioAnswer first = it.update(it.a, "INCR");
        it.runUntilStored(it.a, "1");
        // By way of c, which cannot reach a either.
        assertEquals("2", it.reply(it.update(asker, "INCR")));
        assertToldOnceAndNotAppliedAgain(it, first, toB);
    }

    /** The later one has W = 2, and was built on the one that waits for PW = 3; a third one has changed nothing. */
    @Test
    void whoAsksForMoreIsNotToldByThatWhichAskedForLess() {
        ScenarioCluster it = ScenarioCluster.of(3);
        QuorumSpec all = new QuorumSpec(0, 0, 0, 3);
        HeldMessages toC = it.hold(null, it.c, Deltas.class);
        ScenarioAnswer more = it.update(all, it.a, "APPEND", "x");
        it.runUntilStored(it.b, "x");
        assertEquals("2", it.reply(it.update(it.a, "APPEND", "y")));
        ScenarioAnswer same = it.update(all, it.a, "SETNX", "z");
        it.runFor(100 * MILLI);
        assertFalse(more.isThere(), more.toString());
        assertFalse(same.isThere(), same.toString());
        toC.release();
        assertEquals("1", it.reply(more));
        assertNull(it.reply(same));
        assertEquals("x,y", it.settled());
    }

    @Test
    void aRefusedSetNxDoesNotBeatTheSetThatRefusedIt() {
        ScenarioCluster it = ScenarioCluster.of(3);
        it.a.skewMillis = CLOCK_AHEAD_MILLIS;
        HeldMessages ofA = it.hold(it.a, null, Deltas.class);
        HeldMessages toA = it.hold(it.b, it.a, Deltas.class);
        ScenarioAnswer conditional = it.update(it.a, "SETNX", "mine");
        it.runUntil(() -> "mine".equals(it.held(it.a)), "a never stores it");
        it.reply(it.set(it.b, "yours"));
        ofA.release();
        assertNull(it.reply(conditional));
        toA.release();
        assertEquals("yours", it.settled());
    }

    @Test
    void anUpdateActsOnAnAcknowledgedSetThatItsNodeHasMissed() {
        assertActsOnTheMissed("11", "11", "INCR");
        assertActsOnTheMissed("1", null, "DEL");
        assertActsOnTheMissed("1", "10", "EXPIRE", "3600000");
        assertActsOnTheMissed("OK", "12", "SETXX", "12");
    }

    /** a holds the term, and lacks the SET of 10. */
    private static void assertActsOnTheMissed(String reply, @Nullable String left, String... args) {
        ScenarioCluster it = ScenarioCluster.of(3);
        assertEquals("0", it.reply(it.update(it.a, "DEL")));
        HeldMessages toA = it.hold(it.b, it.a, Deltas.class);
        it.reply(it.set(it.b, "10"));
        assertNull(it.held(it.a));
        assertEquals(reply, it.reply(it.update(it.a, args)));
        assertEquals(1, it.termClaims());
        toA.release();
        assertEquals(left, it.settled());
    }

    /** The first INCR began on nothing, the second one after a SET: both count on from the SET. */
    @Test
    void updatesOfOneLineDoNotAnswerAlikeWhereASetComesBetween() {
        ScenarioCluster it = ScenarioCluster.of(3);
        HeldMessages ofA = it.hold(it.a, null, Deltas.class);
        ScenarioAnswer first = it.update(it.a, "INCR");
        it.runUntilStored(it.a, "1");
        HeldMessages toA = it.hold(it.b, it.a, Deltas.class);
        it.reply(it.set(it.b, "10"));
        ScenarioAnswer second = it.update(it.a, "INCR");
        it.runFor(50 * MILLI);
        ofA.release();
        assertEquals("11", it.reply(first));
        assertEquals("12", it.reply(second));
        toA.release();
        assertEquals("12", it.settled());
    }

    @Test
    void anIncrThatHadNotSeenAnAcknowledgedDelRunsOnNothing() {
        ScenarioCluster it = ScenarioCluster.of(3);
        it.reply(it.set(it.b, "5"));
        it.runFor(100 * MILLI);
        HeldMessages ofA = it.hold(it.a, null, Deltas.class);
        ScenarioAnswer increment = it.update(it.a, "INCR");
        it.runUntil(() -> "6".equals(it.held(it.a)), "a never stores it");
        it.cut(it.a, it.b);
        assertEquals("1", it.reply(it.update(it.b, "DEL")));
        // c refuses it.
        ofA.release();
        assertEquals("1", it.reply(increment));
        it.heal();
        assertEquals("1", it.settled());
    }

    @Test
    void updatesBesideAStreamOfSetsAreAnsweredInTime() {
        ScenarioCluster it = ScenarioCluster.of(3);
        boolean[] over = {false};
        stream(it, it.b, over);
        stream(it, it.c, over);
        it.runFor(50 * MILLI);
        for (int i = 0; i < 20; i++) {
            ScenarioAnswer answer = it.await(it.update(it.a, "INCR"));
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
        HeldMessages ofA = it.hold(it.a, null, Deltas.class);
        ScenarioAnswer alone = it.update(one, it.a, "INCR");
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
        ScenarioAnswer append = it.update(it.a, "APPEND", "new");
        it.runFor(10 * MILLI);
        assertTrue(answers.count() > 0);
        it.flush(it.b);
        answers.release();
        assertTheOldIsGone(it, append);
    }

    /** a has written, and not yet sent, when everything is flushed. */
    @Test
    void whatWasWrittenBeforeAFlushDoesNotOutliveIt() {
        ScenarioCluster it = ScenarioCluster.of(3);
        assertEquals("1", it.reply(it.update(it.a, "APPEND", "old")));
        it.runFor(100 * MILLI);
        HeldMessages ofA = it.hold(it.a, null, Deltas.class);
        ScenarioAnswer append = it.update(it.a, "APPEND", "new");
        it.runUntil(() -> "old,new".equals(it.held(it.a)), "a never stores it");
        it.flush(it.b);
        ofA.release();
        assertTheOldIsGone(it, append);
    }

    private static void assertTheOldIsGone(ScenarioCluster it, ScenarioAnswer append) {
        it.await(append);
        String value = it.settled();
        assertTrue(value == null || value.equals("new"), value);
    }

    /** b takes over in the midst of them: some were acknowledged, one is refused, and the others have been built on it. */
    @Test
    void pipelinedUpdatesFallWithTheRefusedOneAndAreSettledInOrder() {
        for (int allowed = 0; allowed < 4; allowed++) {
            ScenarioCluster it = ScenarioCluster.of(3);
            int[] passed = {2 * allowed};
            HeldMessages ofA = new HeldMessages(
                    it.cluster.network,
                    (from, to, message) -> from == it.a && message instanceof Deltas && passed[0]-- <= 0);
            List<ScenarioAnswer> line = new ArrayList<>();
            for (int i = 0; i < PIPELINED; i++) {
                line.add(it.update(it.a, "INCR"));
            }
            it.runUntilStored(it.a, Integer.toString(PIPELINED));
            assertEquals(allowed, line.stream().filter(ScenarioAnswer::isThere).count());
            it.cut(it.a, it.b);
            assertEquals(Integer.toString(allowed + 1), it.reply(it.update(it.b, "INCR")));
            ofA.release();
            for (int i = 0; i < PIPELINED; i++) {
                assertEquals(Integer.toString(i < allowed ? i + 1 : i + 2), it.reply(line.get(i)));
            }
            assertEquals(1, it.a.counters().updatesRefused);
            assertEquals(Integer.toString(PIPELINED + 1), it.settled());
        }
    }
}
