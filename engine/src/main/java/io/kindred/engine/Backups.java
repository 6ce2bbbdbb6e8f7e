package io.kindred.engine;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Makes backups, one at a time, on a thread of its own; {@link BackupRun} is one of them.
 *
 * <p>Owned by: the engine's owner thread, except where a method says otherwise.
 */
final class Backups {
    private static final System.Logger LOGGER = System.getLogger(Backups.class.getName());

    private final EngineContext context;
    private final TableStore tables;
    private final FlushCycle flushes;
    private final OwnerMailbox mailbox;
    private final ScheduledThreadPoolExecutor thread = Threads.named("backup", 1);
    private final CompletableFuture<Void> closing = new CompletableFuture<>();
    private boolean isRunning;
    /** Written by the backup's thread while one runs. */
    private volatile BackupProgress progress = BackupProgress.NONE;

    Backups(EngineContext context, TableStore tables, FlushCycle flushes, OwnerMailbox mailbox) {
        this.context = context;
        this.tables = tables;
        this.flushes = flushes;
        this.mailbox = mailbox;
    }

    BackupProgress progress() {
        return progress;
    }

    /** By the owner's thread before a run, and by the backup's while it goes on. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // One thread at a time; the others only look.
    private void step(UnaryOperator<BackupProgress> change) {
        progress = change.apply(progress);
    }

    /** Takes away what runs of this engine have left under a directory; see {@link BackupLeftovers}. */
    void removeLeftovers(Path root) {
        thread.execute(Threads.reporting("backup", () -> new BackupLeftovers(context).removeIn(root)));
    }

    /** @param logEnd of what is acknowledged by now */
    void begin(Path into, Map<String, String> facts, LogEnd logEnd, BackupCallback done) {
        if (isRunning) {
            done.ended(null, EngineFailure.overloaded("a backup is under way; one is made at a time"));
            return;
        }
        isRunning = true;
        step(BackupProgress::begun);
        thread.execute(Threads.reporting("backup", () -> run(into, facts, logEnd, done)));
    }

    /** One that is under way ends, and leaves nothing. */
    void close() {
        closing.complete(null);
        Threads.join(thread);
    }

    /** On the backup's thread. */
    private void run(Path into, Map<String, String> facts, LogEnd logEnd, BackupCallback done) {
        BackupManifest made = null;
        EngineFailure failure = null;
        try {
            made = new BackupRun(context, new Work(), into, logEnd).run(facts);
        } catch (IOException e) {
            failure = new EngineFailure(EngineFailure.of(into, e).kind(), String.valueOf(e.getMessage()));
            LOGGER.log(System.Logger.Level.ERROR, "no backup in " + into + ": " + failure.message());
        } catch (RuntimeException | Error e) {
            // Whoever waits has to be told, and the next backup may begin.
            failure = new EngineFailure(EngineFailure.Kind.IO, e.toString());
            LOGGER.log(System.Logger.Level.ERROR, "no backup in " + into, e);
        }
        boolean isWhole = failure == null;
        step(now -> now.ended(isWhole));
        end(done, made, failure);
    }

    private void end(BackupCallback done, @Nullable BackupManifest made, @Nullable EngineFailure failure) {
        mailbox.post(() -> {
            isRunning = false;
            done.ended(made, failure);
        });
    }

    /** What a run needs of the engine. Owned by: the backup's thread. */
    private final class Work implements BackupRun.Engine {
        @Override
        public int damagedBlocks() {
            return tables.damagedBlocks();
        }

        @Override
        public int seenBlocks() {
            return tables.seenBlocks();
        }

        @Override
        public void linkTables(Path target, Path damageCopy) throws IOException {
            CompletableFuture<@Nullable IOException> linked = new CompletableFuture<>();
            // Whoever comes first has it: a stop does not take the directory away from under links that are being made.
            AtomicBoolean isTaken = new AtomicBoolean();
            closing.thenRun(() -> {
                if (isTaken.compareAndSet(false, true)) {
                    linked.complete(new IOException("the node is stopping"));
                }
            });
            flushes.betweenFlushes(() -> {
                if (!isTaken.compareAndSet(false, true)) {
                    return;
                }
                try {
                    tables.link(target);
                    // Beside no flush: what it says is of these tables.
                    BackupRun.copyIfThere(
                            context.disk(),
                            context.directory().resolve(DamageFile.FILE_NAME),
                            damageCopy,
                            Long.MAX_VALUE,
                            this::requireGoingOn);
                    linked.complete(null);
                } catch (IOException e) {
                    linked.complete(e);
                } catch (RuntimeException | Error e) {
                    linked.complete(new IOException(e.toString(), e));
                }
            });
            IOException failure = linked.join();
            if (failure != null) {
                throw new IOException(failure.getMessage(), failure);
            }
        }

        @Override
        public void requireGoingOn() throws IOException {
            if (closing.isDone()) {
                throw new IOException("the node is stopping");
            }
        }

        @Override
        public void total(int files, long bytes) {
            step(now -> now.ofTotal(files, bytes));
        }

        @Override
        public void done(int files, long bytes) {
            step(now -> now.withDone(files, bytes));
        }
    }
}
