package io.kindred.engine;

/** When a commit is acknowledged, and when the commit log is forced to the disk. */
public enum SyncPolicy {
    /** A commit is acknowledged after an fsync that covers it. Nothing acknowledged is lost by a power cut. */
    ALWAYS,
    /** A commit is acknowledged once the kernel has it; an fsync follows each second. */
    EVERYSEC,
    /** A commit is acknowledged once the kernel has it; the kernel decides when to write it out. */
    NO
}
