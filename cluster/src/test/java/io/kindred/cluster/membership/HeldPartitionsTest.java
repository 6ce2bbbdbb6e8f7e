package io.kindred.cluster.membership;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class HeldPartitionsTest {
    @Test
    void onlyPartitionsThatThereAreCanBeHeld() {
        assertTrue(holding(1).isPossible(16));
        assertTrue(holding(1, 0xFFFF).isPossible(16));
        assertFalse(holding(1, 1L << 16).isPossible(16));
        assertFalse(holding(1, 0, 0).isPossible(16));
        assertTrue(holding(1, -1).isPossible(64));
        assertTrue(holding(1, -1).isPossible(128));
        assertTrue(holding(1, -1, -1).isPossible(128));
        assertFalse(holding(1, 0, 0, 0).isPossible(128));
    }

    @Test
    void thereIsAVersionAboveEachThatCanBe() {
        assertFalse(holding(Long.MAX_VALUE).isPossible(16));
        assertFalse(holding(HeldPartitions.NONE).isPossible(16));
        assertFalse(holding(-1).isPossible(16));
        assertTrue(holding(HeldPartitions.VERSION_MAX).isPossible(16));
    }

    private static HeldPartitions holding(long version, long... words) {
        return new HeldPartitions(1, version, true, words);
    }
}
