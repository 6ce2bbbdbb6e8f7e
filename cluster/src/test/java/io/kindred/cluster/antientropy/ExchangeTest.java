package io.kindred.cluster.antientropy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.Seeds;
import io.kindred.cluster.handoff.OwedRanges;
import io.kindred.cluster.message.ExchangeMessage;
import io.kindred.cluster.message.ExchangeMessage.BucketKeysReply.Covered;
import io.kindred.cluster.message.Range;
import io.kindred.cluster.message.Record;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Actor;
import io.kindred.cluster.version.Dot;
import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.VersionVector;
import io.kindred.cluster.version.Versions;
import io.kindred.cluster.version.VersionsCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Two replicas come to have the same, at the cost of what differs. */
class ExchangeTest extends ExchangedReplicas {
    private static void differ(int keys, int differences) {
        TwoReplicas two = new TwoReplicas();
        for (int i = 0; i < keys; i++) {
            RecordKey key = two.key(0, "key:" + i);
            byte[] record = VersionsCodec.encode(TwoReplicas.write(Versions.EMPTY, 1 + i % 2, i + 1, "v".repeat(100)));
            two.left.records.put(key.bytes(), record);
            two.right.records.put(key.bytes(), record);
        }
        two.left.begin(true);
        two.right.begin(true);
        two.left.build();
        two.right.build();
        long sizeBytes = two.left.trees.sizeBytes();
        two.exchange();
        long equal = two.bytes;
        Random random = new Random(7);
        for (int i = 0; i < differences; i++) {
            TestReplica behind = i % 2 == 0 ? two.left : two.right;
            RecordKey key = two.key(0, "key:" + random.nextInt(keys));
            behind.put(key, TwoReplicas.write(behind.held(key), 1, keys + i, "w".repeat(100)));
        }
        two.bytes = 0;
        two.messages = 0;
        long begun = System.nanoTime();
        ExchangeCore.Repaired repaired = two.exchange();
        long took = System.nanoTime() - begun;
        System.out.println(keys + " keys: trees " + sizeBytes + " bytes; equal: " + equal + " bytes; " + differences
                + " differ: " + two.bytes + " bytes in " + two.messages + " messages, " + took / 1_000_000 + " ms, "
                + repaired);
        assertEqualRecords(two);
        assertTrue(equal < 10_000, () -> "equal replicas cost " + equal + " bytes");
        assertTrue(two.bytes < 1_000_000, () -> "it cost " + two.bytes + " bytes");
        assertTrue(took < 5 * SECOND_NANOS, () -> "it took " + took + " ns");
    }

    /** Larger than a message. */
    private static Versions huge(int node) {
        byte[] value = new byte[12 << 20];
        Versions huge = Versions.EMPTY;
        for (int i = 0; i < 6; i++) {
            Sibling sibling = new Sibling(new Dot(new Actor(node, 1), i + 1), i + 1, Sibling.NEVER, value);
            huge = huge.write(VersionVector.EMPTY, sibling);
        }
        return huge;
    }

    private static Covered covered(int ranges, long lastHash) {
        return new Covered(ranges, new Range.End(lastHash, null));
    }

    private static ExchangeMessage.BucketKeys bucketKeys(int partition, int lane, long first, long last) {
        return new ExchangeMessage.BucketKeys(1, List.of(new Range(partition, lane, first, last)), new long[0]);
    }

    @Test
    void makesReplicasEqualWhateverTheirHistories() {
        Seeds.each(30, "ExchangeTest#makesReplicasEqualWhateverTheirHistories", random -> {
            TwoReplicas two = new TwoReplicas();
            two.left.begin(false);
            two.right.begin(false);
            int keys = 1 + random.nextInt(3_000);
            for (int i = 0; i < keys; i++) {
                write(two, random, i);
            }
            two.exchange();
            assertEqualRecords(two);
            for (int partition = 0; partition < TestReplica.PARTITIONS; partition++) {
                assertEquals(two.left.trees.root(partition), two.right.trees.root(partition));
            }
        });
    }

    @Test
    void costIsThatOfTheDifference() {
        differ(50_000, 100);
    }

    /** What issue and docs/anti-entropy.md promise. */
    @Test
    @Tag("long")
    void aMillionKeysThatDifferInAHundred() {
        differ(1_000_000, 100);
    }

    @Test
    void anEmptyReplicaGetsEverything() {
        TwoReplicas two = new TwoReplicas();
        two.left.begin(false);
        two.right.begin(false);
        for (int i = 0; i < 3_000; i++) {
            two.right.put(two.key(0, "{one}" + i), TwoReplicas.write(Versions.EMPTY, 1, i + 1, "v" + i));
        }
        ExchangeCore.Repaired repaired = two.exchange();
        assertEqualRecords(two);
        assertEquals(3_000, repaired.keysTaken());
        assertEquals(0, repaired.keysSent());
    }

