package io.kindred.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * One backup: a directory that an engine could be opened on, which then holds everything that had been acknowledged when the
 * backup began, and perhaps some of what came while it was made.
 *
 * <p>Three steps, in an order that matters. The log is copied first, oldest segment first: a segment that is not there any
 * more had been flushed by then. Then the tables are linked, all as of one moment; their meta record names the newest segment
 * that they hold, so that the segments which a start replays were all copied before. Last, every file is read for its checksum.
 *
 * <p>The log is copied because it is still being written, and because a start may cut a torn end off. Tables never change: a
 * link costs no room as long as the node has the table, too.
 *
 * <p>Everything is made under a name of its own beside the wanted one, forced, and renamed when it is whole. A run that fails
 * removes that; one that is cut off leaves it to the next run into the same place.
 */
final class BackupRun {
    private static final int COPY_BYTES = 256 << 10;
    /** A long force is in the way of the node's appends, on most file systems; several short ones are less so. */
    private static final int COPY_FORCE_BYTES = 4 << 20;
    /** So much of the disk is left to the node, at least. */
    private static final long ROOM_LEFT_BYTES = 64 << 20;
    /** Checksums are taken no faster: what they read is not in anybody's way. */
    private static final long SUM_BYTES_PER_SECOND = 256 << 20;

    /** What a run asks of the engine that it copies. */
    interface Engine {
        int damagedBlocks();

        int seenBlocks();

        /** Links the tables into an empty directory, and copies what is known to be damaged in them. May wait for a flush. */
        void linkTables(Path target, Path damageCopy) throws IOException;

        /** Throws where the engine is closing. */
        void requireGoingOn() throws IOException;

        void total(int files, long bytes);

        void done(int files, long bytes);
    }

    private final EngineContext context;
    private final Disk disk;
    private final Engine engine;
    private final Path into;
    private final LogEnd logEnd;
    private final Path unfinished;

    /**
     * @param into an absolute path; what is missing above it is made
     * @param logEnd up to which the log is copied: behind it there is room, and records that are being written over that in any order
     */
    BackupRun(EngineContext context, Engine engine, Path into, LogEnd logEnd) {
        this.context = context;
        this.disk = context.disk();
        this.engine = engine;
        this.into = into;
        this.logEnd = logEnd;
        this.unfinished = into.resolveSibling("." + into.getFileName() + ending(context));
    }

    /** Several nodes may make backups side by side, each under the name that it has. */
    static String ending(EngineContext context) {
        int owner = LogFormat.crc(
                ByteBuffer.wrap(context.directory().toAbsolutePath().toString().getBytes(StandardCharsets.UTF_8)));
        return String.format(".%08x.unfinished", owner);
    }

    BackupManifest run(Map<String, String> facts) throws IOException {
        requireFree();
        requireWhole();
        remove(disk, unfinished);
        boolean renamed = false;
        boolean done = false;
        try {
            Path store = unfinished.resolve(BackupManifest.STORE);
            Path tables = store.resolve("tables");
            disk.createDirectories(tables);
            copyLog(store);
            linkTables(store, tables);
            BackupManifest manifest = new BackupManifest(facts, sums());
            requireWhole();
            disk.syncDirectory(tables);
            disk.syncDirectory(store);
            write(manifest);
            disk.syncDirectory(unfinished);
            disk.rename(unfinished, into);
            renamed = true;
            disk.syncDirectory(into.resolveSibling(""));
            done = true;
            return manifest;
        } finally {
            if (!done) {
                remove(disk, renamed ? into : unfinished);
            }
        }
    }

    private void requireFree() throws IOException {
        Path parent = into.resolveSibling("");
        Path there = parent;
        while (!Files.exists(there)) {
            there = there.resolveSibling("");
        }
        Path real = there.toRealPath().resolve(there.relativize(into));
        if (real.startsWith(context.directory().toRealPath())) {
            throw new IOException(into + ": this is inside of the data directory");
        }
        try {
            disk.createDirectories(parent);
        } catch (IOException e) {
            throw new IOException(parent + ": the directory cannot be made: " + e, e);
        }
        if (Files.exists(into, LinkOption.NOFOLLOW_LINKS) && !isEmptyDirectory(into)) {
            throw new IOException(into + ": this is there already, and is not an empty directory");
        }
        long logBytes = 0;
        for (Path segment : LogReplay.segments(context.directory()).values()) {
            logBytes += segment.toFile().length();
        }
        if (Files.getFileStore(parent).getUsableSpace() < logBytes + ROOM_LEFT_BYTES) {
            throw new IOException(into + ": no space left on the disk for a copy of the log, which has " + logBytes
                    + " bytes, and " + ROOM_LEFT_BYTES + " for the node");
        }
    }

