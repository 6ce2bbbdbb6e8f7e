package io.kindred.engine;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** Small memtables and caches, so that flushes and evictions happen within the contract's tests. */
final class LsmEngineContractTest extends StorageEngineContract {
    static final EngineOptions SMALL = new EngineOptions(
            SyncPolicy.EVERYSEC,
            32 << 10,
            64 << 10,
            16 << 10,
            8 << 10,
            64 << 10,
            64 << 10,
            64,
            4 << 10,
            ValueOptions.DEFAULTS);

    @TempDir
    Path parent = Path.of("unset");

    private final List<LsmEngine> lost = new ArrayList<>();
    private FaultyDisk disk = new FaultyDisk();
    private EngineOptions options = SMALL;
    private Path directory = parent;
    private EngineDriver current = new EngineDriver(new MemoryEngine(SyncPolicy.NO, Runnable::run), new OwnerQueue());

    @Override
    EngineDriver open(SyncPolicy policy) throws Exception {
        options = SMALL.withSyncPolicy(policy).withMemtableBytes(policy == SyncPolicy.NO ? 8 << 20 : 4 << 20);
        directory = parent.resolve("0");
        return start();
    }

    private EngineDriver start() throws Exception {
        OwnerQueue owner = new OwnerQueue();
        EngineContext context = new EngineContext(disk, directory, options, new EngineCounters());
        current = new EngineDriver(LsmEngine.open(context, owner), owner);
        return current;
    }

    @Override
    EngineDriver reopen() throws Exception {
        current.engine.close();
        return start();
    }

    @Override
    EngineDriver loseEverythingUnsynced() throws Exception {
        lost.add((LsmEngine) current.engine);
        Path copy = parent.resolve(directory.getFileName() + "0");
        Files.createDirectories(copy);
        disk.copyDurable(directory, copy);
        disk = new FaultyDisk();
        directory = copy;
        return start();
    }

    @Override
    void failCommits(EngineFailure.Kind kind) {
        if (kind == EngineFailure.Kind.DISK_FULL) {
            disk.roomBytes = 50;
            disk.reservesNothing = true;
        } else {
            disk.appendFails = path -> true;
        }
    }

    @Override
    void failCommitsNoMore() {
        disk.roomBytes = Long.MAX_VALUE;
        disk.reservesNothing = false;
        disk.appendFails = path -> false;
    }

    @AfterEach
    void closeLost() {
        lost.forEach(LsmEngine::close);
    }
}
