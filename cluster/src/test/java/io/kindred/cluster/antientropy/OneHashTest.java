package io.kindred.cluster.antientropy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.message.ExchangeMessage;
import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.Range;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Versions;
import io.kindred.cluster.version.VersionsCodec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Exchanges of records that all have one hash, as the elements of one key have: trees cannot tell them apart. */
final class OneHashTest {
    private static final String KEY = "the key";

    private static RecordKey element(TwoReplicas two, int number) {
        byte[] element = String.format("element %042d", number).getBytes(StandardCharsets.UTF_8);
        assertEquals(50, element.length);
        return two.key(0, KEY).withElement(element);
    }

    private static void assertEqualRecords(TwoReplicas two) {
        assertEquals(two.left.records.size(), two.right.records.size());
        two.left.records.forEach((key, record) -> assertArrayEquals(record, two.right.records.get(key)));
    }

    @ParameterizedTest
    @ValueSource(ints = {257, 5_000})
    void replicasThatDifferInOneConvergeInOneExchange(int records) {
        assertTrue(differInOne(records) < 20_000);
    }

    @Test
    @Tag("long")
    void aMillionThatDifferInOneConvergeForLessThan100Kilobytes() {
        assertTrue(differInOne(1_000_000) < 100_000);
    }

    /** What both have sent. */
    private static long differInOne(int records) {
        TwoReplicas two = new TwoReplicas();
        two.left.begin(true);
        two.right.begin(true);
        for (int i = 0; i < records; i++) {
            byte[] key = element(two, i).bytes();
            byte[] record = VersionsCodec.encode(TwoReplicas.write(Versions.EMPTY, 1 + i % 2, i + 1, ""));
            two.left.records.put(key, record);
            two.right.records.put(key, record);
        }
        two.left.build();
        two.right.build();
        RecordKey changed = element(two, records - 3);
        two.right.put(changed, TwoReplicas.write(two.right.held(changed), 2, records + 1, "changed"));
        long begun = System.nanoTime();
        ExchangeCore.Repaired repaired = two.exchange();
        long took = System.nanoTime() - begun;
        System.out.println(records + " records of one hash that differ in one: " + two.bytes + " bytes in "
                + two.messages + " messages, " + took / 1_000_000 + " ms, " + repaired);
        assertEqualRecords(two);
        assertEquals(0, repaired.failed());
        assertEquals(1, repaired.keysTaken() + repaired.keysSent());
        return two.bytes;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void whateverDiffersConverges(long seed) {
        Random random = new Random(seed);
        TwoReplicas two = new TwoReplicas();
        two.left.begin(false);
        two.right.begin(false);
        for (int i = 0; i < 200; i++) {
            two.left.put(two.key(0, "{" + KEY + "}" + i), TwoReplicas.write(Versions.EMPTY, 1, i + 1, "left"));
        }
        two.left.put(two.key(0, KEY), TwoReplicas.write(Versions.EMPTY, 1, 1, "head"));
        int records = 200 + random.nextInt(3_000);
        double equal = random.nextInt(4) == 0 ? 0 : random.nextDouble();
        int direction = random.nextInt(3);
        for (int i = 0; i < records; i++) {
            RecordKey key = element(two, i);
            Versions first = TwoReplicas.write(Versions.EMPTY, 1, i + 1, "first");
            Versions second = TwoReplicas.write(first, 2, i + 2, "second");
            boolean isEqual = random.nextDouble() < equal;
            if (isEqual || direction != 1) {
                two.left.put(key, first);
            }
            if (isEqual) {
                two.right.put(key, first);
            } else if (direction != 2) {
                two.right.put(key, random.nextBoolean() ? first : second);
            }
        }
        ExchangeCore.Repaired repaired = two.exchange();
        assertEquals(0, repaired.failed());
        assertEqualRecords(two);
        assertEquals(201 + records, two.left.records.size());
    }

    /** Each question names its own range; none of these is one. */
    @Test
    void aRangeThatMakesNoSenseIsRefused() {
        TwoReplicas two = new TwoReplicas();
        two.left.begin(false);
        two.right.begin(false);
        RecordKey key = element(two, 1);
        RecordKey other = two.key(0, "another");
        int lane = two.left.trees.lanes().of(key);
        long hash = key.hash();
        List<Range> wrong = new ArrayList<>();
        wrong.add(new Range(key.partition(), lane, hash, hash, other, null, -1));
        wrong.add(new Range(key.partition(), lane, hash, hash, null, other, -1));
        wrong.add(new Range(key.partition(), lane, hash - 1, hash, key, null, -1));
        wrong.add(new Range(key.partition(), lane, hash, hash + 1, null, key, -1));
        wrong.add(new Range(key.partition(), lane + 2, hash, hash, key, null, -1));
        wrong.add(new Range(-1, lane, hash, hash));
        wrong.forEach(
                range -> two.left.exchange.onBucketSums(3, new ExchangeMessage.BucketSums(1, range, new long[64])));
        two.left.exchange.onBucketSums(
                3, new ExchangeMessage.BucketSums(1, new Range(key.partition(), lane, hash, hash), new long[63]));
        assertEquals(wrong.size() + 1, two.toOthers.size());
        two.toOthers.forEach(
                answer -> assertEquals(Message.Verdict.NOT_MINE, ((ExchangeMessage.BucketSumsReply) answer).verdict()));
    }
}
