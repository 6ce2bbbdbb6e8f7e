package io.kindred.cluster.ring;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class RecordKeyTest {
    private static final RecordKey HEAD = RecordKey.head(1023, 15, 0x1122334455667788L, bytes("key"));

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static RecordKey parsed(RecordKey key) {
        return Objects.requireNonNull(RecordKey.parse(key.bytes().clone()));
    }

    /** The bytes are on disks and go over the wire: docs/storage-format.md. */
    @Test
    void hasTheLayoutThatTheDocsGive() {
        assertEquals(
                "0203ff0f112233445566778800000003" + "6b6579", HexFormat.of().formatHex(HEAD.bytes()));
        assertEquals(
                "0203ff0f112233445566778800000003" + "6b6579" + "01" + "656c",
                HexFormat.of().formatHex(HEAD.withElement(bytes("el")).bytes()));
        assertEquals(
                "030000000000000007" + "03ff0f112233445566778800000003" + "6b6579" + "01",
                HexFormat.of().formatHex(HEAD.withElement(new byte[0]).hint(7).bytes()));
    }

    @Test
    void partsComeBackFromTheBytes() {
        for (RecordKey key : List.of(HEAD, HEAD.withElement(bytes("el")), HEAD.withElement(new byte[0]))) {
            for (RecordKey each : List.of(key, key.hint(-1), key.hint(5))) {
                RecordKey again = parsed(each);
                assertEquals(each, again);
                assertEquals(each.hashCode(), again.hashCode());
                assertEquals(1023, again.partition());
                assertEquals(15, again.db());
                assertEquals(0x1122334455667788L, again.hash());
                assertArrayEquals(bytes("key"), again.key());
                assertEquals(key != HEAD, again.hasElement());
                assertEquals(each == key ? HEAD : HEAD.hint(again.intended()), again.toHead());
                assertEquals(each != key, again.isHint());
                assertEquals(key, again.isHint() ? again.ofHint() : again);
            }
        }
        assertArrayEquals(bytes("el"), HEAD.withElement(bytes("el")).element());
    }

    @Test
    void anElementIsWholeUpTo255Bytes() {
        byte[] element = new byte[10_000];
        new Random(1).nextBytes(element);
        RecordKey last = HEAD.withElement(Arrays.copyOf(element, 255));
        assertTrue(last.isElementWhole());
        assertArrayEquals(Arrays.copyOf(element, 255), last.element());
        RecordKey longer = HEAD.withElement(Arrays.copyOf(element, 256));
        RecordKey longest = HEAD.withElement(element);
        for (RecordKey shortened : List.of(longer, longest)) {
            assertFalse(shortened.isElementWhole());
            assertEquals(255, shortened.element().length);
            assertArrayEquals(Arrays.copyOf(element, 239), Arrays.copyOf(shortened.element(), 239));
            assertEquals(shortened, parsed(shortened));
        }
        assertNotEquals(longer, longest);
        // Nobody can name an element that is whole and looks like a shortened one.
        assertNotEquals(longest, HEAD.withElement(longest.element()));
    }

    @Test
    void whatHasNotTheLayoutIsNoKey() {
        byte[] whole = HEAD.withElement(new byte[255]).bytes();
        for (byte[] wrong : List.of(
                new byte[0],
                new byte[] {Keyspace.DATA},
                new byte[] {Keyspace.META, 'I', 0, 0, 0, 0},
                Keyspace.from(5, 0, 0),
                HEAD.pastElements(),
                HEAD.pastThis(),
                Arrays.copyOf(HEAD.bytes(), HEAD.length() - 1),
                Arrays.copyOf(whole, whole.length + 1),
                Arrays.copyOf(HEAD.hint(1).bytes(), 20))) {
            assertNull(RecordKey.parse(wrong), () -> HexFormat.of().formatHex(wrong));
        }
        byte[] negative = HEAD.bytes().clone();
        negative[12] = -1;
        assertNull(RecordKey.parse(negative));
        byte[] cutShort = HEAD.withElement(new byte[300]).bytes();
        assertNull(RecordKey.parse(Arrays.copyOf(cutShort, cutShort.length - 1)));
    }

    @Test
    void aHeadComesRightBeforeItsElementsAndThePlacePastThemBehind() {
        TreeSet<RecordKey> keys = new TreeSet<>();
        RecordKey sameHash = RecordKey.head(1023, 15, HEAD.hash(), bytes("kez"));
        Random random = new Random(3);
        for (int i = 0; i < 100; i++) {
            byte[] element = new byte[random.nextInt(300)];
            random.nextBytes(element);
            keys.add(HEAD.withElement(element));
            keys.add(sameHash.withElement(element));
        }
        keys.add(HEAD);
        keys.add(sameHash);
        assertEquals(HEAD, keys.first());
        for (RecordKey key : keys) {
            boolean isBefore = Arrays.compareUnsigned(key.bytes(), HEAD.pastElements()) < 0;
            assertEquals(key.toHead().equals(HEAD), isBefore);
            assertArrayEquals(key.toHead().pastElements(), key.pastElements());
        }
        assertEquals(sameHash, keys.ceiling(sameHash));
    }

    /** All elements of a key have its hash, and must not fall together for that. */
    @Test
    void elementsHashApart() {
        long distinct = new Random(5)
                .ints(10_000)
                .map(i -> HEAD.withElement(bytes("element" + i)).hashCode())
                .distinct()
                .count();
        assertTrue(distinct > 9_900, () -> distinct + " of 10000");
    }
}
