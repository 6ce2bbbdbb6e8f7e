package io.kindred.cluster.antientropy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.kindred.cluster.version.Actor;
import io.kindred.cluster.version.Dot;
import io.kindred.cluster.version.HybridClock;
import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.VersionVector;
import io.kindred.cluster.version.Versions;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReapRoundTest {
    private static final Actor A = new Actor(1, 1);

    private final ReapRound round = new ReapRound(100, 10);

    @Test
    void twoExchangesWithEachOtherOwnerAndAWaitProveAPartition() {
        round.add(7, List.of(2L, 3L), 0);
        round.compared(2, 1, Set.of(7), 2);
        round.compared(3, 1, Set.of(7), 4);
        assertEquals(List.of(), round.takeProven(100), "once is not enough");
        round.compared(2, 4, Set.of(7), 5);
        round.compared(3, 4, Set.of(7), 6);
        assertEquals(List.of(), round.takeProven(15));
        assertEquals(List.of(7), round.takeProven(16));
        assertEquals(0, round.size());
    }

    @Test
    void exchangesThatBeganEarlierDoNotCount() {
        round.add(7, List.of(2L), 5);
        round.compared(2, 4, Set.of(7), 6);
        round.compared(2, 5, Set.of(7), 8);
        round.compared(2, 7, Set.of(7), 9);
        assertEquals(List.of(), round.takeProven(100), "the second began before the first had ended");
        round.compared(2, 8, Set.of(7), 9);
        assertEquals(List.of(7), round.takeProven(19));
    }

    @Test
    void otherPartitionsAndOtherNodesDoNotCount() {
        round.add(7, List.of(2L), 0);
        round.compared(3, 1, Set.of(7), 2);
        round.compared(2, 1, Set.of(8), 2);
        round.compared(2, 1, Set.of(), 2);
        round.compared(2, 3, Set.of(7), 4);
        assertEquals(List.of(), round.takeProven(100));
    }

    @Test
    void whoOwnsAloneOnlyWaits() {
        round.add(7, List.of(), 0);
        assertEquals(List.of(), round.takeProven(9));
        assertEquals(List.of(7), round.takeProven(10));
    }

    @Test
    void aContainerIsGoneWhenNothingInItLivesAndNothingThatItHasSeenIsNewer() {
        byte[] value = {1};
        assertEquals(
                50, Versions.delta(VersionVector.EMPTY, sibling(50, -1, null)).goneAt());
        assertEquals(
                Long.MAX_VALUE,
                Versions.delta(VersionVector.EMPTY, sibling(50, -1, value)).goneAt());
        assertEquals(
                HybridClock.ofMillis(8),
                Versions.delta(VersionVector.EMPTY, sibling(50, 7, value)).goneAt());
        VersionVector newer = VersionVector.EMPTY.with(new Dot(new Actor(2, 1), 1), 60);
        assertEquals(
                60, Versions.delta(newer, sibling(50, -1, null)).goneAt(), "it has seen what may still be on its way");
    }

    private static Sibling sibling(long stamp, long expireAtMillis, byte @Nullable [] value) {
        return new Sibling(new Dot(A, 1), stamp, expireAtMillis, value);
    }
}
