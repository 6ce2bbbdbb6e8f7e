package io.kindred.engine;

import org.jspecify.annotations.Nullable;

/** Takes the answer of {@link StorageEngine#scan}, on the owner thread. */
@FunctionalInterface
public interface ScanCallback {
    /**
     * Takes the answer.
     *
     * @param step what was found, null if the scan failed
     * @param failure why the scan failed, else null
     */
    void scanned(@Nullable ScanStep step, @Nullable EngineFailure failure);
}
