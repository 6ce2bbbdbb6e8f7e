package io.kindred.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Large values, in files of their own: what is written is read, what nothing points to goes, and damage is never an absence. */
final class ValueFilesTest extends EngineWithValueFiles {
    private long valueBytesOnDisk() throws IOException {
        return files().stream().mapToLong(file -> file.toFile().length()).sum();
    }

    private void requireAllHold(ConcurrentLinkedQueue<Path> cuts) throws IOException {
        for (Path cut = cuts.poll(); cut != null; cut = cuts.poll()) {
            OwnerQueue owner = new OwnerQueue();
            try (LsmEngine survivor = LsmEngine.open(cut, OPTIONS, owner)) {
                assertAllAreThere(new EngineDriver(survivor, owner));
            } catch (AssertionError e) {
                throw new AssertionError("after " + cut, e);
            }
        }
    }

    @Test
    void largeValuesAreNotInTheTables() throws Exception {
        LsmEngine engine = open(OPTIONS);
        fill(300);
        put(1_000, 40);
        put(1_001, 3 * FILE_BYTES);
        put(1_002, 500);
        put(1_003, 499);
        flush();
        assertAllAreThere();
        assertTrue(engine.stats().tables().bytes() < 60_000, () -> "" + engine.stats());
        assertTrue(values().bytes() > 300 * VALUE_BYTES, () -> "" + values());
        assertEquals(values().bytes(), valueBytesOnDisk());
        engine.close();
        open(OPTIONS);
        assertAllAreThere();
        put(5);
        flush();
        assertAllAreThere();
    }

    /** Otherwise it would be followed. */
    @Test
    void aValueThatLooksLikeAPointerIsAValue() throws Exception {
        open(OPTIONS);
        byte[] pointer = new ValuePointer(1, 24, 100, 7).encoded();
        driver.engine.put(keyOf(1), pointer, 1);
        flush();
        assertEquals(1, values().files());
        assertEquals(EngineDriver.text(pointer), EngineDriver.text(driver.read(keyOf(1)).result));
    }

    @Test
    void roomIsBoundedWhateverIsOverwritten() throws Exception {
        open(OPTIONS);
        fill(200);
        long most = 0;
        for (int round = 0; round < 60; round++) {
            for (int i = 0; i < 50; i++) {
                put((round * 37 + i * i) % 200);
            }
            flush();
            most = Math.max(most, values().bytes());
        }
        assertAllAreThere();
        long bound = ValueCollector.SPACE_TIMES * 200 * VALUE_BYTES + SLACK_BYTES;
        // Records have headers and keys, and samples stand for more than themselves.
        assertTrue(most < bound * 1.3, most + " bytes where at most " + bound + " were to be");
        assertTrue(values().collectedBytes() > 1_000_000, () -> "" + values());
        assertTrue(values().movedBytes() < 60 * 50 * VALUE_BYTES, () -> "" + values());
        double live = (double) values().liveBytes() / (200 * VALUE_BYTES);
        assertTrue(live > 0.8 && live < 1.5, () -> "" + values());
        assertEquals(values().bytes(), valueBytesOnDisk());
    }

    @Test
    void whatIsDeletedOrBecomesSmallGivesItsRoomBack() throws Exception {
        for (boolean isDeleted : List.of(true, false)) {
            open(OPTIONS);
            fill(400);
            for (int i = 0; i < 400; i++) {
                if (isDeleted) {
                    delete(i);
                } else {
                    put(i, 10);
                }
            }
            flush();
            assertAllAreThere();
            assertEquals(1, values().files(), "the newest one stays");
            driver.engine.close();
        }
    }

    /** Nothing is known of the files of an earlier life; a few are walked each time. */
    @Test
    void whatAnEarlierLifeHasLeftIsCollected() throws Exception {
        leaveGarbage();
        open(COLLECTED_AT_ONCE);
        awaitCollection();
        long most = ValueCollector.SPACE_TIMES * written.size() * VALUE_BYTES;
        assertTrue(values().bytes() < most + FILE_BYTES, () -> most + " bytes at most, and now " + values());
        assertAllAreThere();
    }

    /** Each flush of a few large values would leave a file of its own, over many starts. */
    @Test
    void manySmallFilesAreMadeFewer() throws Exception {
        for (int start = 0; start < 60; start++) {
            open(OPTIONS);
            put(start);
            flush();
            driver.engine.close();
        }
        open(OPTIONS);
        awaitCollection();
        assertTrue(files().size() < 40, () -> "" + values());
        assertAllAreThere();
    }

