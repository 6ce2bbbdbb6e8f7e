package io.kindred.engine;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Every change that the engine makes to a file system, the tables' changes included, and the reading of tables, which goes on
 * for as long as it runs. What is read once, at its start, needs no seam: it was changed through here.
 */
interface Disk {
    /** Opens a file for appending, empty: what was there is gone. */
    DiskFile create(Path file) throws IOException;

    /** Opens a file for reading at any place. */
    Source open(Path file) throws IOException;

    /** Makes a directory, and those above it that are missing; their names are durable when this returns. */
    void createDirectories(Path directory) throws IOException;

    /** Removes a file; no error if there is none. Durable after {@link #syncDirectory}. */
    void delete(Path file) throws IOException;

    /** Gives a file another name, replacing what had it. Durable after {@link #syncDirectory}. */
    void rename(Path from, Path to) throws IOException;

    /** Gives a file that does not change any more a second name, on the same file system. Durable after {@link #syncDirectory}. */
    void link(Path file, Path second) throws IOException;

    /** Shortens a file that nobody has open and makes that durable. */
    void truncate(Path file, long sizeBytes) throws IOException;

    /** Makes everything durable that was appended to a file, whoever has it open. */
    void force(Path file) throws IOException;

    /** Makes the directory's entries durable: files created, renamed or deleted. */
    void syncDirectory(Path directory) throws IOException;

    /** A file that is read, by several threads at once. */
    interface Source extends Closeable {
        long sizeBytes() throws IOException;

        /** Reads into what remains of the buffer, not always all of it; -1 at the end of the file. */
        int read(ByteBuffer into, long offset) throws IOException;
    }

    /** A file being appended to. {@link #force} may run beside the other methods, on another thread. */
    interface DiskFile extends Closeable {
        /** Appends all that remains in the buffers, in one call of the operating system where it takes all at once. */
        void append(ByteBuffer... buffers) throws IOException;

        /**
         * Fills the file with zeros up to `endBytes` if it ends before. The next append goes where it would have gone, over the zeros.
         * A force of bytes for which the file has room is cheaper: it has no new size to record.
         */
        void reserve(long endBytes) throws IOException;

        /** Cuts the file to `sizeBytes`, room that was reserved included; the next append goes there. */
        void truncate(long sizeBytes) throws IOException;

        /** Makes everything appended before durable, the file's name in its directory too. */
        void force() throws IOException;
    }
}
