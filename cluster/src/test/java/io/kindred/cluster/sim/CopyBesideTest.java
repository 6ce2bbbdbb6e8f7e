package io.kindred.cluster.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.core.StartState;
import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.QuorumSpec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A copy of a node's directory, started beside it: one of them serves, and what was acknowledged by either is there. */
class CopyBesideTest {
    private static final int SEEDS = 10;
    private static final int KEYS = 8;
    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final QuorumSpec STRICT = new QuorumSpec(0, 0, 2, 2);

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static List<String> keys() {
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < KEYS; i++) {
            keys.add("k" + i);
        }
        return keys;
    }

    private static void write(SimCluster cluster, SimNode at, String value) {
        for (String key : keys()) {
            HistoryChecker.Write write = cluster.checker.begin(key, value + " of " + key, null);
            List<Outcome> answers = new ArrayList<>();
            at.request(new Operation.Put(0, bytes(key), null, bytes(write.token), -1), STRICT, answers::add);
            cluster.runFor(SECOND_NANOS);
            assertEquals(1, answers.size());
            assertInstanceOf(Outcome.Written.class, answers.get(0));
            cluster.checker.acknowledge(write, true, at.datacenter);
        }
    }

    private static void assertRead(SimCluster cluster, SimNode at, String value) {
        for (String key : keys()) {
            List<Outcome> answers = new ArrayList<>();
            at.request(new Operation.Get(0, bytes(key)), QuorumSpec.DEFAULT, answers::add);
            cluster.runFor(SECOND_NANOS);
            Outcome.Found found = assertInstanceOf(Outcome.Found.class, answers.get(0));
            assertEquals(1, found.versions().valueCount(), () -> "of one key: " + found);
            assertEquals(
                    value + " of " + key,
                    new String(found.versions().siblings().get(0).value(), StandardCharsets.UTF_8));
        }
    }

    private static void runUntil(SimCluster cluster, SimNode serves) {
        for (int tenths = 0; tenths < 600 && !(serves.isServing() && !serves.isDoubted()); tenths++) {
            cluster.runFor(SECOND_NANOS / 10);
        }
        assertTrue(serves.isServing(), serves.name + " serves in the end");
    }

    /** To the very moment from which on clients are answered. */
    private static void runUntilServing(SimCluster cluster, SimNode node) {
        for (int millis = 0; millis < 60_000 && !node.isServing(); millis++) {
            cluster.runFor(1_000_000);
        }
        assertTrue(node.isServing(), node.name + " serves in the end");
    }

    /** A copy of what it had when it was stopped; it runs again. */
    private static SimNode copyBeside(SimCluster cluster, SimNode original) {
        original.stop();
        SimNode copy = original.beside(original.copy());
        original.start();
        runUntil(cluster, original);
        return copy;
    }

    private static void start(SimCluster cluster, SimNode copy) {
        cluster.network.addCopy(copy);
        copy.start();
    }

    private static void end(SimCluster cluster, SimNode copy) {
        copy.lose();
        cluster.network.removeCopy(copy);
        cluster.network.linkChanged();
    }

    /** It got in, the members refused the original, and one restart did not mend it. */
    @Test
    void aCopyBesideItsOriginalIsRefused() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            SimCluster cluster = SimCluster.calm(seed, 3, false);
            SimNode original = cluster.node(1);
            write(cluster, original, "first");
            SimNode copy = copyBeside(cluster, original);
            start(cluster, copy);
            for (int tenths = 0; tenths < 100; tenths++) {
                cluster.runFor(SECOND_NANOS / 10);
                assertFalse(copy.isServing());
                assertTrue(original.isServing());
            }
            assertEquals(StartState.COPY, copy.startState());
            write(cluster, original, "second");
            end(cluster, copy);
            original.kill();
            original.start();
            runUntil(cluster, original);
            assertRead(cluster, original, "second");
            cluster.runFor(5 * SECOND_NANOS);
            cluster.checker.checkEnd(keys());
        }
    }

    @Test
    void aCopyTakesThePlaceOfAnOriginalThatIsGoneAndItsReturnIsRefused() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            SimCluster cluster = SimCluster.calm(seed, 3, false);
            SimNode original = cluster.node(1);
            write(cluster, original, "first");
            SimNode copy = copyBeside(cluster, original);
            write(cluster, original, "second");
            original.kill();
            start(cluster, copy);
            runUntil(cluster, copy);
            // It may learn a moment later that members know of a later start, and fetch what it lacks.
            cluster.runFor(SECOND_NANOS);
            runUntil(cluster, copy);
            assertRead(cluster, copy, "second");
            write(cluster, copy, "third");
            original.start();
            for (int tenths = 0; tenths < 100; tenths++) {
                cluster.runFor(SECOND_NANOS / 10);
                assertFalse(original.isServing());
                assertTrue(copy.isServing());
            }
            write(cluster, copy, "fourth");
            end(cluster, copy);
            runUntil(cluster, original);
            assertRead(cluster, original, "fourth");
            write(cluster, original, "fifth");
            cluster.runFor(5 * SECOND_NANOS);
            cluster.checker.checkEnd(keys());
        }
    }

    /** The copy held nothing yet, and told so at a later time than the original tells of: nobody believed what that one held. */
    @Test
    void whatTheOriginalHoldsIsBelievedAfterACopyWhoseClockWasAhead() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            SimCluster cluster = SimCluster.calm(seed, 3, false);
            SimNode original = cluster.node(1);
            write(cluster, original, "first");
            SimNode copy = copyBeside(cluster, original);
            copy.skewMillis = 3_600_000;
            original.kill();
            start(cluster, copy);
            for (int millis = 0; millis < 1_000 && !copy.isDoubted(); millis++) {
                cluster.runFor(1_000_000);
            }
            cluster.runFor(100_000_000);
            assertTrue(copy.isDoubted(), "it has yet to fetch, and holds nothing");
            end(cluster, copy);
            original.start();
            runUntil(cluster, original);
            for (int second = 0; second < 60 && cluster.isMoving(); second++) {
                cluster.runFor(SECOND_NANOS);
            }
            assertFalse(cluster.isMoving(), "every partition is where the ring has it");
        }
    }

    /** Nobody knows of a start that its directory does not; that it was refused in favour of an earlier one says it all. */
    @Test
    void aCopyOfARunningDirectoryFetchesWhatItLacksWhenItsOriginalIsGone() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            SimCluster cluster = SimCluster.calm(seed, 3, false);
            SimNode original = cluster.node(1);
            write(cluster, original, "first");
            SimNode copy = original.beside(original.copy());
            write(cluster, original, "second");
            start(cluster, copy);
            cluster.runFor(5 * SECOND_NANOS);
            assertEquals(StartState.COPY, copy.startState());
            original.kill();
            runUntilServing(cluster, copy);
            assertOwn(cluster, copy, "second of k0");
            assertRead(cluster, copy, "second");
            write(cluster, copy, "third");
            end(cluster, copy);
            original.start();
            runUntil(cluster, original);
            assertRead(cluster, original, "third");
            cluster.runFor(5 * SECOND_NANOS);
            cluster.checker.checkEnd(keys());
        }
    }

    /** It stood still, a copy took its place, and it went on. */
    @Test
    void anOriginalThatStoodStillGivesWayAndLacksNothingAfterwards() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            SimCluster cluster = SimCluster.calm(seed, 3, false);
            SimNode original = cluster.node(1);
            write(cluster, original, "first");
            SimNode copy = copyBeside(cluster, original);
            original.pause();
            start(cluster, copy);
            // It is let in when the original has been silent for a second; until then it is alone.
            cluster.runFor(5 * SECOND_NANOS);
            runUntil(cluster, copy);
            write(cluster, copy, "second");
            original.resume();
            cluster.runFor(10 * SECOND_NANOS);
            assertTrue(copy.isServing());
            assertFalse(original.isServing());
            write(cluster, copy, "third");
            end(cluster, copy);
            runUntilServing(cluster, original);
            assertOwn(cluster, original, "third of k0");
            runUntil(cluster, original);
            assertRead(cluster, original, "third");
            cluster.runFor(5 * SECOND_NANOS);
            cluster.checker.checkEnd(keys());
        }
    }

    /** It had exchanged all with one of two when it stood still, and another process wrote to that one in its name. */
    @Test
    void whatWasFetchedBeforeAnotherActedInItsNameIsFetchedOnceMore() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            SimCluster cluster = SimCluster.calm(seed, 3, false);
            SimNode original = cluster.node(1);
            SimNode away = cluster.node(2);
            write(cluster, original, "first");
            away.kill();
            original.stop();
            original.loseStore();
            original.start();
            cluster.runFor(10 * SECOND_NANOS);
            assertTrue(original.isDoubted(), "one of the two is away");
            SimNode copy = original.beside(original.copy());
            original.pause();
            start(cluster, copy);
            cluster.runFor(5 * SECOND_NANOS);
            away.start();
            runUntil(cluster, copy);
            cluster.runFor(5 * SECOND_NANOS);
            away.kill();
            cluster.runFor(5 * SECOND_NANOS);
            write(cluster, copy, "second");
            end(cluster, copy);
            original.resume();
            cluster.runFor(5 * SECOND_NANOS);
            away.start();
            runUntilServing(cluster, original);
            assertOwn(cluster, original, "second of k0");
            runUntil(cluster, original);
            assertRead(cluster, original, "second");
        }
    }

    /** What it answers by itself, should it answer, is the newest. */
    private static void assertOwn(SimCluster cluster, SimNode at, String value) {
        List<Outcome> own = new ArrayList<>();
        at.request(new Operation.Get(0, bytes("k0")), new QuorumSpec(1, 1, 0, 0), own::add);
        cluster.runFor(2 * SECOND_NANOS);
        for (Outcome each : own) {
            if (each instanceof Outcome.Found found) {
                assertEquals(value, text(found));
            }
        }
    }

    private static String text(Outcome.Found found) {
        return found.versions().siblings().isEmpty()
                ? ""
                : new String(found.versions().siblings().get(0).value(), StandardCharsets.UTF_8);
    }

    @Test
    void ofTwoThatStartAtOnceOneServes() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            SimCluster cluster = SimCluster.calm(seed, 3, false);
            SimNode original = cluster.node(1);
            write(cluster, original, "first");
            SimNode copy = copyBeside(cluster, original);
            original.stop();
            cluster.runFor(SECOND_NANOS);
            original.start();
            start(cluster, copy);
            cluster.runFor(20 * SECOND_NANOS);
            assertTrue(original.isServing() != copy.isServing(), "one of them");
            SimNode served = original.isServing() ? original : copy;
            write(cluster, served, "second");
            end(cluster, copy);
            runUntil(cluster, original);
            assertRead(cluster, original, "second");
            cluster.runFor(5 * SECOND_NANOS);
            cluster.checker.checkEnd(keys());
        }
    }
}
