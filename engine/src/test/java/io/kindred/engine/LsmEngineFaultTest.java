package io.kindred.engine;

import static io.kindred.engine.EngineDriver.key;
import static io.kindred.engine.EngineDriver.value;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What only disks can do to an engine: fill up, refuse to sync, return other bytes than they were given. */
final class LsmEngineFaultTest {
    /** Nothing but the test reads the tables. */
    private static final EngineOptions SMALL = LsmEngineContractTest.SMALL.withKeyFilterBytes(0);

    private static final long PATIENCE_SECONDS = 60;

    @TempDir
    Path directory = Path.of("unset");

    private final FaultyDisk disk = new FaultyDisk();
    private EngineDriver driver = new EngineDriver(new MemoryEngine(SyncPolicy.NO, Runnable::run), new OwnerQueue());

    private LsmEngine open(EngineOptions options) throws IOException {
        OwnerQueue owner = new OwnerQueue();
        EngineContext context = new EngineContext(disk, directory, options, new EngineCounters());
        LsmEngine engine = LsmEngine.open(context, owner);
        driver = new EngineDriver(engine, owner);
        return engine;
    }

    @AfterEach
    void closeEngine() {
        disk.roomBytes = Long.MAX_VALUE;
        disk.beforeForce = null;
        disk.forceFails = path -> false;
        driver.engine.close();
    }

    private static boolean isLog(Path path) {
        return path.toString().endsWith(".klog");
    }

    private void put(int number) {
        driver.engine.put(key(number % 4, "key" + number), value("value " + number + " ".repeat(100)), 1);
    }

    private static EngineFailure mustFail(@Nullable EngineFailure failure) {
        return Objects.requireNonNull(failure, "this had to fail");
    }

    private void fillAndFlush(LsmEngine engine, int keys) {
        long flushes = engine.stats().tables().flushes();
        for (int i = 0; i < keys; i++) {
            put(i);
            assertNull(driver.commit());
            driver.owner.runUntil(() -> engine.stallNanos() == 0);
        }
        driver.owner.runUntil(() -> engine.stats().tables().flushes() > flushes);
    }

