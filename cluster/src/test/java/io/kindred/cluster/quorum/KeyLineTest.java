package io.kindred.cluster.quorum;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.HybridClock;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who waits for whom in the line of a key. What happens is written down in its order, as words. */
class KeyLineTest {
    private static final long TIMEOUT = 1_000_000_000L;
    private static final int UPDATE = Hold.forUpdates(false);
    private static final int WIDE_UPDATE = Hold.forUpdates(true);

    private final Requests requests = new Requests(0, TIMEOUT);
    private final Clocks clocks = new Clocks(new HybridClock(500));
    private final QuorumCounters counters = new QuorumCounters();
    private final KeyLines lines = new KeyLines(requests, clocks, counters);
    private final List<String> happened = new ArrayList<>();

    private final RecordKey a = key(0, "a");
    private final RecordKey b = key(0, "b");
    private final RecordKey c = key(0, "c");
    private final KeyLine line = lines.of(a);

    private static RecordKey key(int db, String name) {
        // The greater the name the lesser the partition: their order is another one.
        return RecordKey.head(200 - name.charAt(0), db, 0, name.getBytes(StandardCharsets.UTF_8));
    }

    private Turn turn(String name, int keptBackBy) {
        return turn(name, keptBackBy, TIMEOUT, () -> {});
    }

    private Turn turn(String name, int keptBackBy, long deadlineNanos, Runnable then) {
        return new Turn(keptBackBy, deadlineNanos) {
            @Override
            void begin() {
                happened.add(name);
                then.run();
            }

            @Override
            void refuse(String why) {
                happened.add(name + ": " + why);
            }
        };
    }

    private JointTurn joint(String name, RecordKey... keys) {
        return new JointTurn(lines, List.of(keys), TIMEOUT) {
            @Override
            void begin() {
                happened.add(name);
            }

            @Override
            void refuse(String why) {
                happened.add(name + ": " + why);
            }
        };
    }

    private void hold(Hold hold) {
        line.hold(hold, TIMEOUT);
    }

    @Test
    void thoseBeginInTheirOrderThatTheHoldHasKeptBack() {
        hold(Hold.ROUND);
        assertTrue(lines.keepsBack(a, UPDATE));
        assertFalse(lines.keepsBack(b, UPDATE));
        line.stand(turn("first", UPDATE));
        line.stand(turn("second", UPDATE));
        assertEquals(2, counters.turnsWaiting);
        line.release(Hold.ROUND);
        assertEquals(List.of("first", "second"), happened);
        assertEquals(0, counters.turnsWaiting);
    }

    @Test
    void whoBeginsMayKeepBackWhoIsBehind() {
        hold(Hold.BORROWING);
        line.stand(turn("first", Hold.FOR_REMOTE_PUTS, TIMEOUT, () -> hold(Hold.BORROWING)));
        line.stand(turn("second", Hold.FOR_REMOTE_PUTS));
        line.release(Hold.BORROWING);
        assertEquals(List.of("first"), happened);
        line.release(Hold.BORROWING);
        assertEquals(List.of("first", "second"), happened);
    }

    /** A line may be long: nothing is begun from within what is begun. */
    @Test
    void whoIsOverAtOnceLetsTheNextOneBeginBehindIt() {
        hold(Hold.BORROWING);
        for (int i = 0; i < 20_000; i++) {
            line.stand(turn("turn", Hold.FOR_REMOTE_PUTS, TIMEOUT, () -> {
                hold(Hold.BORROWING);
                line.release(Hold.BORROWING);
            }));
        }
        line.release(Hold.BORROWING);
        assertEquals(20_000, happened.size());
    }

    @Test
    void aTurnThatAnotherHoldKeepsBackIsPassed() {
        hold(Hold.ROUND);
        hold(Hold.WIDE_ROUND);
        line.stand(turn("wide", WIDE_UPDATE));
        line.stand(turn("local", UPDATE));
        line.release(Hold.ROUND);
        assertEquals(List.of("local"), happened);
        line.release(Hold.WIDE_ROUND);
        assertEquals(List.of("local", "wide"), happened);
    }

    @Test
    void whoIsParkedGoesBeforeAllThatCameLater() {
        hold(Hold.PARKED);
        line.stand(turn("later", Hold.FOR_CLIENTS));
        line.standFirst(turn("parked", Hold.FOR_CLIENTS));
        line.release(Hold.PARKED);
        assertEquals(List.of("parked", "later"), happened);
    }

    @Test
    void aRoundCallsInThoseThatWaitForItAlone() {
        hold(Hold.ROUND);
        hold(Hold.GIVING_WAY);
        Turn update = turn("update", UPDATE);
        line.stand(update);
        line.stand(turn("put", Hold.forPuts(false, true)));
        Turn loan = turn("loan", Hold.FOR_LOANS);
        line.stand(loan);
        assertEquals(List.of(update, loan), line.callIn(Hold.ROUND));
        assertEquals(1, counters.turnsWaiting);
    }

