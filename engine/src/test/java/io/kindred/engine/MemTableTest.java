package io.kindred.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A memtable and its undo log against a sorted map. One seed: `mvn -pl engine test -Dtest=MemTableTest -Dseed=N`. */
final class MemTableTest {
    private final ArrayDeque<byte[]> freeChunks = new ArrayDeque<>();
    private final MemTable table = new MemTable(1024, freeChunks);
    private final UndoLog undo = new UndoLog();
    private final UndoLog.Target target = new UndoLog.Target() {
        @Override
        public void undo(MemTable of, int ref) {
            of.undo(ref);
        }

        @Override
        public void restore(MemTable of, int ref, byte[] from, int start, int length) {
            of.restore(ref, from, start, length);
        }
    };
    private int overwrites;

    static LongStream seeds() {
        Long one = Long.getLong("seed");
        return one != null ? LongStream.of(one) : LongStream.rangeClosed(1, 20);
    }

    private static TreeMap<byte[], byte[]> sorted() {
        return new TreeMap<>(Arrays::compareUnsigned);
    }

    private static TreeMap<byte[], byte[]> copy(Map<byte[], byte[]> of) {
        TreeMap<byte[], byte[]> copy = sorted();
        copy.putAll(of);
        return copy;
    }

    private void write(Random random, Map<byte[], byte[]> model) {
        byte[] key = new byte[4 + random.nextInt(3)];
        for (int i = 0; i < key.length; i++) {
            key[i] = (byte) (random.nextInt(3) - 1);
        }
        if (random.nextInt(3) == 0) {
            undo.push(table, table.delete(key, KeyHash.of(key), -1));
            model.put(key, StorageEngine.ABSENT);
        } else {
            byte[] value = new byte[random.nextInt(500) == 0 ? MemArena.CHUNK_BYTES : random.nextInt(200)];
            random.nextBytes(value);
            if (random.nextBoolean() || !overwritten(key, value, random)) {
                undo.push(table, table.put(key, KeyHash.of(key), value, 1));
                model.put(key, value);
            } else {
                model.put(key, table.get(key, KeyHash.of(key)));
            }
        }
    }

