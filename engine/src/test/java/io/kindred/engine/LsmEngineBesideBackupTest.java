package io.kindred.engine;

import static io.kindred.engine.EngineDriver.key;
import static io.kindred.engine.EngineDriver.value;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What happens beside a backup that is being made, and does it no harm. */
final class LsmEngineBesideBackupTest extends EngineBackups {
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
}
