package io.kindred.cluster.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.kindred.cluster.Seeds;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class PartitionerTest {

    private final Partitioner md5 = new Md5Partitioner();
    private final Partitioner slot = new SlotPartitioner();

    @Test
    void hashIsTheFirstHalfOfTheWholeKeysMd5() {
        assertEquals(0xd41d8cd98f00b204L, md5.hash(bytes("")));
        assertEquals(0x900150983cd24fb0L, md5.hash(bytes("abc")));
        assertEquals(0x900150983cd24fb0L, slot.hash(bytes("abc")));
        assertEquals(0x900150983cd24fb0L, md5.hash(bytes("abc")), "the digest is left clean");
    }

    @Test
    void partitionIsTheFirstBitsOfThePosition() {
        assertEquals(0xd41d8cd9 >>> 22, md5.partition(bytes(""), 1024));
        assertEquals(0xd41d, md5.partition(bytes(""), 65_536));
        assertEquals(0, md5.partition(bytes(""), 1));
    }

    @Test
    void slotsAreRedisClusters() {
        assertEquals(0x31c3, SlotPartitioner.slot(bytes("123456789")));
        assertEquals(12_182, SlotPartitioner.slot(bytes("foo")));
        assertEquals(5_061, SlotPartitioner.slot(bytes("bar")));
        assertEquals(0, SlotPartitioner.slot(bytes("")));
    }

    @Test
    void slotsAreScaledToTheRing() {
        assertEquals(12_182 / 16, slot.partition(bytes("foo"), 1024));
        assertEquals(12_182 * 4, slot.partition(bytes("foo"), 65_536));
        assertEquals(1023, SlotPartitioner.partitionOfSlot(SlotPartitioner.SLOTS - 1, 1024));
    }

    @Test
    void tagsAreRedisClusters() {
        assertSameTag("{user1000}.following", "user1000");
        assertSameTag("foo{bar}{zap}", "bar");
        assertSameTag("foo{{bar}}zap", "{bar");
        assertSameTag("a}b{c}", "c");
        assertEquals(slot.partition(bytes("user1000"), 1024), slot.partition(bytes("{user1000}.following"), 1024));
        assertEquals(md5.partition(bytes("user1000"), 1024), md5.partition(bytes("{user1000}.following"), 1024));
        for (String whole : new String[] {"foo{}{bar}", "foo{", "foo}", "{", "}", "{}", "}{", "x{y"}) {
            assertEquals(-1, HashTag.start(bytes(whole)), whole);
        }
    }

    /** Keys are looked at eight bytes at a time: tags begin and end anywhere, among bytes of every kind. */
    @Test
    void tagsAreFoundWhereverTheyAre() {
        Seeds.each(2_000, "PartitionerTest#tagsAreFoundWhereverTheyAre", random -> {
            byte[] key = new byte[random.nextInt(40)];
            random.nextBytes(key);
            for (int i = random.nextInt(4); i > 0 && key.length > 0; i--) {
                key[random.nextInt(key.length)] = (byte) "{}".charAt(random.nextInt(2));
            }
            String text = new String(key, StandardCharsets.ISO_8859_1);
            int open = text.indexOf('{');
            int close = open < 0 ? -1 : text.indexOf('}', open);
            assertEquals(close > open + 1 ? open + 1 : -1, HashTag.start(key), text);
            if (close > open + 1) {
                assertEquals(close, HashTag.end(key, open + 1), text);
            }
        });
    }

    @Test
    void placeIsPartitionAndHash() {
        Seeds.each(500, "PartitionerTest#placeIsPartitionAndHash", random -> {
            byte[] key = new byte[random.nextInt(12)];
            for (int i = 0; i < key.length; i++) {
                key[i] = (byte) "{}ab".charAt(random.nextInt(4));
            }
            int partitions = 1 << random.nextInt(17);
            for (Partitioner partitioner : new Partitioner[] {md5, slot}) {
                Placement expected = new Placement(partitioner.partition(key, partitions), partitioner.hash(key));
                assertEquals(expected, partitioner.place(key, partitions));
            }
        });
    }

    @Test
    void onlyPowersOfTwoArePartitions() {
        for (int good : new int[] {1, 2, 1024, 65_536}) {
            Ring.requirePartitions(good);
        }
        for (int bad : new int[] {0, -1, 3, 1000, 131_072, Integer.MIN_VALUE}) {
            assertThrows(IllegalArgumentException.class, () -> Ring.requirePartitions(bad));
        }
    }

    private void assertSameTag(String key, String tag) {
        int start = HashTag.start(bytes(key));
        assertEquals(tag, key.substring(start, HashTag.end(bytes(key), start)));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
