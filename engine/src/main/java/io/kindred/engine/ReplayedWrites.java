package io.kindred.engine;

import org.jspecify.annotations.Nullable;

/** Is told of what a start finds in the log, before the engine is open: each write, in the order in which they were made. */
public interface ReplayedWrites {
    /** Wants to know of none. */
    ReplayedWrites IGNORED = (key, value, countDelta, note) -> {};

    /**
     * @param value null: the key was deleted
     * @param note what {@link StorageEngine#put(byte[], byte[], int, long)} was given
     */
    void replayed(byte[] key, byte @Nullable [] value, int countDelta, long note);
}
