package io.kindred.engine;

import org.jspecify.annotations.Nullable;

/** Takes the outcome of {@link StorageEngine#commit}, on the owner thread. */
@FunctionalInterface
public interface CommitCallback {
    /**
     * Tells the outcome.
     *
     * @param failure null when all of the commit is as durable as the sync policy says, else why none of it is
     */
    void committed(@Nullable EngineFailure failure);
}
