package io.kindred.engine;

/**
 * Gives the row cache what a memtable holds that is on its way to the tables, a little with each write that comes meanwhile: so
 * that what was written is found in memory as long as there is room for it.
 *
 * <p>A key that the active memtable has is left out ({@link Memory}'s invariant); the sealed one stands in front of the row
 * cache, so it does not matter when its rows get there.
 *
 * <p>Owned by: the engine's owner thread. Requires: the memtable does not change any more, and is there until the feed is dropped.
 */
final class RowFeed {
    /** The row cache is so many times as large as a memtable, or what is only written would drive out what is read. */
    static final int MEMTABLES_MIN = 3;

    private final MemTable from;
    private int next;

    RowFeed(MemTable from) {
        this.from = from;
        this.next = from.firstRef();
    }

    static boolean isWorthwhile(long rowBytes, long memtableBytes) {
        return rowBytes / MEMTABLES_MIN >= memtableBytes;
    }

    boolean isDone() {
        return next == 0;
    }

    /** Gives at least so many bytes of the memtable, if there are more of them. */
    void give(RowCache rows, MemTable active, long leastBytes) {
        long given = 0;
        while (next != 0 && given < leastBytes) {
            int ref = next;
            next = from.refAfter(ref);
            given += from.sizeOf(ref);
            if (!from.isSuperseded(ref) && !active.hasKeyOf(from, ref)) {
                rows.put(from.hash(ref), from.keyPart(ref), from.isDeletion(ref) ? null : from.valuePart(ref));
            }
        }
    }
}
