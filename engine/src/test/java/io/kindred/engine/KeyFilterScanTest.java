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
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an engine knows of the keys of its tables behind a start. */
final class KeyFilterScanTest {
    private static final int KEYS = 5_000;
    private static final EngineOptions OPTIONS =
            LsmEngineContractTest.SMALL.withSyncPolicy(SyncPolicy.NO).withRowCacheBytes(0);

    @TempDir
    Path directory = Path.of("unset");

    private final OwnerQueue owner = new OwnerQueue();

    private LsmEngine open() throws IOException {
        return LsmEngine.open(directory, OPTIONS, owner);
    }

    private void fill(LsmEngine engine) {
        EngineDriver driver = new EngineDriver(engine, owner);
        for (int i = 0; i < KEYS; i++) {
            engine.put(key(i % 4, "key" + i), value("value " + i), 0);
            assertNull(driver.commit());
            if (engine.stallNanos() > StorageEngine.STALL_NANOS_MAX / 10) {
                owner.runUntil(() -> engine.stallNanos() == 0);
            }
        }
        owner.runUntil(() -> engine.stats().tables().flushes() > 5);
    }

    private static long absences(LsmEngine engine) {
        return engine.stats().memory().keyFilterAbsences();
    }

    /** Asks until the filter answers. */
    private void awaitFilter(LsmEngine engine) {
        owner.runUntil(() -> engine.peek(key(0, "nobody"), ValueView.COPY) != null);
    }

    @Test
    void behindAStartTheTablesAreNotAskedForKeysThatNobodyWrote() throws IOException {
        try (LsmEngine engine = open()) {
            awaitFilter(engine);
            fill(engine);
        }
        try (LsmEngine engine = open()) {
            awaitFilter(engine);
            long before = absences(engine);
            for (int i = 0; i < KEYS; i++) {
                byte[] found = engine.peek(key(i % 4, "none" + i), ValueView.COPY);
                assertTrue(found == null || found == StorageEngine.ABSENT);
            }
            long absences = absences(engine) - before;
            assertTrue(absences > KEYS * 97 / 100, "of " + KEYS + " only " + absences);
            EngineDriver driver = new EngineDriver(engine, owner);
            for (int i = 0; i < KEYS; i++) {
                byte[] key = key(i % 4, "key" + i);
                byte[] found = engine.peek(key, ValueView.COPY);
                assertEquals("value " + i, EngineDriver.text(found == null ? driver.read(key).result : found));
            }
        }
    }

    /** A key of a block that rotted is an error, behind every start; it is not one that nobody wrote. */
    @Test
    void wherePartsAreLostNothingCountsAsAbsent() throws Exception {
        try (LsmEngine engine = open()) {
            fill(engine);
        }
        rotEachTable();
        for (int start = 0; start < 2; start++) {
            try (LsmEngine engine = open()) {
                EngineDriver driver = new EngineDriver(engine, owner);
                int failed = 0;
                for (int i = 0; i < KEYS; i++) {
                    byte[] key = key(i % 4, "key" + i);
                    byte[] found = engine.peek(key, ValueView.COPY);
                    EngineDriver.Answer<byte[]> read = found == null ? driver.read(key) : new EngineDriver.Answer<>();
                    failed += read.failure == null ? 0 : 1;
                    String text = EngineDriver.text(found == null ? read.result : found);
                    assertTrue(read.failure != null || text.equals("value " + i), text);
                }
                assertTrue(failed > 0);
                assertNull(engine.peek(key(0, "nobody"), ValueView.COPY));
            }
        }
    }

    private void rotEachTable() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("tables"))) {
            List<Path> tables =
                    files.filter(file -> file.toString().endsWith(".ldb")).toList();
            assertFalse(tables.isEmpty());
            for (Path table : tables) {
                byte[] bytes = Files.readAllBytes(table);
                // The end of the engine may have left one that a compaction had begun.
                if (bytes.length > 0) {
                    bytes[bytes.length / 2] ^= 1;
                    Files.write(table, bytes);
                }
            }
        }
    }
}
