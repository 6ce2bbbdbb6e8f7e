package io.kindred.cluster.core;

/** What a step may ask of the storage engine at once: memory only, never the disk. */
public interface ReplicaStore {
    /** What {@link #peek} gives for a key that is known not to be there; compared by identity. */
    byte[] absent();

    /** The value, {@link #absent()}, or null where only the disk can tell. Sees every persist asked for so far. */
    byte @org.jspecify.annotations.Nullable [] peek(byte[] key);

    /** The sum of the count deltas of a group: all keys that start with these four bytes (big-endian). */
    long count(int group);
}
