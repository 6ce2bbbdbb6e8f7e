package io.kindred.engine;

import static io.kindred.engine.EngineDriver.key;
import static io.kindred.engine.EngineDriver.value;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A backup holds what was acknowledged before it, whatever goes on beside it; and one that is cut off is not there. */
final class LsmEngineBackupTest {
    private static final EngineOptions SMALL = LsmEngineContractTest.SMALL;
    private static final Map<String, String> FACTS = Map.of("node", "n1");
    private static final int GROUPS = 4;

    @TempDir
    Path root = Path.of("unset");

    private final FaultyDisk disk = new FaultyDisk();
    private EngineDriver driver = new EngineDriver(new MemoryEngine(SyncPolicy.NO, Runnable::run), new OwnerQueue());
    private int written;

    private LsmEngine open() throws IOException {
        driver = open(disk, root.resolve("data"));
        return (LsmEngine) driver.engine;
    }

    private static EngineDriver open(Disk disk, Path directory) throws IOException {
        OwnerQueue owner = new OwnerQueue();
        EngineContext context = new EngineContext(disk, directory, SMALL, new EngineCounters());
        return new EngineDriver(LsmEngine.open(context, owner), owner);
    }

    @AfterEach
    void closeEngine() {
        disk.roomBytes = Long.MAX_VALUE;
        disk.afterChange = null;
        driver.engine.close();
    }

    /** Some lie in value files. */
    private static String valueOf(int number) {
        return "value " + number + " ".repeat(number % 50 == 49 ? 3_000 : 100);
    }

    private void write(int keys) {
        LsmEngine engine = (LsmEngine) driver.engine;
        for (int i = 0; i < keys; i++) {
            driver.engine.put(key(written % GROUPS, "key" + written), value(valueOf(written)), 1);
            written++;
            assertNull(driver.commit());
            driver.owner.runUntil(() -> engine.stallNanos() == 0);
        }
    }

    /** Its room is zeros: a copy that has read some of them, and then what was written behind them, would have a gap. */
    @Test
    void whatIsWrittenBesideTheCopyOfTheLogIsNotInIt() throws Exception {
        EngineOptions options = EngineOptions.defaults().withSyncPolicy(SyncPolicy.ALWAYS);
        OwnerQueue owner = new OwnerQueue();
        EngineContext context = new EngineContext(disk, root.resolve("data"), options, new EngineCounters());
        driver = new EngineDriver(LsmEngine.open(context, owner), owner);
        int keys = 0;
        for (; keys < 25; keys++) {
            putLarge(keys);
        }
        CountDownLatch isReading = new CountDownLatch(1);
        CountDownLatch mayGoOn = new CountDownLatch(1);
        disk.afterRead = file -> {
            if (LogFormat.segmentNumber(file).isPresent()) {
                isReading.countDown();
                awaitUninterruptibly(mayGoOn);
            }
        };
        Ended ended = start(root.resolve("backup"));
        isReading.await();
        for (int more = 0; more < 10; more++) {
            putLarge(keys + more);
        }
        mayGoOn.countDown();
        await(ended);
        disk.afterRead = null;
        assertNull(ended.failure);
        Path copy = Files.createTempDirectory(root, "copy");
        disk.copyAll(root.resolve("backup").resolve(BackupManifest.STORE), copy);
        EngineDriver copied = open(new LocalDisk(), copy);
        LsmEngine engine = (LsmEngine) copied.engine;
        try {
            assertEquals(
                    0, engine.recovery().corruptions(), () -> engine.recovery().toString());
            assertEquals(
                    keys, copied.scan(new byte[0], new byte[0], 100).size(), "all that was acknowledged, and no more");
        } finally {
            engine.close();
        }
    }

