package io.kindred.engine;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The sorted tables: what memtables are flushed into. Every method may block and may be called from any of the engine's
 * threads but the owner's; {@link #load}, {@link #mend}, {@link
 * #collect}, {@link #acceptLoss} and {@link #link} from one at a time. {@link
 * #damagedBlocks} does not block.
 *
 * <p>Trouble is an {@link IOException} whose message names the file; damage is a {@link CorruptFileException}.
 */
interface TableStore extends AutoCloseable {
    /** So many entries, or so many bytes, are loaded at once. */
    int BATCH_ENTRIES_MAX = 256;

    int BATCH_BYTES_MAX = 256 << 10;

    /** The value of a key, null if there is none. */
    byte @Nullable [] get(byte[] key) throws IOException;

    /** The entries in [from, to), as they are at this moment; an empty `to` means the end of all keys. */
    Cursor cursor(byte[] from, byte[] to) throws IOException;

    /** What the last complete load left; the empty state of a new store. */
    TableMeta meta() throws IOException;

    /**
     * Adds everything of a memtable, and at its end the new meta, if there is one. When this returns true, all of it is
     * durable, and the meta was never there without the rest. A load that was stopped or failed may have left a part.
     *
     * @param stop asked before each batch
     * @return false if `stop` said so before the end
     */
    boolean load(MemTable run, @Nullable TableMeta meta, BooleanSupplier stop) throws IOException;

    /** After a load has failed: makes the next one possible again, if it can. */
    void mend() throws IOException;

    /**
     * Gives back room of values that are not there any more, as far as it is due.
     *
     * @param stop asked again and again; true: there is to be no more of it
     * @param isAwaited true: others wait, so no more of it than makes up for what was loaded since the last time
     * @return whether there is more that is due
     */
    boolean collect(BooleanSupplier stop, BooleanSupplier isAwaited) throws IOException;

    /** Keys in [from, to) that were lost with damaged blocks or values are absent from now on, instead of errors. */
    void acceptLoss(byte[] from, byte[] to) throws IOException;

    /**
     * Has all tables appear in an empty directory of the same file system, under second names, with the manifest that a start
     * needs, and what belongs to them and lies beside their directory beside the target: what they hold at this moment.
     */
    void link(Path target) throws IOException;

    /** Damaged blocks, and large values, of which the keys are not accepted as lost. */
    int damagedBlocks();

    /** Blocks that were found damaged, and whose keys are not known yet. May block. */
    int seenBlocks();

    Shape shape();

    @Override
    void close();

    /** Walks ascending keys; stands before the first one at first. */
    interface Cursor extends AutoCloseable {
        boolean next() throws IOException;

        byte[] key();

        byte[] value() throws IOException;

        @Override
        void close();
    }

    /**
     * What a load leaves beside the data.
     *
     * @param flushedThrough the newest log segment whose writes are all in the tables
     * @param counts the sums of the count deltas of these writes
     */
    record TableMeta(long flushedThrough, GroupCounts counts) {}

    /** Files in each level, and the bytes of all tables. */
    record Shape(List<Integer> filesPerLevel, long bytes) {}
}