    /** By what is nearly as long as what is there. */
    private boolean overwritten(byte[] key, byte[] random, Random lengths) {
        int hash = KeyHash.of(key);
        byte[] before = table.get(key, hash);
        if (before == null || before == StorageEngine.ABSENT) {
            assertFalse(table.overwrite(key, hash, random, undo));
            return false;
        }
        byte[] value = Arrays.copyOf(random, Math.max(0, before.length - 3 + lengths.nextInt(7)));
        long used = table.usedBytes();
        boolean isDone = table.overwrite(key, hash, value, undo);
        assertEquals(used, table.usedBytes());
        assertArrayEquals(isDone ? value : before, table.get(key, hash));
        overwrites += isDone ? 1 : 0;
        return isDone;
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void agreesWithASortedMapOverWritesAndUndos(long seed) {
        Random random = new Random(seed);
        TreeMap<byte[], byte[]> model = sorted();
        try {
            for (int round = 0; round < 60; round++) {
                TreeMap<byte[], byte[]> before = copy(model);
                long position = undo.end();
                long bytes = table.usedBytes();
                for (int i = random.nextInt(120); i >= 0; i--) {
                    write(random, model);
                    if (random.nextInt(20) == 0) {
                        compareRange(model, random);
                    }
                }
                compare(model);
                compareRange(model, random);
                if (random.nextBoolean()) {
                    undo.takeBackTo(position, target);
                    model = before;
                    assertEquals(bytes, table.usedBytes());
                    compare(model);
                    compareRange(model, random);
                } else if (random.nextBoolean()) {
                    undo.forget(undo.end());
                }
            }
            assertTrue(overwrites > 50, "only " + overwrites + " were overwritten");
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("seed " + seed + ": mvn -pl engine test -Dtest=MemTableTest -Dseed=" + seed, e);
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void isWalkedInTheOrderInWhichItsEntriesCame(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 20; round++) {
            TreeMap<byte[], byte[]> model = sorted();
            for (int i = random.nextInt(40); i > 0; i--) {
                long position = undo.end();
                TreeMap<byte[], byte[]> before = copy(model);
                for (int j = random.nextInt(10); j >= 0; j--) {
                    write(random, model);
                }
                if (random.nextInt(3) == 0) {
                    undo.takeBackTo(position, target);
                    model = before;
                }
            }
            TreeMap<byte[], byte[]> walked = sorted();
            for (int ref = table.firstRef(); ref != 0; ref = table.refAfter(ref)) {
                assertTrue(table.hasKeyOf(table, ref));
                if (!table.isSuperseded(ref)) {
                    byte[] before = walked.put(table.key(ref), table.valueOrAbsent(ref));
                    assertNull(before, "one entry of a key is its newest");
                }
            }
            assertEquals(model.size(), walked.size(), () -> "seed " + seed);
            walked.forEach((key, value) -> assertArrayEquals(table.get(key, KeyHash.of(key)), value));
            undo.takeBackTo(0, target);
            undo.forget(undo.end());
            assertEquals(0, table.firstRef());
        }
    }

    @Test
    void whatTheUndoLogHasNoRoomForIsAppended() {
        byte[] key = {0, 0, 0, 1};
        int hash = KeyHash.of(key);
        undo.push(table, table.put(key, hash, new byte[50_000], 1));
        int times = 0;
        while (table.overwrite(key, hash, filled(times + 1), undo)) {
            times++;
        }
        assertTrue(times > 20 && times < 100, times + " times");
        assertArrayEquals(filled(times), table.get(key, hash));
        long position = undo.end();
        undo.forget(position);
        for (int i = 0; i < 20; i++) {
            assertTrue(table.overwrite(key, hash, filled(100 + i), undo));
        }
        undo.takeBackTo(position, target);
        assertArrayEquals(filled(times), table.get(key, hash));
    }

    private static byte[] filled(int number) {
        byte[] value = new byte[50_000];
        Arrays.fill(value, (byte) number);
        return value;
    }

    private void compare(Map<byte[], byte[]> model) {
        assertEquals(model.size(), table.keyCount());
        List<String> expected = new ArrayList<>();
        model.forEach((key, value) -> {
            expected.add(Arrays.toString(key));
            byte[] found = table.get(key, KeyHash.of(key));
            assertEquals(value == StorageEngine.ABSENT, found == StorageEngine.ABSENT);
            assertTrue(Arrays.equals(value, found));
        });
        List<String> refs = new ArrayList<>();
        for (int ref : table.sortedRefs()) {
            refs.add(Arrays.toString(table.key(ref)));
        }
        assertEquals(expected, refs);
    }

    /** Mostly near the keys that there are. */
    private static byte[] bound(Random random) {
        byte[] bound = new byte[random.nextInt(6)];
        for (int i = 0; i < bound.length; i++) {
            bound[i] = (byte) (random.nextInt(8) == 0 ? random.nextInt(256) : random.nextInt(3) - 1);
        }
        return bound;
    }

    private void compareRange(TreeMap<byte[], byte[]> model, Random random) {
        byte[] from = bound(random);
        byte[] to = bound(random);
        int limit = 1 + random.nextInt(50);
        TreeMap<byte[], byte[]> range = copy(model.tailMap(from));
        if (to.length > 0) {
            range.tailMap(to).clear();
        }
        MemRange found = MemRange.of(table, from, to, new ScanLimit(limit, 2000));
        List<String> expected = new ArrayList<>();
        long bytes = 0;
        for (Map.Entry<byte[], byte[]> entry : range.entrySet()) {
            if (expected.size() == limit || bytes >= 2000) {
                break;
            }
            bytes += entry.getKey().length + entry.getValue().length;
            expected.add(Arrays.toString(entry.getKey()) + Arrays.toString(entry.getValue()));
        }
        List<String> given = new ArrayList<>();
        found.entries().forEach(entry -> given.add(Arrays.toString(entry.key()) + Arrays.toString(entry.value())));
        assertEquals(expected, given);
        assertEquals(expected.size() < range.size(), found.truncated());
    }

    /** A step that looked at the whole group would make ten billion looks of this. */
    @Test
    @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aWalkInSmallStepsBesideWritesCostsWhatItGives() {
        Random random = new Random(1);
        int keys = 200_000;
        for (int i = 0; i < keys; i++) {
            putInOneGroup(random.nextLong());
        }
        byte[] from = {};
        int steps = 0;
        int given = 0;
        MemRange found;
        do {
            found = MemRange.of(table, from, new byte[0], new ScanLimit(4, 1 << 20));
            for (ScanStep.Entry entry : found.entries()) {
                given++;
                from = Arrays.copyOf(entry.key(), entry.key().length + 1);
            }
            steps++;
            putInOneGroup(random.nextLong() & Long.MAX_VALUE >>> 8);
        } while (found.truncated());
        assertTrue(steps > keys / 4, steps + " steps");
        assertTrue(given >= keys, given + " entries");
    }

    private void putInOneGroup(long number) {
        byte[] key = ByteBuffer.allocate(12).putInt(7).putLong(number).array();
        table.put(key, KeyHash.of(key), new byte[8], 1);
    }

    /** Keys that begin alike, end early, or differ late. */
    @ParameterizedTest
    @MethodSource("seeds")
    void sortsManyKeysOfOneGroup(long seed) {
        Random random = new Random(seed);
        TreeMap<byte[], byte[]> model = sorted();
        byte[] alike = new byte[random.nextInt(10)];
        for (int i = 0; i < 500; i++) {
            byte[] rest = new byte[random.nextInt(8)];
            for (int j = 0; j < rest.length; j++) {
                rest[j] = (byte) (random.nextInt(3) - 1);
            }
            byte[] key = ByteBuffer.allocate(4 + alike.length + rest.length)
                    .putInt(7)
                    .put(alike)
                    .put(rest)
                    .array();
            table.put(key, KeyHash.of(key), rest, 1);
            model.put(key, rest);
        }
        compare(model);
        compareRange(model, random);
    }

    @Test
    void sumsTheDeltasOfAGroupAndTakesThemBack() {
        byte[] key = {0, 0, 0, 7, 1};
        int first = table.put(key, KeyHash.of(key), new byte[1], 1);
        int second = table.delete(key, KeyHash.of(key), -1);
        assertEquals(0, table.groups().counts().get(7));
        table.undo(second);
        assertEquals(1, table.groups().counts().get(7));
        table.undo(first);
        assertEquals(0, table.groups().counts().get(7));
        assertTrue(table.isEmpty());
    }

    @Test
    void givesItsChunksBack() {
        Random random = new Random(1);
        TreeMap<byte[], byte[]> model = sorted();
        for (int i = 0; i < 20_000; i++) {
            write(random, model);
        }
        table.release();
        assertTrue(freeChunks.size() > 5);
    }
}
