package io.kindred.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A real disk that remembers what is durable, so that a power cut can be played; and that fails where it is told to.
 *
 * <p>Durable is: of a file, the bytes appended before its last force, and zeros where room had been reserved by then, or, where
 * {@link #tears} says so, some sectors of what has been appended there since; of a directory, what it held at its last sync. A
 * file that was never forced and never in a synced directory is gone after the cut; one that was deleted without a sync
 * of its directory is back.
 */
final class FaultyDisk implements Disk {
    private final LocalDisk disk = new LocalDisk();
    private final Map<Path, Tracked> files = new ConcurrentHashMap<>();
    private final Map<Path, byte[]> deletedUnsynced = new ConcurrentHashMap<>();

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

    /** Runs after each change of a file's name or bytes, whoever makes it. */
    volatile @Nullable Runnable afterChange;

    volatile boolean truncateFails;

    /** Whether a sector that was appended to forced room, and not forced since, is on the disk when the power goes. */
    volatile BooleanSupplier tears = () -> false;

    volatile @Nullable Runnable beforeForce;

    private static final int SECTOR_BYTES = 512;

    private static final class Tracked {
        long size;
        long durableSize;
        /** Where the zeros end that were reserved, if they end behind `size`. */
        long roomEnd;

        long durableRoomEnd;
        boolean named;
    }

    static IOException full() {
        return new IOException("No space left on device");
    }

    @Override
    public synchronized DiskFile create(Path file) throws IOException {
        if (roomBytes <= 0) {
            throw full();
        }
        events.add("create " + file.getFileName());
        Tracked tracked = new Tracked();
        files.put(file, tracked);
        File created = new File(file, disk.create(file), tracked);
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
        Tracked tracked = files.remove(file);
        if (tracked != null && tracked.named && Files.exists(file)) {
            byte[] bytes = Files.readAllBytes(file);
            deletedUnsynced.put(file, Arrays.copyOf(bytes, (int) tracked.durableSize));
        }
        disk.delete(file);
        changed();
    }

    @Override
    public synchronized void rename(Path from, Path to) throws IOException {
        disk.rename(from, to);
        for (Path moved : List.copyOf(files.keySet())) {
            if (moved.startsWith(from)) {
                files.put(to.resolve(from.relativize(moved)), Objects.requireNonNull(files.remove(moved)));
            }
        }
        events.add("rename " + to.getFileName());
        changed();
    }

    /** Another name for what has been forced. */
    @Override
    public synchronized void link(Path file, Path second) throws IOException {
        disk.link(file, second);
        Tracked tracked = new Tracked();
        tracked.size = Files.size(second);
        Tracked first = files.get(file);
        tracked.durableSize = first == null ? tracked.size : first.durableSize;
        files.put(second, tracked);
        events.add("link " + file.getFileName());
        changed();
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
    }

    @Override
    public synchronized void force(Path file) throws IOException {
        if (forceFails.test(file)) {
            throw new IOException("Input/output error");
        }
        disk.force(file);
        Tracked tracked = files.get(file);
        if (tracked != null) {
            tracked.durableSize = tracked.size;
            tracked.durableRoomEnd = tracked.roomEnd;
            tracked.named = true;
        }
        events.add("force " + file.getFileName());
    }

    @Override
    public synchronized void syncDirectory(Path directory) throws IOException {
        disk.syncDirectory(directory);
        deletedUnsynced.keySet().removeIf(path -> path.startsWith(directory));
        files.forEach((path, tracked) -> tracked.named |= path.startsWith(directory));
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
        List<Path> all = new ArrayList<>();
        try (Stream<Path> walk = Files.walk(from)) {
            walk.filter(Files::isRegularFile).forEach(all::add);
        }
        for (Path path : all) {
            Tracked tracked = files.get(path);
            if (tracked != null && !tracked.named) {
                continue;
            }
            byte[] bytes = Files.readAllBytes(path);
            write(to.resolve(from.relativize(path)), tracked == null ? bytes : durable(tracked, bytes));
        }
        for (Map.Entry<Path, byte[]> entry : deletedUnsynced.entrySet()) {
            Path copy = to.resolve(from.relativize(entry.getKey()));
            if (!Files.exists(copy)) {
                write(copy, entry.getValue());
            }
        }
    }

    private byte[] durable(Tracked tracked, byte[] bytes) {
        int size = (int) Math.min(bytes.length, tracked.durableSize);
        int roomEnd = (int) Math.min(bytes.length, Math.max(size, tracked.durableRoomEnd));
        byte[] durable = Arrays.copyOf(Arrays.copyOf(bytes, size), roomEnd);
        for (int at = size; at < roomEnd; ) {
            int end = Math.min(roomEnd, (at / SECTOR_BYTES + 1) * SECTOR_BYTES);
            if (at < tracked.size && tears.getAsBoolean()) {
                System.arraycopy(bytes, at, durable, at, end - at);
            }
            at = end;
        }
        return durable;
    }

    private static void write(Path file, byte[] bytes) throws IOException {
        Files.createDirectories(file.resolveSibling(""));
        Files.write(file, bytes);
    }

    private final class File implements DiskFile {
        private final Path path;
        private final DiskFile file;
        private final Tracked tracked;

        File(Path path, DiskFile file, Tracked tracked) {
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
                tracked.named = true;
                events.add("force " + path.getFileName());
            }
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
