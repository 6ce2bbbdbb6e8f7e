package io.kindred.engine;

import static io.kindred.engine.EngineDriver.key;
import static io.kindred.engine.EngineDriver.value;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What only disks can do to an engine: fill up, refuse to sync, return other bytes than they were given. */
final class LsmEngineFaultTest extends EngineOnFaultyDisk {
    /** The keys below a number, and no others. */
    private void assertHas(int keys) {
        for (int i = 0; i < keys; i++) {
            assertEquals("value " + i, driver.get(key(i % 4, "key" + i)).strip());
        }
        assertEquals("(absent)", driver.get(key(keys % 4, "key" + keys)));
    }

    /** The reader thread has its answer, and is held before it gives it, until the test lets go. */
    private record HeldTables(TableStore tables, CountDownLatch found, CountDownLatch release) implements TableStore {
        @Override
        public byte @Nullable [] get(byte[] key) throws IOException {
            byte[] value = tables.get(key);
            found.countDown();
            awaitQuietly(release);
            return value;
        }

        @Override
        public Cursor cursor(byte[] from, byte[] to) throws IOException {
            return tables.cursor(from, to);
        }

        @Override
        public TableMeta meta() throws IOException {
            return tables.meta();
        }

        @Override
        public boolean load(MemTable run, @Nullable TableMeta meta, BooleanSupplier stop) throws IOException {
            return tables.load(run, meta, stop);
        }

        @Override
        public void mend() throws IOException {
            tables.mend();
        }

        @Override
        public void acceptLoss(byte[] from, byte[] to) throws IOException {
            tables.acceptLoss(from, to);
        }

        @Override
        public void link(Path target) throws IOException {
            tables.link(target);
        }

        @Override
        public int damagedBlocks() {
            return tables.damagedBlocks();
        }

        @Override
        public int seenBlocks() {
            return tables.seenBlocks();
        }

        @Override
        public boolean collect(BooleanSupplier stop, BooleanSupplier isAwaited) throws IOException {
            return tables.collect(stop, isAwaited);
        }

        @Override
        public Shape shape() {
            return tables.shape();
        }

        @Override
        public void close() {
            tables.close();
        }
    }

    @Test
    void aFullDiskStopsFlushesUntilThereIsRoom() throws Exception {
        LsmEngine engine = open(SMALL.withSyncPolicy(SyncPolicy.NO));
        fillAndFlush(engine, 300);
        disk.appendFails = path -> !isLog(path);
        int written = 300;
        EngineFailure failure = null;
        while (failure == null) {
            put(written);
            failure = driver.commit();
            written += failure == null ? 1 : 0;
        }
        assertTrue(failure.message().contains("memtable is full"), failure.message());
        assertTrue(engine.stallNanos() > 0 && engine.stallNanos() <= StorageEngine.STALL_NANOS_MAX);
        for (int i = 0; i < written; i++) {
            assertEquals("value " + i, driver.get(key(i % 4, "key" + i)).strip());
        }
        disk.appendFails = path -> false;
        long flushes = engine.stats().tables().flushes();
        driver.owner.runUntil(() -> engine.stats().tables().flushes() > flushes);
        put(written);
        assertNull(driver.commit());
        driver.engine.close();
        open(SMALL);
        for (int i = 0; i <= written; i++) {
            assertEquals("value " + i, driver.get(key(i % 4, "key" + i)).strip());
        }
        assertEquals(
                written + 1L,
                driver.counts().values().stream().mapToLong(Long::longValue).sum());
    }

    @Test
    void whatIsOnItsWayWhenBothMemtablesAreFullFindsRoom() throws Exception {
        LsmEngine engine = open(SMALL.withSyncPolicy(SyncPolicy.NO));
        CountDownLatch release = new CountDownLatch(1);
        disk.appendFails = path -> {
            if (!isLog(path)) {
                awaitQuietly(release);
            }
            return false;
        };
        int written = 0;
        while (engine.stallNanos() < StorageEngine.STALL_NANOS_MAX) {
            put(written);
            assertNull(driver.commit(), "write " + written);
            written++;
        }
        int whenWritersWait = written;
        while (!engine.isFull()) {
            put(written);
            assertNull(driver.commit(), "write " + written);
            written++;
        }
        assertTrue(written - whenWritersWait > 100, whenWritersWait + " to " + written);
        release.countDown();
        driver.owner.runUntil(() -> engine.stallNanos() == 0);
        assertFalse(engine.isFull());
        for (int i = 0; i < written; i++) {
            assertEquals("value " + i, driver.get(key(i % 4, "key" + i)).strip());
        }
    }

    /** A node that is started with less memory than it had finds a log that is longer than its memtables. */
    @Test
    void aLogLongerThanMemoryIsLoadedInParts() throws Exception {
        EngineOptions large =
                SMALL.withMemtableBytes(100 * SMALL.memtableBytes()).withSyncPolicy(SyncPolicy.NO);
        LsmEngine engine = open(large);
        int keys = 20_760;
        for (int i = 0; i < keys; i++) {
            engine.put(key(i % 4, "key" + i % (keys / 2)), value("value " + i), i < keys / 2 ? 1 : 0);
        }
        assertNull(driver.commit());
        assertEquals(0, engine.stats().tables().flushes());
        engine.closeWithoutMark();
        for (int start = 0; start < 3; start++) {
            engine = open(SMALL.withSyncPolicy(SyncPolicy.NO));
            long left = engine.stats().memory().memtableBytes();
            assertTrue(start == 2 || left > 0 && left < SMALL.memtableBytes(), "not in parts: " + left);
            assertEquals(keys / 2, engine.count(0) + engine.count(1) + engine.count(2) + engine.count(3));
            for (int i = 0; i < keys / 2; i += 7) {
                assertEquals("value " + (keys / 2 + i), driver.get(key((keys / 2 + i) % 4, "key" + i)));
            }
            if (start == 1) {
                // The next flush writes the counts that the next start begins with.
                LsmEngine filled = engine;
                for (int i = 0; filled.stats().tables().flushes() == 0; i++) {
                    filled.put(key(9, "other" + i % 1_000), value("value " + i), 0);
                    assertNull(driver.commit());
                    driver.owner.runUntil(() -> filled.stallNanos() == 0);
                }
            }
            engine.closeWithoutMark();
        }
    }

