package io.kindred.engine;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What a table has in place of a large value: where the value is, and its checksum. In a table it is told from a value by its
 * length and its first eight bytes; a value that looks like one ({@link #isLike}) is kept in a value file, too, so that
 * whatever looks like a pointer is one.
 *
 * @param file the value file's number
 * @param offset where the value begins in it
 * @param length of the value
 * @param crc the value's CRC32C
 */
record ValuePointer(long file, long offset, int length, int crc) {
    static final int BYTES = 32;
    /** "KINDVPTR" */
    private static final long MARK = 0x4b494e4456505452L;

    /** Whether bytes would be taken for a pointer if they stood in a table. */
    static boolean isLike(BytePart value) {
        return value.length() == BYTES
                && ByteBuffer.wrap(value.bytes(), value.from(), BYTES).getLong() == MARK;
    }

    /** The pointer that a table has; null if it has the value itself. */
    static @Nullable ValuePointer of(byte[] inTable) {
        if (inTable.length != BYTES) {
            return null;
        }
        ByteBuffer bytes = ByteBuffer.wrap(inTable);
        return bytes.getLong() == MARK
                ? new ValuePointer(bytes.getLong(), bytes.getLong(), bytes.getInt(), bytes.getInt())
                : null;
    }

    byte[] encoded() {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES);
        bytes.putLong(MARK).putLong(file).putLong(offset).putInt(length).putInt(crc);
        return bytes.array();
    }
}
