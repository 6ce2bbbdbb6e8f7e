package io.kindred.cluster.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.Seeds;
import io.kindred.cluster.membership.ChangeRecord;
import io.kindred.cluster.membership.ChangeRecord.Site;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The fold's meaning: the same records give the same ring, and each record does what it says. */
class ClaimFoldTest {

    private static final int Q = 256;

    @Test
    void arrivalOrderAndRepetitionDoNotMatter() {
        Seeds.each(60, "ClaimFoldTest#arrivalOrderAndRepetitionDoNotMatter", random -> {
            List<ChangeRecord> records = history(random, 30);
            Ring expected = Claim.fold(Q, records);
            List<ChangeRecord> shuffled = new ArrayList<>(records);
            shuffled.addAll(records.subList(0, records.size() / 2));
            Collections.shuffle(shuffled, random);
            assertEquals(expected, Claim.fold(Q, shuffled));
        });
    }

    @Test
    void everyPartitionHasAnOwnerWhoIsAMember() {
        Seeds.each(60, "ClaimFoldTest#everyPartitionHasAnOwnerWhoIsAMember", random -> {
            for (Ring ring : prefixes(history(random, 30))) {
                int owned = 0;
                for (long id : ring.nodes()) {
                    owned += ring.owned(id);
                }
                assertEquals(ring.isEmpty() ? 0 : Q, owned);
                for (int p = 0; p < Q && !ring.isEmpty(); p++) {
                    assertTrue(ring.hasNode(ring.owner(p)));
                }
            }
        });
    }

    @Test
    void theRingOfKnownRecordsStaysAsItIs() {
        List<ChangeRecord> records = new ArrayList<>();
        for (int i = 1; i <= 12; i++) {
            long id = i;
            records.add(ChangeRecord.join(id, i, id, 1 + i % 3, new Site(i > 6 ? "z" + i % 3 : "", "")));
        }
        records.add(ChangeRecord.leave(1, 20, 4));
        records.add(ChangeRecord.weight(1, 21, 5, 0.5));
        Ring ring = Claim.fold(1024, records);
        long[] owners = new long[1024];
        Arrays.setAll(owners, ring::owner);
        assertEquals(GOLDEN, Arrays.hashCode(owners));
    }

    private static final int GOLDEN = 1_771_264_098;

    @Test
    void replacementIsARename() {
        Ring before = joined(6);
        Ring after = Claim.apply(before, join(100, 50).replacing(3, 51));
        assertFalse(after.hasNode(3));
        for (int p = 0; p < Q; p++) {
            assertEquals(before.owner(p) == 3 ? 100 : before.owner(p), after.owner(p));
        }
    }

    @Test
    void replacementTakesTheNewNodesWeight() {
        ChangeRecord heavier = ChangeRecord.join(100, 50, 100, 2, Site.NONE).replacing(3, 51);
        Ring after = Claim.apply(joined(6), heavier);
        assertEquals(Q * 2.0 / 7, after.owned(100), 1);
    }

    @Test
    void replacementEndsARunningJoin() {
        Ring before = joined(6);
        Ring joining = Claim.apply(before, join(100, 50));
        Ring after = Claim.apply(joining, join(100, 50).replacing(3, 51));
        assertEquals(6, after.members().size());
        assertEquals(Q / 6.0, after.owned(100), 1);
    }

    @Test
    void replacingAStrangerIsAJoin() {
        Ring before = joined(6);
        assertEquals(
                Claim.apply(before, join(100, 50)),
                Claim.apply(before, join(100, 50).replacing(77, 51)));
    }

    @Test
    void recordsThatChangeNothingGiveTheSameRing() {
        Ring ring = joined(6);
        assertSame(ring, Claim.apply(ring, ChangeRecord.leave(1, 60, 99)));
        assertSame(ring, Claim.apply(ring, ChangeRecord.forget(1, 60, 99)));
        assertSame(ring, Claim.apply(ring, ChangeRecord.weight(1, 60, 99, 2)));
        assertEquals(ring, Claim.apply(ring, join(3, 60)));
        assertEquals(ring, Claim.apply(ring, ChangeRecord.weight(1, 60, 3, 1)));
    }

    @Test
    void theLastNodeStays() {
        Ring ring = joined(1);
        assertSame(ring, Claim.apply(ring, ChangeRecord.leave(1, 60, 1)));
        assertSame(ring, Claim.apply(ring, ChangeRecord.forget(1, 60, 1)));
    }

    @Test
    void weightMovesTheDifferenceAndLittleMore() {
        Ring before = joined(6);
        Ring heavier = Claim.apply(before, ChangeRecord.weight(1, 60, 3, 2));
        assertEquals(Q * 2.0 / 7, heavier.owned(3), 1);
        int gained = heavier.owned(3) - before.owned(3);
        assertTrue(RingMeasure.primariesMoved(before, heavier) <= 1.2 * gained);
        Ring lighter = Claim.apply(heavier, ChangeRecord.weight(1, 61, 3, 1));
        int lost = heavier.owned(3) - lighter.owned(3);
        assertTrue(RingMeasure.primariesMoved(heavier, lighter) <= 1.2 * lost);
    }

    @Test
    void moreNodesThanPartitionsLeaveSomeWithNone() {
        Ring ring = Ring.empty(4);
        for (int id = 1; id <= 7; id++) {
            ring = Claim.apply(ring, join(id, id));
        }
        Ring finalRing = ring;
        assertEquals(7, ring.members().size());
        assertEquals(
                4, ring.nodes().stream().filter(id -> finalRing.owned(id) > 0).count());
        assertEquals(3, ring.preferenceList(0, 3).size());
    }

    private static Ring joined(int nodes) {
        Ring ring = Ring.empty(Q);
        for (int id = 1; id <= nodes; id++) {
            ring = Claim.apply(ring, join(id, id));
        }
        return ring;
    }

    private static ChangeRecord join(long id, long stamp) {
        return ChangeRecord.join(id, stamp, id, 1, Site.NONE);
    }

    /** Any records about a few nodes, senseless ones too; stamps collide now and then. */
    private static List<ChangeRecord> history(Random random, int size) {
        List<ChangeRecord> records = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            long author = random.nextInt(4) - 2L;
            long subject = random.nextInt(9) - 4L;
            Site site = new Site(random.nextInt(3) == 0 ? "" : "z" + random.nextInt(3), "");
            ChangeRecord join = ChangeRecord.join(author, i / 3, subject, 1 + random.nextInt(3), site);
            records.add(
                    switch (random.nextInt(7)) {
                        case 0 -> ChangeRecord.leave(author, join.stamp(), subject);
                        case 1 -> ChangeRecord.forget(author, join.stamp(), subject);
                        case 2 -> ChangeRecord.weight(author, join.stamp(), subject, join.weight());
                        case 3 -> join.replacing(random.nextInt(9) - 4, join.stamp());
                        default -> join;
                    });
        }
        return records;
    }

    /** The rings of every prefix of the fold, the ring of no record first. */
    private static List<Ring> prefixes(Collection<ChangeRecord> records) {
        List<Ring> rings = new ArrayList<>(List.of(Ring.empty(Q)));
        for (ChangeRecord record : new TreeSet<>(records)) {
            rings.add(Claim.apply(rings.get(rings.size() - 1), record));
        }
        return rings;
    }
}
