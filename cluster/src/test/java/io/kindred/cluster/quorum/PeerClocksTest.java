package io.kindred.cluster.quorum;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.message.AskerDeadline;
import io.kindred.cluster.message.ClockReading;
import io.kindred.cluster.version.HybridClock;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PeerClocksTest {
    private static final long PEER = 2;
    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1_000 * MILLI;

    private final Clocks own = new Clocks(new HybridClock(500));
    private final PeerClocks peers = own.peers();

    private void answered(long start, long theirNanos, long askedNanos, long nowNanos) {
        own.advance(nowNanos, nowNanos / MILLI);
        peers.answered(PEER, new ClockReading(start, theirNanos, 0), askedNanos, own);
    }

    /** Run again: the seed is the parameter. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void aDeadlineThereIsNotBeforeItsTimeAndSoonAfter(long seed) {
        Random random = new Random(seed);
        long ahead = random.nextLong(-1_000 * SECOND, 1_000 * SECOND);
        long fastPpm = random.nextLong(-400, 400);
        long shortest = Long.MAX_VALUE;
        for (long asked = 0; asked < 50 * SECOND; asked += 400 * MILLI) {
            long there = asked + random.nextLong(random.nextInt(8) == 0 ? 3 * SECOND : 5 * MILLI);
            long back = there + random.nextLong(random.nextInt(8) == 0 ? 3 * SECOND : 5 * MILLI);
            answered(1, ahead + there + there * fastPpm / 1_000_000, asked, back);
            shortest = Math.min(shortest, back - asked);
            AskerDeadline deadline = peers.there(PEER, back + SECOND, back);
            long right = ahead + back + SECOND + back * fastPpm / 1_000_000;
            long late = deadline.nanos() - right;
            long mostLate = 12 * MILLI + 2 * back / 2_000 + shortest;
            assertTrue(late >= -SECOND / 2_000 && late <= mostLate, () -> "late by " + late + " of " + mostLate);
        }
    }

    @Test
    void aClockThatDoesNotAgreeAnyMoreIsBelievedAtOnce() {
        answered(1, 100 * SECOND, 0, MILLI);
        answered(1, 40 * SECOND, SECOND, SECOND + 500 * MILLI);
        assertEquals(new AskerDeadline(1, 41 * SECOND), peers.there(PEER, 2 * SECOND, own.nanos()));
    }

    @Test
    void anotherStartHasAnotherClock() {
        answered(1, 100 * SECOND, 0, MILLI);
        answered(2, 100 * SECOND, 0, 900 * MILLI);
        assertEquals(2, peers.there(PEER, SECOND, own.nanos()).start());
    }

    @Test
    void whatIsLostOrOldIsNotKnown() {
        assertEquals(AskerDeadline.UNKNOWN, peers.there(PEER, SECOND, 0));
        answered(1, 100 * SECOND, 0, MILLI);
        assertEquals(AskerDeadline.UNKNOWN, peers.there(PEER, 100 * SECOND, 62 * SECOND));
        peers.forget(PEER);
        assertEquals(AskerDeadline.UNKNOWN, peers.there(PEER, SECOND, MILLI));
    }

    @Test
    void theMedianIsTheLowerOneOfTwo() {
        assertEquals(0, PeerClocks.aheadOfMedianMillis(new long[] {}));
        assertEquals(0, PeerClocks.aheadOfMedianMillis(new long[] {3_600}));
        assertEquals(3_600, PeerClocks.aheadOfMedianMillis(new long[] {-3_600}));
        assertEquals(0, PeerClocks.aheadOfMedianMillis(new long[] {5, -7}));
        assertEquals(7, PeerClocks.aheadOfMedianMillis(new long[] {-7, -7}));
        assertEquals(-7, PeerClocks.aheadOfMedianMillis(new long[] {7, 7}));
    }
}
