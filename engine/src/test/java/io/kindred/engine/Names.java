package io.kindred.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The names of a disk, as they are and as they would be after a power cut: those of a directory are durable as of its last sync.
 * A name that was made, exchanged or taken away since is not, whatever has been forced of the file itself.
 *
 * <p>Known is what was made through it. What was there before, or is made by others, is durable.
 */
final class Names {
    private static final int SECTOR_BYTES = 512;

    /** By their present paths. */
    private final Map<Path, Directory> directories = new HashMap<>();

    /** Of the present copy. */
    private Path target = Path.of("");

    /** What a name stands for. */
    private abstract static sealed class Node permits File, Directory {}

    /** May have several names. */
    static final class File extends Node {
        long size;
        long durableSize;
        /** Where the zeros end that were reserved, if they end behind `size`. */
        long roomEnd;

        long durableRoomEnd;
        /** Of which the bytes can be read. */
        private @Nullable Path path;
        /** Its durable bytes, once it has no name any more. */
        private byte @Nullable [] last;

        /** @param tears whether a sector that was appended to forced room, and not forced since, is there */
        private byte[] durable(BooleanSupplier tears) throws IOException {
            byte[] bytes = last;
            if (bytes == null) {
                bytes = Files.readAllBytes(Objects.requireNonNull(path));
            }
            int forced = (int) Math.min(bytes.length, durableSize);
            int roomTo = (int) Math.min(bytes.length, Math.max(forced, durableRoomEnd));
            byte[] durable = Arrays.copyOf(Arrays.copyOf(bytes, forced), roomTo);
            for (int at = forced; at < Math.min(roomTo, size); ) {
                int end = Math.min(roomTo, (at / SECTOR_BYTES + 1) * SECTOR_BYTES);
                if (tears.getAsBoolean()) {
                    System.arraycopy(bytes, at, durable, at, end - at);
                }
                at = end;
            }
            return durable;
        }
    }

    private static final class Directory extends Node {
        final TreeMap<String, Node> present = new TreeMap<>();
        final TreeMap<String, Node> durable = new TreeMap<>();
    }

    private Directory directory(Path path) {
        return directories.computeIfAbsent(path, each -> new Directory());
    }

    private static String name(Path path) {
        return String.valueOf(path.getFileName());
    }

    private static Path parent(Path path) {
        return path.resolveSibling("").normalize();
    }

    /** A file that is made, or emptied. */
    File create(Path path) {
        Directory in = directory(parent(path));
        File file = in.present.get(name(path)) instanceof File there ? there : new File();
        file.size = 0;
        file.durableSize = 0;
        file.roomEnd = 0;
        file.durableRoomEnd = 0;
        file.path = path;
        in.present.put(name(path), file);
        return file;
    }

    @Nullable
    File file(Path path) {
        return directory(parent(path)).present.get(name(path)) instanceof File file ? file : null;
    }

    /** Comes before it happens on the disk. */
    void delete(Path path) throws IOException {
        Directory in = directory(parent(path));
        if (!in.present.containsKey(name(path)) && Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            // It was there before: it comes back unless this is synced.
            File old = create(path);
            old.size = Files.size(path);
            old.durableSize = old.size;
            in.durable.put(name(path), old);
        }
        forget(in.present.remove(name(path)), path);
        directories.remove(path);
    }

    private void forget(@Nullable Node gone, Path path) throws IOException {
        if (gone instanceof File file && path.equals(file.path)) {
            file.last = Files.readAllBytes(path);
        }
    }

    /** Comes before it happens on the disk. */
    void rename(Path from, Path to) throws IOException {
        Node moved = directory(parent(from)).present.remove(name(from));
        Directory into = directory(parent(to));
        forget(into.present.get(name(to)), to);
        if (moved == null) {
            into.present.remove(name(to));
        } else {
            into.present.put(name(to), moved);
        }
        for (Path path : List.copyOf(directories.keySet())) {
            if (path.startsWith(from)) {
                directories.put(to.resolve(from.relativize(path)), Objects.requireNonNull(directories.remove(path)));
            }
        }
        directories.forEach((path, directory) -> directory.present.forEach((name, node) -> {
            if (node instanceof File file && file.path != null && file.path.startsWith(from)) {
                file.path = to.resolve(from.relativize(file.path)).normalize();
            }
        }));
    }

    /** Comes after it has happened on the disk. */
    void link(Path path, Path second) throws IOException {
        File file = file(path);
        if (file == null) {
            file = create(path);
            file.size = Files.size(path);
            file.durableSize = file.size;
            directory(parent(path)).durable.put(name(path), file);
        }
        directory(parent(second)).present.put(name(second), file);
    }

    void makeDirectory(Path path) {
        directory(parent(path)).present.put(name(path), directory(path));
    }

    void sync(Path path) {
        Directory directory = directory(path);
        directory.durable.clear();
        directory.durable.putAll(directory.present);
    }

    /** What a power cut would leave of a directory, into another one, which may be within it. */
    void copyDurable(Path from, Path to, BooleanSupplier tears) throws IOException {
        target = to;
        Files.createDirectories(to);
        copy(directory(from), to, tears);
        copyOthers(from, to, tears);
    }

    private void copy(Directory directory, Path to, BooleanSupplier tears) throws IOException {
        for (Map.Entry<String, Node> entry : directory.durable.entrySet()) {
            Path copy = to.resolve(entry.getKey());
            if (entry.getValue() instanceof File file) {
                Files.write(copy, file.durable(tears));
            } else if (entry.getValue() instanceof Directory inner) {
                Files.createDirectories(copy);
                copy(inner, copy, tears);
            }
        }
    }

    /** What this does not know. */
    private void copyOthers(Path from, Path to, BooleanSupplier tears) throws IOException {
        Directory known = directory(from);
        List<Path> all = new ArrayList<>();
        try (Stream<Path> files = Files.list(from)) {
            files.forEach(all::add);
        }
        for (Path path : all) {
            if (path.equals(target)) {
                continue;
            }
            Path copy = to.resolve(name(path));
            boolean isKnown = known.present.containsKey(name(path));
            if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                boolean isDurable = !isKnown || known.durable.get(name(path)) == known.present.get(name(path));
                if (isDurable) {
                    Files.createDirectories(copy);
                    if (!isKnown) {
                        copy(directory(path), copy, tears);
                    }
                    copyOthers(path, copy, tears);
                }
            } else if (!isKnown && Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                Files.write(copy, Files.readAllBytes(path));
            }
        }
    }
}
