package io.kindred.engine;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tables, and beside them the values that are too large to be merged again and again: LevelDB's levels write each byte about
 * seven times. A large value is written to a value file once, and once more with each {@link ValueCollector collection} that
 * finds it alive; the table has a {@link ValuePointer}. (Lu and others, WiscKey, FAST 2016; but the commit log is a log of its
 * own, and values lie in the order of the keys of a flush, for scans.)
 *
 * <p>Invariant: what a pointer names is durable before the tables get the pointer, and there until no durable pointer names it.
 *
 * <p><b>A reader beside a collection</b> may have a pointer to a file that goes before it is opened. It reads the pointer anew;
 * if that is the same the file is missing, which is damage.
 *
 * <p>{@link LevelDbTables} knows nothing of it: to it a pointer is a value.
 */
final class SeparatedTables implements TableStore {
    /** So often a reader may come too late in a row: for each time a file has to be written, filled and emptied meanwhile. */
    private static final int TRIES_MAX = 100;

    private final EngineContext context;
    private final LevelDbTables tables;
    private final ValueFiles files;
    private final ValueWriter writer;
    private final ValueCollector collector;
    private final DamagedValues damaged = new DamagedValues();
    /** A run whose values are in the files, while the tables have not taken it; a load that is tried again goes on there. */
    private @Nullable FlushRun prepared;

    private long writtenBytes;

    private SeparatedTables(EngineContext context, LevelDbTables tables, ValueFiles files) {
        this.context = context;
        this.tables = tables;
        this.files = files;
        this.writer = new ValueWriter(context, files);
        this.collector = new ValueCollector(context, tables, files, writer);
    }

    static SeparatedTables open(EngineContext context) throws IOException {
        ValueFiles files = ValueFiles.open(context);
        SeparatedTables opened = new SeparatedTables(context, LevelDbTables.open(context), files);
        opened.count();
        return opened;
    }

    @Override
    public byte @Nullable [] get(byte[] key) throws IOException {
        byte[] found = tables.get(key);
        return found == null ? null : resolved(key, found);
    }

    /** The value that stands behind what a table had; null: the key is gone since. */
    private byte @Nullable [] resolved(byte[] key, byte[] inTable) throws IOException {
        byte[] found = inTable;
        for (int tries = 0; tries < TRIES_MAX; tries++) {
            ValuePointer pointer = ValuePointer.of(found);
            if (pointer == null) {
                return found;
            }
            byte[] value = read(key, pointer);
            if (value != null) {
                return value;
            }
            byte[] before = found;
            found = tables.get(key);
            if (found == null) {
                return null;
            }
            if (Arrays.equals(found, before)) {
                throw damage(
                        key, pointer, new CorruptFileException(files.pathOf(pointer.file()) + ": the file is missing"));
            }
        }
        throw new IOException(context.directory() + ": value files go faster than they can be read");
    }

    private byte @Nullable [] read(byte[] key, ValuePointer pointer) throws IOException {
        try {
            return files.read(pointer);
        } catch (CorruptFileException e) {
            throw damage(key, pointer, e);
        }
    }

    private CorruptFileException damage(byte[] key, ValuePointer pointer, CorruptFileException cause) {
        context.counters().corruptions.incrementAndGet();
        damaged.seen(key, pointer);
        return cause;
    }

    @Override
    public Cursor cursor(byte[] from, byte[] to) throws IOException {
        Cursor cursor = tables.cursor(from, to);
        return new Cursor() {
            @Override
            public boolean next() throws IOException {
                return cursor.next();
            }

            @Override
            public byte[] key() {
                return cursor.key();
            }

            @Override
            public byte[] value() throws IOException {
                byte[] value = resolved(cursor.key(), cursor.value());
                // A scan step ends before a flush begins: nothing but a collection writes to the tables meanwhile.
                return value == null ? StorageEngine.ABSENT : value;
            }

            @Override
            public void close() {
                cursor.close();
            }
        };
    }

    @Override
    public TableMeta meta() throws IOException {
        return tables.meta();
    }

    @Override
    public boolean load(MemTable run, @Nullable TableMeta meta, BooleanSupplier stop) throws IOException {
        tables.requireRoom();
        FlushRun ready = prepared;
        if (ready == null || ready.memTable() != run) {
            ready = prepare(run, stop);
        }
        prepared = ready;
        if (ready == null || !tables.load(ready, meta, stop)) {
            return false;
        }
        prepared = null;
        if (!damaged.isEmpty()) {
            damaged.forgetReplaced(this::inTable);
        }
        return true;
    }