    /** Two keys a partition. */
    @Test
    void smallPartitionsShareMessages() {
        for (boolean isEmpty : new boolean[] {true, false}) {
            TwoReplicas two = new TwoReplicas();
            two.left.begin(false);
            two.right.begin(false);
            for (int i = 0; i < 2 * TestReplica.PARTITIONS; i++) {
                RecordKey key = two.key(0, "k" + i);
                two.right.put(key, TwoReplicas.write(Versions.EMPTY, 1, i + 1, "v" + i));
                if (!isEmpty) {
                    two.left.put(key, TwoReplicas.write(Versions.EMPTY, 2, i + 1, "w" + i));
                }
            }
            two.exchange();
            assertEqualRecords(two);
            assertTrue(two.messages < 200, () -> two.messages + " messages");
        }
    }

    @Test
    void anAnswerThatCoversNothingOrTooMuchEndsTheSession() {
        for (Covered wrong : List.of(covered(0, 0), covered(1_000, -1), covered(1, 0), covered(1, -1))) {
            TwoReplicas two = new TwoReplicas();
            two.left.begin(false);
            two.right.begin(false);
            RecordKey key = two.key(0, "k7");
            two.right.put(key, TwoReplicas.write(Versions.EMPTY, 1, 1, "v"));
            two.tampering = message -> message instanceof ExchangeMessage.BucketKeysReply reply
                    ? new ExchangeMessage.BucketKeysReply(
                            reply.requestId(), reply.verdict(), wrong, reply.found(), reply.missing())
                    : message;
            ExchangeCore.Repaired repaired = two.exchange();
            assertEquals(1, repaired.failed(), wrong::toString);
            assertEquals(0, repaired.keysTaken());
        }
    }

    @Test
    void largeValuesGoInBoundedMessages() {
        TwoReplicas two = new TwoReplicas();
        two.left.begin(false);
        two.right.begin(false);
        String large = "x".repeat(100_000);
        for (int i = 0; i < 20; i++) {
            two.right.put(two.key(0, "{one}" + i), TwoReplicas.write(Versions.EMPTY, 1, i + 1, large + i));
            two.left.put(two.key(0, "{one}l" + i), TwoReplicas.write(Versions.EMPTY, 1, i + 1, large + i));
        }
        two.exchange();
        assertEqualRecords(two);
        assertTrue(two.messages > 15, () -> "in " + two.messages + " messages");
    }

    @Test
    void aKeyThatIsLargerThanAMessageIsGivenInParts() {
        TwoReplicas two = new TwoReplicas();
        two.left.begin(false);
        two.right.begin(false);
        Versions small = TwoReplicas.write(Versions.EMPTY, 1, 1, "v");
        two.left.put(two.key(0, "{one}huge"), huge(1));
        for (int i = 0; i < 600; i++) {
            two.left.put(two.key(0, "{one}" + i), small);
        }
        assertEquals(TestReplica.PARTITIONS, two.exchange().partitions());
        assertEqualRecords(two);
        assertEquals(1, two.left.counters.keysInParts);
        assertEquals(0, two.lost);
    }

    @Test
    void aKeyThatIsLargerThanAMessageIsTakenInParts() {
        TwoReplicas two = new TwoReplicas();
        two.left.begin(false);
        two.right.begin(false);
        RecordKey key = two.key(0, "{one}huge");
        Versions small = TwoReplicas.write(Versions.EMPTY, 1, 1, "v");
        two.right.put(key, huge(1));
        for (int i = 0; i < 600; i++) {
            two.right.put(two.key(0, "{one}" + i), small);
        }
        assertEquals(TestReplica.PARTITIONS - 1, two.exchange().partitions(), "one is not through yet");
        assertEqualRecords(two);
        assertEquals(TestReplica.PARTITIONS, two.exchange().partitions());
        assertEquals(1, two.right.counters.keysInParts);
        assertEquals(0, two.lost);
    }

    @Test
    void aDotWithTwoValuesComesToOne() {
        TwoReplicas two = new TwoReplicas();
        two.left.begin(false);
        two.right.begin(false);
        RecordKey key = two.key(0, "k");
        two.left.put(key, TwoReplicas.write(Versions.EMPTY, 1, 5, "one"));
        two.right.put(key, TwoReplicas.write(Versions.EMPTY, 1, 5, "two"));
        two.exchange();
        assertEqualRecords(two);
    }

