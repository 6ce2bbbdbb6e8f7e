package io.kindred.engine;

import java.util.List;

/**
 * What the engine has done since it was opened, and what it holds now. Sizes in bytes, times in nanoseconds.
 *
 * @param log the commit log
 * @param memory the memtables, the row cache and the filter over all keys
 * @param tables the sorted tables and the flushes into them
 * @param recovery what opening found
 */
public record EngineStats(Log log, Memory memory, Tables tables, EngineRecovery recovery) {
    /** The commit log: bytes appended and segments on disk, forced writes, and what went wrong. */
    public record Log(
            long appendedBytes, long commits, long segments, long fsyncs, long lastFsyncNanos, long failures) {}

    /** The memtables (active and flushing together), the row cache, the filter over all keys, and how often the front end was slowed. */
    public record Memory(
            long memtableBytes,
            long memtableEntries,
            long rowCacheHits,
            long rowCacheMisses,
            long rowCacheBytes,
            long keyFilterAbsences,
            long keyFilterBytes,
            long stalls,
            long commitsRefused) {}

    /**
     * The tables: flushes done and failed, files in each level, bytes of all, reads, damage found, and
     * blocks whose keys fail for it.
     */
    public record Tables(
            long flushes,
            long flushFailures,
            List<Integer> filesPerLevel,
            long bytes,
            long reads,
            long bloomSkips,
            long corruptions,
            int damagedBlocks) {}
}