    private byte[] inTable(byte[] key) throws IOException {
        byte[] found = tables.get(key);
        return found == null ? StorageEngine.ABSENT : found;
    }

    /** Puts the large values of a memtable into value files, for good; null: `stop` said so before the end. */
    private @Nullable FlushRun prepare(MemTable run, BooleanSupplier stop) throws IOException {
        int[] refs = run.sortedRefs();
        byte[] @Nullable [] pointers = null;
        writer.mark();
        boolean isWhole = false;
        long stepBytes = 0;
        try {
            for (int i = 0; i < refs.length; i++) {
                if (run.isDeletion(refs[i]) || !isLarge(run.valuePart(refs[i]))) {
                    continue;
                }
                if (stepBytes >= BATCH_BYTES_MAX) {
                    if (stop.getAsBoolean()) {
                        return null;
                    }
                    stepBytes = 0;
                }
                BytePart value = run.valuePart(refs[i]);
                pointers = pointers == null ? new byte[refs.length][] : pointers;
                pointers[i] = writer.append(run.key(refs[i]), value).encoded();
                stepBytes += value.length();
                writtenBytes += value.length();
            }
            writer.force();
            isWhole = true;
        } finally {
            if (!isWhole) {
                writer.takeBack();
            }
            count();
        }
        return new FlushRun(run, refs, pointers);
    }

    private boolean isLarge(BytePart value) {
        return value.length() >= context.options().values().largeBytes() || ValuePointer.isLike(value);
    }

    @Override
    public void mend() throws IOException {
        tables.mend();
    }

    @Override
    public boolean collect(BooleanSupplier stop, BooleanSupplier isAwaited) throws IOException {
        if (files.newest() == 0 || prepared != null) {
            // What a load that will be tried again has put into the files nothing points to yet.
            return false;
        }
        tables.requireRoom();
        long bytes = writtenBytes;
        writtenBytes = 0;
        try {
            return collector.round(stop, isAwaited, bytes);
        } finally {
            count();
        }
    }

    /** For those who may not wait until a file is opened. */
    private void count() {
        List<ValueFile> all = files.all();
        context.counters().valueFiles.set(all.size());
        context.counters()
                .valueBytes
                .set(all.stream().mapToLong(ValueFile::sizeBytes).sum());
    }

    /** With a damaged value goes what else cannot be read of the files that those are in. */
    @Override
    public void acceptLoss(byte[] from, byte[] to) throws IOException {
        tables.acceptLoss(from, to);
        Set<Long> suspects = damaged.filesOf(from, to);
        if (!suspects.isEmpty()) {
            List<byte[]> lost = unreadable(from, to, suspects);
            tables.write(batch -> lost.forEach(batch::delete));
            tables.settle();
            damaged.forgetReplaced(this::inTable);
        }
        files.all().forEach(file -> file.passOver(0));
    }

    private List<byte[]> unreadable(byte[] from, byte[] to, Set<Long> suspects) throws IOException {
        List<byte[]> lost = new ArrayList<>();
        try (Cursor cursor = tables.cursor(from, to)) {
            while (cursor.next()) {
                ValuePointer pointer = ValuePointer.of(cursor.value());
                if (pointer != null && suspects.contains(pointer.file()) && !isReadable(cursor.key(), cursor.value())) {
                    lost.add(cursor.key());
                }
            }
        }
        return lost;
    }

    private boolean isReadable(byte[] key, byte[] inTable) throws IOException {
        try {
            resolved(key, inTable);
            return true;
        } catch (CorruptFileException e) {
            return false;
        }
    }

    /** Value files are linked beside the target; none of them grows any more. */
    @Override
    public void link(Path target) throws IOException {
        tables.requireRoom();
        writer.roll();
        tables.link(target);
        for (ValueFile file : files.all()) {
            context.disk().link(file.path, target.resolveSibling(String.valueOf(file.path.getFileName())));
        }
    }

    @Override
    public int damagedBlocks() {
        return tables.damagedBlocks() + damaged.count();
    }

    @Override
    public int seenBlocks() {
        return tables.seenBlocks();
    }

    @Override
    public Shape shape() {
        return tables.shape();
    }

    @Override
    public void close() {
        writer.close();
        tables.close();
        files.close();
    }
}
