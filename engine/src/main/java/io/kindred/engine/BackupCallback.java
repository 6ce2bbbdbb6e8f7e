package io.kindred.engine;

import org.jspecify.annotations.Nullable;

/** Hears how a backup ended. */
@FunctionalInterface
public interface BackupCallback {
    /**
     * One of both is null.
     *
     * @param made what the backup consists of
     * @param failure why there is none; nothing of it is left
     */
    void ended(@Nullable BackupManifest made, @Nullable EngineFailure failure);
}
