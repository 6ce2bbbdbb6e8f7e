package io.kindred.cluster.antientropy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Versions;
import java.util.Arrays;
import java.util.Random;

/** Two replicas that exchange what they have. */
abstract class ExchangedReplicas {
    static final long SECOND_NANOS = 1_000_000_000L;

    static void assertEqualRecords(TwoReplicas two) {
        assertEquals(two.left.records.size(), two.right.records.size());
        two.left.records.forEach(
                (key, record) -> assertTrue(Arrays.equals(record, two.right.records.get(key)), "a record differs"));
    }

    /** Most keys are written at both; few have a tag, which puts them together; some are concurrent, some deleted. */
    static void write(TwoReplicas two, Random random, int i) {
        String name = random.nextInt(4) == 0 ? "{tag" + i % 3 + "}" + i : "k" + i;
        RecordKey key = two.key(random.nextInt(10) == 0 ? 3 : 0, name);
        Versions first = TwoReplicas.write(Versions.EMPTY, 1, i + 1, "a" + i);
        Versions second = TwoReplicas.write(first, 2, i + 2, "b" + i);
        Versions concurrent = TwoReplicas.write(first, 3, i + 3, "c" + i);
        switch (random.nextInt(12)) {
            case 0 -> two.left.put(key, first);
            case 1 -> two.right.put(key, second);
            case 2 -> {
                two.left.put(key, second);
                two.right.put(key, concurrent);
            }
            case 3 -> {
                two.left.put(key, first);
                two.right.put(key, second);
            }
            default -> {
                two.left.put(key, first);
                two.left.put(key, second);
                two.right.put(key, second);
            }
        }
    }
}
