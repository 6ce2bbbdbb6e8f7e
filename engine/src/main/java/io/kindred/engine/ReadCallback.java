package io.kindred.engine;

import org.jspecify.annotations.Nullable;

/** Takes the answer of {@link StorageEngine#read}, on the owner thread. */
@FunctionalInterface
public interface ReadCallback {
    /**
     * Takes the answer.
     *
     * @param value the value, {@link StorageEngine#ABSENT} if there is none, null if the read failed
     * @param failure why the read failed, else null
     */
    void read(byte @Nullable [] value, @Nullable EngineFailure failure);
}
