package io.kindred.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.iq80.leveldb.impl.FileMetaData;
import org.iq80.leveldb.impl.Filename;
import org.iq80.leveldb.impl.LogWriter;
import org.iq80.leveldb.impl.VersionEdit;
import org.iq80.leveldb.util.Slice;

/**
 * A store's tables under a second name each, in another directory, with a manifest that names just these: what a start finds
 * there is what the store held at one moment.
 *
 * <p>A table never changes once the manifest has it, and is deleted only after the manifest has that it is gone. So while
 * no file is deleted ({@link LevelDbEnv#keepFiles}) everything that a manifest read meanwhile names is there, whatever
 * compactions do. The changes that were read are written anew, so that none of them is half there.
 *
 * <p>Requires: the store is not reopened meanwhile.
 */
final class TableLinks {
    private final LevelDbEnv env;
    private final Disk disk;
    private final Path directory;

    TableLinks(LevelDbEnv env, Disk disk, Path directory) {
        this.env = env;
        this.disk = disk;
        this.directory = directory;
    }

    /** @param target an empty directory on the same file system */
    void into(Path target) throws IOException {
        env.keepFiles(true);
        try {
            TableManifest manifest = TableManifest.read(env, disk, directory);
            for (long number : live(manifest).keySet()) {
                link(number, target);
            }
            write(manifest, target);
        } catch (RuntimeException e) {
            throw new CorruptFileException(directory + ": the manifest cannot be read: " + e.getMessage(), e);
        } finally {
            env.keepFiles(false);
        }
        disk.syncDirectory(target);
    }

    /** By number, with the level that a table was put in last. */
    private static Map<Long, Integer> live(TableManifest manifest) {
        Map<Long, Integer> levels = new TreeMap<>();
        for (Slice change : manifest.changes()) {
            // What is read from a slice is gone from it.
            VersionEdit edit = new VersionEdit(change.slice());
            for (Map.Entry<Integer, Long> gone : edit.getDeletedFiles().entries()) {
                levels.remove(gone.getValue(), gone.getKey());
            }
            for (Map.Entry<Integer, FileMetaData> added : edit.getNewFiles().entries()) {
                levels.put(added.getValue().getNumber(), added.getKey());
            }
        }
        return levels;
    }

    private void link(long number, Path target) throws IOException {
        String name = Filename.tableFileName(number);
        if (!Files.exists(directory.resolve(name))) {
            name = Filename.sstTableFileName(number);
        }
        disk.link(directory.resolve(name), target.resolve(name));
    }

    private void write(TableManifest manifest, Path target) throws IOException {
        LevelDbFile file = new LevelDbFile(disk, target.resolve(manifest.name()));
        LogWriter copy = LogWriter.createWriter(0, env.newWritableFile(file));
        try {
            for (Slice change : manifest.changes()) {
                copy.addRecord(change, false);
            }
        } finally {
            copy.close();
        }
        env.writeStringToFileSync(
                new LevelDbFile(disk, target.resolve(Filename.currentFileName())), manifest.name() + "\n");
    }
}
