package io.kindred.cluster.message;

import io.kindred.cluster.version.VersionVector;
import org.jspecify.annotations.Nullable;

/** What a client asks of one key. Arrays are handed over. */
public sealed interface Operation {
    int db();

    byte[] key();

    /** Reads every sibling; the asker chooses among them. */
    record Get(int db, byte[] key) implements Operation {}

    /**
     * A write that does not look at the old value.
     *
     * @param context what the write supersedes; null: all that its coordinator has, which is what a plain SET means
     * @param value null: a delete
     * @param expireAtMillis Unix time in milliseconds, -1: never
     */
    record Put(int db, byte[] key, @Nullable VersionVector context, byte @Nullable [] value, long expireAtMillis)
            implements Operation {}

    /**
     * A read-modify-write: the node that coordinates the key runs the function named by {@code args[0]} on the key's
     * current value.
     */
    record Update(int db, byte[] key, byte[][] args) implements Operation {}
}
