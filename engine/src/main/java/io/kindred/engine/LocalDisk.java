package io.kindred.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.function.Consumer;

/** The operating system's file system. */
final class LocalDisk implements Disk {
    @Override
    public DiskFile create(Path file) throws IOException {
        return new LocalFile(
                this,
                file,
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE));
    }

    @Override
    public Source open(Path file) throws IOException {
        return new LocalSource(FileChannel.open(file, StandardOpenOption.READ));
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        createDirectories(this, directory, made -> {});
    }

    /**
     * Others may make the same directories meanwhile, as the nodes do that back up into one place.
     *
     * @param disk syncs, and may be this one over something else; {@code made} is told of each before that
     */
    static void createDirectories(Disk disk, Path directory, Consumer<Path> made) throws IOException {
        ArrayDeque<Path> missing = new ArrayDeque<>();
        Path there = directory.toAbsolutePath().normalize();
        while (!Files.isDirectory(there)) {
            missing.push(there);
            there = there.resolveSibling("");
        }
        for (Path next : missing) {
            makeUnlessThere(next);
            made.accept(next);
            disk.syncDirectory(next.resolveSibling(""));
        }
    }

    private static void makeUnlessThere(Path directory) throws IOException {
        try {
            Files.createDirectory(directory);
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(directory)) {
                throw e;
            }
        }
    }

    @Override
    public void delete(Path file) throws IOException {
        Files.deleteIfExists(file);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void link(Path file, Path second) throws IOException {
        Files.createLink(second, file);
    }

    @Override
    public void truncate(Path file, long sizeBytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(sizeBytes);
            channel.force(true);
        }
    }

    @Override
    public void force(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private record LocalSource(FileChannel channel) implements Source {
        @Override
        public long sizeBytes() throws IOException {
            return channel.size();
        }

        @Override
        public int read(ByteBuffer into, long offset) throws IOException {
            return channel.read(into, offset);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    private static final class LocalFile implements DiskFile {
        private static final int ZEROS_BYTES = 1 << 20;

        private final Disk disk;
        private final Path file;
        private final FileChannel channel;
        private volatile boolean named;

        LocalFile(Disk disk, Path file, FileChannel channel) {
            this.disk = disk;
            this.file = file;
            this.channel = channel;
        }

        /** The kernel may take less than it was given, most of all when the disk is nearly full. */
        @Override
        public void append(ByteBuffer... buffers) throws IOException {
            int first = 0;
            while (first < buffers.length) {
                if (buffers[first].hasRemaining()) {
                    channel.write(buffers, first, buffers.length - first);
                } else {
                    first++;
                }
            }
        }

        @Override
        public void reserve(long endBytes) throws IOException {
            ByteBuffer zeros =
                    ByteBuffer.allocateDirect((int) Math.min(ZEROS_BYTES, Math.max(0, endBytes - channel.size())));
            for (long at = channel.size(); at < endBytes; at = channel.size()) {
                channel.write(zeros.clear().limit((int) Math.min(zeros.capacity(), endBytes - at)), at);
            }
        }

        @Override
        public void truncate(long sizeBytes) throws IOException {
            channel.truncate(sizeBytes);
            channel.position(sizeBytes);
        }

        @Override
        public void force() throws IOException {
            channel.force(false);
            if (!named) {
                disk.syncDirectory(file.toAbsolutePath().resolveSibling(""));
                named = true;
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
