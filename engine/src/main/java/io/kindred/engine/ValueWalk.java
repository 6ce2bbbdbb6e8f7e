package io.kindred.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The records of a value file, in their order. Values are not read.
 *
 * <p>Bytes that are no record are skipped up to the next one; if there is none they are the torn end of a file that a crash has
 * cut short, unless the file has no torn end.
 *
 * <p>Owned by: the flush thread.
 */
final class ValueWalk {
    /** Read at once: a header, and most keys. */
    private static final int HEAD_BYTES = 512;

    private static final int SEARCH_BYTES = 64 << 10;

    private final ValueFile file;
    private final Disk.Source source;
    private final long fileBytes;
    private ByteBuffer head = ByteBuffer.allocate(HEAD_BYTES);
    private long at;
    private long next = ValueFormat.FILE_HEADER_BYTES;
    private boolean isGapped;
    private byte[] key = {};
    private int valueLength;
    private int valueCrc;

    ValueWalk(ValueFile file, Disk.Source source) throws IOException {
        this.file = file;
        this.source = source;
        this.fileBytes = Math.min(source.sizeBytes(), file.sizeBytes());
    }

    /** Moves to the next record; false: there is none. */
    boolean next() throws IOException {
        boolean isFound = isRecord(next);
        if (!isFound) {
            // Bytes may have been wrong on their way from the disk, and not on it.
            isFound = isRecord(next);
        }
        if (isFound) {
            return moveTo(next);
        }
        for (long from = next + 1; from <= fileBytes - ValueFormat.RECORD_HEADER_BYTES; from += SEARCH_BYTES) {
            long found = search(from);
            if (found > 0) {
                isGapped = true;
                isRecord(found);
                return moveTo(found);
            }
        }
        isGapped |= file.isOfThisLife && next < fileBytes;
        next = fileBytes;
        return false;
    }

    private boolean moveTo(long record) {
        at = record;
        next = offset() + valueLength;
        return true;
    }

    /** Something that was written cannot be told from what was not. */
    boolean isGapped() {
        return isGapped;
    }

    /** Where the record begins. */
    long at() {
        return at;
    }

    /** Where its value begins. */
    long offset() {
        return at + ValueFormat.RECORD_HEADER_BYTES + key.length;
    }

    /** Where it ends. */
    long end() {
        return next;
    }

    byte[] key() {
        return key;
    }

    ValuePointer pointer() {
        return new ValuePointer(file.number, offset(), valueLength, valueCrc);
    }

    private boolean isRecord(long record) throws IOException {
        if (record > fileBytes - ValueFormat.RECORD_HEADER_BYTES) {
            return false;
        }
        read(record, HEAD_BYTES);
        int keyLength = head.getInt(0);
        int length = head.getInt(Integer.BYTES);
        if (!isPossible(record, keyLength, length)) {
            return false;
        }
        int headBytes = ValueFormat.RECORD_HEADER_BYTES + keyLength;
        if (head.limit() < headBytes) {
            read(record, headBytes);
        }
        ByteBuffer keyPart = head.slice(ValueFormat.RECORD_HEADER_BYTES, keyLength);
        if (head.getInt(3 * Integer.BYTES)
                != ValueFormat.headerCrc(file.number, record, head.array(), keyPart.duplicate())) {
            return false;
        }
        key = new byte[keyLength];
        keyPart.get(key);
        valueLength = length;
        valueCrc = head.getInt(2 * Integer.BYTES);
        return true;
    }

    private boolean isPossible(long record, int keyLength, int length) {
        return keyLength >= Integer.BYTES
                && length >= 0
                && (long) keyLength + length <= fileBytes - record - ValueFormat.RECORD_HEADER_BYTES;
    }

    private void read(long from, int bytes) throws IOException {
        int length = (int) Math.min(bytes, fileBytes - from);
        if (head.capacity() < length) {
            head = ByteBuffer.allocate(length);
        }
        if (!ValueFiles.readFully(source, head.clear().limit(length), from)) {
            // Shorter than a moment ago: nothing there is a record.
            Arrays.fill(head.array(), (byte) 0);
        }
        head.flip();
    }

    /** The first record that begins in a piece of the file, 0 if none does. */
    private long search(long from) throws IOException {
        int length = (int) Math.min(SEARCH_BYTES + ValueFormat.RECORD_HEADER_BYTES, fileBytes - from);
        ByteBuffer piece = ByteBuffer.allocate(length);
        if (!ValueFiles.readFully(source, piece, from)) {
            return 0;
        }
        for (int i = 0; i < Math.min(SEARCH_BYTES, length - ValueFormat.RECORD_HEADER_BYTES + 1); i++) {
            if (isPossible(from + i, piece.getInt(i), piece.getInt(i + Integer.BYTES)) && isRecord(from + i)) {
                return from + i;
            }
        }
        return 0;
    }
}
