package io.kindred.cluster.version;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WinnerTest {
    private static final Actor A = new Actor(1, 1);
    private static final Actor B = new Actor(2, 1);
    private static final Actor C = new Actor(3, 1);

    private static Versions beside(Sibling... siblings) {
        Versions versions = Versions.EMPTY;
        for (Sibling sibling : siblings) {
            versions = versions.write(VersionVector.EMPTY, sibling);
        }
        return versions;
    }

    private static Sibling update(Actor actor, long counter, long stamp, TermMark mark) {
        return new Sibling(new Dot(actor, counter), stamp, Sibling.NEVER, new byte[] {1}, mark);
    }

    private static Sibling deleted(Actor actor, long counter, long stamp, TermMark mark) {
        return new Sibling(new Dot(actor, counter), stamp, Sibling.NEVER, null, mark);
    }

    private static Sibling plain(Actor actor, long counter, long stamp) {
        return new Sibling(new Dot(actor, counter), stamp, Sibling.NEVER, new byte[] {2});
    }

    private static void assertWinner(@Nullable Sibling expected, Versions versions) {
        if (expected == null) {
            assertNull(versions.winner());
        } else {
            Sibling winner = versions.winner();
            assertNotNull(winner);
            assertEquals(expected.dot(), winner.dot());
        }
    }

    @Test
    void theGreaterTermCountsWhateverTheStamps() {
        Sibling older = update(A, 1, 9_000, new TermMark(5, 0, 0));
        Sibling newer = update(B, 1, 100, new TermMark(6, 0, 0));
        assertWinner(newer, beside(older, newer));
        Sibling later = update(A, 2, 50, new TermMark(5, 0, 0));
        assertWinner(later, beside(older, later));
    }

    @Test
    void aTombstoneOfAGreaterTermCounts() {
        Sibling older = update(A, 1, 9_000, new TermMark(5, 0, 0));
        Sibling gone = deleted(B, 1, 100, new TermMark(6, 0, 0));
        assertWinner(null, beside(older, gone));
        assertWinner(older, beside(older, deleted(B, 1, 9_500, new TermMark(4, 0, 0))));
        assertWinner(older, beside(older, deleted(B, 1, 9_500, TermMark.NONE)));
    }

    @Test
    void aTombstoneBelowTheReapMarkDecidesNothingAboutWhatIsAboveIt() {
        Sibling newer = update(A, 1, 9_000, new TermMark(5, 0, 0));
        Sibling gone = deleted(B, 1, 100, new TermMark(6, 0, 0));
        assertWinner(newer, beside(newer, gone).settled(100));
        assertWinner(null, beside(newer, gone).settled(99));
    }

    @Test
    void whatATombstoneHasBeatenDoesNotComeBackWhenItIsBelowTheReapMark() {
        Sibling beaten = update(A, 1, 90, new TermMark(5, 0, 0));
        Sibling gone = deleted(B, 1, 100, new TermMark(6, 0, 0));
        Versions both = beside(beaten, gone);
        assertWinner(null, both.settled(100));
        assertEquals(100, both.goneAt(), "nothing of it counts");
        Sibling newer = update(C, 1, 9_000, new TermMark(4, 0, 0));
        assertWinner(newer, beside(beaten, gone, newer).settled(100));
        assertWinner(null, beside(beaten, gone, newer).settled(99));
        // Others have been told of it by now: it stays.
        assertWinner(newer, beside(beaten, gone, newer).settled(9_000));
        assertEquals(Long.MAX_VALUE, beside(beaten, gone, newer).goneAt());
    }

    @Test
    void whatHasExpiredDecidesNothingEither() {
        Sibling expired = new Sibling(new Dot(B, 1), HybridClock.ofMillis(1), 2, new byte[] {1}, new TermMark(6, 0, 0));
        Sibling newer = update(A, 1, HybridClock.ofMillis(9), new TermMark(5, 0, 0));
        assertWinner(newer, beside(expired, newer).settled(HybridClock.ofMillis(3)));
        assertWinner(expired, beside(expired, newer).settled(HybridClock.ofMillis(2)));
    }

    @Test
    void aPlainWriteThatTheUpdateHadNotSeenComesAfterIt() {
        Sibling update = update(A, 1, 110, new TermMark(5, 0, 50));
        Sibling unseen = plain(B, 1, 100);
        assertWinner(unseen, beside(update, unseen));
        assertWinner(unseen, beside(deleted(A, 1, 110, new TermMark(5, 0, 50)), unseen));
        Sibling lost = plain(C, 1, 50);
        assertWinner(update, beside(update, lost));
    }

    @Test
    void whatIsLeftOfEachDatacenterGoesByStamp() {
        Sibling here = update(A, 1, 100, new TermMark(9, 0, 0));
        Sibling hereBefore = update(B, 1, 500, new TermMark(8, 0, 0));
        Sibling there = update(C, 1, 200, new TermMark(1, 77, 0));
        assertWinner(there, beside(here, hereBefore, there));
        assertWinner(here, beside(here, hereBefore, deleted(C, 1, 200, new TermMark(1, 77, 0))));
    }

    @Test
    void aVersionKnowsThePlainWritesThatItIsBuiltUpon() {
        Versions before = beside(plain(A, 1, 40), update(B, 1, 100, new TermMark(5, 0, 60)));
        assertEquals(60, before.baseStamp());
        assertEquals(
                70,
                beside(plain(A, 1, 70), update(B, 1, 100, new TermMark(5, 0, 60)))
                        .baseStamp());
        assertEquals(0, beside(deleted(A, 1, 70, TermMark.NONE)).baseStamp());
    }
}
