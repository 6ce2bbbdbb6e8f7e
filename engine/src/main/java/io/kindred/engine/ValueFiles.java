package io.kindred.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The value files that there are, and the reading of them. A file that goes while somebody reads it is read to the end: its
 * handle is closed when nobody has it any more.
 *
 * <p>May be called from any thread.
 */
final class ValueFiles {
    private static final System.Logger LOGGER = System.getLogger(ValueFiles.class.getName());
    /** Handles that are kept open although nobody reads. */
    private static final int OPEN_MAX = 256;
    /** Read at once; the runtime keeps a buffer of this size for each thread that reads. */
    private static final int READ_BYTES = 1 << 20;

    private final EngineContext context;
    private final NavigableMap<Long, ValueFile> files = new TreeMap<>();
    /** The one that was used least recently comes first. */
    private final Map<Long, Handle> open = new LinkedHashMap<>(16, 0.75f, true);

    /** An open file. Guarded by: the files. */
    private static final class Handle {
        final Disk.Source source;
        int users;
        boolean isToClose;

        Handle(Disk.Source source) {
            this.source = source;
        }
    }

    private ValueFiles(EngineContext context) {
        this.context = context;
    }

    /** Those of the engine's directory. */
    static ValueFiles open(EngineContext context) throws IOException {
        ValueFiles files = new ValueFiles(context);
        ValueFormat.files(context.directory())
                .forEach((number, path) -> files.add(
                        ValueFile.found(number, path, context.options().values().fileBytes())));
        return files;
    }

    synchronized void add(ValueFile file) {
        files.put(file.number, file);
    }

    /** Nobody who asks for it now gets it. */
    synchronized void remove(ValueFile file) {
        files.remove(file.number);
        Handle handle = open.remove(file.number);
        if (handle != null) {
            closeUnused(handle);
        }
    }

    /** In the order of their numbers. */
    synchronized List<ValueFile> all() {
        return List.copyOf(files.values());
    }

    /** Above all numbers that there are; the newest file is never collected, so that none is given twice. */
    synchronized long nextNumber() {
        return files.isEmpty() ? 1 : files.lastKey() + 1;
    }

    /** The file of the highest number; 0: there is none. */
    synchronized long newest() {
        return files.isEmpty() ? 0 : files.lastKey();
    }

    Path pathOf(long number) {
        return ValueFormat.file(context.directory(), number);
    }

    /**
     * The value that a pointer names; null: there is no such file (any more).
     *
     * @throws CorruptFileException if, twice, there were other bytes than the pointer says
     */
    byte @Nullable [] read(ValuePointer pointer) throws IOException {
        return use(pointer.file(), source -> {
            byte[] value = read(source, pointer);
            // Bytes may have been wrong on their way from the disk, and not on it.
            return value != null || (value = read(source, pointer)) != null ? value : fail(pointer);
        });
    }

    private byte[] fail(ValuePointer pointer) throws CorruptFileException {
        throw new CorruptFileException(pathOf(pointer.file()) + " at offset " + pointer.offset()
                + ": the checksum of the value of " + pointer.length() + " bytes is wrong");
    }

    private static byte @Nullable [] read(Disk.Source source, ValuePointer pointer) throws IOException {
        if (pointer.length() > source.sizeBytes() - pointer.offset()) {
            return null;
        }
        byte[] value = new byte[pointer.length()];
        return readFully(source, ByteBuffer.wrap(value), pointer.offset())
                        && ValueFormat.crc(BytePart.of(value)) == pointer.crc()
                ? value
                : null;
    }

    /** False where the file ends before. */
    static boolean readFully(Disk.Source source, ByteBuffer into, long offset) throws IOException {
        int end = into.limit();
        int from = into.position();
        while (into.position() < end) {
            into.limit(Math.min(end, into.position() + READ_BYTES));
            while (into.hasRemaining()) {
                if (source.read(into, offset + into.position() - from) < 0) {
                    return false;
                }
            }
            into.limit(end);
        }
        return true;
    }

    /** What is done with an open file. */
    interface Reading<T> {
        T of(Disk.Source source) throws IOException;
    }

    /** Null: there is no such file (any more). */
    <T> @Nullable T use(long number, Reading<T> reading) throws IOException {
        Handle handle = acquire(number);
        if (handle == null) {
            return null;
        }
        try {
            return reading.of(handle.source);
        } finally {
            release(handle);
        }
    }

    private synchronized @Nullable Handle acquire(long number) throws IOException {
        ValueFile file = files.get(number);
        if (file == null) {
            return null;
        }
        Handle handle = open.get(number);
        if (handle == null) {
            try {
                handle = new Handle(checked(file, context.disk().open(file.path)));
            } catch (NoSuchFileException gone) {
                LOGGER.log(System.Logger.Level.DEBUG, "the value file is gone", gone);
                return null;
            }
            open.put(number, handle);
            closeEldest();
        }
        handle.users++;
        return handle;
    }

    /** A header that is damaged is in nobody's way, for every value and every record has a checksum of its own. */
    private static Disk.Source checked(ValueFile file, Disk.Source source) throws IOException {
        boolean isReadable = false;
        try {
            ByteBuffer header = ByteBuffer.allocate(ValueFormat.FILE_HEADER_BYTES);
            if (readFully(source, header, 0) && ValueFormat.isOtherVersion(header.flip())) {
                throw new CorruptFileException(file.path + ": written by another version of the engine");
            }
            isReadable = true;
            return source;
        } finally {
            if (!isReadable) {
                source.close();
            }
        }
    }

    private void closeEldest() {
        Iterator<Handle> eldest = open.values().iterator();
        while (open.size() > OPEN_MAX && eldest.hasNext()) {
            Handle handle = eldest.next();
            eldest.remove();
            closeUnused(handle);
        }
    }

    private synchronized void release(Handle handle) {
        handle.users--;
        if (handle.isToClose) {
            closeUnused(handle);
        }
    }

    private void closeUnused(Handle handle) {
        handle.isToClose = true;
        if (handle.users > 0) {
            return;
        }
        try {
            handle.source.close();
        } catch (IOException e) {
            LOGGER.log(System.Logger.Level.WARNING, "closing a value file in " + context.directory(), e);
        }
    }

    synchronized void close() {
        open.values().forEach(this::closeUnused);
        open.clear();
    }
}
