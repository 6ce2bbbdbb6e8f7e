package io.kindred.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Brings an engine's memory back from its directory.
 *
 * <p>The tables say through which log segment they hold everything, and the counts up to there. Older segments are of
 * no more use and go. The others are replayed into a memtable, which starts the engine's life as its active one; if
 * they hold more than a memtable should, it is loaded into the tables on the way: mostly at the end of a segment.
 */
final class EngineOpening implements LogReplay.Visitor {
    private static final System.Logger LOGGER = System.getLogger(EngineOpening.class.getName());

    /** A segment of the log seldom holds more than one memtable. */
    private static final int PART_MEMTABLES = 2;

    private static final int MENDS_MAX = 100;

    private final EngineContext context;
    private final ReplayedWrites told;
    private final TableStore tables;
    private final GroupCounts counts;
    private GroupCounts flushedCounts;
    private long flushedThrough;
    private Memory memory;
    /** What the log has is not taken back. */
    private final UndoLog undo = new UndoLog();

    private @Nullable EngineFailure unflushed;

    private EngineOpening(EngineContext context, ReplayedWrites told, TableStore tables, TableStore.TableMeta meta) {
        this.context = context;
        this.told = told;
        this.tables = tables;
        this.flushedCounts = meta.counts();
        this.flushedThrough = meta.flushedThrough();
        this.counts = meta.counts().copy();
        this.memory = new Memory(context.options(), counts);
    }

    /**
     * What an engine is made of.
     *
     * @param unflushed why memory holds more than a memtable should; null: it does not
     */
    record Opened(
            Memory memory,
            TableStore tables,
            GroupCounts flushedCounts,
            LogEnd logEnd,
            EngineRecovery recovery,
            @Nullable EngineFailure unflushed) {}

    static Opened open(EngineContext context, ReplayedWrites told) throws IOException {
        context.disk().createDirectories(context.directory());
        boolean fresh = !Files.exists(context.tablesDirectory())
                && LogReplay.segments(context.directory()).isEmpty();
        TableStore tables = SeparatedTables.open(context);
        boolean opened = false;
        try {
            LogEnd mark = CleanMark.take(context.disk(), context.directory());
            TableStore.TableMeta meta = tables.meta();
            EngineOpening opening = new EngineOpening(context, told, tables, meta);
            LogReplay.Result log = LogReplay.run(context.disk(), context.directory(), meta.flushedThrough(), opening);
            context.counters()
                    .segments
                    .set(LogReplay.segments(context.directory()).size());
            FlushCycle.deleteSegments(context, opening.flushedThrough);
            EngineRecovery recovery = recovery(log, mark, fresh);
            context.counters().corruptions.addAndGet(recovery.corruptions());
            Opened parts =
                    new Opened(opening.memory, tables, opening.flushedCounts, log.end(), recovery, opening.unflushed);
            opened = true;
            return parts;
        } finally {
            if (!opened) {
                tables.close();
            }
        }
    }

    @Override
    public void put(byte[] key, byte[] value, int countDelta, long note) throws IOException {
        told.replayed(key, value, countDelta, note);
        memory.put(key, value, countDelta, undo);
        written();
    }

    @Override
    public void delete(byte[] key, int countDelta, long note) throws IOException {
        told.replayed(key, null, countDelta, note);
        memory.delete(key, countDelta, undo);
        written();
    }

    /**
     * A segment that a node with larger memtables has left is loaded in parts. The meta record stays as it is: if this start
     * is cut off the next one replays the segment from its beginning, over the parts that are in the tables.
     */
    private void written() throws IOException {
        undo.forget(undo.end());
        MemTable active = memory.active();
        if (active.usedBytes() < PART_MEMTABLES * context.options().memtableBytes() || unflushed != null) {
            return;
        }
        try {
            // Nothing may be durable in the tables that the log may still lose.
            LogReplay.forceAll(context);
            load(active, null);
        } catch (IOException e) {
            staysInMemory(e);
            return;
        }
        flushedCounts.addAll(active.groups().counts());
        memory = new Memory(context.options(), counts);
    }

    /** A compaction beside it may come upon a block that has rotted; it is given up, as for a flush that fails. */
    private void load(MemTable run, TableStore.@Nullable TableMeta meta) throws IOException {
        for (int mends = 0; ; mends++) {
            try {
                tables.load(run, meta, () -> false);
                return;
            } catch (CorruptFileException e) {
                if (mends == MENDS_MAX) {
                    throw e;
                }
                LOGGER.log(System.Logger.Level.ERROR, "what the log has cannot be loaded yet: " + e.getMessage());
                tables.mend();
            }
        }
    }

    private void staysInMemory(IOException e) throws IOException {
        if (!EngineFailure.isDiskFull(e)) {
            throw e;
        }
        unflushed = EngineFailure.of(context.tablesDirectory(), e);
        // The log is as long as memory was large when it was written: it has room there once more.
        LOGGER.log(System.Logger.Level.ERROR, "what the log has stays in memory: " + e.getMessage());
    }

    @Override
    public void segmentDone(long segment) throws IOException {
        if (memory.active().filledBytes() < context.options().memtableBytes()) {
            return;
        }
        GroupCounts all = counts.copy();
        try {
            load(memory.active(), new TableStore.TableMeta(segment, all));
        } catch (IOException e) {
            staysInMemory(e);
            return;
        }
        flushedCounts = all;
        flushedThrough = segment;
        memory = new Memory(context.options(), counts);
    }

    /** The log must end where the mark says, or the stop was not clean after all. */
    private static EngineRecovery recovery(LogReplay.Result log, @Nullable LogEnd mark, boolean fresh) {
        List<String> findings = new ArrayList<>(log.findings());
        long corruptions = log.corruptions();
        boolean flushed = log.end().bytes() == 0;
        boolean asMarked = mark != null
                && mark.segment() == log.end().segment()
                && (flushed || mark.bytes() == log.end().bytes());
        if (mark != null && !asMarked && corruptions == 0) {
            corruptions++;
            findings.add("corrupt: the last stop left the log's end at " + mark + ", it is now at " + log.end());
        }
        for (String finding : findings) {
            LOGGER.log(System.Logger.Level.WARNING, finding);
        }
        boolean clean = fresh || (asMarked && corruptions == 0 && log.tornBytes() == 0);
        return new EngineRecovery(clean, log.records(), log.tornBytes(), corruptions, findings);
    }
}
