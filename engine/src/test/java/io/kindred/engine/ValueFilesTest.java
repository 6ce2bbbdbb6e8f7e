package io.kindred.engine;

import static io.kindred.engine.EngineDriver.key;
import static io.kindred.engine.EngineDriver.value;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Large values, in files of their own: what is written is read, what nothing points to goes, and damage is never an absence. */
final class ValueFilesTest {
    private static final int FILE_BYTES = 32 << 10;
    private static final int SLACK_BYTES = 64 << 10;
    private static final int VALUE_BYTES = 1_000;
    /** Flushed only where a test says so; memory knows nothing that it does not have to. */
    private static final EngineOptions OPTIONS = LsmEngineContractTest.SMALL
            .withSyncPolicy(SyncPolicy.ALWAYS)
            .withMemtableBytes(4 << 20)
            .withRowCacheBytes(0)
            .withKeyFilterBytes(0)
            .withValues(new ValueOptions(500, FILE_BYTES, SLACK_BYTES));

    /** Unless nothing of a file lives. */
    private static final EngineOptions NEVER_COLLECTED =
            OPTIONS.withValues(new ValueOptions(500, FILE_BYTES, Long.MAX_VALUE / 4));

    private static final EngineOptions COLLECTED_AT_ONCE = OPTIONS.withValues(new ValueOptions(500, FILE_BYTES, 1));

    @TempDir
    Path parent = Path.of("unset");

    private final FaultyDisk disk = new FaultyDisk();
    private EngineDriver driver = new EngineDriver(new MemoryEngine(SyncPolicy.NO, Runnable::run), new OwnerQueue());
    /** What was written, by number. */
    private final Map<Integer, String> written = new TreeMap<>();

    private int versions;

    private Path directory() {
        return parent.resolve("engine");
    }

    private LsmEngine open(EngineOptions options) throws IOException {
        OwnerQueue owner = new OwnerQueue();
        EngineContext context = new EngineContext(disk, directory(), options, new EngineCounters());
        LsmEngine engine = LsmEngine.open(context, owner);
        driver = new EngineDriver(engine, owner);
        return engine;
    }

    @AfterEach
    void closeEngine() {
        disk.roomBytes = Long.MAX_VALUE;
        disk.afterChange = null;
        driver.engine.close();
    }

    private static byte[] keyOf(int number) {
        return key(number % 4, "key" + number);
    }

    private void put(int number) {
        put(number, VALUE_BYTES);
    }

    private void put(int number, int length) {
        String text = "value " + number + " version " + ++versions + " ";
        String whole = text.repeat(length / text.length() + 1).substring(0, length);
        driver.engine.put(keyOf(number), value(whole), written.containsKey(number) ? 0 : 1);
        written.put(number, whole);
    }

    private void delete(int number) {
        driver.engine.delete(keyOf(number), -1);
        written.remove(number);
    }

    /** What is in memory is in the tables then, and what is due has been collected. */
    private void flush() {
        assertNull(driver.commit());
        LsmEngine engine = (LsmEngine) driver.engine;
        EngineDriver.Answer<Void> flushed = new EngineDriver.Answer<>();
        engine.flush(failure -> flushed.give(null, failure));
        driver.owner.runUntil(() -> flushed.given);
        assertNull(flushed.failure);
        awaitCollection();
    }

    /** What is asked for behind a collection comes when that has done a part of what is due, at least. */
    private void awaitCollection() {
        long before;
        do {
            before = values().collectedBytes();
            acceptLoss(key(100, ""), key(101, ""));
        } while (values().collectedBytes() > before);
    }

    private void acceptLoss(byte[] from, byte[] to) {
        EngineDriver.Answer<Void> answer = new EngineDriver.Answer<>();
        driver.engine.acceptLoss(from, to, failure -> answer.give(null, failure));
        driver.owner.runUntil(() -> answer.given);
        assertNull(answer.failure);
    }

    private void fill(int keys) {
        for (int i = 0; i < keys; i++) {
            put(i);
        }
        flush();
    }

    private void assertAllAreThere() {
        assertAllAreThere(driver);
    }

    private void assertAllAreThere(EngineDriver found) {
        written.forEach((number, value) -> assertEquals(value, EngineDriver.text(found.read(keyOf(number)).result)));
        Map<String, String> scanned = new TreeMap<>();
        found.scan(new byte[0], new byte[0], 50)
                .forEach(entry -> scanned.put(
                        EngineDriver.text(entry.key()).substring(Integer.BYTES), EngineDriver.text(entry.value())));
        Map<String, String> expected = new TreeMap<>();
        written.forEach((number, value) -> expected.put("key" + number, value));
        assertEquals(expected, scanned);
        long counted =
                found.counts().values().stream().mapToLong(count -> count).sum();
        assertEquals(written.size(), counted);
    }

    private EngineStats.Values values() {
        return driver.engine.stats().values();
    }

    private List<Path> files() throws IOException {
        return List.copyOf(ValueFormat.files(directory()).values());
    }

