package io.kindred.cluster.message;

import io.kindred.cluster.version.VersionVector;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a client asks of one key, or of several. Arrays are handed over. */
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

    /**
     * A read-modify-write of several keys, which their coordinator makes at once: whoever sees one of its changes sees all
     * others. The function that {@code args[0]} names may ask for more keys than these.
     *
     * @param keys at least one, all in one partition
     */
    record GroupUpdate(List<KeyName> keys, byte[][] args) implements Operation {
        @Override
        public int db() {
            return keys.get(0).db();
        }

        @Override
        public byte[] key() {
            return keys.get(0).key();
        }
    }

    /** A key as clients name it. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record KeyName(int db, byte[] key) {}
}
