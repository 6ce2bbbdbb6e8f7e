package io.kindred.engine;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.iq80.leveldb.env.RandomInputFile;
import org.iq80.leveldb.impl.FileMetaData;
import org.iq80.leveldb.impl.Filename;
import org.iq80.leveldb.impl.InternalKey;
import org.iq80.leveldb.impl.VersionEdit;
import org.iq80.leveldb.table.Block;
import org.iq80.leveldb.table.BlockHandle;
import org.iq80.leveldb.table.BlockIterator;
import org.iq80.leveldb.table.BytewiseComparator;
import org.iq80.leveldb.table.Footer;
import org.iq80.leveldb.util.Slice;
import org.iq80.leveldb.util.Slices;
import org.jspecify.annotations.Nullable;

/**
 * Where the blocks of a table are, and between which keys: what LevelDB's table format (its doc/table_format.md) tells of
 * a block that cannot be read itself.
 *
 * <p>A table's index has, for each block of data, a key at or above the block's last one and below the next block's
 * first. What comes before the first block only the manifest tells.
 */
final class TableLayout {
    /** Behind the user's key LevelDB has a sequence number and a type. */
    private static final int TRAILER_BYTES = 8;

    private final LevelDbEnv env;
    private final Path directory;
    private final Disk disk;

    TableLayout(LevelDbEnv env, Disk disk, Path directory) {
        this.env = env;
        this.disk = disk;
        this.directory = directory;
    }

    /**
     * What is to be given up for a block.
     *
     * @param place counts as empty
     * @param lost the keys that the block may have had; null if it had none
     */
    record GivenUp(DamagedPlace place, @Nullable LostRange lost) {}

    /**
     * What a damaged block stood for; null where the block can be read now. Without its filter a table is as good, only
     * slower. Without its index it is no table.
     *
     * @throws IOException if that cannot be told, for more than the block is damaged
     */
    @Nullable
    GivenUp of(DamagedPlace place) throws IOException {
        try (RandomInputFile table = env.newRandomAccessFile(new LevelDbFile(disk, directory.resolve(place.table())))) {
            long footerAt = table.size() - Footer.ENCODED_LENGTH;
            Footer footer = Footer.readFooter(Slices.copiedBuffer(table.read(footerAt, Footer.ENCODED_LENGTH)));
            byte @Nullable [] before = null;
            try (BlockIterator blocks =
                    block(table, footer.getIndexBlockHandle()).iterator()) {
                for (boolean more = blocks.seekToFirst(); more; more = blocks.next()) {
                    byte[] last = userKey(blocks.key());
                    BlockHandle handle =
                            BlockHandle.readBlockHandle(blocks.value().input());
                    if (handle.getOffset() == place.offset() && isReadable(table, handle)) {
                        return null;
                    }
                    if (handle.getOffset() == place.offset()) {
                        byte[] from = before == null ? smallest(place) : before;
                        return new GivenUp(
                                place, LostRange.of(place, from, Arrays.copyOf(last, last.length + 1), List.of()));
                    }
                    before = last;
                }
            }
            long metaAt = footer.getMetaindexBlockHandle().getOffset();
            return new GivenUp(new DamagedPlace(place.table(), metaAt), null);
        } catch (RuntimeException e) {
            throw new CorruptFileException(directory.resolve(place.table()) + ": not the index of a table", e);
        }
    }

    /** Bytes may have been wrong on their way from the disk, and not on it. */
    private static boolean isReadable(RandomInputFile table, BlockHandle handle) throws IOException {
        try {
            table.read(handle.getOffset(), handle.getFullBlockSize());
            return true;
        } catch (CorruptFileException e) {
            return false;
        }
    }

    private static Block block(RandomInputFile table, BlockHandle handle) throws IOException {
        Slice whole = Slices.copiedBuffer(table.read(handle.getOffset(), handle.getFullBlockSize()));
        return new Block(whole.slice(0, handle.getDataSize()), new BytewiseComparator());
    }

    private static byte[] userKey(Slice key) {
        return key.copyBytes(0, key.length() - TRAILER_BYTES);
    }

    /** From the line of the manifest with which the table came. */
    private byte[] smallest(DamagedPlace place) throws IOException {
        TableManifest manifest = TableManifest.read(env, disk, directory);
        for (Slice line : manifest.changes()) {
            for (FileMetaData file : new VersionEdit(line).getNewFiles().values()) {
                if (isNamed(place.table(), file.getNumber())) {
                    InternalKey smallest = file.getSmallest();
                    return smallest.getUserKey().copyBytes();
                }
            }
        }
        throw new CorruptFileException(directory.resolve(manifest.name()) + ": it does not name " + place.table());
    }

    private static boolean isNamed(String table, long number) {
        return table.equals(Filename.tableFileName(number)) || table.equals(Filename.sstTableFileName(number));
    }
}
