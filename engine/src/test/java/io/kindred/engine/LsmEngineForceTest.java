package io.kindred.engine;

import static io.kindred.engine.EngineDriver.key;
import static io.kindred.engine.EngineDriver.value;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** What is forced when, what a failed force takes back, and what the log says of it afterwards. */
final class LsmEngineForceTest extends EngineOnFaultyDisk {
    private List<String> logEvents() {
        return disk.events.stream()
                .filter(event -> event.endsWith(".klog"))
                .map(event -> event.substring(0, event.indexOf(' ')))
                .toList();
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

    @Test
    void underAlwaysAFailedForceLeavesTheSegment() throws Exception {
        open(SMALL.withSyncPolicy(SyncPolicy.ALWAYS).withMemtableBytes(1 << 20));
        put(1);
        assertNull(driver.commit());
        disk.forceFails = EngineOnFaultyDisk::isLog;
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
        disk.forceFails = EngineOnFaultyDisk::isLog;
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
        disk.forceFails = EngineOnFaultyDisk::isLog;
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
}
