package io.kindred.engine;

import io.kindred.metrics.MetricSet;
import io.kindred.metrics.Unit;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * What the engine has done since it was opened, and what it holds now. Sizes in bytes, times in nanoseconds.
 *
 * @param log the commit log
 * @param memory the memtables, the row cache and the filter over all keys
 * @param tables the sorted tables and the flushes into them
 * @param values the files that large values are in
 * @param recovery what opening found
 */
public record EngineStats(Log log, Memory memory, Tables tables, Values values, EngineRecovery recovery) {
    /** The commit log: bytes appended and segments on disk, forced writes, and what went wrong. */
    public record Log(
            long appendedBytes, long commits, long segments, long fsyncs, long lastFsyncNanos, long failures) {
        public static final MetricSet<Log> METRICS = MetricSet.<Log>of(EngineStats.class)
                .counter("log_appended_bytes", Unit.BYTES, "Bytes appended to the commit log.", Log::appendedBytes)
                .counter("log_commits", "Records appended to it, one a group commit.", Log::commits)
                .gauge("log_segments", "Files of the commit log on disk.", Log::segments)
                .counter("log_fsyncs", "Times that the log was forced to the disk.", Log::fsyncs)
                .gauge(
                        "log_last_fsync_usec",
                        Unit.MICROSECONDS,
                        "How long the last one took.",
                        log -> TimeUnit.NANOSECONDS.toMicros(log.lastFsyncNanos()))
                .counter("log_failures", "Appends and forces that failed.", Log::failures)
                .build();
    }

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
            long commitsRefused) {
        public static final MetricSet<Memory> METRICS = MetricSet.<Memory>of(EngineStats.class)
                .gauge("memtable_bytes", Unit.BYTES, "What is written and not yet in tables.", Memory::memtableBytes)
                .gauge("memtable_entries", "Keys of it.", Memory::memtableEntries)
                .gauge("row_cache_bytes", Unit.BYTES, "What the row cache holds.", Memory::rowCacheBytes)
                .counter("row_cache_hits", "Looks that the row cache could answer.", Memory::rowCacheHits)
                .counter("row_cache_misses", "Looks that it could not.", Memory::rowCacheMisses)
                .gauge("key_filter_bytes", Unit.BYTES, "What the filter over all keys holds.", Memory::keyFilterBytes)
                .counter(
                        "key_filter_absences",
                        "Looks that the filter answered: there is no such key.",
                        Memory::keyFilterAbsences)
                .counter("write_stalls", "Times that writes were asked to wait for a flush.", Memory::stalls)
                .counter("commits_refused", "Commits that found no room in memory.", Memory::commitsRefused)
                .build();
    }

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
            int damagedBlocks) {
        public static final MetricSet<Tables> METRICS = MetricSet.<Tables>of(EngineStats.class)
                .counter("flushes", "Memtables that were written to tables.", Tables::flushes)
                .counter("flush_failures", "Flushes that failed, and are tried again.", Tables::flushFailures)
                .text(
                        "table_files_per_level",
                        "Table files in each level.",
                        tables -> tables.filesPerLevel().stream()
                                .map(String::valueOf)
                                .collect(Collectors.joining(",")))
                .gauge(
                        "table_files",
                        "Table files in all levels.",
                        tables -> tables.filesPerLevel().stream()
                                .mapToInt(Integer::intValue)
                                .sum())
                .gauge("table_bytes", Unit.BYTES, "What these hold.", Tables::bytes)
                .counter("table_reads", "Keys that were looked for in tables.", Tables::reads)
                .counter("bloom_skips", "Of these, keys that the tables' filters ruled out.", Tables::bloomSkips)
                .counter("corruptions", "Blocks and records of tables that were found damaged.", Tables::corruptions)
                .gauge(
                        "damaged_blocks",
                        "Blocks, and large values, whose keys cannot be read now.",
                        Tables::damagedBlocks)
                .build();
    }

    /** The value files: how many, their bytes and about how many of those live, and what collecting them has done. */
    public record Values(long files, long bytes, long liveBytes, long movedBytes, long collectedBytes, long failures) {
        public static final MetricSet<Values> METRICS = MetricSet.<Values>of(EngineStats.class)
                .gauge("value_files", "Files that large values are in, apart from the tables.", Values::files)
                .gauge("value_file_bytes", Unit.BYTES, "What these hold.", Values::bytes)
                .gauge(
                        "value_live_bytes",
                        Unit.BYTES,
                        "About how much of it is the value of a key, by samples.",
                        Values::liveBytes)
                .counter(
                        "value_moved_bytes",
                        Unit.BYTES,
                        "Values that were alive in a file that was collected, and written to another.",
                        Values::movedBytes)
                .counter(
                        "value_collected_bytes",
                        Unit.BYTES,
                        "What the files held that were collected, and deleted.",
                        Values::collectedBytes)
                .counter("value_collect_failures", "Collections that failed.", Values::failures)
                .build();
    }
}