    /** The power is cut after each change that a flush and a collection make; whatever is left, nothing is lost. */
    @Test
    void aPowerCutBesideAFlushOrACollectionLosesNothing() throws Exception {
        leaveGarbage();
        ConcurrentLinkedQueue<Path> cuts = new ConcurrentLinkedQueue<>();
        AtomicInteger number = new AtomicInteger();
        disk.tears = () -> false;
        Runnable cut = () -> {
            Path copy = parent.resolve("cut" + number.incrementAndGet());
            try {
                disk.copyDurable(directory(), copy);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            cuts.add(copy);
        };
        disk.afterChange = cut;
        open(COLLECTED_AT_ONCE);
        awaitCollection();
        disk.afterChange = null;
        assertTrue(values().collectedBytes() > 0 && values().movedBytes() > 0, () -> "" + values());
        requireAllHold(cuts);
        for (int i = 0; i < 48; i++) {
            put(i);
        }
        assertNull(driver.commit());
        disk.afterChange = cut;
        flush();
        disk.afterChange = null;
        assertTrue(cuts.size() > 10, cuts::toString);
        requireAllHold(cuts);
    }

    @Test
    void aFullDiskStopsACollectionAndLeavesNothingBehind() throws Exception {
        leaveGarbage();
        long before = valueBytesOnDisk();
        for (boolean isFull : List.of(true, false)) {
            disk.appendFails = path -> isFull && path.toString().endsWith(".kval");
            open(COLLECTED_AT_ONCE);
            awaitCollection();
            assertEquals(isFull, values().failures() > 0, () -> "" + values());
            assertEquals(isFull, valueBytesOnDisk() >= before, () -> before + " bytes, and now " + values());
            assertTrue(valueBytesOnDisk() <= before);
            assertAllAreThere();
            driver.engine.close();
        }
        open(OPTIONS);
        assertAllAreThere();
    }

    /** The disk takes value files, and then no tables; the values are not written again and again. */
    @Test
    void aFlushThatIsTriedAgainDoesNotWriteItsValuesAgain() throws Exception {
        LsmEngine engine = open(OPTIONS);
        for (int i = 0; i < 200; i++) {
            put(i);
        }
        assertNull(driver.commit());
        disk.appendFails = path -> path.toString().endsWith(".ldb");
        engine.flush(failure -> {});
        driver.owner.runUntil(() -> engine.stats().tables().flushFailures() > 2);
        disk.appendFails = path -> false;
        driver.owner.runUntil(() -> engine.stats().tables().flushes() > 0);
        assertTrue(values().bytes() < 220 * (VALUE_BYTES + 50), () -> "" + values());
        assertAllAreThere();
    }

    /** The disk takes half of the values. */
    @Test
    void whatAFailedFlushHasWrittenIsTakenBack() throws Exception {
        LsmEngine engine = open(OPTIONS);
        put(1);
        flush();
        long before = valueBytesOnDisk();
        for (int i = 0; i < 200; i++) {
            put(i);
        }
        assertNull(driver.commit());
        disk.roomBytes = 100 * VALUE_BYTES;
        engine.flush(failure -> {});
        driver.owner.runUntil(() -> engine.stats().tables().flushFailures() > 2
                || engine.stats().tables().flushes() > 1);
        assertEquals(1, engine.stats().tables().flushes());
        assertEquals(before, valueBytesOnDisk());
        disk.roomBytes = Long.MAX_VALUE;
        driver.owner.runUntil(() -> engine.stats().tables().flushes() > 1);
        assertAllAreThere();
        engine.close();
        open(OPTIONS);
        assertAllAreThere();
    }

    @Test
    void aBackupHasItsValuesWhateverIsCollectedLater() throws Exception {
        LsmEngine engine = open(OPTIONS);
        fill(200);
        Map<Integer, String> then = new TreeMap<>(written);
        Path backup = parent.resolve("backup");
        EngineDriver.Answer<BackupManifest> made = new EngineDriver.Answer<>();
        engine.backUp(backup, Map.of(), made::give);
        driver.owner.runUntil(() -> made.given);
        assertNull(made.failure);
        List<Path> before = files();
        for (int round = 0; round < 5; round++) {
            fill(200);
        }
        assertFalse(Files.exists(before.get(0)), "it was not collected");
        written.clear();
        written.putAll(then);
        BackupManifest.read(backup).verify(backup, bytes -> {});
        OwnerQueue owner = new OwnerQueue();
        try (LsmEngine restored = LsmEngine.open(backup.resolve(BackupManifest.STORE), OPTIONS, owner)) {
            assertAllAreThere(new EngineDriver(restored, owner));
        }
    }
}
