package io.kindred.command;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Moving what memory holds into tables. Owned by: the loop thread. */
public interface SavePort {
    /**
     * Begins, unless it has begun and is not done.
     *
     * @param done is told once, when all is there: why it failed, in words, or null
     * @return false: one is under way, and nothing is told
     */
    boolean begin(Consumer<@Nullable String> done);

    /** Whether one is under way. */
    boolean isSaving();

    /** When the last one that succeeded was done, in seconds since 1970; before the first one, when the node started. */
    long lastSeconds();
}
