package io.kindred.cluster.version;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.kindred.cluster.Seeds;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class VersionsCodecTest {

    private static final Actor X = new Actor(0x0123456789abcdefL, 1);

    @Test
    void decodingGivesBackWhatWasEncoded() {
        Seeds.each(500, "VersionsCodecTest#decodingGivesBackWhatWasEncoded", random -> {
            Versions versions = anyVersions(random);
            byte[] bytes = VersionsCodec.encode(versions);
            Versions decoded = VersionsCodec.decode(bytes);
            assertEquals(versions, decoded);
            assertEquals(versions.clock().runs(), decoded.clock().runs(), "stamps too");
            assertArrayEquals(bytes, VersionsCodec.encode(decoded));
            VersionVector vector = VersionsCodec.decodeVector(VersionsCodec.encode(versions.clock()));
            assertEquals(versions.clock().runs(), vector.runs());
        });
    }

    @Test
    void extremesSurvive() {
        Sibling greatest = new Sibling(new Dot(X, 1L << 56), Long.MAX_VALUE, Long.MAX_VALUE - 1, new byte[] {-1});
        Sibling least = new Sibling(new Dot(new Actor(-1, Integer.MAX_VALUE), 1), 0, Sibling.NEVER, null);
        Versions versions = Versions.EMPTY.write(VersionVector.EMPTY, greatest).write(VersionVector.EMPTY, least);
        assertEquals(versions, VersionsCodec.decode(VersionsCodec.encode(versions)));
        assertSame(Versions.EMPTY, VersionsCodec.decode(VersionsCodec.encode(Versions.EMPTY)));
    }

    /** What came from elsewhere is stored as it came, and a record is read where it lies. */
    @Test
    void aRecordIsEncodedOnce() {
        Versions versions = anyVersions(new Random(2));
        byte[] bytes = VersionsCodec.encode(versions);
        assertSame(bytes, VersionsCodec.encode(versions));
        assertSame(bytes, VersionsCodec.encode(VersionsCodec.decodeAndKeep(bytes)));
        byte[] around = new byte[bytes.length + 7];
        Arrays.fill(around, (byte) -1);
        System.arraycopy(bytes, 0, around, 3, bytes.length);
        assertEquals(versions, VersionsCodec.decode(around, 3, 3 + bytes.length));
        assertThrows(CorruptRecordException.class, () -> VersionsCodec.decode(around, 3, 4 + bytes.length));
        assertThrows(CorruptRecordException.class, () -> VersionsCodec.decode(around, 3, 2 + bytes.length));
    }

    /** Each number at the ends of what it may be, and where its encoding grows by a byte, alone and beside others. */
    @Test
    void everyNumberSurvivesAtItsEnds() {
        for (long expiry : ends(Sibling.NEVER, Long.MAX_VALUE)) {
            for (long stamp : ends(0, Long.MAX_VALUE)) {
                long counter = ends(1, 1L << 56)[(int) ((expiry ^ stamp) & 7)];
                Sibling one = new Sibling(new Dot(X, counter), stamp, expiry, new byte[] {1});
                Sibling other = new Sibling(new Dot(new Actor(-1, Integer.MAX_VALUE), 1), Long.MAX_VALUE, expiry, null);
                for (Versions versions : List.of(
                        Versions.EMPTY.write(VersionVector.EMPTY, one),
                        Versions.EMPTY.write(VersionVector.EMPTY, one).write(VersionVector.EMPTY, other))) {
                    byte[] bytes = VersionsCodec.encode(versions);
                    assertEquals(VersionsCodec.sizeBytes(versions), bytes.length);
                    assertEquals(versions, VersionsCodec.decode(bytes), () -> expiry + ", " + stamp);
                }
            }
        }
    }

    private static long[] ends(long least, long most) {
        LongStream grown = IntStream.rangeClosed(1, 9)
                .mapToLong(length -> 1L << 7 * length)
                .flatMap(first -> LongStream.of(first - 2, first - 1, first));
        return LongStream.concat(LongStream.of(least, least + 1, most - 1, most), grown)
                .filter(number -> number >= least && number <= most)
                .toArray();
    }

    @Test
    void aNegativeNumberIsNeverWritten() {
        assertThrows(IllegalArgumentException.class, () -> new RecordBytes(20).writeVarint(-1));
    }

    @Test
    void aCounterThatNobodyCanHaveGivenIsCorrupt() {
        Sibling forged = new Sibling(new Dot(X, (1L << 56) + 1), 1, Sibling.NEVER, null);
        byte[] bytes = VersionsCodec.encode(Versions.EMPTY.write(VersionVector.EMPTY, forged));
        assertThrows(CorruptRecordException.class, () -> VersionsCodec.decode(bytes));
    }

    /** docs/versions-format.md, byte for byte. */
    @Test
    void theFormatStaysAsItIs() {
        Sibling sibling = new Sibling(new Dot(X, 2), 0x1234, 299, new byte[] {'h', 'i'});
        VersionVector context = VersionVector.EMPTY.with(new Dot(X, 1), 0x1200);
        byte[] expected = {
            2,
            0,
            1,
            0x01,
            0x23,
            0x45,
            0x67,
            (byte) 0x89,
            (byte) 0xab,
            (byte) 0xcd,
            (byte) 0xef,
            1,
            1,
            1,
            0,
            0,
            0,
            0,
            0,
            0,
            0x12,
            0x34,
            1,
            0,
            0,
            0,
            (byte) 0xac,
            2,
            0,
            3,
            'h',
            'i'
        };
        assertArrayEquals(expected, VersionsCodec.encode(Versions.EMPTY.write(context, sibling)));
        assertEquals(VersionsCodec.TYPE_VALUE, VersionsCodec.peekType(expected));
    }

    @Test
    void anUpdateKeepsItsTerm() {
        for (TermMark mark : new TermMark[] {
            new TermMark(1, 0, 0),
            new TermMark(Term.NUMBER_MAX, 0, 1),
            new TermMark(7, -1, 0x1233),
            new TermMark(7, Long.MIN_VALUE, 0)
        }) {
            Sibling sibling = new Sibling(new Dot(X, 2), 0x1234, Sibling.NEVER, new byte[] {1}, mark);
            Versions versions = Versions.EMPTY.write(VersionVector.EMPTY, sibling);
            long size = VersionsCodec.sizeBytes(versions);
            Sibling decoded = VersionsCodec.decode(VersionsCodec.encode(versions))
                    .siblings()
                    .get(0);
            assertEquals(mark, decoded.mark());
            assertEquals(new Term(mark.number(), X.nodeId()), decoded.term());
            assertEquals(VersionsCodec.encode(versions).length, size);
            assertEquals(size, VersionsCodec.sizeBytes(versions), "once its encoding is known");
        }
    }

    @Test
    void aBaseThatIsNoOlderThanItsVersionIsNone() {
        assertThrows(
                IllegalArgumentException.class,
                () -> new Sibling(new Dot(X, 2), 5, Sibling.NEVER, null, new TermMark(1, 0, 5)));
    }

    @Test
    void unknownFormatsAndTypesAreNamed() {
        byte[] bytes = VersionsCodec.encode(anyVersions(new Random(1)));
        bytes[1] = 7;
        assertTrue(messageOf(bytes).contains("unknown record type 7"), messageOf(bytes));
        assertEquals(7, VersionsCodec.peekType(bytes));
        bytes[0] = 9;
        assertTrue(messageOf(bytes).contains("unknown record format 9"), messageOf(bytes));
        assertThrows(CorruptRecordException.class, () -> VersionsCodec.peekType(bytes));
    }

    /** What still decodes after damage is another record of its own, well formed, with no second encoding. */
    @Test
    void everyDamagedByteIsToldOrGivesAnotherWholeRecord() {
        Seeds.each(15, "VersionsCodecTest#everyDamagedByteIsToldOrGivesAnotherWholeRecord", random -> {
            byte[] whole = VersionsCodec.encode(anyVersions(random));
            for (int at = 0; at < whole.length; at++) {
                for (int flip = 1; flip < 256; flip++) {
                    byte[] damaged = whole.clone();
                    damaged[at] ^= (byte) flip;
                    decodeOrTell(damaged);
                }
            }
        });
    }

    @Test
    void recordsCutShortOrGoingOnAreTold() {
        Seeds.each(100, "VersionsCodecTest#recordsCutShortOrGoingOnAreTold", random -> {
            byte[] whole = VersionsCodec.encode(anyVersions(random));
            for (int length = 0; length < whole.length; length++) {
                byte[] cut = Arrays.copyOf(whole, length);
                assertThrows(CorruptRecordException.class, () -> VersionsCodec.decode(cut));
            }
            byte[] longer = Arrays.copyOf(whole, whole.length + 1 + random.nextInt(3));
            assertThrows(CorruptRecordException.class, () -> VersionsCodec.decode(longer));
        });
    }

    @Test
    void siblingsOfOneDotAndEntriesThatTouchAreTold() {
        byte[] clockOfThree = {2, 0, 1, 0, 0, 0, 0, 0, 0, 0, 5, 1, 1, 2, 0, 0, 0, 0, 0, 0, 0, 9};
        byte[] twice = concat(clockOfThree, new byte[] {3, 0, 1, 0, 0, 0, 0, 0, 2, 1, 0, 0, 0, 0, 1, 2, 0, 0, 0});
        assertTrue(messageOf(twice).contains("two siblings of one dot"), messageOf(twice));
        byte[] touching = concat(new byte[] {2, 0, 2}, run(5, 1, 2), run(5, 4, 0), new byte[] {0});
        assertTrue(messageOf(touching).contains("out of order"), messageOf(touching));
        VersionsCodec.decode(concat(new byte[] {2, 0, 2}, run(5, 1, 2), run(5, 5, 0), new byte[] {0}));
        VersionsCodec.decode(concat(new byte[] {2, 0, 2}, run(4, 1, 2), run(5, 4, 0), new byte[] {0}));
        byte[] descending = concat(new byte[] {2, 0, 2}, run(5, 1, 2), run(4, 1, 2), new byte[] {0});
        assertTrue(messageOf(descending).contains("out of order"), messageOf(descending));
    }

    @Test
    void noiseIsTold() {
        Seeds.each(20_000, "VersionsCodecTest#noiseIsTold", random -> {
            byte[] noise = new byte[2 + random.nextInt(60)];
            random.nextBytes(noise);
            noise[0] = 2;
            noise[1] = 0;
            for (int i = 2; i < noise.length; i++) {
                // Small numbers get further than noise does.
                noise[i] = random.nextInt(3) == 0 ? noise[i] : (byte) random.nextInt(3);
            }
            decodeOrTell(noise);
            decodeVectorOrTell(Arrays.copyOfRange(noise, 1, noise.length));
        });
    }

    @Test
    void promisedLengthsAllocateNothing() {
        byte[] hugeClock = {1, 0, -1, -1, -1, -1, 7};
        byte[] hugeSiblings = {1, 0, 0, -1, -1, -1, -1, 7};
        byte[] record = VersionsCodec.encode(
                Versions.EMPTY.write(VersionVector.EMPTY, new Sibling(new Dot(X, 1), 1, -1, new byte[0])));
        byte[] hugeValue = Arrays.copyOf(record, record.length + 4);
        Arrays.fill(hugeValue, record.length - 1, record.length + 3, (byte) -1);
        hugeValue[record.length + 3] = 7;
        for (byte[] hostile : new byte[][] {hugeClock, hugeSiblings, hugeValue}) {
            assertThrows(CorruptRecordException.class, () -> VersionsCodec.decode(hostile));
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
            assertThrows(CorruptRecordException.class, () -> VersionsCodec.decode(hostile));
            long allocated =
                    threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
            assertTrue(allocated < 100_000, "allocated " + allocated);
        }
    }

    private static byte[] run(int node, int from, int more) {
        return new byte[] {0, 0, 0, 0, 0, 0, 0, (byte) node, 1, (byte) from, (byte) more, 0, 0, 0, 0, 0, 0, 0, 9};
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private static void decodeOrTell(byte[] bytes) {
        try {
            Versions decoded = VersionsCodec.decode(bytes);
            VersionsLawsTest.assertWellFormed(decoded);
            assertArrayEquals(bytes, VersionsCodec.encode(decoded));
        } catch (CorruptRecordException told) {
            assertTrue(String.valueOf(told.getMessage()).startsWith("damaged record: "));
        }
    }

    private static void decodeVectorOrTell(byte[] bytes) {
        bytes[0] = 1;
        try {
            assertArrayEquals(bytes, VersionsCodec.encode(VersionsCodec.decodeVector(bytes)));
        } catch (CorruptRecordException told) {
            assertTrue(String.valueOf(told.getMessage()).startsWith("damaged record: "));
        }
    }

    private static String messageOf(byte[] bytes) {
        CorruptRecordException told = assertThrows(CorruptRecordException.class, () -> VersionsCodec.decode(bytes));
        return String.valueOf(told.getMessage());
    }

    private static Versions anyVersions(Random random) {
        ReplicatedKey key = new ReplicatedKey(random, 1 + random.nextInt(3), 3);
        int steps = 1 + random.nextInt(30);
        for (int i = 0; i < steps; i++) {
            key.step();
        }
        return key.replicas.get(0);
    }
}
