package io.kindred.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Appends large values to the newest value file. Nothing may point to a value before {@link #force} has returned.
 *
 * <p>What was appended since {@link #mark} can be taken back, as long as nothing points to it.
 *
 * <p>Owned by: the flush thread.
 */
final class ValueWriter {
    private static final System.Logger LOGGER = System.getLogger(ValueWriter.class.getName());
    private static final int BUFFER_BYTES = 256 << 10;
    /** A long force is in the way of the log's appends, on most file systems; several short ones are less so. */
    private static final int FORCE_BYTES = 8 << 20;

    private final EngineContext context;
    private final ValueFiles files;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private Disk.@Nullable DiskFile file;
    private @Nullable ValueFile current;
    /** Of the current file, with what is in the buffer. */
    private long end;

    private long unforcedBytes;
    /** Where what can be taken back begins: in this file, and all of those that were begun since. */
    private @Nullable ValueFile marked;

    private long markedEnd;
    private final List<ValueFile> begun = new ArrayList<>();

    ValueWriter(EngineContext context, ValueFiles files) {
        this.context = context;
        this.files = files;
    }

    /** Requires: all that was appended is forced, or was taken back. */
    void mark() {
        marked = current;
        markedEnd = end;
        begun.clear();
    }

    ValuePointer append(byte[] key, BytePart value) throws IOException {
        if (current == null || end >= context.options().values().fileBytes()) {
            roll();
            begin();
        }
        ValueFile into = current();
        long at = end;
        byte[] header = ValueFormat.recordHeader(into.number, at, key, value);
        long offset = at + header.length + key.length;
        add(header, 0, header.length);
        add(key, 0, key.length);
        add(value.bytes(), value.from(), value.length());
        end = offset + value.length();
        into.record(key, at, offset, end);
        unforcedBytes += end - at;
        if (unforcedBytes >= FORCE_BYTES) {
            force();
        }
        int crc = ByteBuffer.wrap(header).getInt(2 * Integer.BYTES);
        return new ValuePointer(into.number, offset, value.length(), crc);
    }

    private ValueFile current() {
        ValueFile of = current;
        if (of == null) {
            throw new IllegalStateException("no value file is open for writing");
        }
        return of;
    }

    private void add(byte[] bytes, int from, int length) throws IOException {
        if (length > buffer.remaining()) {
            drain();
        }
        if (length > buffer.remaining()) {
            appendTo(ByteBuffer.wrap(bytes, from, length));
        } else {
            buffer.put(bytes, from, length);
        }
    }

    private void drain() throws IOException {
        appendTo(buffer.flip());
        buffer.clear();
    }

    private void appendTo(ByteBuffer bytes) throws IOException {
        Disk.DiskFile to = file;
        if (to != null && bytes.hasRemaining()) {
            to.append(bytes);
        }
    }

    /** All that was appended is durable. */
    void force() throws IOException {
        Disk.DiskFile to = file;
        if (to != null && unforcedBytes > 0) {
            drain();
            to.force();
            current().grown(end);
            unforcedBytes = 0;
        }
    }

    /** The next value begins a file. */
    void roll() throws IOException {
        force();
        close();
    }

    private void begin() throws IOException {
        long number = files.nextNumber();
        ValueFile next = ValueFile.created(
                number, files.pathOf(number), context.options().values().fileBytes());
        Disk.DiskFile created = context.disk().create(next.path);
        file = created;
        current = next;
        begun.add(next);
        files.add(next);
        ByteBuffer header = ValueFormat.fileHeader(number);
        end = header.remaining();
        unforcedBytes = end;
        buffer.put(header);
    }

    /** Requires: nothing points to what was appended since the mark, nor ever will. */
    void takeBack() {
        buffer.clear();
        unforcedBytes = 0;
        // What could not be written is no file to go on with.
        close();
        ValueFile cut = marked;
        try {
            if (cut != null) {
                context.disk().truncate(cut.path, markedEnd);
                cut.cut(markedEnd);
            }
        } catch (IOException e) {
            LOGGER.log(System.Logger.Level.WARNING, cut.path + " keeps what nothing points to", e);
        }
        for (ValueFile gone : begun) {
            delete(gone);
        }
        begun.clear();
    }

    private void delete(ValueFile gone) {
        files.remove(gone);
        try {
            context.disk().delete(gone.path);
        } catch (IOException e) {
            LOGGER.log(System.Logger.Level.WARNING, gone.path + " stays until the next start", e);
        }
    }

    void close() {
        Disk.DiskFile closed = file;
        file = null;
        current = null;
        try {
            if (closed != null) {
                closed.close();
            }
        } catch (IOException e) {
            LOGGER.log(System.Logger.Level.WARNING, "closing a value file in " + context.directory(), e);
        }
    }
}
