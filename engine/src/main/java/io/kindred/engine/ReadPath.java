package io.kindred.engine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.jspecify.annotations.Nullable;

/**
 * The way of a read that memory could not answer, and of a scan step: off the owner thread to the tables, and back.
 *
 * <p>Reads are gathered and handed over in slices, one task and one message back for each. When an answer comes back,
 * memory is asked once more, for a write may have come meanwhile; {@link FlushCycle} keeps in memory any write that is
 * newer than what a read under way can have found.
 *
 * <p>A scan step takes its part of the memtables along, copied on the owner thread; the tables it sees are no newer,
 * again by the doing of {@link FlushCycle}. Steps run on a thread of their own, so that reads do not wait behind them.
 *
 * <p>Owned by: the engine's owner thread, except where a method says that it runs on another.
 */
final class ReadPath {
    /** Most reads and scan steps that may be under way; beyond, they fail at once. */
    static final int READS_MAX = 1 << 16;

    static final int SCANS_MAX = 1 << 10;
    private static final int SLICE_READS = 16;
    private static final int THREADS =
            Math.max(2, Math.min(4, Runtime.getRuntime().availableProcessors()));

    private final Memory memory;
    private final TableStore tables;
    private final FlushCycle flushes;
    private final OwnerMailbox mailbox;
    private final EngineContext context;
    private final ScheduledThreadPoolExecutor readers = Threads.named("read", THREADS);
    private final ScheduledThreadPoolExecutor scanner = Threads.named("scan", 1);
    private List<Read> gathered = new ArrayList<>();
    private volatile boolean stopping;

    ReadPath(Memory memory, TableStore tables, FlushCycle flushes, Shared shared) {
        this.memory = memory;
        this.tables = tables;
        this.flushes = flushes;
        this.mailbox = shared.mailbox();
        this.context = shared.context();
    }

    /** What this path shares with the rest of the engine. */
    record Shared(OwnerMailbox mailbox, EngineContext context) {}

    /** One read under way; the reader thread fills in the answer. */
    private static final class Read {
        final byte[] key;
        final ReadCallback done;
        final long begun;
        byte[] found = StorageEngine.ABSENT;

        @Nullable
        EngineFailure failure;

        Read(byte[] key, ReadCallback done, long begun) {
            this.key = key;
            this.done = done;
            this.begun = begun;
        }
    }

    void read(byte[] key, ReadCallback done) {
        if (flushes.reads().total() >= READS_MAX) {
            mailbox.post(() -> done.read(null, EngineFailure.overloaded(READS_MAX + " reads are under way")));
            return;
        }
        gathered.add(new Read(key, done, flushes.reads().begun()));
    }

    void flushReads() {
        if (gathered.isEmpty()) {
            return;
        }
        List<Read> batch = gathered;
        gathered = new ArrayList<>();
        for (int from = 0; from < batch.size(); from += SLICE_READS) {
            List<Read> slice = batch.subList(from, Math.min(from + SLICE_READS, batch.size()));
            readers.execute(Threads.reporting("reader", () -> answer(slice)));
        }
    }

    void scan(byte[] from, byte[] to, int limit, ScanCallback done) {
        if (flushes.scans().total() >= SCANS_MAX) {
            mailbox.post(() -> done.scanned(null, EngineFailure.overloaded(SCANS_MAX + " scans are under way")));
            return;
        }
        ScanLimit scanLimit = new ScanLimit(limit, context.options().scanBytesMax());
        MemTable sealed = memory.sealed();
        MemRange active = MemRange.of(memory.active(), from, to, scanLimit);
        MemRange older = sealed == null ? MemRange.NONE : MemRange.of(sealed, from, to, scanLimit);
        ScanMerge merge = new ScanMerge(active, older, new ScanMerge.Range(from, to, scanLimit));
        long begun = flushes.scans().begun();
        scanner.execute(Threads.reporting("scanner", () -> answer(merge, begun, done)));
    }

    /** What runs is waited for; what is queued is dropped. */
    void close() {
        stopping = true;
        Threads.join(readers);
        Threads.join(scanner);
    }

    /** On a reader thread. */
    private void answer(List<Read> slice) {
        if (stopping) {
            return;
        }
        for (Read read : slice) {
            try {
                byte[] found = tables.get(read.key);
                read.found = found == null ? StorageEngine.ABSENT : found;
            } catch (IOException e) {
                read.failure = EngineFailure.of(context.tablesDirectory(), e);
            }
        }
        context.counters().tableReads.addAndGet(slice.size());
        mailbox.post(() -> settle(slice));
    }

    private void settle(List<Read> slice) {
        for (Read read : slice) {
            EngineFailure failure = read.failure;
            byte[] value = failure == null ? memory.settleRead(read.key, read.found) : null;
            flushes.reads().ended(read.begun);
            read.done.read(value, failure);
        }
        flushes.advance();
    }

    /** On the scan thread. */
    private void answer(ScanMerge merge, long begun, ScanCallback done) {
        if (stopping) {
            return;
        }
        ScanStep step;
        EngineFailure failure;
        try {
            step = merge.run(tables);
            failure = null;
        } catch (IOException e) {
            step = null;
            failure = EngineFailure.of(context.tablesDirectory(), e);
        }
        ScanStep result = step;
        EngineFailure why = failure;
        mailbox.post(() -> {
            flushes.scans().ended(begun);
            flushes.advance();
            done.scanned(result, why);
        });
    }
}
