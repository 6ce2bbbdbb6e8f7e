package io.kindred.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * What LevelDB is opened on when the real disk has no room, so that its tables can be read: what it writes of itself as it
 * opens (a manifest that says what the last one did, and the name of that) goes nowhere, and nothing is deleted or renamed.
 * A table cannot be written, so that no compaction or flush takes place. The files stay as they were.
 */
final class FullDisk implements Disk {
    private final Disk disk;

    FullDisk(Disk disk) {
        this.disk = disk;
    }

    @Override
    public DiskFile create(Path file) throws IOException {
        String name = String.valueOf(file.getFileName());
        if (name.endsWith(".ldb") || name.endsWith(".sst")) {
            throw new IOException(file + ": no space left on the disk when the tables were opened");
        }
        return Nowhere.FILE;
    }

    @Override
    public Source open(Path file) throws IOException {
        return disk.open(file);
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        // The tables are there, or could not be opened.
        disk.createDirectories(directory);
    }

    @Override
    public void delete(Path file) {
        // It may be needed by the next one that opens them.
    }

    @Override
    public void rename(Path from, Path to) {
        // The file that would get the name was not written.
    }

    @Override
    public void link(Path file, Path second) {
        throw new UnsupportedOperationException("LevelDB links no file");
    }

    @Override
    public void truncate(Path file, long sizeBytes) {
        throw new UnsupportedOperationException("LevelDB shortens no file");
    }

    @Override
    public void force(Path file) {
        // There is nothing to force.
    }

    @Override
    public void syncDirectory(Path directory) {
        // Nothing has changed in it.
    }

    private enum Nowhere implements DiskFile {
        FILE;

        @Override
        public void append(ByteBuffer... buffers) {
            for (ByteBuffer buffer : buffers) {
                buffer.position(buffer.limit());
            }
        }

        @Override
        public void reserve(long endBytes) {
            // It takes any number of bytes.
        }

        @Override
        public void truncate(long sizeBytes) {
            // It has no bytes.
        }

        @Override
        public void force() {
            // It has no bytes.
        }

        @Override
        public void close() {
            // It was not opened.
        }
    }
}
