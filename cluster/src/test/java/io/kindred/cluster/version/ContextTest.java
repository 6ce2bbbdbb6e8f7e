package io.kindred.cluster.version;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.Seeds;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class ContextTest {

    private static final byte[] KEY = {'k', 'e', 'y'};
    private static final Actor X = new Actor(7, 1);

    @Test
    void readingGivesBackWhatWasWritten() {
        Seeds.each(300, "ContextTest#readingGivesBackWhatWasWritten", random -> {
            VersionVector vector = anyVector(random);
            int db = random.nextInt(16);
            byte[] key = new byte[random.nextInt(20)];
            random.nextBytes(key);
            String text = Context.encode(db, key, vector);
            assertTrue(text.matches("[A-Za-z0-9_-]*"), text);
            Context.Parsed parsed = Context.parse(text, db, key);
            assertEquals(Context.Status.OK, parsed.status());
            assertEquals(vector.runs(), parsed.vector().runs());
        });
    }

    @Test
    void nothingSeenIsTheEmptyText() {
        assertEquals("", Context.encode(0, KEY, VersionVector.EMPTY));
        assertTrue(Context.parse("", 0, KEY).isOk());
        assertTrue(Context.parse("", 0, KEY).vector().isEmpty());
    }

    @Test
    void anotherKeysOrDatabasesContextIsToldApart() {
        String text = Context.encode(0, KEY, anyVector(new Random(1)));
        assertEquals(Context.Status.OTHER_KEY, Context.parse(text, 1, KEY).status());
        assertEquals(
                Context.Status.OTHER_KEY,
                Context.parse(text, 0, new byte[] {'k'}).status());
        assertTrue(Context.parse(text, 1, KEY).vector().isEmpty());
    }

    @Test
    void damagedTextIsMalformed() {
        Seeds.each(40, "ContextTest#damagedTextIsMalformed", random -> {
            VersionVector vector = anyVector(random);
            byte[] text = Context.encode(0, KEY, vector).getBytes(StandardCharsets.UTF_8);
            for (int at = 0; at < text.length; at++) {
                byte[] damaged = text.clone();
                damaged[at] = (byte) random.nextInt(256);
                Context.Parsed parsed = Context.parse(damaged, 0, KEY);
                assertNotEquals(Context.Status.OTHER_KEY, parsed.status());
                // The last digit of base64 may have bits to spare.
                assertTrue(!parsed.isOk() || parsed.vector().runs().equals(vector.runs()));
            }
            for (int length = 1; length < text.length; length++) {
                byte[] cut = Arrays.copyOf(text, length);
                assertEquals(
                        Context.Status.MALFORMED, Context.parse(cut, 0, KEY).status());
            }
        });
    }

    @Test
    void foreignTextIsMalformed() {
        String[] foreign = {"x", "not base64!", "AAAA", "\u20ac", "A".repeat(40), "a+b/", "=", " "};
        for (String text : foreign) {
            assertEquals(Context.Status.MALFORMED, Context.parse(text, 0, KEY).status(), text);
        }
        String tooLong = "A".repeat(Context.TEXT_BYTES_MAX + 1);
        assertEquals(Context.Status.MALFORMED, Context.parse(tooLong, 0, KEY).status());
    }

    @Test
    void implausibleCountersAreMalformed() {
        String text = Context.encode(0, KEY, VersionVector.EMPTY.with(new Dot(X, (1L << 48) + 1), 1));
        assertEquals(Context.Status.MALFORMED, Context.parse(text, 0, KEY).status());
        String last = Context.encode(0, KEY, VersionVector.EMPTY.with(new Dot(X, 1L << 48), 1));
        assertTrue(Context.parse(last, 0, KEY).isOk());
    }

    @Test
    void longVectorsLoseTheirOldestEntriesAndStillFit() {
        VersionVector vector = VersionVector.EMPTY;
        for (int i = 1; i <= 1500; i++) {
            Dot dot = new Dot(new Actor(-i, Integer.MAX_VALUE - i), (1L << 48) - 2L * i);
            vector = vector.with(dot, Long.MAX_VALUE - 1500 + i);
        }
        String text = Context.encode(0, KEY, vector);
        assertTrue(text.length() <= Context.TEXT_BYTES_MAX, "length " + text.length());
        VersionVector read = Context.parse(text, 0, KEY).vector();
        assertEquals(Context.ENTRIES_MAX, read.entries());
        assertTrue(vector.descends(read));
        long oldest =
                read.runs().stream().mapToLong(VersionVector.Run::stamp).min().orElseThrow();
        assertEquals(Long.MAX_VALUE - Context.ENTRIES_MAX + 1, oldest);
    }

    @Test
    void aGoodCheckOverDamageIsMalformedToo() {
        byte[] bytes =
                Base64.getUrlDecoder().decode(Context.encode(0, KEY, VersionVector.EMPTY.with(new Dot(X, 1), 1)));
        // The vector then claims more entries than there are bytes.
        bytes[1] = 100;
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, bytes.length - 4);
        ByteBuffer.wrap(bytes).putInt(bytes.length - 4, (int) crc.getValue());
        byte[] text = Base64.getUrlEncoder().withoutPadding().encode(bytes);
        assertEquals(Context.Status.MALFORMED, Context.parse(text, 0, KEY).status());
    }

    private static VersionVector anyVector(Random random) {
        VersionVector vector = VersionVector.EMPTY.with(new Dot(X, 1 + random.nextInt(1000)), random.nextInt(1000));
        int more = random.nextInt(10);
        for (int i = 0; i < more; i++) {
            Actor actor = new Actor(random.nextInt(4) - 2L, 1 + random.nextInt(2));
            vector = vector.with(new Dot(actor, 1 + random.nextInt(6)), random.nextLong() >>> 7);
        }
        return vector;
    }
}
