package io.kindred.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** When a client is closed for what it does not take. */
final class SlowReaderTest {
    private static final OutputLimits.Limit LIMIT = new OutputLimits.Limit(1000, 100, 3);

    private final SlowReader reader = new SlowReader();

    private SlowReader.Verdict look(long bytes, boolean isStill, boolean isOverBudget) {
        return reader.look(bytes, isStill, LIMIT, isOverBudget);
    }

    @Test
    void theSoftLimitHasToBeExceededForAllItsSeconds() {
        for (int second = 0; second <= 3; second++) {
            assertEquals(SlowReader.Verdict.STAYS, look(100, false, false), "after " + second + " s");
        }
        assertEquals(SlowReader.Verdict.STAYS, look(99, false, false));
        for (int second = 0; second <= 3; second++) {
            assertEquals(SlowReader.Verdict.STAYS, look(100, false, false), "after " + second + " s more");
        }
        assertEquals(SlowReader.Verdict.PAST_SOFT_LIMIT, look(100, false, false));
    }

    @Test
    void whoTakesNothingAtTheHardLimitIsClosedAfterTenSeconds() {
        SlowReader other = new SlowReader();
        OutputLimits.Limit hard = new OutputLimits.Limit(1000, 0, 0);
        for (int second = 0; second < 9; second++) {
            assertEquals(SlowReader.Verdict.STAYS, other.look(1000, true, hard, false), "after " + second + " s");
        }
        assertEquals(SlowReader.Verdict.STAYS, other.look(1000, false, hard, false), "it has taken something");
        for (int second = 0; second < 9; second++) {
            other.look(1000, true, hard, false);
        }
        assertEquals(SlowReader.Verdict.AT_HARD_LIMIT, other.look(1000, true, hard, true));
        assertEquals(SlowReader.Verdict.STAYS, other.look(999, true, hard, false), "below it nothing is in the way");
    }

    @Test
    void whoTakesNothingWhileTheNodeHoldsTooMuchIsClosed() {
        for (int second = 0; second < 9; second++) {
            assertEquals(SlowReader.Verdict.STAYS, look(50, true, true), "after " + second + " s");
        }
        assertEquals(SlowReader.Verdict.STUCK, look(50, true, true));
    }

    @Test
    void aNormalClientIsClosedAtTwiceItsLimitAndASubscriberAtItsOwn() {
        assertEquals(2000, ClientClass.NORMAL.closedPastBytes(1000));
        assertEquals(1000, ClientClass.PUBSUB.closedPastBytes(1000));
    }
}
