package io.kindred.cluster.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.Seeds;
import io.kindred.cluster.membership.MembershipView.Learned;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MembershipViewTest {
    private static final long G1 = Generation.ofStart(1);
    private static final long NEWS = 12_000_000_000L;

    private final MembershipView view = viewOf(5);

    @Test
    void everyStartIsAboveAllThatAFormerOneRefutedWith() {
        long refuted = Generation.ofStart(3);
        for (int i = 0; i < 1_000; i++) {
            refuted = Generation.above(refuted);
        }
        assertEquals(3, Generation.start(refuted));
        assertEquals(1_000, Generation.refutations(refuted));
        assertTrue(Generation.ofStart(4) > refuted);
    }

    @Test
    void twoAccusersMakeAMemberDownAndOneASuspect() {
        accuse(2, 5, G1);
        assertTrue(view.isAccusedByAny(5));
        assertFalse(view.isDown(5));
        accuse(3, 5, G1);
        assertTrue(view.isDown(5));
    }

    @Test
    void thisNodesOwnAccusationCounts() {
        accuse(2, 5, G1);
        view.accuse(List.of(new Accusation(5, G1)));
        view.judge();
        assertTrue(view.isDown(5));
        view.accuse(List.of());
        view.judge();
        assertFalse(view.isDown(5));
        assertTrue(view.isAccusedByAny(5));
    }

    @Test
    void aHigherGenerationRefutes() {
        accuse(2, 5, G1);
        accuse(3, 5, G1);
        assertEquals(Learned.NEWER, view.learn(new Beat(5, Generation.above(G1), 3, List.of(), Standing.UNKNOWN), 0));
        view.judge();
        assertFalse(view.isDown(5));
        assertFalse(view.isAccusedByAny(5));
    }

    @Test
    void theWordOfTheAccusedAndOfTheDeadDoesNotCount() {
        accuse(2, 5, G1);
        accuse(3, 5, G1);
        view.accuse(List.of(new Accusation(2, G1)));
        view.judge();
        assertFalse(view.isDown(5), "this node accuses one of the accusers");
        view.accuse(List.of());
        view.learn(new Beat(4, G1, 9, List.of(new Accusation(2, G1), new Accusation(3, G1)), Standing.UNKNOWN), 0);
        view.learn(new Beat(5, G1, 9, List.of(new Accusation(2, G1), new Accusation(3, G1)), Standing.UNKNOWN), 0);
        view.judge();
        assertFalse(view.isDown(5), "two halves that accuse each other");
        assertFalse(view.isDown(2));
    }

    @Test
    void aNodeThatIsAccusedRaisesItsGenerationOnce() {
        Beat beat = new Beat(2, G1, 7, List.of(new Accusation(1, G1)), Standing.UNKNOWN);
        view.learn(beat, 0);
        assertEquals(Generation.above(G1), view.self().generation());
        view.learn(beat, 0);
        assertEquals(Generation.above(G1), view.self().generation());
        assertEquals(1, view.own().refutations());
        assertEquals(1, view.self().start());
    }

    @Test
    void aNodeThatIsToldOfANewerSelfRisesAboveIt() {
        view.learn(new Beat(1, G1, 4, List.of(), Standing.UNKNOWN), 0);
        assertTrue(view.self().isAbove(G1, Long.MAX_VALUE));
        long before = view.self().generation();
        view.learn(new Beat(1, before, 0, List.of(), Standing.UNKNOWN), 0);
        assertEquals(before, view.self().generation(), "an old heartbeat of its own is nothing new");
    }

    /** It may be the one that knows less: that is for it to find out. */
    @Test
    void anotherStartOfTheNodeIsKeptToBeAskedFor() {
        view.learn(new Beat(1, Generation.ofStart(9), 4, List.of(), Standing.UNKNOWN), 0);
        view.learn(new Beat(2, G1, 7, List.of(new Accusation(1, Generation.ofStart(12))), Standing.UNKNOWN), 0);
        assertEquals(G1, view.self().generation());
        assertEquals(Set.of(9L, 12L), view.own().takeHeardStarts());
        assertEquals(Set.of(), view.own().takeHeardStarts());
    }

    @Test
    void theStartBeforeTheLastIsRemembered() {
        view.learn(member(2, Generation.ofStart(7)), 0);
        view.learn(member(2, Generation.ofStart(9)), 0);
        assertEquals(List.of(9L, 7L), view.startsKnown(2));
        assertEquals(List.of(), view.startsKnown(99));
    }

    @Test
    void aBeatOfAnUnknownStartIsAskedAfter() {
        assertEquals(Learned.UNKNOWN, view.learn(new Beat(77, G1, 1, List.of(), Standing.UNKNOWN), 0));
        assertEquals(
                Learned.UNKNOWN, view.learn(new Beat(2, Generation.ofStart(2), 1, List.of(), Standing.UNKNOWN), 0));
        assertTrue(view.learn(member(2, Generation.ofStart(2)), 0));
        assertEquals(Learned.NEWER, view.learn(new Beat(2, Generation.ofStart(2), 1, List.of(), Standing.UNKNOWN), 0));
        assertEquals(
                Learned.OLD, view.learn(new Beat(2, G1, 100, List.of(), Standing.UNKNOWN), 0), "of its former self");
    }

    @Test
    void newsGoesBeforeWhatIsUsualAndEverybodyHasHisTurn() {
        MembershipView large = viewOf(1_000);
        for (long id = 2; id <= 1_000; id++) {
            large.learn(new Beat(id, G1, 1, List.of(), Standing.UNKNOWN), 0);
        }
        assertEquals(1, large.beats(128, NEWS, NEWS).get(0).id(), "after that long no member is news any more");
        large.learn(new Beat(500, G1, 2, List.of(new Accusation(3, G1)), Standing.UNKNOWN), 2 * NEWS);
        large.learn(new Beat(501, G1, 2, List.of(), Standing.UNKNOWN), 2 * NEWS);
        Set<Long> toldOf = new HashSet<>();
        for (int round = 0; round < 40; round++) {
            List<Beat> beats = large.beats(128, 2 * NEWS + round, NEWS);
            assertEquals(128, beats.size());
            assertEquals(128, new HashSet<>(beats).size());
            assertEquals(1, beats.get(0).id());
            assertEquals(500, beats.get(1).id());
            beats.forEach(beat -> toldOf.add(beat.id()));
        }
        assertEquals(1_000, toldOf.size());
    }

    @Test
    void whoIsLeftOutIsNotToldOfButAnsweredFor() {
        Beat last = new Beat(5, G1, 9, List.of(), new Standing(1, 2, Long.MAX_VALUE, 3));
        view.learn(last, 0);
        view.leaveOut(Set.of(5L));
        assertEquals(
                List.of(1L, 2L, 3L, 4L), view.present().stream().map(Member::id).toList());
        assertEquals(
                List.of(1L, 2L, 3L, 4L),
                view.beats(128, 0, NEWS).stream().map(Beat::id).toList());
        assertEquals(List.of(last), view.newerThan(List.of(new Beat(5, G1, 8, List.of(), Standing.UNKNOWN))));
        assertEquals(Learned.NEWER, view.learn(new Beat(5, G1, 10, List.of(), Standing.UNKNOWN), 0));
        view.leaveOut(Set.of());
        assertEquals(5, view.present().size());
        assertEquals(5, view.beats(128, 0, NEWS).size());
    }

    @Test
    void whoIsLeftOutNeitherAccusesNorIsAccusedNorCountsAsAWitness() {
        accuse(2, 5, G1);
        accuse(3, 5, G1);
        view.leaveOut(Set.of(3L));
        view.judge();
        assertFalse(view.isDown(5));
        view.leaveOut(Set.of(5L));
        view.judge();
        assertFalse(view.isAccusedByAny(5));
        view.leaveOut(Set.of(3L, 4L, 5L));
        view.accuse(List.of(new Accusation(2, G1)));
        view.judge();
        assertTrue(view.isDown(2), "there are only two");
    }

    @Test
    void manyThatAreLeftOutAreNotAmongTheBeatsThatAreChosen() {
        MembershipView large = viewOf(300);
        large.beats(128, 0, NEWS);
        Set<Long> gone = new HashSet<>();
        for (long id = 2; id <= 150; id++) {
            gone.add(id);
        }
        large.leaveOut(gone);
        for (int id = 301; id <= 449; id++) {
            // As many as before, so that an order of those before would pass for one of these.
            large.learn(member(id, G1), 0);
        }
        Set<Long> toldOf = new HashSet<>();
        for (int round = 1; round < 40; round++) {
            large.beats(128, round * 1_000_000_000L, 1).forEach(beat -> toldOf.add(beat.id()));
        }
        assertEquals(300, toldOf.size());
        toldOf.retainAll(gone);
        assertEquals(Set.of(), toldOf);
    }

    @Test
    void logsOfChangesBecomeEqualThroughBoundedPages() {
        Seeds.each(20, "MembershipViewTest#logsOfChangesBecomeEqualThroughBoundedPages", random -> {
            MembershipView one = viewOf(2);
            MembershipView other = viewOf(2);
            int records = 1 + random.nextInt(3_000);
            for (int i = 0; i < records; i++) {
                ChangeRecord record = ChangeRecord.leave(random.nextInt(50), random.nextInt(1 << 20), i);
                int where = random.nextInt(10);
                if (where != 0) {
                    one.learn(List.of(record));
                }
                if (where != 1) {
                    other.learn(List.of(record));
                }
            }
            int asks = 0;
            while (one.changes().hash() != other.changes().hash()) {
                one.learn(other.changes().differing(one.changes().bucketHashes(), 256));
                other.learn(one.changes().differing(other.changes().bucketHashes(), 256));
                assertTrue(++asks <= 100, "no end");
            }
            assertEquals(one.changes().all(), other.changes().all());
            assertEquals(List.of(), one.changes().differing(other.changes().bucketHashes(), 256));
        });
    }

    private void accuse(long by, long whom, long generation) {
        view.learn(new Beat(by, G1, 5, List.of(new Accusation(whom, generation)), Standing.UNKNOWN), 0);
        view.judge();
    }

    private static MembershipView viewOf(int members) {
        MembershipView made = new MembershipView(member(1, G1));
        for (int id = 2; id <= members; id++) {
            made.learn(member(id, G1), 0);
        }
        return made;
    }

    private static Member member(long id, long generation) {
        return new Member(id, "n" + id, "127.0.0.1", 1, 2, "", "", 1, 1, generation, 0);
    }
}
