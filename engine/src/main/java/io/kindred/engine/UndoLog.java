package io.kindred.engine;

import java.util.Arrays;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The memtable entries that are not yet acknowledged, oldest first, so that they can be taken back newest first.
 * Positions count from the engine's start and never repeat.
 */
final class UndoLog {
    private @Nullable MemTable[] tables = new MemTable[256];
    private int[] refs = new int[256];
    private int from;
    private int to;
    private long dropped;

    /** The position behind the newest entry. */
    long end() {
        return dropped + to;
    }

    void push(MemTable table, int ref) {
        if (to == refs.length) {
            makeRoom();
        }
        tables[to] = table;
        refs[to++] = ref;
    }

    /** Everything before `position` is acknowledged. */
    void forget(long position) {
        int keepFrom = (int) Math.max(from, Math.min(position - dropped, to));
        Arrays.fill(tables, from, keepFrom, null);
        from = keepFrom;
        if (from == to) {
            dropped += to;
            from = 0;
            to = 0;
        }
    }

    /** Hands the entries from the newest down to `position`, which stays, to `undo` and removes them. */
    void takeBackTo(long position, ObjIntConsumer<MemTable> undo) {
        int keepTo = (int) Math.max(from, position - dropped);
        while (to > keepTo) {
            to--;
            MemTable table = tables[to];
            tables[to] = null;
            if (table == null) {
                throw new IllegalStateException("an undo entry lost its memtable");
            }
            undo.accept(table, refs[to]);
        }
    }

    private void makeRoom() {
        int live = to - from;
        int capacity = live > refs.length / 2 ? refs.length * 2 : refs.length;
        @Nullable MemTable[] movedTables = new MemTable[capacity];
        int[] movedRefs = new int[capacity];
        System.arraycopy(tables, from, movedTables, 0, live);
        System.arraycopy(refs, from, movedRefs, 0, live);
        tables = movedTables;
        refs = movedRefs;
        dropped += from;
        from = 0;
        to = live;
    }
}
