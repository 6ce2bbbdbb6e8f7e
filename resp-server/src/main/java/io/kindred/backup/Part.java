package io.kindred.backup;

import io.kindred.cluster.ring.Keyspace;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.engine.BackupFile;
import io.kindred.engine.BackupManifest;
import io.kindred.engine.EngineOptions;
import io.kindred.engine.LsmEngine;
import io.kindred.engine.ScanStep;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A part of a backup, opened for reading. The engine that reads it writes, too (it loads the log, and begins a manifest), so it
 * is opened on a directory beside the part, of links to its tables and a copy of the rest; that is removed at the end.
 */
final class Part implements AutoCloseable {
    private static final long HEAP_BYTES = 64 << 20;
    private static final int PAGE_ENTRIES = 1_000;
    /** The node's own record of a database's flush stamp: docs/storage-format.md. */
    private static final byte FLUSH = 'X';

    private static final AtomicInteger OPENED = new AtomicInteger();

    private final Path directory;
    private final Path scratch;
    private final ExecutorService owner = Executors.newSingleThreadExecutor();
    private final LsmEngine engine;

    private Part(Path directory, Path scratch) throws IOException {
        this.directory = directory;
        this.scratch = scratch;
        boolean opened = false;
        try {
            engine = LsmEngine.open(scratch, EngineOptions.forHeap(HEAP_BYTES), owner);
            opened = true;
        } finally {
            if (!opened) {
                owner.shutdown();
            }
        }
    }

    static Part open(Path directory, BackupManifest manifest) throws IOException {
        Path scratch = directory.resolveSibling("." + directory.getFileName() + "."
                + ProcessHandle.current().pid() + "-" + OPENED.incrementAndGet() + ".restoring");
        boolean opened = false;
        try {
            prepare(directory, manifest, scratch);
            Part part = new Part(directory, scratch);
            opened = true;
            if (part.engine.recovery().corruptions() > 0) {
                part.close();
                throw new BackupProblem(directory + ": its log is damaged: "
                        + String.join("; ", part.engine.recovery().findings()));
            }
            return part;
        } finally {
            if (!opened) {
                remove(scratch);
            }
        }
    }

    private static void prepare(Path directory, BackupManifest manifest, Path scratch) throws IOException {
        for (BackupFile file : manifest.files()) {
            Path from = directory.resolve(file.name()).normalize();
            Path below = directory.resolve(BackupManifest.STORE).relativize(from);
            Path to = scratch.resolve(below).normalize();
            if (!from.startsWith(directory.resolve(BackupManifest.STORE)) || !to.startsWith(scratch)) {
                throw new BackupProblem(directory + ": a file of the backup lies outside of it: " + file.name());
            }
            Files.createDirectories(to.resolveSibling(""));
            // What does not change any more: tables, and value files.
            boolean isLinkable = Stream.of(".ldb", ".sst", ".kval").anyMatch(file.name()::endsWith);
            if (!isLinkable || !isLinked(from, to)) {
                Files.copy(from, to);
            }
        }
    }

    private static boolean isLinked(Path from, Path to) {
        try {
            Files.createLink(to, from);
            return true;
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    /** By database, the stamp up to which everything counts as deleted. */
    TreeMap<Integer, Long> flushStamps() throws IOException {
        TreeMap<Integer, Long> stamps = new TreeMap<>();
        byte[] from = {Keyspace.META, FLUSH};
        byte[] to = {Keyspace.META, FLUSH + 1};
        Cursor records = new Cursor(from, to);
        for (ScanStep.Entry entry = records.next(); entry != null; entry = records.next()) {
            stamps.put(
                    ByteBuffer.wrap(entry.key()).getInt(2),
                    ByteBuffer.wrap(entry.value()).getLong());
        }
        return stamps;
    }

    /** Every row of containers in it, each in the order of the keys: its own, and those that it holds for others. */
    List<Cursor> rows() throws IOException {
        List<Cursor> rows = new ArrayList<>();
        rows.add(new Cursor(new byte[] {Keyspace.DATA}, new byte[] {Keyspace.DATA + 1}));
        byte[] end = {Keyspace.HINT + 1};
        byte[] from = {Keyspace.HINT};
        while (true) {
            ScanStep.Entry first = new Cursor(from, end).next();
            if (first == null) {
                return rows;
            }
            RecordKey hint = RecordKey.parse(first.key());
            if (hint == null) {
                throw new BackupProblem(this + ": a key of a hint makes no sense");
            }
            long intended = hint.intended();
            rows.add(new Cursor(Keyspace.hintsFrom(intended), Keyspace.hintsEnd(intended)));
            from = Keyspace.hintsEnd(intended);
        }
    }

    /** Walks entries in their order. */
    final class Cursor {
        private final byte[] to;
        private byte @Nullable [] from;
        private List<ScanStep.Entry> page = List.of();
        private int at;

        Cursor(byte[] from, byte[] to) {
            this.from = from;
            this.to = to;
        }

        /** Null: that was the last one. */
        ScanStep.@Nullable Entry next() throws IOException {
            while (at == page.size()) {
                byte[] begin = from;
                if (begin == null) {
                    return null;
                }
                ScanStep step = scan(begin);
                page = step.entries();
                from = step.next();
                at = 0;
            }
            return page.get(at++);
        }

        Path part() {
            return directory;
        }

        private ScanStep scan(byte[] begin) throws IOException {
            CompletableFuture<ScanStep> answer = new CompletableFuture<>();
            owner.execute(() -> engine.scan(begin, to, PAGE_ENTRIES, (step, failure) -> {
                if (step != null) {
                    answer.complete(step);
                } else {
                    answer.completeExceptionally(new IOException(failure == null ? "" : failure.message()));
                }
            }));
            return answer.handle((step, failure) -> {
                        if (failure != null) {
                            return new Page(null, String.valueOf(failure.getMessage()));
                        }
                        return new Page(step, "");
                    })
                    .join()
                    .stepOf(directory);
        }
    }

    private record Page(@Nullable ScanStep step, String failure) {
        ScanStep stepOf(Path part) throws BackupProblem {
            if (step == null) {
                throw new BackupProblem(part + ": cannot be read: " + failure);
            }
            return step;
        }
    }

    @Override
    public void close() throws IOException {
        CompletableFuture.runAsync(engine::close, owner).join();
        owner.shutdown();
        remove(scratch);
    }

    private static void remove(Path scratch) throws IOException {
        if (!Files.exists(scratch)) {
            return;
        }
        try (Stream<Path> walk = Files.walk(scratch)) {
            for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