    private static boolean isEmptyDirectory(Path path) throws IOException {
        if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        try (Stream<Path> files = Files.list(path)) {
            return files.findAny().isEmpty();
        }
    }

    /** What the node lacks its backup would lack, and nobody would see it. */
    private void requireWhole() throws IOException {
        int damaged = engine.damagedBlocks();
        if (damaged > 0) {
            throw new IOException(
                    context.tablesDirectory() + ": " + damaged + " blocks are damaged, and what they had is not"
                            + " replaced yet by what other nodes have; a backup would lack it");
        }
        int seen = engine.seenBlocks();
        if (seen > 0) {
            throw new IOException(
                    context.tablesDirectory() + ": " + seen + " blocks were found damaged a moment ago, and"
                            + " which keys they had is not known yet; a backup would have them as they are. Make it again when"
                            + " other nodes have been asked, which the node does by itself");
        }
    }

    private void copyLog(Path store) throws IOException {
        for (Map.Entry<Long, Path> segment : LogReplay.segments(context.directory())
                .headMap(logEnd.segment(), true)
                .entrySet()) {
            Path copy = store.resolve(String.valueOf(segment.getValue().getFileName()));
            long bytes = segment.getKey() == logEnd.segment() ? logEnd.bytes() : Long.MAX_VALUE;
            copyIfThere(disk, segment.getValue(), copy, bytes, engine::requireGoingOn);
        }
    }

    /** Throws where the work is to end. */
    interface Going {
        void require() throws IOException;
    }

    /** As long as the file is when its end is reached, and so much at most; one that is gone was not needed any more. */
    static void copyIfThere(Disk disk, Path from, Path to, long bytesMax, Going going) throws IOException {
        try (Disk.Source source = disk.open(from);
                Disk.DiskFile copy = disk.create(to)) {
            ByteBuffer buffer = ByteBuffer.allocate(COPY_BYTES);
            long offset = 0;
            while (offset < bytesMax
                    && source.read(buffer.clear().limit((int) Math.min(COPY_BYTES, bytesMax - offset)), offset) > 0) {
                going.require();
                offset += buffer.flip().remaining();
                copy.append(buffer);
                if (offset % COPY_FORCE_BYTES < COPY_BYTES) {
                    copy.force();
                }
            }
            copy.force();
        } catch (NoSuchFileException gone) {
            if (!from.toString().equals(gone.getFile())) {
                throw gone;
            }
        }
    }

    private void linkTables(Path store, Path tables) throws IOException {
        try {
            engine.linkTables(tables, store.resolve(DamageFile.FILE_NAME));
        } catch (IOException e) {
            String text = String.valueOf(e.getMessage());
            if (text.contains("cross-device") || text.contains("different devices")) {
                throw new IOException(
                        into
                                + ": not on the file system of the data directory, so that tables cannot be linked; make the"
                                + " backup beside the data, and copy it from there",
                        e);
            }
            throw e;
        }
    }

    private List<BackupFile> sums() throws IOException {
        List<Path> paths = files(unfinished);
        long bytes = 0;
        for (Path path : paths) {
            bytes += path.toFile().length();
        }
        engine.total(paths.size(), bytes);
        List<BackupFile> files = new ArrayList<>();
        long start = System.nanoTime();
        long[] read = {0};
        for (Path path : paths) {
            String name = unfinished.relativize(path).toString().replace('\\', '/');
            files.add(FileSums.of(disk, path, name, more -> {
                read[0] += more;
                engine.done(0, more);
            }));
            engine.done(1, 0);
            engine.requireGoingOn();
            long dueNanos = start + TimeUnit.SECONDS.toNanos(1) * (read[0] >> 10) / (SUM_BYTES_PER_SECOND >> 10);
            LockSupport.parkNanos(Math.max(0, dueNanos - System.nanoTime()));
        }
        return List.copyOf(files);
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> walk = Files.walk(directory)) {
            return walk.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private void write(BackupManifest manifest) throws IOException {
        try (Disk.DiskFile file = disk.create(unfinished.resolve(BackupManifest.FILE_NAME))) {
            file.append(ByteBuffer.wrap(manifest.text().getBytes(StandardCharsets.UTF_8)));
            file.force();
        }
    }

    static void remove(Disk disk, Path directory) throws IOException {
        if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (Stream<Path> walk = Files.walk(directory)) {
            for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
                disk.delete(path);
            }
        }
    }
}
