package io.kindred.engine;

import java.nio.file.Path;
import java.util.Comparator;

/**
 * A block of a table that is not what was written.
 *
 * @param table the table's file name; LevelDB gives no two tables the same
 * @param offset where the block begins
 */
record DamagedPlace(String table, long offset) {
    static final Comparator<DamagedPlace> ORDER =
            Comparator.comparing(DamagedPlace::table).thenComparingLong(DamagedPlace::offset);

    static DamagedPlace of(Path table, long offset) {
        return new DamagedPlace(String.valueOf(table.getFileName()), offset);
    }
}