    private void putLarge(int number) {
        driver.engine.put(key(1, "key" + number), value("v".repeat(10_000)), 1);
        assertNull(driver.commit());
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static final class Ended {
        boolean given;

        @Nullable
        BackupManifest made;

        @Nullable
        EngineFailure failure;
    }

    private Ended start(Path into) {
        Ended ended = new Ended();
        ((LsmEngine) driver.engine).backUp(into, FACTS, (made, failure) -> {
            ended.made = made;
            ended.failure = failure;
            ended.given = true;
        });
        return ended;
    }

    private Ended await(Ended ended) {
        driver.owner.runUntil(() -> ended.given);
        return ended;
    }

    private BackupManifest make(Path into) {
        Ended ended = await(start(into));
        assertNull(ended.failure);
        return Objects.requireNonNull(ended.made);
    }

    private String refusal(Path into) {
        Ended ended = await(start(into));
        assertNull(ended.made);
        return Objects.requireNonNull(ended.failure).message();
    }

    /** Opens a copy of a backup as an engine: the first `keys` are there, and none that was never written. */
    private void requireHolds(Path backup, int keys) throws IOException {
        BackupManifest manifest = BackupManifest.read(backup);
        manifest.verify(backup, bytes -> {});
        assertEquals(FACTS, manifest.facts());
        Path copy = Files.createTempDirectory(root, "copy");
        disk.copyAll(backup.resolve(BackupManifest.STORE), copy);
        requireEngineHolds(copy, keys);
    }

    private void requireEngineHolds(Path directory, int keys) throws IOException {
        EngineDriver copied = open(new LocalDisk(), directory);
        try {
            LsmEngine engine = (LsmEngine) copied.engine;
            assertEquals(
                    0, engine.recovery().corruptions(), () -> engine.recovery().toString());
            List<ScanStep.Entry> entries = copied.scan(new byte[0], new byte[0], 100);
            for (int i = 0; i < keys; i++) {
                assertEquals(valueOf(i), copied.get(key(i % GROUPS, "key" + i)));
            }
            assertTrue(entries.size() >= keys && entries.size() <= written, () -> entries.size() + " keys");
            long counted =
                    copied.counts().values().stream().mapToLong(count -> count).sum();
            assertEquals(entries.size(), counted, "the counts are those of the keys");
        } finally {
            copied.engine.close();
        }
    }

    private List<String> namesIn(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> !name.startsWith("copy"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void whatWasAcknowledgedIsInTheBackup() throws Exception {
        LsmEngine engine = open();
        write(3_200);
        assertTrue(engine.stats().tables().flushes() > 1, "some of it is in tables");
        BackupManifest made = make(root.resolve("backup"));
        requireHolds(root.resolve("backup"), 3_200);
        assertTrue(made.files().stream().anyMatch(file -> file.name().endsWith(".kval")), made::text);
        assertTrue(made.files().stream().anyMatch(file -> file.name().endsWith(".ldb")), made::text);
        assertTrue(made.files().stream().anyMatch(file -> file.name().endsWith(".klog")), made::text);
        assertEquals(made, BackupManifest.read(root.resolve("backup")));
    }

    @Test
    void tablesAreLinkedAndNotCopied() throws Exception {
        open();
        write(2_000);
        BackupManifest made = make(root.resolve("backup"));
        for (BackupFile file : made.files()) {
            if (file.name().endsWith(".ldb")) {
                Path copy = root.resolve("backup").resolve(file.name());
                assertTrue((int) Files.getAttribute(copy, "unix:nlink") > 1, file::name);
            }
        }
    }

    /** Flushes and compactions go on while each of them is made, and the backups are of different moments. */
    @Test
    void whatIsWrittenMeanwhileDoesNotHarmIt() throws Exception {
        open();
        write(500);
        for (int round = 0; round < 12; round++) {
            int before = written;
            Path backup = root.resolve("backup" + round);
            Ended ended = start(backup);
            write(400);
            assertNull(await(ended).failure);
            requireHolds(backup, before);
        }
        for (int round = 0; round < 12; round++) {
            requireHolds(root.resolve("backup" + round), 500 + 400 * round);
        }
    }

    /** As a compaction would that ends while tables are being linked. */
    @Test
    void noTableGoesWhileTablesAreLinked() throws Exception {
        LsmEngine engine = open();
        write(2_000);
        engine.close();
        Path tables = root.resolve("data").resolve("tables");
        EngineContext context = new EngineContext(disk, root.resolve("data"), SMALL, new EngineCounters());
        LevelDbEnv env = new LevelDbEnv(disk, Damage.open(context), message -> {});
        List<Path> files = new ArrayList<>();
        try (Stream<Path> all = Files.list(tables)) {
            all.filter(file -> file.toString().endsWith(".ldb")).sorted().forEach(files::add);
        }
        assertTrue(files.size() > 1, files::toString);
        disk.afterChange = () -> {
            for (Path file : files) {
                assertTrue(env.toFile(file.toString()).delete());
            }
        };
        Path target = Files.createDirectories(root.resolve("links"));
        new TableLinks(env, disk, tables).into(target);
        disk.afterChange = null;
        for (Path file : files) {
            assertTrue(Files.exists(target.resolve(String.valueOf(file.getFileName()))), file::toString);
        }
        assertTrue(env.toFile(files.get(0).toString()).delete());
        assertFalse(Files.exists(files.get(0)), "afterwards it goes");
    }

    @Test
    void oneIsMadeAtATime() throws Exception {
        open();
        write(100);
        Ended first = start(root.resolve("first"));
        Ended second = start(root.resolve("second"));
        assertTrue(second.given);
        assertTrue(Objects.requireNonNull(second.failure).message().contains("one is made at a time"));
        assertNull(await(first).failure);
        make(root.resolve("second"));
        BackupProgress progress = ((LsmEngine) driver.engine).backupProgress();
        assertEquals(2, progress.made());
        assertEquals(progress.bytesTotal(), progress.bytesDone());
        assertEquals(progress.filesTotal(), progress.filesDone());
        assertFalse(progress.isRunning());
    }

    @Test
    void placesThatWillNotDoAreRefused() throws Exception {
        open();
        write(10);
        Files.createDirectories(root.resolve("full"));
        Files.writeString(root.resolve("full").resolve("file"), "mine");
        assertTrue(refusal(root.resolve("full")).contains("not an empty directory"));
        assertEquals("mine", Files.readString(root.resolve("full").resolve("file")));
        assertTrue(refusal(root.resolve("data").resolve("backup")).contains("inside of the data directory"));
        Files.createSymbolicLink(root.resolve("link"), root.resolve("data"));
        assertTrue(refusal(root.resolve("link")).contains("not an empty directory"));
        assertTrue(refusal(root.resolve("link").resolve("backup")).contains("inside of the data directory"));
        Files.createDirectories(root.resolve("empty"));
        make(root.resolve("empty"));
        requireHolds(root.resolve("empty"), 10);
        assertEquals(List.of("data", "empty", "full", "link"), namesIn(root));
    }

    @Test
    void aDiskThatFillsUpLeavesNothing() throws Exception {
        open();
        write(2_000);
        disk.roomBytes = 1_000;
        assertTrue(refusal(root.resolve("backup")).contains("No space left"));
        assertEquals(List.of("data"), namesIn(root));
        disk.roomBytes = Long.MAX_VALUE;
        write(10);
        make(root.resolve("backup"));
        requireHolds(root.resolve("backup"), 2_010);
    }

    @Test
    void aDiskThatFailsLeavesNothing() throws Exception {
        open();
        write(2_000);
        disk.readFails = path ->
                path.toString().contains(".unfinished") && path.toString().endsWith(".ldb");
        assertTrue(refusal(root.resolve("backup")).contains("Input/output error"));
        disk.readFails = path -> false;
        disk.forceFails = path -> path.toString().endsWith(BackupManifest.FILE_NAME);
        assertTrue(refusal(root.resolve("backup")).contains("Input/output error"));
        assertEquals(List.of("data"), namesIn(root));
        assertEquals(2, ((LsmEngine) driver.engine).backupProgress().failed());
    }

    /**
     * The power is cut after each step of a backup. What is left is the engine, whole; the backup before, whole; and of this
     * one nothing, or all of it. The next run into the same place takes away what there is of it.
     */
    @Test
    void aCutOffBackupHarmsNothing() throws Exception {
        open();
        write(1_500);
        make(root.resolve("older"));
        write(200);
        ConcurrentLinkedQueue<Path> cuts = new ConcurrentLinkedQueue<>();
        AtomicInteger number = new AtomicInteger();
        Path cutRoot = Files.createTempDirectory("kindred-cuts");
        try {
            disk.afterChange = () -> {
                Path cut = cutRoot.resolve("cut" + number.incrementAndGet());
                try {
                    disk.copyDurable(root, cut);
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
                cuts.add(cut);
            };
            make(root.resolve("new").resolve("backup"));
            disk.afterChange = null;
            assertTrue(cuts.size() > 10, () -> cuts.size() + " steps");
            for (Path cut : cuts) {
                Path older = cut.resolve("older");
                BackupManifest.read(older).verify(older, bytes -> {});
                Path backup = cut.resolve("new").resolve("backup");
                if (Files.exists(backup)) {
                    BackupManifest.read(backup).verify(backup, bytes -> {});
                }
            }
            Path after = cutRoot.resolve("after");
            disk.copyDurable(root, after);
            requireHolds(after.resolve("new").resolve("backup"), 1_700);
            Path last = List.copyOf(cuts).get(cuts.size() / 2);
            requireEngineHolds(last.resolve("data"), 1_500);
        } finally {
            disk.afterChange = null;
            new LevelDbFile(new LocalDisk(), cutRoot).deleteRecursively();
        }
    }

    @Test
    void whatOtherRunsHaveLeftIsTakenAwayAndNothingElse() throws Exception {
        LsmEngine engine = open();
        write(1_500);
        Path root = this.root.resolve("backups");
        make(root.resolve("whole").resolve("n1"));
        String mine = ownerOf(this.root.resolve("data"));
        List<Path> stay = List.of(
                root.resolve("whole").resolve("n1").resolve(BackupManifest.FILE_NAME),
                file(root.resolve("tuesday")
                        .resolve(".n1.01234567.unfinished")
                        .resolve("store/log-0000000000000001.klog")),
                file(root.resolve("tuesday")
                        .resolve(".n2." + mine + ".unfinished")
                        .resolve("store/tables/notes.txt")),
                file(root.resolve(".n1." + mine + ".unfinished").resolve("store/log-0000000000000001.klog")),
                file(root.resolve("tuesday").resolve("n1").resolve("store/log-0000000000000001.klog")),
                file(root.resolve("a file")));
        Path left = root.resolve("monday").resolve(".n1." + mine + ".unfinished");
        file(left.resolve("store/log-0000000000000001.klog"));
        file(left.resolve("store/tables/000012.ldb"));
        file(left.resolve("store/tables/MANIFEST-000003"));
        file(left.resolve("backup.manifest"));
        Path empty = Files.createDirectories(root.resolve("friday").resolve(".n1." + mine + ".unfinished"));
        make(root.resolve("sunday").resolve("n1"));
        Path whole = root.resolve("sunday").resolve(".n1." + mine + ".unfinished");
        Files.move(root.resolve("sunday").resolve("n1"), whole);
        engine.removeBackupLeftovers(root);
        make(root.resolve("next").resolve("n1"));
        assertFalse(Files.exists(left), "of another name");
        assertFalse(Files.exists(empty), "begun only");
        assertFalse(Files.exists(whole), "with every file of a backup");
        for (Path path : stay) {
            assertTrue(Files.exists(path), path::toString);
        }
    }

    private static Path file(Path path) throws IOException {
        Files.createDirectories(path.resolveSibling(""));
        return Files.writeString(path, "half");
    }

    @Test
    void whatAnEarlierRunHasLeftIsTakenAway() throws Exception {
        open();
        write(100);
        make(root.resolve("backup"));
        Path unfinished = root.resolve(".again." + ownerOf(root.resolve("data")) + ".unfinished");
        Files.createDirectories(unfinished.resolve("store"));
        Files.writeString(unfinished.resolve("store").resolve("log-0000000000000001.klog"), "half");
        make(root.resolve("again"));
        requireHolds(root.resolve("again"), 100);
        assertEquals(List.of("again", "backup", "data"), namesIn(root));
    }

    private static String ownerOf(Path directory) {
        return String.format(
                "%08x",
                LogFormat.crc(
                        ByteBuffer.wrap(directory.toAbsolutePath().toString().getBytes(StandardCharsets.UTF_8))));
    }

    @Test
    void aStopEndsABackupThatIsUnderWay() throws Exception {
        open();
        write(2_000);
        start(root.resolve("backup"));
        driver.engine.close();
        List<String> left = namesIn(root);
        assertTrue(left.equals(List.of("data")) || left.equals(List.of("backup", "data")), left::toString);
        requireEngineHolds(root.resolve("data"), 2_000);
    }

    /** The directory would go from under the links, or some of them would stay in it. */
    @Test
    void aStopWaitsForLinksThatAreBeingMade() throws Exception {
        LsmEngine engine = open();
        write(2_000);
        AtomicInteger links = new AtomicInteger();
        CompletableFuture<Boolean> isThere = new CompletableFuture<>();
        Path unfinished = root.resolve(".backup." + ownerOf(root.resolve("data")) + ".unfinished");
        Thread closing = new Thread(engine::close);
        disk.beforeLink = () -> {
            if (links.incrementAndGet() != 2) {
                return;
            }
            closing.start();
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(2);
            while (engine.backupProgress().isRunning() && System.nanoTime() < deadline) {
                Thread.onSpinWait();
            }
            isThere.complete(Files.exists(unfinished.resolve("store").resolve("tables")));
        };
        start(root.resolve("backup"));
        assertTrue(isThere.get(60, TimeUnit.SECONDS), "a stop has taken the directory away");
        closing.join();
        assertFalse(Files.exists(unfinished));
    }

    /** It would be linked as it is, and what it had might be nowhere else. */
    @Test
    void aBlockThatWasOnlySeenToBeDamagedIsInTheWay() throws Exception {
        open();
        write(2_000);
        driver.engine.close();
        open();
        disk.readsWrong = path -> path.toString().endsWith(".ldb");
        EngineDriver.Answer<ScanStep> scanned = driver.scanStep(new byte[0], new byte[0], 100);
        assertEquals(
                EngineFailure.Kind.CORRUPT,
                Objects.requireNonNull(scanned.failure).kind());
        disk.readsWrong = path -> false;
        assertTrue(refusal(root.resolve("backup")).contains("found damaged a moment ago"));
        assertEquals(List.of("data"), namesIn(root));
        EngineDriver.Answer<Void> accepted = new EngineDriver.Answer<>();
        driver.engine.acceptLoss(new byte[0], new byte[0], failure -> accepted.give(null, failure));
        driver.owner.runUntil(() -> accepted.given);
        make(root.resolve("backup"));
        requireHolds(root.resolve("backup"), 2_000);
    }

    @Test
    void aFileThatIsMissingOrDiffersIsFound() throws Exception {
        open();
        write(2_000);
        BackupManifest made = make(root.resolve("backup"));
        for (BackupFile file : made.files()) {
            Path path = root.resolve("backup").resolve(file.name());
            byte[] bytes = Files.readAllBytes(path);
            Files.delete(path);
            IOException missing =
                    assertThrows(IOException.class, () -> made.verify(root.resolve("backup"), more -> {}));
            assertNotNull(missing.getMessage());
            assertTrue(missing.getMessage().contains("missing"), missing::toString);
            bytes[bytes.length / 2] ^= 1;
            Files.write(path, bytes);
            assertThrows(IOException.class, () -> made.verify(root.resolve("backup"), more -> {}));
            bytes[bytes.length / 2] ^= 1;
            Files.write(path, bytes);
        }
        made.verify(root.resolve("backup"), more -> {});
        Path manifest = root.resolve("backup").resolve(BackupManifest.FILE_NAME);
        Files.writeString(manifest, Files.readString(manifest).replace("n1", "n2"));
        assertThrows(IOException.class, () -> BackupManifest.read(root.resolve("backup")));
    }
}
