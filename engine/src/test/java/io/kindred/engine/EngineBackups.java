package io.kindred.engine;

import static io.kindred.engine.EngineDriver.key;
import static io.kindred.engine.EngineDriver.value;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** An engine, and what is to hold of each backup of it. */
abstract class EngineBackups {
    static final EngineOptions SMALL = LsmEngineContractTest.SMALL;

    static final Map<String, String> FACTS = Map.of("node", "n1");

    static final int GROUPS = 4;

    @TempDir
    Path root = Path.of("unset");

    final FaultyDisk disk = new FaultyDisk();

    EngineDriver driver = new EngineDriver(new MemoryEngine(SyncPolicy.NO, Runnable::run), new OwnerQueue());

    int written;

    LsmEngine open() throws IOException {
        driver = open(disk, root.resolve("data"));
        return (LsmEngine) driver.engine;
    }

    static EngineDriver open(Disk disk, Path directory) throws IOException {
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
    static String valueOf(int number) {
        return "value " + number + " ".repeat(number % 50 == 49 ? 3_000 : 100);
    }

    void write(int keys) {
        LsmEngine engine = (LsmEngine) driver.engine;
        for (int i = 0; i < keys; i++) {
            driver.engine.put(key(written % GROUPS, "key" + written), value(valueOf(written)), 1);
            written++;
            assertNull(driver.commit());
            driver.owner.runUntil(() -> engine.stallNanos() == 0);
        }
    }

    static final class Ended {
        boolean given;

        @Nullable
        BackupManifest made;

        @Nullable
        EngineFailure failure;
    }

    Ended start(Path into) {
        Ended ended = new Ended();
        ((LsmEngine) driver.engine).backUp(into, FACTS, (made, failure) -> {
            ended.made = made;
            ended.failure = failure;
            ended.given = true;
        });
        return ended;
    }

    Ended await(Ended ended) {
        driver.owner.runUntil(() -> ended.given);
        return ended;
    }

    BackupManifest make(Path into) {
        Ended ended = await(start(into));
        assertNull(ended.failure);
        return Objects.requireNonNull(ended.made);
    }

    /** Opens a copy of a backup as an engine: the first `keys` are there, and none that was never written. */
    void requireHolds(Path backup, int keys) throws IOException {
        BackupManifest manifest = BackupManifest.read(backup);
        manifest.verify(backup, bytes -> {});
        assertEquals(FACTS, manifest.facts());
        Path copy = Files.createTempDirectory(root, "copy");
        disk.copyAll(backup.resolve(BackupManifest.STORE), copy);
        requireEngineHolds(copy, keys);
    }

    void requireEngineHolds(Path directory, int keys) throws IOException {
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

    List<String> namesIn(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> !name.startsWith("copy"))
                    .sorted()
                    .toList();
        }
    }

    static Path file(Path path) throws IOException {
        Files.createDirectories(path.resolveSibling(""));
        return Files.writeString(path, "half");
    }

    static String ownerOf(Path directory) {
        return String.format(
                "%08x",
                LogFormat.crc(
                        ByteBuffer.wrap(directory.toAbsolutePath().toString().getBytes(StandardCharsets.UTF_8))));
    }
}
