package io.kindred.cluster.core;

import org.jspecify.annotations.Nullable;

/** What a step may ask of the storage engine at once: memory only, never the disk. */
public interface ReplicaStore {
    /**
     * What a reader makes of a value where it lies: the array is the store's, which may change it once the call has ended.
     *
     * @param <T> what is made of it
     */
    interface View<T> {
        /** The key is known not to be there. */
        T absent();

        /** The value is {@code bytes} from {@code from} to before {@code to}. */
        T of(byte[] bytes, int from, int to);
    }

    /**
     * What {@code view} makes of a key's value, or null where only the disk can tell. Sees every persist asked for so far.
     * Throws what the view throws.
     */
    <T> @Nullable T peek(byte[] key, View<T> view);

    /** The first {@code count} keys are asked for next, in this order, most likely. Changes nothing but the time it takes. */
    default void foresee(byte[][] keys, int count) {}

    /** How often what was written by then was taken together to be moved out of the log. */
    long seals();

    /** The sum of the count deltas of a group: all keys that start with these four bytes (big-endian). */
    long count(int group);
}
