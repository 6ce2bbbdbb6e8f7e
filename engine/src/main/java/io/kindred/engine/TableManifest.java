package io.kindred.engine;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.iq80.leveldb.env.SequentialFile;
import org.iq80.leveldb.impl.Filename;
import org.iq80.leveldb.impl.LogMonitors;
import org.iq80.leveldb.impl.LogReader;
import org.iq80.leveldb.util.Slice;

/**
 * LevelDB's manifest: which tables there are, and in which level, as a row of changes. The running store appends to it; a
 * change that is half written when it is read is none yet.
 *
 * @param name of the file
 * @param changes each is a {@link org.iq80.leveldb.impl.VersionEdit}
 */
record TableManifest(String name, List<Slice> changes) {
    /** The manifest that a directory's CURRENT names. */
    static TableManifest read(LevelDbEnv env, Disk disk, Path directory) throws IOException {
        String current = env.readFileToString(new LevelDbFile(disk, directory.resolve(Filename.currentFileName())));
        String name = current.strip();
        List<Slice> changes = new ArrayList<>();
        try (SequentialFile lines = env.newSequentialFile(new LevelDbFile(disk, directory.resolve(name)))) {
            LogReader reader = new LogReader(lines, LogMonitors.throwExceptionMonitor(), true, 0);
            for (Slice line = reader.readRecord(); line != null; line = reader.readRecord()) {
                changes.add(line);
            }
        }
        return new TableManifest(name, changes);
    }
}
