package io.kindred.engine;

import java.nio.ByteBuffer;

/**
 * The writes of one commit, as they go into the log: room for a record's header, then the writes one after the other. One direct
 * buffer, reused; a buffer that a large commit has made large is let go.
 */
final class LogBatch {
    private static final int INITIAL_BYTES = 16 << 10;
    private static final int KEPT_BYTES_MAX = 1 << 20;
    private static final int WRITE_OVERHEAD_BYTES_MAX = 1 + 5 + 5 + Long.BYTES;

    private ByteBuffer buffer = ByteBuffer.allocateDirect(INITIAL_BYTES);

    LogBatch() {
        clear();
    }

    void clear() {
        if (buffer.capacity() > KEPT_BYTES_MAX) {
            buffer = ByteBuffer.allocateDirect(INITIAL_BYTES);
        }
        buffer.clear().position(LogFormat.RECORD_HEADER_BYTES);
    }

    boolean isEmpty() {
        return buffer.position() == LogFormat.RECORD_HEADER_BYTES;
    }

    int sizeBytes() {
        return buffer.position();
    }

    /** Whether a write of this size still fits into one record. */
    boolean hasRoomFor(long keyAndValueBytes) {
        return buffer.position() + keyAndValueBytes + WRITE_OVERHEAD_BYTES_MAX <= LogFormat.PAYLOAD_BYTES_MAX;
    }

    void put(byte[] key, byte[] value, int countDelta, long note) {
        ensure(key.length + value.length);
        startWrite(LogFormat.OP_PUT | noted(note), countDelta, key.length);
        putVarint(value.length);
        putNote(note);
        buffer.put(key).put(value);
    }

    void delete(byte[] key, int countDelta, long note) {
        ensure(key.length);
        startWrite(LogFormat.OP_DELETE | noted(note), countDelta, key.length);
        putNote(note);
        buffer.put(key);
    }

    int payloadBytes() {
        return buffer.position() - LogFormat.RECORD_HEADER_BYTES;
    }

    /** Room for a record's header, then the writes. */
    ByteBuffer withHeader() {
        return buffer.duplicate().flip();
    }

    private void startWrite(int op, int countDelta, int keyLength) {
        buffer.put((byte) (op | countDelta + 1 << LogFormat.COUNT_SHIFT));
        putVarint(keyLength);
    }

    private static int noted(long note) {
        return note == 0 ? 0 : LogFormat.NOTED;
    }

    private void putNote(long note) {
        if (note != 0) {
            buffer.putLong(note);
        }
    }

    private void putVarint(int value) {
        int rest = value;
        while (rest >= 0x80) {
            buffer.put((byte) (rest | 0x80));
            rest >>>= 7;
        }
        buffer.put((byte) rest);
    }

    private void ensure(int keyAndValueBytes) {
        int needed = keyAndValueBytes + WRITE_OVERHEAD_BYTES_MAX;
        if (buffer.remaining() < needed) {
            long doubled = Math.max(2L * buffer.capacity(), (long) buffer.position() + needed);
            ByteBuffer larger = ByteBuffer.allocateDirect((int) Math.min(doubled, Integer.MAX_VALUE - 8));
            larger.put(buffer.flip());
            buffer = larger;
        }
    }
}