    private List<Path> tables() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("tables"))) {
            return files.filter(file -> file.toString().endsWith(".ldb")).toList();
        }
    }

    @Test
    void underAlwaysOneForceServesAllThatGatheredMeanwhile() throws Exception {
        LsmEngine engine = open(SMALL.withSyncPolicy(SyncPolicy.ALWAYS).withMemtableBytes(1 << 20));
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch reached = new CountDownLatch(1);
        disk.beforeForce = () -> {
            reached.countDown();
            awaitQuietly(release);
        };
        put(0);
        EngineDriver.Answer<Void> first = driver.startCommit();
        awaitQuietly(reached);
        EngineDriver.Answer<Void> last = first;
        for (int i = 1; i <= 50; i++) {
            put(i);
            last = driver.startCommit();
        }
        driver.owner.runAll();
        assertFalse(first.given, "nothing is acknowledged before its force");
        disk.beforeForce = null;
        release.countDown();
        EngineDriver.Answer<Void> awaited = last;
        driver.owner.runUntil(() -> awaited.given);
        assertEquals(51, engine.stats().log().commits());
        assertEquals(2, engine.stats().log().fsyncs());
        assertEquals(List.of("create", "append", "append", "force", "append", "force"), logEvents());
    }

    /** One client alone does not wait for others: there are none. */
    @Test
    void underAlwaysWhoIsAloneWaitsForNobody() throws Exception {
        LsmEngine engine = open(SMALL.withSyncPolicy(SyncPolicy.ALWAYS).withMemtableBytes(1 << 20));
        disk.beforeForce = () -> LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        long start = System.nanoTime();
        long forces = 0;
        for (int i = 0; i < 200; i++) {
            put(i);
            assertNull(driver.commit());
            forces += engine.stats().log().lastFsyncNanos();
        }
        long all = System.nanoTime() - start;
        double times = (double) all / forces;
        assertTrue(times < 2, () -> "a commit took " + times + " times as long as its force");
    }

    /** Two clients whose commits cross: from the second force on one serves both. */
    @Test
    void underAlwaysAForceWaitsForThoseWhoWereAnsweredAMomentAgo() throws Exception {
        LsmEngine engine = open(SMALL.withSyncPolicy(SyncPolicy.ALWAYS).withMemtableBytes(1 << 20));
        CountDownLatch reached = new CountDownLatch(1);
        disk.beforeForce = () -> {
            reached.countDown();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(300));
        };
        put(0);
        EngineDriver.Answer<Void> one = driver.startCommit();
        awaitQuietly(reached);
        put(1);
        EngineDriver.Answer<Void> other = driver.startCommit();
        for (int i = 2; i < 5; i++) {
            EngineDriver.Answer<Void> awaited = one;
            driver.owner.runUntil(() -> awaited.given);
            put(i);
            one = driver.startCommit();
            if (i > 2) {
                assertTrue(other.given);
                put(10 + i);
                other = driver.startCommit();
            }
        }
        EngineDriver.Answer<Void> last = other;
        driver.owner.runUntil(() -> last.given);
        assertEquals(4, engine.stats().log().fsyncs());
    }

    private List<String> logEvents() {
        return disk.events.stream()
                .filter(event -> event.endsWith(".klog"))
                .map(event -> event.substring(0, event.indexOf(' ')))
                .toList();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertTrue(latch.await(PATIENCE_SECONDS, TimeUnit.SECONDS), "waited in vain");
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void underAlwaysAFailedForceLeavesTheSegment() throws Exception {
        open(SMALL.withSyncPolicy(SyncPolicy.ALWAYS).withMemtableBytes(1 << 20));
        put(1);
        assertNull(driver.commit());
        disk.forceFails = LsmEngineFaultTest::isLog;
        put(2);
        EngineFailure failure = mustFail(driver.commit());
        assertEquals(EngineFailure.Kind.IO, failure.kind());
        assertTrue(failure.message().contains(".klog"), failure.message());
        disk.forceFails = path -> false;
        put(3);
        assertNull(driver.commit());
        assertTrue(Files.exists(LogFormat.segmentFile(directory, 2)), "a segment that could not be synced is left");
        driver.engine.close();
        open(SMALL);
        assertEquals("(absent)", driver.get(key(2, "key2")));
        assertFalse(driver.get(key(3, "key3")).equals("(absent)"));
        assertEquals(Map.of(1, 1L, 3, 1L), driver.counts());
    }

    /** Two commits that were queued, and what the open one has so far, overwrite a value in place; all of that fails. */
    @Test
    void aFailedForceTakesBackWhatWasOverwrittenInPlace() throws Exception {
        EngineOptions options = SMALL.withSyncPolicy(SyncPolicy.ALWAYS).withMemtableBytes(1 << 20);
        LsmEngine engine = open(options);
        engine.put(key(1, "k"), value("value 0"), 1);
        assertNull(driver.commit());
        long used = engine.stats().memory().memtableBytes();
        CountDownLatch release = new CountDownLatch(1);
        disk.forceFails = LsmEngineFaultTest::isLog;
        disk.beforeForce = () -> awaitQuietly(release);
        List<EngineDriver.Answer<Void>> answers = new ArrayList<>();
        for (int i = 1; i <= 2; i++) {
            engine.put(key(1, "k"), value("value " + i), 0);
            answers.add(driver.startCommit());
        }
        engine.put(key(1, "k"), value("value 3"), 0);
        assertEquals("value 3", driver.get(key(1, "k")));
        assertEquals(used, engine.stats().memory().memtableBytes(), "it was not overwritten in place");
        disk.beforeForce = null;
        release.countDown();
        driver.owner.runUntil(() -> answers.stream().allMatch(answer -> answer.given));
        answers.forEach(answer -> mustFail(answer.failure));
        assertEquals("value 0", driver.get(key(1, "k")));
        disk.forceFails = path -> false;
        mustFail(driver.commit());
        assertEquals("value 0", driver.get(key(1, "k")));
        engine.close();
        open(options);
        assertEquals("value 0", driver.get(key(1, "k")));
        assertEquals(Map.of(1, 1L), driver.counts());
    }

    /** What is overwritten in place fills the log alone; a start reads no more of it than there may be. */
    @Test
    void aKeyThatIsWrittenAgainAndAgainIsFlushedByTheLengthOfItsLog() throws Exception {
        LsmEngine engine = open(SMALL.withSyncPolicy(SyncPolicy.NO));
        int writes = 0;
        for (; engine.stats().tables().flushes() < 3; writes++) {
            engine.put(key(1, "k"), value(String.format("value %09d", writes)), writes == 0 ? 1 : 0);
            assertNull(driver.commit());
            driver.owner.runUntil(() -> engine.stallNanos() == 0);
            assertTrue(logBytes() < 3 * MemTable.LOG_MEMTABLES * SMALL.memtableBytes(), "the log grows for ever");
        }
        assertTrue(logBytes() > 0 && writes > 3 * MemTable.LOG_MEMTABLES * 100, writes + " writes, 3 flushes");
        assertEquals(String.format("value %09d", writes - 1), driver.get(key(1, "k")));
    }

    private long logBytes() throws IOException {
        long bytes = 0;
        for (Path segment : LogReplay.segments(directory).values()) {
            // One that a flush deletes meanwhile has no bytes any more.
            bytes += segment.toFile().length();
        }
        return bytes;
    }

    @Test
    void underAlwaysWhatWasQueuedBehindAFailureIsNotWritten() throws Exception {
        EngineOptions options = SMALL.withSyncPolicy(SyncPolicy.ALWAYS).withMemtableBytes(1 << 20);
        LsmEngine engine = open(options);
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch reached = new CountDownLatch(1);
        AtomicBoolean failing = new AtomicBoolean(true);
        disk.forceFails = path -> isLog(path) && failing.getAndSet(false);
        disk.beforeForce = () -> {
            reached.countDown();
            awaitQuietly(release);
        };
        put(1);
        EngineDriver.Answer<Void> failed = driver.startCommit();
        awaitQuietly(reached);
        put(2);
        EngineDriver.Answer<Void> behind = driver.startCommit();
        disk.beforeForce = null;
        release.countDown();
        driver.owner.runUntil(() -> failed.given && behind.given);
        assertEquals(failed.failure, behind.failure);
        put(3);
        assertNull(driver.commit());
        engine.close();
        open(options);
        assertEquals("(absent)", driver.get(key(2, "key2")));
        assertEquals(Map.of(3, 1L), driver.counts());
    }

    @Test
    void underEverysecAFailedForceIsMadeGoodByAFlush() throws Exception {
        LsmEngine engine = open(SMALL.withMemtableBytes(1 << 20));
        disk.forceFails = LsmEngineFaultTest::isLog;
        put(1);
        assertNull(driver.commit());
        driver.owner.runUntil(() -> engine.stats().tables().flushes() > 0);
        assertTrue(engine.stats().log().failures() > 0);
        assertEquals("value 1", driver.get(key(1, "key1")).strip());
        Path copy = directory.resolve("after-the-power-cut");
        disk.copyDurable(directory, copy);
        OwnerQueue owner = new OwnerQueue();
        try (LsmEngine survivor = LsmEngine.open(copy, SMALL, owner)) {
            assertEquals(
                    "value 1",
                    new EngineDriver(survivor, owner).get(key(1, "key1")).strip());
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

    @Test
    void damageInATableIsAFailureNeverAnAbsence() throws Exception {
        LsmEngine engine = open(SMALL.withSyncPolicy(SyncPolicy.NO).withRowCacheBytes(0));
        fillAndFlush(engine, 600);
        engine.close();
        for (Path table : tables()) {
            byte[] bytes = Files.readAllBytes(table);
            // The first block of the first table has the meta record, without which nothing opens.
            for (int at = 5000; at < bytes.length / 2; at += 512) {
                bytes[at] ^= 0x10;
            }
            Files.write(table, bytes);
        }
        open(SMALL.withRowCacheBytes(0));
        int corrupt = 0;
        for (int i = 0; i < 600; i++) {
            EngineDriver.Answer<byte[]> answer = driver.read(key(i % 4, "key" + i));
            EngineFailure failure = answer.failure;
            if (failure == null) {
                assertEquals("value " + i, EngineDriver.text(answer.result).strip());
            } else {
                corrupt++;
                assertEquals(EngineFailure.Kind.CORRUPT, failure.kind());
                assertTrue(failure.message().contains(".ldb at offset "), failure.message());
            }
        }
        assertTrue(corrupt > 0);
        EngineDriver.Answer<ScanStep> scan = driver.scanStep(new byte[0], new byte[0], 10_000);
        EngineFailure failure = scan.failure;
        assertEquals(EngineFailure.Kind.CORRUPT, failure == null ? null : failure.kind());
        assertTrue(driver.engine.stats().tables().corruptions() > 0);
    }

    /** One block of each table, in the middle of its data. */
    private void turnABitInEachTable() throws IOException {
        for (Path table : tables()) {
            byte[] bytes = Files.readAllBytes(table);
            bytes[bytes.length / 3] ^= 0x10;
            Files.write(table, bytes);
        }
    }

    private void write(LsmEngine engine, int from, int to) {
        for (int i = from; i < to; i++) {
            put(i);
            assertNull(driver.commit(), "write " + i);
            driver.owner.runUntil(() -> engine.stallNanos() == 0);
        }
    }

    /** How many of these keys fail; the others must be what was written. */
    private int failing(int keys) {
        int failing = 0;
        for (int i = 0; i < keys; i++) {
            EngineDriver.Answer<byte[]> answer = driver.read(key(i % 4, "key" + i));
            EngineFailure failure = answer.failure;
            failing += failure == null ? 0 : 1;
            assertEquals(
                    failure == null ? "value " + i : EngineFailure.Kind.CORRUPT,
                    failure == null ? EngineDriver.text(answer.result).strip() : failure.kind());
        }
        return failing;
    }

    @Test
    void flushesGoOnOverDamageAndWhatWasLostIsNeverAbsent() throws Exception {
        EngineOptions options = SMALL.withSyncPolicy(SyncPolicy.NO).withRowCacheBytes(0);
        LsmEngine engine = open(options);
        fillAndFlush(engine, 600);
        engine.close();
        turnABitInEachTable();
        LsmEngine again = open(options);
        write(again, 600, 6_000);
        assertTrue(again.stats().tables().flushFailures() > 0, "no compaction met the damage");
        int lost = failing(6_000);
        assertTrue(lost > 0 && lost < 300, () -> lost + " keys are lost");
        assertTrue(again.stats().tables().damagedBlocks() > 0);
        again.close();

        LsmEngine third = open(options);
        assertEquals(lost, failing(6_000), "it is remembered what is lost");
        assertTrue(scanFailures() > 0);
        write(third, 0, 6_000);
        assertEquals(0, failing(6_000), "what is written anew is there");
        third.close();

        LsmEngine last = open(options);
        assertEquals(0, failing(6_000));
        acceptLoss(new byte[0], new byte[0]);
        assertEquals(0, last.stats().tables().damagedBlocks());
        assertEquals(6_000, driver.scan(new byte[0], new byte[0], 500).size());
    }

    @Test
    void aLossIsAcceptedInARangeOnly() throws Exception {
        EngineOptions options = SMALL.withSyncPolicy(SyncPolicy.NO).withRowCacheBytes(0);
        openDamaged(options);
        assertTrue(failing(600) > 0);
        int damaged = scanFailures();
        assertTrue(damaged > 0);
        acceptLoss(key(4, ""), new byte[0]);
        assertEquals(damaged, scanFailures());
        for (int group = 0; group < 4; group++) {
            acceptLoss(key(group, ""), key(group + 1, ""));
            assertEquals(0, scanFailures(group));
        }
        int absent = 0;
        for (int i = 0; i < 600; i++) {
            String found = driver.get(key(i % 4, "key" + i)).strip();
            absent += found.equals("(absent)") ? 1 : 0;
            assertTrue(found.equals("(absent)") || found.equals("value " + i), found);
        }
        assertTrue(absent > 0);
        driver.engine.close();
        open(options);
        assertEquals(0, scanFailures(), "and stays accepted");
    }

    /** A partition is given up; what the same block had of the next one is not its business. */
    @Test
    void aLossThatBeginsWhereARangeEndsIsNoneOfTheRange() throws Exception {
        openDamaged(SMALL.withSyncPolicy(SyncPolicy.NO).withRowCacheBytes(0));
        List<byte[]> lost = lostKeys();
        byte[] middle = lost.get(lost.size() / 2);
        acceptLoss(key(0, ""), middle);
        assertEquals(0, scanFailures(key(0, ""), middle));
        assertEquals(1, scanFailures(middle, key(4, "")));
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

    /** A power cut must not take what stands in for lost keys, and leave them given up. */
    @Test
    void whatWasWrittenBeforeALossIsAcceptedIsDurable() throws Exception {
        EngineOptions options = SMALL.withSyncPolicy(SyncPolicy.NO).withRowCacheBytes(0);
        openDamaged(options);
        List<byte[]> lost = lostKeys();
        for (byte[] key : lost) {
            driver.engine.put(key, value("mended"), 0);
        }
        assertNull(driver.commit());
        acceptLoss(new byte[0], new byte[0]);
        Path copy = directory.resolve("after-the-power-cut");
        disk.copyDurable(directory, copy);
        OwnerQueue owner = new OwnerQueue();
        try (LsmEngine survivor = LsmEngine.open(copy, options, owner)) {
            EngineDriver after = new EngineDriver(survivor, owner);
            for (byte[] key : lost) {
                assertEquals("mended", after.get(key));
            }
            assertEquals(600, after.scan(key(0, ""), key(4, ""), 100).size(), "and the loss stays accepted");
        }
    }

    /** 600 keys in tables with a damaged block each. */
    private void openDamaged(EngineOptions options) throws IOException {
        LsmEngine engine = open(options);
        fillAndFlush(engine, 600);
        engine.close();
        turnABitInEachTable();
        open(options);
    }

    private List<byte[]> lostKeys() {
        return IntStream.range(0, 600)
                .mapToObj(i -> key(i % 4, "key" + i))
                .filter(key -> driver.read(key).failure != null)
                .sorted(Arrays::compareUnsigned)
                .toList();
    }

    private void acceptLoss(byte[] from, byte[] to) {
        EngineDriver.Answer<Void> answer = new EngineDriver.Answer<>();
        driver.engine.acceptLoss(from, to, failure -> answer.give(null, failure));
        driver.owner.runUntil(() -> answer.given);
        assertNull(answer.failure);
    }

    private int scanFailures() {
        return IntStream.range(0, 4).map(this::scanFailures).sum();
    }

    /** 1 if not all of a group can be read. */
    private int scanFailures(int group) {
        return scanFailures(key(group, ""), key(group + 1, ""));
    }

    private int scanFailures(byte[] from, byte[] to) {
        byte[] next = from;
        while (next != null) {
            EngineDriver.Answer<ScanStep> answer = driver.scanStep(next, to, 100);
            ScanStep step = answer.result;
            if (step == null) {
                assertEquals(
                        EngineFailure.Kind.CORRUPT, mustFail(answer.failure).kind());
                return 1;
            }
            next = step.next();
        }
        return 0;
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

    /** The keys below a number, and no others. */
    private void assertHas(int keys) {
        for (int i = 0; i < keys; i++) {
            assertEquals("value " + i, driver.get(key(i % 4, "key" + i)).strip());
        }
        assertEquals("(absent)", driver.get(key(keys % 4, "key" + keys)));
    }

    @Test
    void aReadThatFailsForTheMomentIsNoDamage() throws Exception {
        EngineOptions options = SMALL.withSyncPolicy(SyncPolicy.NO).withRowCacheBytes(0);
        LsmEngine engine = open(options);
        fillAndFlush(engine, 600);
        engine.close();
        for (boolean withoutHandles : List.of(true, false)) {
            engine = open(options);
            disk.openFails = path -> withoutHandles && isTable(path);
            disk.readFails = path -> !withoutHandles && isTable(path);
            int failed = 0;
            for (int i = 0; i < 600; i++) {
                EngineDriver.Answer<byte[]> answer = driver.read(key(i % 4, "key" + i));
                failed += answer.failure != null ? 1 : 0;
                assertTrue(
                        answer.failure == null || answer.failure.kind() == EngineFailure.Kind.IO,
                        () -> "" + answer.failure);
            }
            assertTrue(failed > 0);
            assertEquals(
                    EngineFailure.Kind.IO,
                    mustFail(driver.scanStep(key(0, ""), key(4, ""), 100).failure)
                            .kind());
            acceptLoss(new byte[0], new byte[0]);
            disk.openFails = path -> false;
            disk.readFails = path -> false;
            assertAllAreThere(engine);
            engine.close();
        }
    }

    /** The meta record is written anew with the next load, and found again. */
    @Test
    void theBlockOfTheMetaRecordMayRot() throws Exception {
        EngineOptions options = SMALL.withSyncPolicy(SyncPolicy.NO);
        LsmEngine engine = open(options);
        fillAndFlush(engine, 600);
        disk.readsWrong = LsmEngineFaultTest::isTable;
        for (int i = 0; engine.stats().tables().damagedBlocks() == 0; i++) {
            put(i % 600);
            driver.commit();
            driver.owner.runAll();
        }
        disk.readsWrong = path -> false;
        long flushes = engine.stats().tables().flushes();
        driver.owner.runUntil(() -> engine.stats().tables().flushes() > flushes);
        engine.close();
        open(options);
    }

    /** A flash of a cable, not of the disk. */
    @Test
    void aBlockThatCanBeReadTheNextTimeIsNotGivenUp() throws Exception {
        EngineOptions options = SMALL.withSyncPolicy(SyncPolicy.NO).withRowCacheBytes(0);
        LsmEngine engine = open(options);
        fillAndFlush(engine, 600);
        engine.close();
        engine = open(options);
        disk.readsWrong = LsmEngineFaultTest::isTable;
        assertEquals(1, scanFailures());
        disk.readsWrong = path -> false;
        acceptLoss(new byte[0], new byte[0]);
        assertAllAreThere(engine);
    }

    private static boolean isTable(Path path) {
        return path.toString().endsWith(".ldb");
    }

    private void assertAllAreThere(LsmEngine engine) {
        for (int i = 0; i < 600; i++) {
            assertEquals("value " + i, driver.get(key(i % 4, "key" + i)).strip());
        }
        assertEquals(600, driver.scan(key(0, ""), key(4, ""), 100).size());
        assertEquals(0, engine.stats().tables().damagedBlocks());
    }

    /** The mark of the stop before would else be there again, and vouch for what was written since. */
    @Test
    void aPowerCutAfterACleanStartIsNoCleanStop() throws Exception {
        open(SMALL).close();
        assertTrue(open(SMALL).startedClean());
        Path copy = directory.resolve("after-the-power-cut");
        disk.copyDurable(directory, copy);
        try (LsmEngine survivor = LsmEngine.open(copy, SMALL, new OwnerQueue())) {
            assertFalse(survivor.startedClean());
        }
    }

    @Test
    void damageInTheMiddleOfTheLogIsToldAndTheRestKept() throws Exception {
        LsmEngine engine = open(SMALL.withMemtableBytes(1 << 20));
        for (int i = 0; i < 100; i++) {
            put(i);
            assertNull(driver.commit());
        }
        engine.close();
        Path segment = LogFormat.segmentFile(directory, 1);
        byte[] bytes = Files.readAllBytes(segment);
        bytes[bytes.length / 2] ^= 1;
        Files.write(segment, bytes);
        LsmEngine again = open(SMALL);
        assertFalse(again.startedClean());
        assertEquals(1, again.recovery().corruptions());
        assertTrue(again.recovery().findings().get(0).contains(segment + " at offset "));
        assertEquals(99, again.recovery().replayedRecords());
        assertEquals(
                99, driver.counts().values().stream().mapToLong(Long::longValue).sum());
    }

    @Test
    void aLogThatEndsBeforeTheCleanMarkIsCorrupt() throws Exception {
        LsmEngine engine = open(SMALL.withMemtableBytes(1 << 20));
        put(1);
        assertNull(driver.commit());
        long end = Files.size(LogFormat.segmentFile(directory, 1));
        put(2);
        assertNull(driver.commit());
        engine.close();
        new LocalDisk().truncate(LogFormat.segmentFile(directory, 1), end);
        LsmEngine again = open(SMALL);
        assertFalse(again.startedClean());
        assertEquals(1, again.recovery().corruptions());
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
    void aReadUnderWayKeepsNewerWritesInMemoryUntilItIsAnswered() throws Exception {
        EngineOptions options = SMALL.withSyncPolicy(SyncPolicy.NO).withRowCacheBytes(0);
        LsmEngine first = open(options);
        byte[] key = key(1, "key1");
        fillAndFlush(first, 600);
        first.close();

        OwnerQueue owner = new OwnerQueue();
        EngineContext context = new EngineContext(disk, directory, options, new EngineCounters());
        EngineOpening.Parts parts = EngineOpening.open(context, ReplayedWrites.IGNORED);
        HeldTables held = new HeldTables(parts.tables(), new CountDownLatch(1), new CountDownLatch(1));
        EngineOpening.Parts heldParts = new EngineOpening.Parts(
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
