package io.kindred.cluster.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FailureDetectorTest {
    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1_000 * MILLI;
    private static final long PING = FailureDetector.PING_INTERVAL_NANOS;
    private static final long SELF = 5;
    private static final long PEER = 7;

    private final FailureDetector detector = new FailureDetector(SECOND, 5 * SECOND);
    private long now = 100 * SECOND;

    FailureDetectorTest() {
        detector.add(PEER, SELF, now);
    }

    @Test
    void aLateAnswerIsAvoidedAtOnceAndUntilAPingSentSinceIsAnswered() {
        long before = detector.ping(PEER, now);
        now += 100 * MILLI;
        assertTrue(detector.late(PEER, now), "is to be pinged");
        assertTrue(detector.avoids(PEER, now));
        assertFalse(detector.isDoubted(PEER));
        long since = detector.ping(PEER, now);
        detector.ponged(PEER, before, now);
        assertTrue(detector.avoids(PEER, now), "that ping was sent before");
        detector.ponged(PEER, since, now);
        assertFalse(detector.avoids(PEER, now));
    }

    @Test
    void aLateAnswerIsForgottenWhenARequestIsAnsweredOrASecondHasPassed() {
        detector.late(PEER, now);
        detector.answered(PEER);
        assertFalse(detector.avoids(PEER, now));
        detector.late(PEER, now);
        assertTrue(detector.avoids(PEER, now + 999 * MILLI));
        assertFalse(detector.avoids(PEER, now + SECOND));
    }

    @Test
    void manyLateAnswersDoNotMakeManyPings() {
        assertTrue(detector.late(PEER, now));
        detector.ping(PEER, now);
        assertFalse(detector.late(PEER, now + 10 * MILLI));
        assertTrue(detector.late(PEER, now + 50 * MILLI));
    }

    @Test
    void whoIsNotWatchedAnyMoreLeavesItsPlaceToTheNext() {
        for (long id = 101; id <= 120; id++) {
            detector.add(id, SELF, now);
        }
        for (long id = 101; id <= 118; id++) {
            detector.remove(id, SELF, now);
        }
        detector.remove(101, SELF, now);
        assertEquals(List.of(PEER, 119L, 120L), detector.toPing(now));
        now += 60 * SECOND;
        detector.tick(now, now);
        assertEquals(List.of(PEER, 119L, 120L), detector.accused(now));
        assertTrue(detector.avoids(101, now));
        detector.heard(101, now);
        detector.add(101, SELF, now);
        assertFalse(detector.avoids(101, now));
    }

    @Test
    void threePingsWithoutAnyMessageMakeASuspect() {
        for (int i = 0; i < 3; i++) {
            tickAndPing();
            assertFalse(detector.isDoubted(PEER));
        }
        tickAndPing();
        assertTrue(detector.isDoubted(PEER));
        assertEquals(1, detector.suspicions());
        detector.beat(PEER, now);
        assertTrue(detector.isDoubted(PEER), "it lives, but does not answer here");
        detector.heard(PEER, now);
        assertFalse(detector.isDoubted(PEER));
    }

    @Test
    void anyMessageCountsAsAlive() {
        for (int i = 0; i < 20; i++) {
            tickAndPing();
            detector.heard(PEER, now);
        }
        assertFalse(detector.isDoubted(PEER));
        assertEquals(List.of(), detector.accused(now));
    }

    @Test
    void aLostConnectionIsAvoidedUntilThereIsOneAgain() {
        detector.lost(PEER);
        assertTrue(detector.avoids(PEER, now));
        detector.heard(PEER, now);
        assertTrue(detector.avoids(PEER, now));
        detector.connected(PEER, now);
        assertFalse(detector.avoids(PEER, now));
    }

    @Test
    void whoHasJustBeenConnectedIsFreshForThreeSeconds() {
        assertFalse(detector.isFresh(PEER, now));
        detector.lost(PEER);
        detector.connected(PEER, now);
        assertTrue(detector.isFresh(PEER, now + 2_999 * MILLI));
        assertFalse(detector.isFresh(PEER, now + 3 * SECOND));
        detector.connected(PEER, now + 4 * SECOND);
        assertTrue(detector.isFresh(PEER, now + 5 * SECOND));
    }

    @Test
    void accusedIsWhoHasBeenSilentForLong() {
        long begun = now;
        while (now - begun < 12 * SECOND && detector.accused(now).isEmpty()) {
            tickAndPing();
        }
        long silence = now - begun;
        assertTrue(silence >= 5 * SECOND && silence <= 7 * SECOND, () -> "accused after " + silence);
        detector.beat(PEER, now);
        assertEquals(List.of(), detector.accused(now), "it was heard of through others");
    }

    @Test
    void irregularHeartbeatsAreGivenMoreTime() {
        Arrivals regular = new Arrivals(SECOND, SECOND, 0);
        Arrivals irregular = new Arrivals(SECOND, SECOND, 0);
        long at = 0;
        for (int i = 0; i < 100; i++) {
            regular.arrived(i * SECOND);
            at += i % 3 == 0 ? 4 * SECOND : SECOND / 2;
            irregular.arrived(at);
        }
        assertTrue(regular.boundNanos() <= 4 * SECOND, () -> "bound " + regular.boundNanos());
        assertTrue(irregular.boundNanos() >= 8 * SECOND, () -> "bound " + irregular.boundNanos());
    }

    @Test
    void aStallOfThisNodeItselfSuspectsNobody() {
        tickAndPing();
        detector.heard(PEER, now);
        tickAndPing();
        long due = now + PING;
        now += 15 * SECOND;
        detector.tick(due, now);
        assertFalse(detector.isDoubted(PEER));
        assertEquals(List.of(), detector.accused(now));
        assertEquals(1, detector.stalls());
    }

    @Test
    void aConnectionWithoutAnswersIsMadeAnewOnceInAWhile() {
        int redials = 0;
        for (int i = 0; i < 25; i++) {
            tickAndPing();
            // What it says does come, so it is alive: only its answers do not.
            detector.heard(PEER, now);
            redials += detector.toRedial(now).size();
        }
        assertTrue(redials >= 3 && redials <= 5, "redials in 10 s: " + redials);
        detector.lost(PEER);
        for (int i = 0; i < 25; i++) {
            tickAndPing();
            assertEquals(List.of(), detector.toRedial(now));
        }
    }

    @Test
    void whoAnswersIsNotRedialed() {
        for (int i = 0; i < 50; i++) {
            tickAndPing();
            detector.ponged(PEER, i + 1, now);
            assertEquals(List.of(), detector.toRedial(now));
        }
    }

    @Test
    void everyMemberIsWatchedByAsManyAsItWatches() {
        Map<Long, Integer> watchers = new HashMap<>();
        int members = 40;
        for (long self = 1; self <= members; self++) {
            FailureDetector each = new FailureDetector(SECOND, 5 * SECOND);
            for (long id = 1; id <= members; id++) {
                if (id != self) {
                    each.add(id, self, now);
                }
            }
            List<Long> watched = each.toPing(now);
            assertEquals(FailureDetector.NEIGHBOURS_MAX, watched.size());
            watched.forEach(id -> watchers.merge(id, 1, Integer::sum));
        }
        assertEquals(members, watchers.size());
        watchers.forEach((id, count) -> assertEquals(FailureDetector.NEIGHBOURS_MAX, count, "watchers of " + id));
    }

    @Test
    void aPeerWhoseAnswersWereLateIsProbedThoughItIsNoNeighbour() {
        FailureDetector large = new FailureDetector(SECOND, 5 * SECOND);
        for (long id = 2; id <= 40; id++) {
            large.add(id, 1, now);
        }
        assertFalse(large.toPing(now).contains(20L));
        large.late(20, now);
        assertTrue(large.toPing(now + SECOND).contains(20L));
        assertFalse(large.toPing(now + 6 * SECOND).contains(20L));
    }

    private void tickAndPing() {
        now += PING;
        detector.tick(now, now);
        detector.toPing(now).forEach(peer -> detector.ping(peer, now));
    }
}
