package io.kindred.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A real disk that remembers what is durable, so that a power cut can be played; and that fails where it is told to.
 *
 * <p>Durable is: of a file, the bytes appended before its last force, and zeros where room had been reserved by then, or, where
 * {@link #tears} says so, some sectors of what has been appended there since; of a directory, the names that it held at its last
 * sync, and what they stood for ({@link Names}). A file whose directory was not synced since it got its name is gone after the cut,
 * and so is all that is in such a directory; one that was deleted, or had its name taken by another, is back. The first force of a
 * file that is appended to syncs its directory, as {@link LocalDisk}'s does.
 */
final class FaultyDisk implements Disk {
    private final LocalDisk disk = new LocalDisk();
    private final Names names = new Names();

    /** What happened, in order: "append name", "force name", "delete name", ... */
    final ConcurrentLinkedQueue<String> events = new ConcurrentLinkedQueue<>();

    /** Bytes that may still be appended; beyond, the disk is full. */
    volatile long roomBytes = Long.MAX_VALUE;

    /** What a file had reserved is taken too, as a file system that writes to new places does. */
    volatile boolean reservesNothing;

    volatile Predicate<Path> appendFails = path -> false;
    volatile Predicate<Path> forceFails = path -> false;
    /** Files that cannot be opened, for there are no handles left. */
    volatile Predicate<Path> openFails = path -> false;

    volatile Predicate<Path> readFails = path -> false;
    /** Files of which the first byte is another whenever it is read; what is on the disk is right. */
    volatile Predicate<Path> readsWrong = path -> false;

    /** So many reads of value files, the next ones, give another first byte; what is on the disk is right. */
    final AtomicInteger wrongValueReads = new AtomicInteger();

    /** Runs after each read of a file. */
    volatile @Nullable Consumer<Path> afterRead;

    /** Runs after each change of a file's name or bytes, whoever makes it. */
    volatile @Nullable Runnable afterChange;

    volatile boolean truncateFails;

    /** Whether a sector that was appended to forced room, and not forced since, is on the disk when the power goes. */
    volatile BooleanSupplier tears = () -> false;

    volatile @Nullable Runnable beforeForce;
    volatile @Nullable Runnable beforeLink;

    static IOException full() {
        return new IOException("No space left on device");
    }

    @Override
    public synchronized DiskFile create(Path file) throws IOException {
        if (roomBytes <= 0) {
            throw full();
        }
        events.add("create " + file.getFileName());
        DiskFile real = disk.create(file);
        File created = new File(file, real, names.create(file));
        changed();
        return created;
    }

    @Override
    public Source open(Path file) throws IOException {
        if (openFails.test(file)) {
            throw new FileSystemException(file.toString(), null, "Too many open files");
        }
        Source source = disk.open(file);
        return new Source() {
            @Override
            public long sizeBytes() throws IOException {
                return source.sizeBytes();
            }

            @Override
            public int read(ByteBuffer into, long offset) throws IOException {
                if (readFails.test(file)) {
                    throw new IOException("Input/output error");
                }
                int from = into.position();
                int length = source.read(into, offset);
                boolean isWrong = offset == 0 && readsWrong.test(file)
                        || file.toString().endsWith(".kval")
                                && wrongValueReads.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
                if (length > 0 && isWrong) {
                    into.put(from, (byte) ~into.get(from));
                }
                Consumer<Path> hook = afterRead;
                if (hook != null) {
                    hook.accept(file);
                }
                return length;
            }

            @Override
            public void close() throws IOException {
                source.close();
            }
        };
    }

    @Override
    public synchronized void delete(Path file) throws IOException {
        events.add("delete " + file.getFileName());
        names.delete(file);
        disk.delete(file);
        changed();
    }

    @Override
    public synchronized void rename(Path from, Path to) throws IOException {
        names.rename(from, to);
        disk.rename(from, to);
        events.add("rename " + to.getFileName());
        changed();
    }

    @Override
    public void link(Path file, Path second) throws IOException {
        Runnable before = beforeLink;
        if (before != null) {
            before.run();
        }
        synchronized (this) {
            disk.link(file, second);
            names.link(file, second);
            events.add("link " + file.getFileName());
            changed();
        }
    }

    private void changed() {
        Runnable hook = afterChange;
        if (hook != null) {
            hook.run();
        }
    }

    @Override
    public synchronized void truncate(Path file, long sizeBytes) throws IOException {
        disk.truncate(file, sizeBytes);
        Names.File known = names.file(file);
        if (known != null) {
            known.size = sizeBytes;
            known.durableSize = sizeBytes;
        }
    }

    @Override
    public synchronized void createDirectories(Path directory) throws IOException {
        LocalDisk.createDirectories(this, directory, made -> {
            names.makeDirectory(made);
            changed();
        });
    }

    @Override
    public synchronized void force(Path file) throws IOException {
        if (forceFails.test(file)) {
            throw new IOException("Input/output error");
        }
        disk.force(file);
        Names.File known = names.file(file);
        if (known != null) {
            known.durableSize = known.size;
            known.durableRoomEnd = known.roomEnd;
        }
        events.add("force " + file.getFileName());
    }

    @Override
    public synchronized void syncDirectory(Path directory) throws IOException {
        disk.syncDirectory(directory);
        names.sync(directory.toAbsolutePath().normalize());
    }

    /** What a process killed now leaves: all that the kernel has been given. */
    synchronized void copyAll(Path from, Path to) throws IOException {
        try (Stream<Path> walk = Files.walk(from)) {
            for (Path path : walk.filter(Files::isRegularFile).toList()) {
                write(to.resolve(from.relativize(path)), Files.readAllBytes(path));
            }
        }
    }

    /** What the disk would hold after a power cut now, copied to another directory. */
    synchronized void copyDurable(Path from, Path to) throws IOException {
        names.copyDurable(from, to, tears);
    }

    private static void write(Path file, byte[] bytes) throws IOException {
        Files.createDirectories(file.resolveSibling(""));
        Files.write(file, bytes);
    }

    private final class File implements DiskFile {
        private final Path path;
        private final DiskFile file;
        private final Names.File tracked;
        private boolean isNamed;

        File(Path path, DiskFile file, Names.File tracked) {
            this.path = path;
            this.file = file;
            this.tracked = tracked;
        }

        @Override
        public void append(ByteBuffer... buffers) throws IOException {
            // It may wait, and other files go on meanwhile.
            boolean fails = appendFails.test(path);
            synchronized (FaultyDisk.this) {
                events.add("append " + path.getFileName());
                if (fails) {
                    throw new IOException("Input/output error");
                }
                for (ByteBuffer buffer : buffers) {
                    appendOne(buffer);
                }
                changed();
            }
        }

        /** A disk that fills up takes the part that it has room for. */
        @SuppressWarnings("NonAtomicVolatileUpdate") // A test that limits the room writes from one thread at a time.
        private void appendOne(ByteBuffer buffer) throws IOException {
            int length = buffer.remaining();
            long reserved = reservesNothing ? 0 : Math.max(0, tracked.roomEnd - tracked.size);
            long room = roomBytes == Long.MAX_VALUE ? length : reserved + Math.max(0, roomBytes);
            int taken = (int) Math.min(length, room);
            roomBytes -= roomBytes == Long.MAX_VALUE ? 0 : Math.max(0, taken - reserved);
            ByteBuffer part = buffer.slice(buffer.position(), taken);
            buffer.position(buffer.position() + taken);
            file.append(part);
            tracked.size += taken;
            if (taken < length) {
                throw full();
            }
        }

        /** A disk that fills up gives the part that it has. */
        @Override
        @SuppressWarnings("NonAtomicVolatileUpdate")
        public void reserve(long endBytes) throws IOException {
            synchronized (FaultyDisk.this) {
                long before = Math.max(tracked.roomEnd, tracked.size);
                long end = Math.max(before, Math.min(endBytes, before + Math.max(0, Math.min(roomBytes, endBytes))));
                file.reserve(end);
                roomBytes -= roomBytes == Long.MAX_VALUE ? 0 : end - before;
                tracked.roomEnd = end;
                if (end < endBytes) {
                    throw full();
                }
            }
        }

        @Override
        public void truncate(long sizeBytes) throws IOException {
            if (truncateFails) {
                throw new IOException("Input/output error");
            }
            synchronized (FaultyDisk.this) {
                file.truncate(sizeBytes);
                tracked.size = sizeBytes;
                tracked.roomEnd = sizeBytes;
            }
        }

        @Override
        public void force() throws IOException {
            Runnable before = beforeForce;
            if (before != null) {
                before.run();
            }
            if (forceFails.test(path)) {
                throw new IOException("Input/output error");
            }
            synchronized (FaultyDisk.this) {
                tracked.durableSize = tracked.size;
                tracked.durableRoomEnd = tracked.roomEnd;
                if (!isNamed) {
                    syncDirectory(path.toAbsolutePath().resolveSibling(""));
                    isNamed = true;
                }
                events.add("force " + path.getFileName());
            }
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