    /** More in the log than a memtable should have, and not a byte to write. */
    @Test
    void aFullDiskIsOpenedForReadingAndHealsByItself() throws Exception {
        EngineOptions options = SMALL.withSyncPolicy(SyncPolicy.NO).withRowCacheBytes(0);
        LsmEngine engine = open(options);
        fillAndFlush(engine, 600);
        disk.appendFails = path -> !isLog(path);
        int kept = 600;
        put(kept);
        while (driver.commit() == null) {
            kept++;
            put(kept);
        }
        disk.roomBytes = 0;
        engine.close();
        for (int start = 0; start < 3; start++) {
            disk.appendFails = path -> false;
            engine = open(options);
            assertHas(kept);
            put(kept);
            assertEquals(EngineFailure.Kind.DISK_FULL, mustFail(driver.commit()).kind());
            assertHas(kept);
            if (start < 2) {
                engine.close();
            }
        }
        disk.roomBytes = Long.MAX_VALUE;
        LsmEngine healing = engine;
        long flushes = engine.stats().tables().flushes();
        put(kept);
        // Perhaps memory is still full; it is flushed now.
        driver.commit();
        driver.owner.runUntil(() -> healing.stats().tables().flushes() > flushes);
        for (int i = kept; i < kept + 300; i++) {
            put(i);
            assertNull(driver.commit());
            driver.owner.runUntil(() -> healing.stallNanos() == 0);
        }
        assertHas(kept + 300);
        engine.close();
        open(options);
        assertHas(kept + 300);
    }

    @Test
    void deletesSegmentsOldestFirstAndOnlyAfterTheirTablesAreDurable() throws Exception {
        LsmEngine engine = open(SMALL.withSyncPolicy(SyncPolicy.NO));
        fillAndFlush(engine, 2000);
        engine.close();
        List<String> events = List.copyOf(disk.events);
        List<String> deleted = events.stream()
                .filter(event -> event.matches("delete log-.*klog"))
                .toList();
        assertTrue(deleted.size() > 2);
        assertEquals(deleted.stream().sorted().toList(), deleted);
        int from = 0;
        for (String delete : deleted) {
            int at = events.indexOf(delete);
            int start = from;
            List<String> between = events.subList(start, at);
            // The first, for a compaction may be forcing tables of its own when the segment goes.
            int table = IntStream.range(0, at - start)
                    .filter(i -> between.get(i).matches("force .*ldb"))
                    .findFirst()
                    .orElse(-1);
            int manifest = IntStream.range(0, at - start)
                    .filter(i -> between.get(i).matches("force MANIFEST.*"))
                    .reduce(-1, Math::max);
            assertTrue(table >= 0 && manifest > table, () -> "before " + delete + ": " + between);
            from = at;
        }
    }

    @Test
    void aReadUnderWayKeepsNewerWritesInMemoryUntilItIsAnswered() throws Exception {
        EngineOptions options = SMALL.withSyncPolicy(SyncPolicy.NO).withRowCacheBytes(0);
        LsmEngine first = open(options);
        byte[] key = key(1, "key1");
        fillAndFlush(first, 600);
        first.close();

        OwnerQueue owner = new OwnerQueue();
        EngineContext context = new EngineContext(disk, directory, options, new EngineCounters());
        EngineOpening.Opened parts = EngineOpening.open(context, ReplayedWrites.IGNORED);
        HeldTables held = new HeldTables(parts.tables(), new CountDownLatch(1), new CountDownLatch(1));
        EngineOpening.Opened heldParts = new EngineOpening.Opened(
                parts.memory(), held, parts.flushedCounts(), parts.logEnd(), parts.recovery(), null);
        LsmEngine engine = new LsmEngine(context, heldParts, owner);
        driver = new EngineDriver(engine, owner);
        EngineDriver.Answer<byte[]> answer = driver.startRead(key);
        engine.flushReads();
        awaitQuietly(held.found);
        engine.put(key, value("newer"), 0);
        try {
            for (int i = 0; engine.stats().tables().flushes() == 0; i++) {
                put(i % 100 + 600);
                assertNull(driver.commit());
                driver.owner.runUntil(() ->
                        engine.stallNanos() == 0 || engine.stats().tables().flushes() > 0);
            }
            driver.owner.runAll();
            assertEquals("newer", EngineDriver.text(engine.peek(key)));
        } finally {
            held.release.countDown();
        }
        driver.owner.runUntil(() -> answer.given);
        assertEquals("newer", EngineDriver.text(answer.result));
    }

    @Test
    void anotherEngineCannotOpenTheSameDirectory() throws Exception {
        open(SMALL);
        assertThrows(IOException.class, () -> LsmEngine.open(directory, SMALL, Runnable::run));
        put(1);
        assertNull(driver.commit());
    }
}
