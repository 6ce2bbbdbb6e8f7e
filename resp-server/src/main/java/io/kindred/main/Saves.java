package io.kindred.main;

import io.kindred.command.SavePort;
import io.kindred.engine.LsmEngine;
import java.time.InstantSource;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * SAVE and BGSAVE: the engine flushes its memtable, on its own thread.
 *
 * <p>Owned by: the loop thread.
 */
final class Saves implements SavePort {
    private static final System.Logger LOG = System.getLogger(Saves.class.getName());

    private final InstantSource clock;
    private @Nullable LsmEngine engine;
    private long lastSeconds;
    private boolean saving;
    private boolean lastFailed;

    Saves(InstantSource clock) {
        this.clock = clock;
        this.lastSeconds = clock.instant().getEpochSecond();
    }

    void open(LsmEngine opened) {
        engine = opened;
    }

    @Override
    public boolean begin(Consumer<@Nullable String> done) {
        LsmEngine running = engine;
        if (saving || running == null) {
            return false;
        }
        saving = true;
        running.flush(failure -> {
            String why = failure == null ? null : failure.message();
            end(why);
            done.accept(why);
        });
        return true;
    }

    private void end(@Nullable String failure) {
        saving = false;
        lastFailed = failure != null;
        if (failure == null) {
            lastSeconds = clock.instant().getEpochSecond();
            LOG.log(System.Logger.Level.INFO, "Everything in memory is in tables");
        } else {
            LOG.log(System.Logger.Level.WARNING, "The save failed: {0}", failure);
        }
    }

    @Override
    public boolean isSaving() {
        return saving;
    }

    /** Whether the last one has failed. */
    boolean hasFailed() {
        return lastFailed;
    }

    @Override
    public long lastSeconds() {
        return lastSeconds;
    }
}
