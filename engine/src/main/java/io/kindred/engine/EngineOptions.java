package io.kindred.engine;

/**
 * How an engine behaves and how much memory it may take.
 *
 * <p>Everything that takes memory is derived from one figure, the heap that this engine may count on, by {@link
 * #forHeap}: two memtables (one fills while the other is flushed) and what they may take beyond their size, the tables' own
 * write buffers (whose objects cost several times the bytes they hold), both caches and the open tables' filters and indexes
 * add up to about two thirds of it, or half where it is small.
 *
 * @param syncPolicy when a commit is acknowledged
 * @param memtableBytes a memtable is closed at this size, its log segment at that of its records or at up to four times
 *     this size, where values were overwritten in place
 * @param overflowBytes what both memtables together may hold beyond their size while flushing is behind. From that size on
 *     writers are asked to wait, so this is room for what was on its way by then; past it commits are refused
 * @param rowCacheBytes bound of the row cache
 * @param keyFilterBytes bound of the filter over the keys of all tables
 * @param blockCacheBytes bound of the tables' block cache
 * @param tableBufferBytes what the tables buffer before they write one file
 * @param openTables tables whose filters and indexes stay in memory
 * @param scanBytesMax bound of what one scan step gives
 * @param values which values are kept apart from the tables
 */
public record EngineOptions(
        SyncPolicy syncPolicy,
        long memtableBytes,
        long overflowBytes,
        long rowCacheBytes,
        long keyFilterBytes,
        long blockCacheBytes,
        int tableBufferBytes,
        int openTables,
        int scanBytesMax,
        ValueOptions values) {
    private static final long KB = 1 << 10;
    private static final long MB = 1 << 20;
    private static final long GB = 1 << 30;
    /** Sixteenths of what there is beyond a gigabyte: all else is large enough by then. */
    private static final long ROWS_OF_THE_REST = 5;

    public EngineOptions {
        require(memtableBytes >= 16 * KB, "memtableBytes");
        require(overflowBytes >= 0, "overflowBytes");
        require(rowCacheBytes >= 0, "rowCacheBytes");
        require(keyFilterBytes >= 0, "keyFilterBytes");
        require(blockCacheBytes >= 0 && blockCacheBytes <= Integer.MAX_VALUE, "blockCacheBytes");
        require(tableBufferBytes >= 64 * KB, "tableBufferBytes");
        require(openTables >= 64, "openTables");
        require(scanBytesMax > 0, "scanBytesMax");
    }

    /** Options for one engine that has this whole process to itself. */
    public static EngineOptions defaults() {
        return forHeap(Runtime.getRuntime().maxMemory());
    }

    /** Options for an engine that may count on `heapBytes` of the process's heap. */
    public static EngineOptions forHeap(long heapBytes) {
        return new EngineOptions(
                SyncPolicy.EVERYSEC,
                clip(heapBytes / 16, MB, 512 * MB),
                clip(heapBytes / 8, 4 * MB, 512 * MB),
                clip(heapBytes / 16 + ROWS_OF_THE_REST * Math.max(0, heapBytes - GB) / 16, MB, 32 * GB),
                clip(heapBytes / 64, MB, GB),
                clip(heapBytes / 16, MB, 1024 * MB),
                (int) clip(heapBytes / 96, MB, 16 * MB),
                (int) clip(heapBytes / MB, 64, 4_000),
                (int) MB,
                ValueOptions.DEFAULTS);
    }

    /** The same, with another sync policy. */
    public EngineOptions withSyncPolicy(SyncPolicy policy) {
        Draft draft = new Draft();
        draft.syncPolicy = policy;
        return draft.options();
    }

    /** The same, with another memtable size. */
    public EngineOptions withMemtableBytes(long bytes) {
        Draft draft = new Draft();
        draft.memtableBytes = bytes;
        return draft.options();
    }

    /** The same, with other room for what comes while flushing is behind. */
    public EngineOptions withOverflowBytes(long bytes) {
        Draft draft = new Draft();
        draft.overflowBytes = bytes;
        return draft.options();
    }

    /** The same, with another row cache size; 0 for none. */
    public EngineOptions withRowCacheBytes(long bytes) {
        Draft draft = new Draft();
        draft.rowCacheBytes = bytes;
        return draft.options();
    }

    /** The same, with another size of the filter over all keys; 0 for none. */
    public EngineOptions withKeyFilterBytes(long bytes) {
        Draft draft = new Draft();
        draft.keyFilterBytes = bytes;
        return draft.options();
    }

    /** The same, with other rules for large values. */
    public EngineOptions withValues(ValueOptions other) {
        Draft draft = new Draft();
        draft.values = other;
        return draft.options();
    }

    /** These options, until one is changed. */
    private final class Draft {
        SyncPolicy syncPolicy = EngineOptions.this.syncPolicy;
        long memtableBytes = EngineOptions.this.memtableBytes;
        long overflowBytes = EngineOptions.this.overflowBytes;
        long rowCacheBytes = EngineOptions.this.rowCacheBytes;
        long keyFilterBytes = EngineOptions.this.keyFilterBytes;
        ValueOptions values = EngineOptions.this.values;

        EngineOptions options() {
            return new EngineOptions(
                    syncPolicy,
                    memtableBytes,
                    overflowBytes,
                    rowCacheBytes,
                    keyFilterBytes,
                    blockCacheBytes,
                    tableBufferBytes,
                    openTables,
                    scanBytesMax,
                    values);
        }
    }

    private static long clip(long value, long min, long max) {
        return Math.max(min, Math.min(max, value));
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalArgumentException("EngineOptions: " + what + " is out of range");
        }
    }
}
