package io.kindred.engine;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The memtable entries that are not yet acknowledged, oldest first, and the values that were overwritten in place, so that
 * all of it can be taken back newest first. Positions count from the engine's start and never repeat.
 */
final class UndoLog {
    private static final int APPENDED = -1;
    private static final int VALUES_BYTES_FIRST = 16 << 10;
    /** What waits for a slow disk is not to be held twice: past that a memtable appends. */
    private static final int VALUES_BYTES_MAX = 4 << 20;

    private @Nullable MemTable[] tables = new MemTable[256];
    private int[] refs = new int[256];
    /** Where the former value of an overwritten one begins in {@link #values}; {@link #APPENDED}: it was not overwritten. */
    private int[] starts = new int[256];

    private int from;
    private int to;
    private long dropped;
    private byte[] values = new byte[VALUES_BYTES_FIRST];
    private int valuesTo;
    /** No entry from {@link #from} on and before that one was overwritten: what has been looked at is not looked at again. */
    private int appendedTo;

    /** What takes something back. */
    interface Target {
        void undo(MemTable table, int ref);

        /** Puts back what an entry had. */
        void restore(MemTable table, int ref, byte[] from, int start, int length);
    }

    /** The position behind the newest entry. */
    long end() {
        return dropped + to;
    }

    /** An entry was appended. */
    void push(MemTable table, int ref) {
        push(table, ref, APPENDED);
    }

    /** An entry's value is about to be overwritten. Requires: {@link #hasRoomFor}. */
    void pushValue(MemTable table, int ref, byte[] value, int start, int length) {
        if (values.length - valuesTo < length) {
            makeRoomForValue(length);
        }
        System.arraycopy(value, start, values, valuesTo, length);
        push(table, ref, valuesTo);
        valuesTo += length;
    }

    private void push(MemTable table, int ref, int start) {
        if (to == refs.length) {
            makeRoom();
        }
        tables[to] = table;
        starts[to] = start;
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
            valuesTo = 0;
            appendedTo = 0;
        }
    }

    /** Whether a former value of that length can be kept. */
    boolean hasRoomFor(int length) {
        return values.length - valuesTo >= length || valuesTo - valuesFrom() + length <= VALUES_BYTES_MAX / 2;
    }

    /** Where the first value begins that is kept. */
    private int valuesFrom() {
        appendedTo = Math.max(appendedTo, from);
        while (appendedTo < to && starts[appendedTo] == APPENDED) {
            appendedTo++;
        }
        return appendedTo < to ? starts[appendedTo] : valuesTo;
    }

    /** Hands the entries from the newest down to `position`, which stays, to `target` and removes them. */
    void takeBackTo(long position, Target target) {
        int keepTo = (int) Math.max(from, position - dropped);
        while (to > keepTo) {
            to--;
            MemTable table = tables[to];
            tables[to] = null;
            if (table == null) {
                throw new IllegalStateException("an undo entry lost its memtable");
            }
            int start = starts[to];
            if (start == APPENDED) {
                target.undo(table, refs[to]);
            } else {
                target.restore(table, refs[to], values, start, valuesTo - start);
                valuesTo = start;
            }
        }
        appendedTo = Math.min(appendedTo, to);
    }

    private void makeRoom() {
        int live = to - from;
        int capacity = live > refs.length / 2 ? refs.length * 2 : refs.length;
        @Nullable MemTable[] movedTables = new MemTable[capacity];
        int[] movedRefs = new int[capacity];
        int[] movedStarts = new int[capacity];
        System.arraycopy(tables, from, movedTables, 0, live);
        System.arraycopy(refs, from, movedRefs, 0, live);
        System.arraycopy(starts, from, movedStarts, 0, live);
        tables = movedTables;
        refs = movedRefs;
        starts = movedStarts;
        dropped += from;
        appendedTo = Math.max(0, appendedTo - from);
        from = 0;
        to = live;
    }

    /** Requires: {@link #hasRoomFor}. */
    private void makeRoomForValue(int length) {
        int valuesFrom = valuesFrom();
        int live = valuesTo - valuesFrom;
        int capacity = values.length;
        while (capacity < 2 * (live + length)) {
            capacity *= 2;
        }
        byte[] moved = new byte[capacity];
        System.arraycopy(values, valuesFrom, moved, 0, live);
        for (int i = from; i < to; i++) {
            starts[i] -= starts[i] == APPENDED ? 0 : valuesFrom;
        }
        values = moved;
        valuesTo = live;
    }
}
