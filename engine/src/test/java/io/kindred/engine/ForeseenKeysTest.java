package io.kindred.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import org.junit.jupiter.api.Test;

final class ForeseenKeysTest {
    private static byte[] key(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void everyKeyHasItsOwnHashWhetherForeseenOrNot() {
        ForeseenKeys foreseen = new ForeseenKeys();
        byte[][] keys = {key("aaaa1"), key("aaaa2"), key("aaaa3"), key("aaaa4")};
        foreseen.set(keys, 4);
        assertEquals(KeyHash.of(keys[0]), foreseen.hashOf(keys[0]));
        byte[] other = key("bbbb1");
        assertEquals(KeyHash.of(other), foreseen.hashOf(other));
        assertEquals(KeyHash.of(keys[2]), foreseen.hashOf(keys[2]));
        assertEquals(KeyHash.of(keys[1]), foreseen.hashOf(keys[1]));
        foreseen.set(new byte[][] {other}, 1);
        assertEquals(KeyHash.of(other), foreseen.hashOf(other));
        assertEquals(KeyHash.of(keys[3]), foreseen.hashOf(keys[3]));
    }

    @Test
    void whatAMemtableHasIsLoaded() {
        MemTable table = new MemTable(1 << 20, new ArrayDeque<>());
        byte[] there = key("aaaa1");
        byte[] absent = key("aaaa2");
        table.put(there, KeyHash.of(there), key("value"), 1);
        ForeseenKeys foreseen = new ForeseenKeys();
        foreseen.set(new byte[][] {absent}, 1);
        table.load(foreseen);
        assertEquals(0, foreseen.loaded());
        foreseen.set(new byte[][] {absent, there}, 2);
        table.load(foreseen);
        assertNotEquals(0, foreseen.loaded());
    }
}
