package io.kindred.cluster.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.membership.ChangeRecord;
import io.kindred.cluster.membership.CompactedRecords;
import io.kindred.cluster.membership.Generation;
import io.kindred.cluster.membership.Member;
import io.kindred.cluster.membership.MembershipView;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The fold that goes on from a checkpoint, against that of all records. */
class CheckpointTest {
    private static final int Q = 64;
    private static final int SEEDS = 40;

    private static List<ChangeRecord> draw(Random random, int count) {
        List<ChangeRecord> records = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            long stamp = 10L * i;
            long author = 1 + random.nextInt(3);
            long subject = 1 + random.nextInt(12);
            String datacenter = "dc" + random.nextInt(3);
            ChangeRecord join = ChangeRecord.join(
                    author, stamp, subject, 1, new ChangeRecord.Site("z" + random.nextInt(3), datacenter));
            records.add(
                    switch (random.nextInt(8)) {
                        case 0, 1, 2 -> join;
                        case 3, 4 -> ChangeRecord.leave(author, stamp, subject);
                        case 5 -> ChangeRecord.forget(author, stamp, subject);
                        case 6 -> join.replacing(1 + random.nextInt(12), stamp);
                        default -> ChangeRecord.weight(author, stamp, subject, 0.5 + random.nextInt(4));
                    });
        }
        return records;
    }

    private static MembershipView view() {
        return new MembershipView(new Member(1, "n1", "h", 1, 1, "", "", 1, 1, Generation.ofStart(1), 0));
    }

    /** By datacenter, as a node goes along: what has no records any more is forgotten. */
    private static final class Rings {
        final TreeMap<String, RingHistory> histories = new TreeMap<>();

        void use(Checkpoint checkpoint, List<ChangeRecord> since) {
            SortedMap<String, DatacenterRecords.Branch> branches = DatacenterRecords.split(checkpoint, since);
            histories.keySet().retainAll(branches.keySet());
            branches.forEach((name, branch) ->
                    histories.computeIfAbsent(name, first -> new RingHistory(Q)).fold(branch.base(), branch.records()));
        }

        SortedMap<String, Ring> targets() {
            TreeMap<String, Ring> targets = new TreeMap<>();
            histories.forEach((name, history) -> targets.put(name, history.target()));
            return targets;
        }
    }

    private static SortedMap<String, Ring> foldAll(List<ChangeRecord> records) {
        Rings rings = new Rings();
        rings.use(Checkpoint.NONE, records);
        return rings.targets();
    }

    private static Checkpoint checkpoint(MembershipView view, List<ChangeRecord> all, long stamp) {
        return new Checkpoint(
                view.changes().upTo(stamp),
                foldAll(all.stream().filter(record -> record.stamp() <= stamp).toList()));
    }

    @Test
    void theRingsAreThoseOfAllRecordsWhereverTheCheckpointIs() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            String at = "seed " + seed;
            Random random = new Random(seed);
            List<ChangeRecord> records = draw(random, 60);
            MembershipView goesOn = view();
            MembershipView all = view();
            Rings running = new Rings();
            Checkpoint checkpoint = Checkpoint.NONE;
            for (int known = 1; known <= records.size(); known++) {
                goesOn.learn(records.subList(known - 1, known));
                all.learn(records.subList(known - 1, known));
                running.use(checkpoint, goesOn.changes().all());
                if (random.nextInt(4) == 0) {
                    checkpoint = checkpoint(goesOn, records, 10L * Math.max(1, known - random.nextInt(6)));
                    if (checkpoint
                            .records()
                            .isAbove(
                                    goesOn.changes().compacted().stamp(),
                                    goesOn.changes().compacted().hash())) {
                        goesOn.changes().compact(checkpoint.records());
                    } else {
                        checkpoint = new Checkpoint(
                                goesOn.changes().compacted(),
                                checkpoint(
                                                goesOn,
                                                records,
                                                goesOn.changes().compacted().stamp())
                                        .rings());
                    }
                    running.use(checkpoint, goesOn.changes().all());
                }
                SortedMap<String, Ring> expected = foldAll(records.subList(0, known));
                assertEquals(expected, running.targets(), at);
                Rings started = new Rings();
                started.use(checkpoint, goesOn.changes().all());
                assertEquals(expected, started.targets(), at + ", after a start");
                assertEquals(all.changes().hash(), goesOn.changes().hash(), at);
                assertEquals(all.changes().bucketHashes(), goesOn.changes().bucketHashes(), at);
                for (long id = 1; id <= 12; id++) {
                    assertEquals(
                            DatacenterRecords.placeOf(Checkpoint.NONE, records.subList(0, known), id),
                            DatacenterRecords.placeOf(
                                    checkpoint, goesOn.changes().all(), id),
                            at);
                }
            }
            assertEquals(
                    new TreeSet<>(CompactedRecords.standing(records).values()),
                    new TreeSet<>(
                            CompactedRecords.standing(goesOn.changes().known()).values()),
                    at);
            assertTrue(goesOn.changes().size() < records.size(), at);
        }
    }

    /** What is kept of the rings before the target stays, so that data under way is found where it is. */
    @Test
    void aCheckpointOfTheSameRecordsLeavesTheRingsBeforeTheTarget() {
        List<ChangeRecord> records = new ArrayList<>();
        for (int i = 1; i <= 20; i++) {
            records.add(ChangeRecord.join(1, i, i, 1, ChangeRecord.Site.NONE));
        }
        RingHistory history = new RingHistory(Q);
        history.fold(records);
        List<Ring> before = history.rings();
        MembershipView view = view();
        view.learn(records);
        Checkpoint checkpoint = checkpoint(view, records, 15);
        history.fold(checkpoint.base(""), records.subList(15, 20));
        assertEquals(before, history.rings());
        records.add(ChangeRecord.leave(1, 21, 3));
        history.fold(checkpoint.base(""), records.subList(15, 21));
        assertEquals(Claim.fold(Q, records), history.target());
        assertEquals(before.get(before.size() - 1), history.back(1));
    }

    /** Its place would be among those that are folded for good. */
    @Test
    void aRecordThatComesTooLateIsNotTaken() {
        List<ChangeRecord> records = draw(new Random(7), 30);
        MembershipView view = view();
        view.learn(records);
        view.changes().compact(view.changes().upTo(200));
        long hash = view.changes().hash();
        assertTrue(!view.learn(List.of(ChangeRecord.leave(9, 155, 2))));
        assertTrue(!view.learn(records.subList(0, 20)));
        assertEquals(hash, view.changes().hash());
        assertEquals(records.subList(20, 30), view.changes().all());
    }

    @Test
    void ofTwoTheHigherStampCountsOnAllNodes() {
        List<ChangeRecord> records = draw(new Random(8), 30);
        MembershipView one = view();
        one.learn(records);
        MembershipView other = view();
        other.learn(records.subList(3, 30));
        assertTrue(!other.changes().isOfTheSame(one.changes().upTo(100)));
        assertTrue(!one.changes().isOfTheSame(other.changes().upTo(200)));
        one.changes().compact(one.changes().upTo(100));
        other.changes().compact(other.changes().upTo(200));
        assertTrue(other.changes()
                .compacted()
                .isAbove(
                        one.changes().compacted().stamp(),
                        one.changes().compacted().hash()));
        one.changes().compact(other.changes().compacted());
        assertEquals(other.changes().hash(), one.changes().hash());
        assertEquals(other.changes().known(), one.changes().known());
        assertTrue(one.changes().isOfTheSame(other.changes().compacted()));
    }
}