    /** Where a key's value lies. */
    private Path fileOf(int number) throws IOException {
        for (Path file : files()) {
            if (offsetOf(file, number) >= 0) {
                return file;
            }
        }
        throw new AssertionError("no file has " + number);
    }

    private int offsetOf(Path file, int number) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1)
                .indexOf(Objects.requireNonNull(written.get(number)));
    }

    private static void turnABit(Path file, int at) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[at] ^= 0x10;
        Files.write(file, bytes);
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

    private long valueBytesOnDisk() throws IOException {
        return files().stream().mapToLong(file -> file.toFile().length()).sum();
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

    /** Eight files, of which a third lives, some of each. */
    private void leaveGarbage() throws IOException {
        open(NEVER_COLLECTED);
        for (int round = 0; round < 5; round++) {
            for (int i = 0; i < 48; i++) {
                put(i % 7 > 0 ? i : 100 * round + i);
            }
            flush();
        }
        driver.engine.close();
        assertEquals(8, files().size());
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

    private @Nullable EngineFailure failureOf(int number) {
        return driver.read(keyOf(number)).failure;
    }

    private void assertIsDamaged(int number) {
        EngineFailure failure = failureOf(number);
        assertEquals(EngineFailure.Kind.CORRUPT, failure == null ? null : failure.kind());
        assertTrue(failure != null && failure.message().contains(".kval"), () -> "" + failure);
    }

    @Test
    void aDamagedValueIsAFailureOfItsKeyAlone() throws Exception {
        open(OPTIONS);
        fill(100);
        driver.engine.close();
        Path file = fileOf(33);
        turnABit(file, offsetOf(file, 33) + 500);
        open(OPTIONS);
        for (int i = 0; i < 100; i++) {
            if (i == 33) {
                assertIsDamaged(i);
            } else {
                assertNull(failureOf(i), "key" + i);
            }
        }
        assertEquals(1, driver.engine.stats().tables().damagedBlocks());
        EngineFailure scan = driver.scanStep(keyOf(33), new byte[0], 1_000).failure;
        assertEquals(EngineFailure.Kind.CORRUPT, scan == null ? null : scan.kind());
        put(33);
        assertNull(driver.commit());
        flush();
        assertAllAreThere();
        assertEquals(0, driver.engine.stats().tables().damagedBlocks(), "it is replaced");
    }

    @Test
    void aDamagedValueIsAbsentWhenItsLossIsAccepted() throws Exception {
        open(OPTIONS);
        fill(100);
        driver.engine.close();
        Path missing = fileOf(33);
        Files.delete(missing);
        open(OPTIONS);
        assertIsDamaged(33);
        EngineFailure failure = failureOf(33);
        assertTrue(failure != null && failure.message().contains("missing"), () -> "" + failure);
        acceptLoss(key(2, ""), new byte[0]);
        assertIsDamaged(33);
        acceptLoss(key(1, ""), key(2, ""));
        int absent = 0;
        for (int i = 1; i < 100; i += 4) {
            String found = driver.get(keyOf(i));
            absent += found.equals("(absent)") ? 1 : 0;
            assertTrue(found.equals("(absent)") || found.equals(written.get(i)), found);
        }
        assertTrue(absent > 1, "what else was in the file and the range goes with it");
        assertEquals(0, driver.engine.stats().tables().damagedBlocks());
        assertEquals(25 - absent, driver.scan(key(1, ""), key(2, ""), 100).size());
        driver.engine.close();
        open(OPTIONS);
        assertEquals("(absent)", driver.get(keyOf(33)));
    }

    /** A flash of a cable, not of the disk. */
    @Test
    void aValueThatCanBeReadTheNextTimeIsNotDamaged() throws Exception {
        open(OPTIONS);
        fill(10);
        disk.wrongValueReads.set(1);
        assertNull(failureOf(1));
        disk.readFails = path -> path.toString().endsWith(".kval");
        EngineFailure failure = failureOf(1);
        assertEquals(EngineFailure.Kind.IO, failure == null ? null : failure.kind());
        disk.readFails = path -> false;
        assertEquals(0, driver.engine.stats().tables().damagedBlocks());
        acceptLoss(new byte[0], new byte[0]);
        assertAllAreThere();
    }

    /** What a file has is not thrown away for what cannot be read of it; only a walk to the end lets it go. */
    @Test
    void aFileOfWhichAPartCannotBeReadStays() throws Exception {
        leaveGarbage();
        Path file = fileOf(7);
        // Of the header of one that lives.
        turnABit(file, offsetOf(file, 7) - "0000key7".length() - 5);
        open(COLLECTED_AT_ONCE);
        awaitCollection();
        assertTrue(values().collectedBytes() > 0, () -> "" + values());
        assertTrue(Files.exists(file), () -> "" + values());
        assertAllAreThere();
    }

    /** A power cut may leave anything behind the last force. */
    @Test
    void aTornEndIsInNobodysWay() throws Exception {
        leaveGarbage();
        Path file = files().get(0);
        Files.write(file, new byte[3_000], StandardOpenOption.APPEND);
        open(COLLECTED_AT_ONCE);
        awaitCollection();
        assertFalse(Files.exists(file), () -> "" + values());
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