    @Test
    void whoIsCalledInComesFromBeforeTheFirstThatIsNotWanted() {
        hold(Hold.BORROWING);
        Turn one = turn("one", Hold.FOR_REMOTE_PUTS);
        Turn other = turn("other", Hold.FOR_REMOTE_PUTS);
        line.stand(turn("client", Hold.FOR_CLIENTS));
        line.stand(one);
        line.stand(other);
        line.stand(turn("third", Hold.FOR_REMOTE_PUTS));
        assertEquals(List.of(one), line.callIn(Hold.BORROWING, turn -> turn != other));
        assertEquals(3, counters.turnsWaiting);
    }

    @Test
    void whoHasLessTimeLeftThanThoseBeforeItIsRefusedInTime() {
        hold(Hold.ROUND);
        line.stand(turn("short", UPDATE, TIMEOUT / 2, () -> {}));
        line.stand(turn("long", UPDATE));
        assertEquals(1, requests.size());
        requests.onTick(TIMEOUT / 2 + 5_000_000);
        assertEquals(List.of("short: the key's other operations took too long"), happened);
        assertEquals(1, counters.turnsWaiting);
    }

    @Test
    void aLineTakesNoMoreThanItsLimit() {
        hold(Hold.ROUND);
        for (int i = 0; i < KeyLine.TURNS_MAX; i++) {
            line.stand(turn("turn", UPDATE));
        }
        assertEquals(List.of(), happened);
        line.stand(turn("one too many", UPDATE));
        assertEquals(List.of("one too many: too many operations of the key wait"), happened);
        assertEquals(1, counters.turnsRefused);
    }

    @Test
    void aLineIsForgottenWhenNothingHoldsIt() {
        hold(Hold.ROUND);
        hold(Hold.PARKED);
        line.release(Hold.ROUND);
        assertEquals(1, counters.keyLines);
        line.release(Hold.PARKED);
        assertNull(lines.find(a));
        assertEquals(0, counters.keyLines);
    }

    @Test
    void aJointTurnBeginsWhenAllItsKeysAreItsOwn() {
        KeyLine second = lines.of(b);
        hold(Hold.ROUND);
        second.hold(Hold.BORROWING, TIMEOUT);
        JointTurn turn = joint("joint", b, a, c);
        turn.stand();
        line.release(Hold.ROUND);
        assertEquals(List.of(), happened);
        // In the order of names: a is taken, b is waited for, and c is free.
        assertTrue(lines.keepsBack(a, UPDATE));
        assertFalse(lines.keepsBack(c, UPDATE));
        second.release(Hold.BORROWING);
        assertEquals(List.of("joint"), happened);
        assertTrue(lines.keepsBack(c, UPDATE));
        line.stand(turn("update", UPDATE));
        turn.letGo();
        assertEquals(List.of("joint", "update"), happened);
        assertEquals(0, counters.keyLines);
    }

    @Test
    void nobodyPassesAJointTurn() {
        hold(Hold.ROUND);
        JointTurn turn = joint("joint", a);
        turn.stand();
        assertTrue(line.keepsBack(WIDE_UPDATE), "who comes waits behind it");
        line.stand(turn("update", UPDATE));
        assertEquals(List.of(), line.callIn(Hold.ROUND));
        line.release(Hold.ROUND);
        assertEquals(List.of("joint"), happened);
        turn.letGo();
        assertEquals(List.of("joint", "update"), happened);
    }

    /** Though nothing but its place keeps it back. */
    @Test
    void whoIsBehindAJointTurnDoesNotBeginBeforeIt() {
        hold(Hold.ROUND);
        hold(Hold.WIDE_ROUND);
        JointTurn turn = joint("joint", a);
        turn.stand();
        line.stand(turn("wide", WIDE_UPDATE));
        line.release(Hold.WIDE_ROUND);
        assertEquals(List.of(), happened);
        line.release(Hold.ROUND);
        turn.letGo();
        assertEquals(List.of("joint", "wide"), happened);
    }

    @Test
    void oneOfTwoJointTurnsHasAllKeys() {
        JointTurn one = joint("one", a, b, c);
        JointTurn other = joint("other", c, b);
        hold(Hold.ROUND);
        one.stand();
        other.stand();
        assertEquals(List.of("other"), happened);
        line.release(Hold.ROUND);
        assertEquals(List.of("other"), happened);
        other.letGo();
        assertEquals(List.of("other", "one"), happened);
        one.letGo();
        assertEquals(0, counters.keyLines);
    }

    @Test
    void aJointTurnWhoseTimeIsUpLetsGoOfWhatItHasTaken() {
        KeyLine second = lines.of(b);
        second.hold(Hold.ROUND, 2 * TIMEOUT);
        JointTurn turn = joint("joint", a, b);
        turn.stand();
        assertTrue(lines.keepsBack(a, UPDATE));
        requests.onTick(TIMEOUT + 5_000_000);
        assertEquals(List.of("joint: the key's other operations took too long"), happened);
        assertFalse(lines.keepsBack(a, UPDATE));
        assertFalse(second.keepsBack(WIDE_UPDATE));
    }

    @Test
    void databasesComeBeforeNames() {
        assertTrue(JointTurn.ORDER.compare(key(0, "b"), key(1, "a")) < 0);
        assertTrue(JointTurn.ORDER.compare(key(0, "a"), key(0, "b")) < 0);
    }
}
