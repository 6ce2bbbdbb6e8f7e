package io.kindred.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Memtables that come and go over a row cache, without a disk. */
final class MemoryTest {
    private static final long MEMTABLE_BYTES = 64 << 10;

    private final UndoLog undo = new UndoLog();

    private static Memory memory(long rowBytes) {
        EngineOptions options =
                EngineOptions.forHeap(1 << 30).withMemtableBytes(MEMTABLE_BYTES).withRowCacheBytes(rowBytes);
        return new Memory(options, new GroupCounts());
    }

    private static byte[] key(int number) {
        return ByteBuffer.allocate(8).putInt(1).putInt(number).array();
    }

    private static byte[] value(int number) {
        return ByteBuffer.allocate(20).putInt(number).array();
    }

    private static byte @Nullable [] get(Memory memory, int number) {
        return memory.peek(key(number), ValueView.COPY);
    }

    private void put(Memory memory, int from, int to, int values) {
        for (int i = from; i < to; i++) {
            memory.put(key(i), value(values + i), 0, undo);
        }
        undo.forget(undo.end());
    }

    private static void flush(Memory memory) {
        memory.seal();
        memory.sealedIsFinal();
        memory.dropSealed();
    }

    @Test
    void whatIsFlushedStaysInALargeRowCache() {
        Memory memory = memory(16 * MEMTABLE_BYTES);
        for (int run = 0; run < 5; run++) {
            put(memory, run * 100, run * 100 + 100, 0);
            flush(memory);
        }
        for (int i = 0; i < 500; i++) {
            assertArrayEquals(value(i), get(memory, i));
        }
    }

    @Test
    void itDoesNotGoToASmallOneThatOthersRead() {
        Memory memory = memory(2 * MEMTABLE_BYTES);
        put(memory, 0, 100, 0);
        flush(memory);
        put(memory, 100, 200, 0);
        flush(memory);
        assertNull(get(memory, 0));
        assertNotNull(get(memory, 100));
    }

    @Test
    void deletionsStayToo() {
        Memory memory = memory(16 * MEMTABLE_BYTES);
        memory.delete(key(1), 0, undo);
        flush(memory);
        put(memory, 100, 200, 0);
        flush(memory);
        assertSame(StorageEngine.ABSENT, get(memory, 1));
    }

    /** While the sealed one is given to the row cache, half of its keys are written anew, and some of that is taken back. */
    @Test
    void aNewerWriteIsNeverHiddenByWhatIsGiven() {
        for (long seed = 1; seed <= 50; seed++) {
            Random random = new Random(seed);
            Memory memory = memory(16 * MEMTABLE_BYTES);
            boolean isGivenWhole = seed % 2 == 0;
            int[] newest = new int[300];
            // A write that is taken back has taken the row with it.
            boolean[] isHeld = new boolean[300];
            for (int run = 1; run <= 30; run++) {
                for (int i = random.nextInt(300); i > 0; i--) {
                    int number = random.nextInt(newest.length);
                    int version = random.nextInt(1 << 20);
                    memory.put(key(number), value(version), 0, undo);
                    if (random.nextInt(4) == 0) {
                        undo.takeBackTo(0, memory);
                        isHeld[number] = false;
                    } else {
                        newest[number] = version;
                        isHeld[number] = true;
                        undo.forget(undo.end());
                    }
                    int asked = random.nextInt(newest.length);
                    byte[] found = get(memory, asked);
                    if (isHeld[asked] && isGivenWhole) {
                        assertNotNull(found, "everything fits into the row cache");
                    }
                    assertTrue(
                            found == null || ByteBuffer.wrap(found).getInt() == newest[asked],
                            "seed " + seed + ", key " + asked);
                }
                memory.seal();
                if (random.nextBoolean()) {
                    put(memory, 1000, 1050, 0);
                }
                memory.sealedIsFinal();
                memory.dropSealed();
                // Until all of it is given, or until the next one is sealed too early for that.
                for (int i = isGivenWhole ? 300 : random.nextInt(100); i > 0; i--) {
                    put(memory, 2000, 2001, i);
                }
            }
            assertEquals(0, memory.counts().get(1));
        }
    }
}
