package io.kindred.command;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Saves that end at once, or when a test says so. */
final class MemorySaves implements SavePort {
    private final List<Consumer<@Nullable String>> begun = new ArrayList<>();
    private final boolean atOnce;
    private long lastSeconds = 1;

    MemorySaves(boolean atOnce) {
        this.atOnce = atOnce;
    }

    @Override
    public boolean begin(Consumer<@Nullable String> done) {
        if (!begun.isEmpty()) {
            return false;
        }
        begun.add(done);
        if (atOnce) {
            end(null);
        }
        return true;
    }

    void end(@Nullable String failure) {
        lastSeconds += failure == null ? 1 : 0;
        begun.remove(0).accept(failure);
    }

    @Override
    public boolean isSaving() {
        return !begun.isEmpty();
    }

    @Override
    public long lastSeconds() {
        return lastSeconds;
    }
}
