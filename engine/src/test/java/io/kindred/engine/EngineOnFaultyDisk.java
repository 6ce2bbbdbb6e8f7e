package io.kindred.engine;

import static io.kindred.engine.EngineDriver.key;
import static io.kindred.engine.EngineDriver.value;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** An engine on a disk that may fail in any way. */
abstract class EngineOnFaultyDisk {
    /** Nothing but the test reads the tables. */
    static final EngineOptions SMALL = LsmEngineContractTest.SMALL.withKeyFilterBytes(0);

    static final long PATIENCE_SECONDS = 60;

    @TempDir
    Path directory = Path.of("unset");

    final FaultyDisk disk = new FaultyDisk();

    EngineDriver driver = new EngineDriver(new MemoryEngine(SyncPolicy.NO, Runnable::run), new OwnerQueue());

    LsmEngine open(EngineOptions options) throws IOException {
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

    static boolean isLog(Path path) {
        return path.toString().endsWith(".klog");
    }

    void put(int number) {
        driver.engine.put(key(number % 4, "key" + number), value("value " + number + " ".repeat(100)), 1);
    }

    static EngineFailure mustFail(@Nullable EngineFailure failure) {
        return Objects.requireNonNull(failure, "this had to fail");
    }

    void fillAndFlush(LsmEngine engine, int keys) {
        long flushes = engine.stats().tables().flushes();
        for (int i = 0; i < keys; i++) {
            put(i);
            assertNull(driver.commit());
            driver.owner.runUntil(() -> engine.stallNanos() == 0);
        }
        driver.owner.runUntil(() -> engine.stats().tables().flushes() > flushes);
    }

    List<Path> tables() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("tables"))) {
            return files.filter(file -> file.toString().endsWith(".ldb")).toList();
        }
    }

    static void awaitQuietly(CountDownLatch latch) {
        try {
            assertTrue(latch.await(PATIENCE_SECONDS, TimeUnit.SECONDS), "waited in vain");
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    void write(LsmEngine engine, int from, int to) {
        for (int i = from; i < to; i++) {
            put(i);
            assertNull(driver.commit(), "write " + i);
            driver.owner.runUntil(() -> engine.stallNanos() == 0);
        }
    }

    /** How many of these keys fail; the others must be what was written. */
    int failing(int keys) {
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

    void acceptLoss(byte[] from, byte[] to) {
        EngineDriver.Answer<Void> answer = new EngineDriver.Answer<>();
        driver.engine.acceptLoss(from, to, failure -> answer.give(null, failure));
        driver.owner.runUntil(() -> answer.given);
        assertNull(answer.failure);
    }

    int scanFailures() {
        return IntStream.range(0, 4).map(this::scanFailures).sum();
    }

    /** 1 if not all of a group can be read. */
    int scanFailures(int group) {
        return scanFailures(key(group, ""), key(group + 1, ""));
    }

    int scanFailures(byte[] from, byte[] to) {
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
}
