package io.kindred.cluster.ring;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.kindred.cluster.Seeds;
import io.kindred.cluster.membership.ChangeRecord;
import io.kindred.cluster.membership.ChangeRecord.Site;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PreferenceListTest {

    @Test
    void listIsTheWalkWithDistinctZonesFirst() {
        Seeds.each(100, "PreferenceListTest#listIsTheWalkWithDistinctZonesFirst", random -> {
            Ring ring = anyRing(random);
            int n = 1 + random.nextInt(5);
            for (int p = 0; p < ring.partitions(); p++) {
                PreferenceList list = ring.preferenceList(p, n);
                List<Long> walk = walk(ring, p);
                List<Long> expected = zonesFirst(ring, walk, n);
                assertArrayEquals(toArray(expected), list.ids());
                walk.removeAll(expected);
                expected.addAll(walk);
                assertArrayEquals(toArray(expected), list.extended());
            }
        });
    }

    @Test
    void ownerComesFirst() {
        Ring ring = anyRing(new Random(3));
        for (int p = 0; p < ring.partitions(); p++) {
            assertEquals(ring.owner(p), ring.preferenceList(p, 3).id(0));
        }
    }

    @Test
    void listsAreKept() {
        Ring ring = anyRing(new Random(3));
        assertSame(ring.preferenceList(7, 3), ring.preferenceList(7, 3));
        assertEquals(1, ring.preferenceList(7, 1).size());
        assertEquals(ring.preferenceList(7, 3).id(0), ring.preferenceList(7, 1).id(0));
    }

    @Test
    void tokensAreThePartitionsFirstPositions() {
        assertEquals(
                "00000000000000000000000000000000", Ring.empty(1).firstToken(0).toString());
        Ring ring = Ring.empty(1024);
        assertEquals("00000000000000000000000000000000", ring.firstToken(0).toString());
        assertEquals("00400000000000000000000000000000", ring.firstToken(1).toString());
        assertEquals("ffc00000000000000000000000000000", ring.firstToken(1023).toString());
        for (int p = 0; p < 1024; p++) {
            assertEquals(p, Ring.partitionAt(ring.firstToken(p).high(), 1024));
            assertEquals(p, Ring.partitionAt(ring.firstToken(p).high() - 1 + (1L << 54), 1024));
        }
    }

    private static Ring anyRing(Random random) {
        Ring ring = Ring.empty(64);
        int nodes = 1 + random.nextInt(9);
        int zones = random.nextInt(5);
        for (int i = 0; i < nodes; i++) {
            String zone = zones == 0 || random.nextInt(8) == 0 ? "" : "z" + random.nextInt(zones);
            long id = random.nextLong();
            ring = Claim.apply(ring, ChangeRecord.join(id, i, id, 1 + random.nextInt(2), new Site(zone, "")));
        }
        return ring;
    }

    private static List<Long> walk(Ring ring, int partition) {
        Set<Long> distinct = new LinkedHashSet<>();
        for (int step = 0; step < ring.partitions(); step++) {
            distinct.add(ring.owner((partition + step) % ring.partitions()));
        }
        return new ArrayList<>(distinct);
    }

    private static List<Long> zonesFirst(Ring ring, List<Long> walk, int n) {
        List<Long> chosen = new ArrayList<>();
        Set<String> zones = new LinkedHashSet<>();
        for (long id : walk) {
            RingMember member = ring.members().get(ring.indexOf(id));
            String zone = member.zone().isEmpty() ? "alone " + id : member.zone();
            if (chosen.size() < n && zones.add(zone)) {
                chosen.add(id);
            }
        }
        for (long id : walk) {
            if (chosen.size() < n && !chosen.contains(id)) {
                chosen.add(id);
            }
        }
        return chosen;
    }

    private static long[] toArray(List<Long> ids) {
        return ids.stream().mapToLong(Long::longValue).toArray();
    }
}
