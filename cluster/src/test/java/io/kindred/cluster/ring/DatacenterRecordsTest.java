package io.kindred.cluster.ring;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.Seeds;
import io.kindred.cluster.membership.ChangeRecord;
import io.kindred.cluster.membership.ChangeRecord.Site;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Each datacenter's ring is of its own nodes, and is what it would be if there were no other. */
class DatacenterRecordsTest {
    private static final int Q = 64;

    @Test
    void oneDatacenterHasTheRingThatAllRecordsHave() {
        Seeds.each(60, "DatacenterRecordsTest#oneDatacenterHasTheRingThatAllRecordsHave", random -> {
            List<ChangeRecord> records = history(random, List.of("east"));
            assertEquals(Map.of("east", Claim.fold(Q, records)), rings(records));
        });
    }

    @Test
    void theArrivalOrderDoesNotMatter() {
        Seeds.each(60, "DatacenterRecordsTest#theArrivalOrderDoesNotMatter", random -> {
            List<ChangeRecord> records = history(random, List.of("", "east", "west"));
            List<ChangeRecord> shuffled = new ArrayList<>(records);
            shuffled.addAll(records.subList(0, records.size() / 2));
            Collections.shuffle(shuffled, random);
            assertEquals(DatacenterRecords.split(records), DatacenterRecords.split(shuffled));
        });
    }

    /** Checked against a count of its own: who is where, told without any ring. */
    @Test
    void everyNodeIsInTheRingOfItsDatacenterAndInNoOther() {
        Seeds.each(200, "DatacenterRecordsTest#everyNodeIsInTheRingOfItsDatacenterAndInNoOther", random -> {
            List<ChangeRecord> records = history(random, List.of("", "east", "west"));
            TreeMap<Long, String> expected = new TreeMap<>();
            for (ChangeRecord record : records) {
                follow(expected, record);
            }
            TreeMap<Long, String> found = new TreeMap<>();
            rings(records).forEach((datacenter, ring) -> {
                assertTrue(!ring.isEmpty(), "no ring without a node");
                for (long node : ring.nodes()) {
                    assertEquals(null, found.put(node, datacenter), "in two rings");
                }
            });
            assertEquals(expected, found);
        });
    }

    @Test
    void whatHappensInOneDatacenterMovesNothingInAnother() {
        List<ChangeRecord> records = new ArrayList<>(twoOfThree());
        Ring west = ring(records, "west");
        records.add(join(7, 7, "east"));
        records.add(ChangeRecord.leave(1, 8, 2));
        records.add(ChangeRecord.weight(1, 9, 1, 3));
        assertEquals(west, ring(records, "west"));
        assertArrayEquals(new long[] {1, 3, 7}, nodes(records, "east"));
    }

    @Test
    void aReplacementFromAnotherDatacenterJoinsItsOwn() {
        List<ChangeRecord> records = new ArrayList<>(twoOfThree());
        records.add(join(7, 7, "west").replacing(2, 8));
        assertArrayEquals(new long[] {1, 3}, nodes(records, "east"));
        assertArrayEquals(new long[] {4, 5, 6, 7}, nodes(records, "west"));
    }

    @Test
    void aReplacementWithinADatacenterIsARename() {
        List<ChangeRecord> records = new ArrayList<>(twoOfThree());
        Ring before = ring(records, "east");
        records.add(join(7, 7, "east").replacing(2, 8));
        Ring after = ring(records, "east");
        for (int partition = 0; partition < Q; partition++) {
            long owner = before.owner(partition);
            assertEquals(owner == 2 ? 7 : owner, after.owner(partition));
        }
    }

    @Test
    void aNodeThatIsConfiguredElsewhereMoves() {
        List<ChangeRecord> records = new ArrayList<>(twoOfThree());
        records.add(join(2, 7, "west"));
        assertArrayEquals(new long[] {1, 3}, nodes(records, "east"));
        assertArrayEquals(new long[] {2, 4, 5, 6}, nodes(records, "west"));
    }

    @Test
    void aWholeDatacenterMayGoAndAnotherOfItsNameBeginAnew() {
        List<ChangeRecord> records = new ArrayList<>(twoOfThree());
        for (long node = 4; node <= 6; node++) {
            records.add(ChangeRecord.forget(1, 10 + node, node));
        }
        assertEquals(new TreeSet<>(List.of("east")), rings(records).keySet());
        records.add(join(8, 30, "west"));
        assertArrayEquals(new long[] {8}, nodes(records, "west"));
    }

    @Test
    void theLastNodeOfAllStays() {
        List<ChangeRecord> records = List.of(
                join(1, 1, "east"), join(2, 2, "west"), ChangeRecord.leave(1, 3, 1), ChangeRecord.leave(2, 4, 2));
        assertEquals(new TreeSet<>(List.of("west")), rings(records).keySet());
        assertArrayEquals(new long[] {2}, nodes(records, "west"));
    }

    private static List<ChangeRecord> twoOfThree() {
        List<ChangeRecord> records = new ArrayList<>();
        for (long node = 1; node <= 6; node++) {
            records.add(join(node, node, node <= 3 ? "east" : "west"));
        }
        return records;
    }

    private static ChangeRecord join(long node, long stamp, String datacenter) {
        return ChangeRecord.join(node, stamp, node, 1, new Site("", datacenter));
    }

    private static Ring ring(List<ChangeRecord> records, String datacenter) {
        return Objects.requireNonNull(rings(records).get(datacenter), datacenter);
    }

    private static long[] nodes(List<ChangeRecord> records, String datacenter) {
        return ring(records, datacenter).nodes().stream()
                .mapToLong(Long::longValue)
                .sorted()
                .toArray();
    }

    private static SortedMap<String, Ring> rings(List<ChangeRecord> records) {
        SortedMap<String, Ring> rings = new TreeMap<>();
        DatacenterRecords.split(records).forEach((datacenter, own) -> {
            RingHistory history = new RingHistory(Q);
            history.fold(own);
            rings.put(datacenter, history.target());
        });
        return rings;
    }

    private static void follow(TreeMap<Long, String> places, ChangeRecord record) {
        switch (record.kind()) {
            case JOIN -> places.put(record.subject(), record.datacenter());
            case REPLACE -> {
                boolean isThere = record.other() != record.subject() && places.containsKey(record.other());
                if (isThere) {
                    places.remove(record.other());
                }
                if (isThere || !places.containsKey(record.subject())) {
                    places.put(record.subject(), record.datacenter());
                }
            }
            case LEAVE, FORGET -> {
                if (places.size() > 1) {
                    places.remove(record.subject());
                }
            }
            case WEIGHT -> {}
        }
    }

    /** Nodes that join, also twice and elsewhere, leave, are forgotten, replaced and weighed anew; strangers, too. */
    private static List<ChangeRecord> history(Random random, List<String> datacenters) {
        List<ChangeRecord> records = new ArrayList<>();
        for (int stamp = 1; stamp <= 30; stamp++) {
            long node = 1 + random.nextInt(8);
            ChangeRecord join = join(node, stamp, datacenters.get(random.nextInt(datacenters.size())));
            records.add(
                    switch (stamp == 1 ? 0 : random.nextInt(8)) {
                        case 0, 1, 2, 3 -> join;
                        case 4 -> ChangeRecord.leave(1, stamp, node);
                        case 5 -> ChangeRecord.forget(1, stamp, node);
                        case 6 -> ChangeRecord.weight(1, stamp, node, 1 + random.nextInt(3));
                        default -> join.replacing(1 + random.nextInt(8), stamp);
                    });
        }
        return records;
    }
}