    @Test
    void aReadErrorIsNotAnEmptyRange() {
        TwoReplicas two = new TwoReplicas();
        two.left.begin(false);
        two.right.begin(false);
        RecordKey key = two.key(0, "k");
        two.left.put(key, TwoReplicas.write(Versions.EMPTY, 1, 5, "one"));
        two.right.unreadable = true;
        assertEquals(1, two.exchange().failed());
        two.right.unreadable = false;
        two.left.unreadable = true;
        assertEquals(1, two.exchange().failed());
        assertTrue(two.right.records.isEmpty());
        two.left.unreadable = false;
        assertEquals(0, two.exchange().failed());
        assertEqualRecords(two);
    }

    @Test
    void differentFlushesAreNotCompared() {
        TwoReplicas two = new TwoReplicas();
        two.left.begin(false);
        two.right.begin(false);
        RecordKey key = two.key(0, "k");
        two.left.put(key, TwoReplicas.write(Versions.EMPTY, 1, 5, "one"));
        two.right.put(key, TwoReplicas.write(Versions.EMPTY, 1, 5, "one"));
        two.left.flushStamps.raise(0, 9);
        two.left.trees.flushed(0);
        assertEquals(1, two.exchange().failed());
        two.right.flushStamps.raise(0, 9);
        two.right.trees.flushed(0);
        assertEquals(TestReplica.PARTITIONS - 1, two.exchange().partitions(), "the flushed one is not ready");
        two.left.build();
        two.right.build();
        assertEquals(TestReplica.PARTITIONS, two.exchange().partitions());
        assertEquals(0, two.left.trees.root(key.partition()));
    }

    /** It has less of one key, and another one alone: the latter comes here, and nothing is compared both ways. */
    @Test
    void whoOnlyGivesAwayIsSentNothing() {
        TwoReplicas two = new TwoReplicas();
        two.left.begin(false);
        two.right.begin(false);
        RecordKey key = two.key(0, "{one}k");
        int partition = key.partition();
        Versions before = TwoReplicas.write(Versions.EMPTY, 1, 1, "before");
        two.right.put(key, before);
        two.left.put(key, TwoReplicas.write(before, 1, 2, "after"));
        RecordKey given = two.key(0, "{one}given");
        two.right.put(given, TwoReplicas.write(Versions.EMPTY, 2, 3, "v"));
        two.left.isAlone = true;
        two.right.isGivingAway = true;
        two.left.owed.add(new OwedRanges.Range(2, partition));
        List<Set<Integer>> told = new ArrayList<>();
        two.left.exchange.exchange(2, List.of(partition), true, told::add);
        two.deliverAll();
        two.left.exchange.exchange(2, List.of(partition), false, told::add);
        two.deliverAll();
        assertEquals(List.of(Set.of(partition), Set.of()), told);
        assertArrayEquals(two.right.records.get(given.bytes()), two.left.records.get(given.bytes()));
        assertArrayEquals(VersionsCodec.encode(before), two.right.records.get(key.bytes()));
        assertEquals(1, two.left.owed.size(), "a debt counts as paid");
    }

    @Test
    void hostileQuestionsAreAnsweredWithNothing() {
        TwoReplicas two = new TwoReplicas();
        two.left.begin(false);
        ExchangeCore exchange = two.left.exchange;
        int[] wrong = {-1, 70_000};
        exchange.onTreeRoots(2, new ExchangeMessage.TreeRoots(1, 0, new int[] {1}));
        exchange.onTreeRoots(2, new ExchangeMessage.TreeRoots(1, 1, wrong));
        exchange.onTreeLanes(2, new ExchangeMessage.TreeLanes(1, wrong, new long[2]));
        assertEquals(0, two.messages);
        for (int depth : new int[] {-1, 0, 3, 20, 31, Integer.MAX_VALUE}) {
            exchange.onTreeSums(
                    2,
                    new ExchangeMessage.TreeSums(
                            1,
                            List.of(
                                    new ExchangeMessage.TreeSums.Span(5, 0, depth, Integer.MAX_VALUE, 6),
                                    new ExchangeMessage.TreeSums.Span(5, 0, 0, 0, depth),
                                    new ExchangeMessage.TreeSums.Span(depth, depth, 0, 0, 1))));
        }
        exchange.onBucketKeys(2, bucketKeys(5, 99, 0, 1));
        exchange.onBucketKeys(2, bucketKeys(5, 0, -1, 1));
        exchange.onBucketKeys(2, bucketKeys(-5, 0, 0, 1));
        exchange.onBucketKeys(2, new ExchangeMessage.BucketKeys(1, List.of(), new long[0]));
        exchange.onExchangeObjects(
                2,
                new ExchangeMessage.ExchangeObjects(
                        1,
                        List.of(new Record(RecordKey.head(65_535, 255, -1, new byte[3]), Versions.EMPTY)),
                        List.of(RecordKey.firstOf(65_535), RecordKey.head(0, 200, 0, new byte[40]))));
        assertTrue(two.left.records.isEmpty());
    }
}
