package io.kindred.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.iq80.leveldb.env.File;

/** A path as LevelDB wants it. Its methods say by their result, not by an exception, that they failed. */
record LevelDbFile(Disk disk, Path path) implements File {
    private static final System.Logger LOGGER = System.getLogger(LevelDbFile.class.getName());

    static Path path(File file) {
        return ((LevelDbFile) file).path;
    }

    @Override
    public File child(String other) {
        return new LevelDbFile(disk, path.resolve(other));
    }

    @Override
    public boolean mkdirs() {
        return succeeds("create", () -> disk.createDirectories(path));
    }

    @Override
    public String getName() {
        return String.valueOf(path.getFileName());
    }

    @Override
    public File getParentFile() {
        return new LevelDbFile(disk, path.toAbsolutePath().resolveSibling(""));
    }

    @Override
    public String getPath() {
        return path.toString();
    }

    @Override
    public boolean canRead() {
        return Files.isReadable(path);
    }

    /** What cannot be looked at is not taken for missing: LevelDB would begin a new store over the one that is there. */
    @Override
    public boolean exists() {
        return !Files.notExists(path);
    }

    @Override
    public boolean isDirectory() {
        return Files.isDirectory(path);
    }

    @Override
    public boolean isFile() {
        return Files.isRegularFile(path);
    }

    @Override
    public long length() {
        return path.toFile().length();
    }

    @Override
    public boolean delete() {
        return succeeds("delete", () -> disk.delete(path));
    }

    @Override
    public List<File> listFiles() {
        try (Stream<Path> files = Files.list(path)) {
            return files.<File>map(file -> new LevelDbFile(disk, file)).toList();
        } catch (IOException e) {
            LOGGER.log(System.Logger.Level.WARNING, "cannot list " + path, e);
            return List.of();
        }
    }

    @Override
    public boolean renameTo(File destination) {
        Path to = path(destination);
        return succeeds("rename", () -> {
            disk.rename(path, to);
            disk.syncDirectory(to.toAbsolutePath().resolveSibling(""));
        });
    }

    @Override
    public boolean deleteRecursively() {
        return succeeds("delete", () -> {
            try (Stream<Path> files = Files.walk(path)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    disk.delete(file);
                }
            }
        });
    }

    private interface FileAction {
        void run() throws IOException;
    }

    private boolean succeeds(String what, FileAction action) {
        try {
            action.run();
            return true;
        } catch (IOException e) {
            LOGGER.log(System.Logger.Level.WARNING, "cannot " + what + " " + path, e);
            return false;
        }
    }
}
