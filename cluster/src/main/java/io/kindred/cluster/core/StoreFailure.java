package io.kindred.cluster.core;

/** Why the storage engine could not do what was asked. */
public enum StoreFailure {
    /** There is no room; nothing was written. */
    FULL,
    /** An IO error or damage: for a read, nothing is known of the key. */
    FAILED
}
