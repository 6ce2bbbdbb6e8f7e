package io.kindred.engine;

import org.jspecify.annotations.Nullable;

/**
 * A memtable on its way to the tables.
 *
 * @param refs the newest entry of each key, in ascending order of the keys
 * @param pointers for each ref, what the tables get in place of the value, null for the value itself; null: all values themselves
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record FlushRun(MemTable memTable, int[] refs, byte @Nullable [] @Nullable [] pointers) {
    /** What stands in the tables for the value of the entry at an index of `refs`. */
    byte[] inTable(int index) {
        byte[] pointer = pointers == null ? null : pointers[index];
        return pointer == null ? memTable.value(refs[index]) : pointer;
    }
}
