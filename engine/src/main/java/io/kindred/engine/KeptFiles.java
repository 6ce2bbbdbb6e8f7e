package io.kindred.engine;

import java.io.IOException;
import java.nio.file.Path;

/** A disk on which files are not deleted while somebody says so; who deletes one is not told. */
final class KeptFiles implements Disk {
    private final Disk disk;
    private volatile boolean keeps;

    KeptFiles(Disk disk) {
        this.disk = disk;
    }

    void keep(boolean isToKeep) {
        keeps = isToKeep;
    }

    @Override
    public void delete(Path file) throws IOException {
        if (!keeps) {
            disk.delete(file);
        }
    }

    @Override
    public DiskFile create(Path file) throws IOException {
        return disk.create(file);
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        disk.createDirectories(directory);
    }

    @Override
    public Source open(Path file) throws IOException {
        return disk.open(file);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        disk.rename(from, to);
    }

    @Override
    public void link(Path file, Path second) throws IOException {
        disk.link(file, second);
    }

    @Override
    public void truncate(Path file, long sizeBytes) throws IOException {
        disk.truncate(file, sizeBytes);
    }

    @Override
    public void force(Path file) throws IOException {
        disk.force(file);
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        disk.syncDirectory(directory);
    }
}
