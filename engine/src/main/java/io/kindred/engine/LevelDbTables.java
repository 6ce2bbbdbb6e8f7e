package io.kindred.engine;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.iq80.leveldb.CompressionType;
import org.iq80.leveldb.DBException;
import org.iq80.leveldb.DBIterator;
import org.iq80.leveldb.Options;
import org.iq80.leveldb.ReadOptions;
import org.iq80.leveldb.WriteOptions;
import org.iq80.leveldb.impl.DbConstants;
import org.iq80.leveldb.impl.DbImpl;
import org.iq80.leveldb.impl.WriteBatchImpl;
import org.jspecify.annotations.Nullable;

/**
 * The tables, as LevelDB keeps them: sorted files in levels, with bloom filters, a block cache and compaction.
 *
 * <p><b>When is a load durable?</b> LevelDB's own log goes nowhere (see {@link LevelDbEnv}), so what is written to it
 * counts for nothing until it has become a table that the manifest names. {@link #settle} brings that about: an empty
 * batch makes LevelDB put its write buffer aside for a table, and a second one has to wait until that table and its
 * line in the manifest are forced. Buffers become tables in the order in which they were filled; so the meta record,
 * which is written last, is never there without everything before it.
 *
 * <p><b>After an error</b> in its background LevelDB refuses every further write, though not reads. {@link #mend}
 * closes and reopens it, after trying whether the disk takes bytes again: reopening needs room, too, and a store that
 * does not reopen cannot be read.
 *
 * <p><b>Without room</b> they are opened on a {@link FullDisk}: reads work, loads fail at once, and the first {@link #mend} that
 * finds room opens them anew.
 *
 * <p>Keys shorter than four bytes are no user's: the meta record has one of them. Values are not compressed. LevelDB
 * has only Snappy for that, and this port has it only through a library that is not here, or one in pure Java that costs
 * the flush more than it saves.
 *
 * <p>A scan step opens an iterator of its own and soon closes it; no snapshot is held over overwrites (a compaction
 * could, rarely, let an old version of a key reappear under one: google/leveldb issue 887).
 */
final class LevelDbTables {
    private static final System.Logger LOGGER = System.getLogger(LevelDbTables.class.getName());
    private static final byte[] META_KEY = {0};
    /** 1: no value stands apart, so that an engine that knows of no value files takes no pointer for a value. */
    private static final byte META_VERSION_FIRST = 1;

    private static final byte META_VERSION = 2;
    private static final int TABLE_FILE_BYTES = 4 << 20;
    private static final int PROBE_BYTES = 1 << 20;

    private final EngineContext context;
    private final Path directory;
    private final Damage damage;
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private @Nullable LevelDbEnv env;
    private @Nullable DbImpl db;
    private IOException unavailable = new IOException("the tables have not been opened");
    private boolean closed;
    /** Why they were opened for reading only; null: they were not. */
    private @Nullable IOException withoutRoom;

    private LevelDbTables(EngineContext context, Damage damage) {
        this.context = context;
        this.directory = context.tablesDirectory();
        this.damage = damage;
    }

    static LevelDbTables open(EngineContext context) throws IOException {
        LevelDbTables tables = new LevelDbTables(context, Damage.open(context));
        tables.openDb();
        return tables;
    }

    interface Action<T extends @Nullable Object> {
        T on(DbImpl db) throws IOException;
    }

    byte @Nullable [] get(byte[] key) throws IOException {
        damage.check(key);
        return use(open -> open.get(key, new ReadOptions()));
    }

    TableStore.Cursor cursor(byte[] from, byte[] to) throws IOException {
        lock.readLock().lock();
        boolean opened = false;
        try {
            DBIterator iterator = use(open -> open.iterator(new ReadOptions().fillCache(false)));
            LevelDbCursor cursor = new LevelDbCursor(iterator, from, to);
            cursor.seek();
            opened = true;
            return cursor;
        } finally {
            if (!opened) {
                lock.readLock().unlock();
            }
        }
    }

    TableStore.TableMeta meta() throws IOException {
        byte[] encoded = get(META_KEY);
        if (encoded == null) {
            return new TableStore.TableMeta(0, new GroupCounts());
        }
        ByteBuffer bytes = ByteBuffer.wrap(encoded);
        try {
            byte version = bytes.get();
            if (version < META_VERSION_FIRST || version > META_VERSION) {
                throw new CorruptFileException(directory + ": the meta record is of an unknown version");
            }
            return new TableStore.TableMeta(bytes.getLong(), GroupCounts.decode(bytes));
        } catch (BufferUnderflowException e) {
            throw new CorruptFileException(directory + ": the meta record is too short", e);
        }
    }

    boolean load(FlushRun run, TableStore.@Nullable TableMeta meta, BooleanSupplier stop) throws IOException {
        requireRoom();
        MemTable from = run.memTable();
        WriteBatchImpl batch = new WriteBatchImpl();
        for (int i = 0; i < run.refs().length; i++) {
            byte[] key = from.key(run.refs()[i]);
            if (from.isDeletion(run.refs()[i])) {
                batch.delete(key);
            } else {
                batch.put(key, run.inTable(i));
            }
            if (batch.size() >= TableStore.BATCH_ENTRIES_MAX
                    || batch.getApproximateSize() >= TableStore.BATCH_BYTES_MAX) {
                if (stop.getAsBoolean()) {
                    return false;
                }
                write(batch);
                batch = new WriteBatchImpl();
            }
        }
        if (meta != null) {
            batch.put(META_KEY, encode(meta));
        }
        if (batch.size() > 0) {
            write(batch);
        }
        return !stop.getAsBoolean() && settle() && known(run, meta);
    }

    /** Throws where they can only be read, for the disk is full. */
    void requireRoom() throws IOException {
        lock.readLock().lock();
        try {
            IOException cause = withoutRoom;
            if (cause != null) {
                throw new IOException(cause.getMessage(), cause);
            }
        } finally {
            lock.readLock().unlock();
        }
    }

    /** What was lost of these keys is written anew, and of the meta record. */
    private boolean known(FlushRun run, TableStore.@Nullable TableMeta meta) throws IOException {
        if (damage.ranges() > 0) {
            List<byte[]> keys = new ArrayList<>();
            if (meta != null && damage.hides(META_KEY)) {
                keys.add(META_KEY);
            }
            for (int ref : run.refs()) {
                byte[] key = run.memTable().key(ref);
                if (damage.hides(key)) {
                    keys.add(key);
                }
            }
            damage.written(keys);
        }
        return true;
    }

    void mend() throws IOException {
        probe();
        giveUpDamage();
        lock.writeLock().lock();
        try {
            if (!closed) {
                closeDb();
                openDb();
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    void acceptLoss(byte[] from, byte[] to) throws IOException {
        giveUpDamage();
        damage.accept(from, to);
    }

    void link(Path target) throws IOException {
        requireRoom();
        lock.readLock().lock();
        try {
            LevelDbEnv files = env;
            if (files == null) {
                throw new IOException(directory + ": the tables are not open", unavailable);
            }
            new TableLinks(files, context.disk(), directory).into(target);
        } finally {
            lock.readLock().unlock();
        }
    }

    int damagedBlocks() {
        return damage.ranges();
    }

    int seenBlocks() {
        return damage.pending().size();
    }

    private void giveUpDamage() throws IOException {
        LevelDbEnv files = env;
        if (files != null) {
            new DamageLoss(this, damage, files, new TableLayout(files, context.disk(), directory)).giveUp(directory);
        }
    }

    TableStore.Shape shape() {
        List<Integer> files = new ArrayList<>();
        lock.readLock().lock();
        try {
            for (int level = 0; db != null && level < DbConstants.NUM_LEVELS; level++) {
                String number = db.getProperty("leveldb.num-files-at-level" + level);
                files.add(number == null ? 0 : Integer.parseInt(number));
            }
        } finally {
            lock.readLock().unlock();
        }
        return new TableStore.Shape(files, tableBytes());
    }

    void close() {
        lock.writeLock().lock();
        try {
            closed = true;
            closeDb();
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** On the store as it is open now. */
    <T extends @Nullable Object> T use(Action<T> action) throws IOException {
        lock.readLock().lock();
        try {
            DbImpl open = db;
            if (open == null) {
                throw new IOException(directory + ": the tables are not open", unavailable);
            }
            return action.on(open);
        } catch (RuntimeException e) {
            throw asIo(e);
        } finally {
            lock.readLock().unlock();
        }
    }

    private void write(WriteBatchImpl batch) throws IOException {
        use(open -> open.write(batch, new WriteOptions()));
    }

    /** One batch, which is durable after {@link #settle}. */
    void write(Consumer<WriteBatchImpl> filler) throws IOException {
        requireRoom();
        WriteBatchImpl batch = new WriteBatchImpl();
        filler.accept(batch);
        if (batch.size() > 0) {
            write(batch);
        }
    }

    /** From when this returns all that was written is durable. */
    boolean settle() throws IOException {
        use(open -> open.writeInternal(null, new WriteOptions()));
        use(open -> open.writeInternal(null, new WriteOptions()));
        return true;
    }

    /** LevelDB wraps what the file system said; what has no such cause is its own complaint about what it read. */
    private IOException asIo(RuntimeException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof CorruptFileException) {
                context.counters().corruptions.incrementAndGet();
                return new CorruptFileException(String.valueOf(cause.getMessage()), e);
            }
            if (cause instanceof IOException) {
                return new IOException(directory + ": " + cause.getMessage(), e);
            }
        }
        context.counters().corruptions.incrementAndGet();
        return new CorruptFileException(directory + ": " + e.getMessage(), e);
    }

    private void openDb() throws IOException {
        context.disk().createDirectories(directory);
        withoutRoom = null;
        try {
            openDb(context.disk());
        } catch (IOException e) {
            if (!EngineFailure.isDiskFull(e)) {
                throw e;
            }
            LOGGER.log(
                    System.Logger.Level.ERROR, "the tables can only be read, for there is no room: " + e.getMessage());
            openDb(new FullDisk(context.disk()));
            withoutRoom = e;
        }
    }

    private void openDb(Disk disk) throws IOException {
        LevelDbEnv opened = new LevelDbEnv(disk, damage, this::heard);
        EngineOptions options = context.options();
        Options levelDb = new Options()
                .createIfMissing(true)
                .compressionType(CompressionType.NONE)
                .filterPolicy(new CountingBloom(context.counters().bloomSkips))
                .writeBufferSize(options.tableBufferBytes())
                .maxFileSize(TABLE_FILE_BYTES)
                .maxOpenFiles(options.openTables())
                .cacheSize(options.blockCacheBytes())
                .logger(this::heard);
        try {
            db = new DbImpl(levelDb, directory.toString(), opened);
            env = opened;
        } catch (RuntimeException e) {
            unavailable = asIo(e);
            opened.close();
            throw unavailable;
        } catch (IOException e) {
            unavailable = e;
            opened.close();
            throw e;
        }
    }

    private void closeDb() {
        DbImpl open = db;
        LevelDbEnv files = env;
        db = null;
        env = null;
        unavailable = new IOException("closed");
        try {
            if (open != null) {
                open.close();
            }
            if (files != null) {
                files.close();
            }
        } catch (DBException | IOException e) {
            LOGGER.log(System.Logger.Level.WARNING, "closing " + directory, e);
        }
    }

    /** LevelDB's own log of what it does. */
    private void heard(String message) {
        LOGGER.log(System.Logger.Level.DEBUG, message);
    }

    /** Whether the disk takes, and makes durable, about what LevelDB writes when it is opened. */
    private void probe() throws IOException {
        Path file = context.directory().resolve("room-probe");
        try (Disk.DiskFile probe = context.disk().create(file)) {
            probe.append(ByteBuffer.allocate(PROBE_BYTES));
            probe.force();
        } finally {
            context.disk().delete(file);
        }
    }

    private long tableBytes() {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file ->
                            file.toString().endsWith(".ldb") || file.toString().endsWith(".sst"))
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        } catch (IOException e) {
            LOGGER.log(System.Logger.Level.DEBUG, "cannot list " + directory, e);
            return 0;
        }
    }

    private static byte[] encode(TableStore.TableMeta meta) {
        ByteBuffer bytes = ByteBuffer.allocate(1 + Long.BYTES + meta.counts().encodedBytes());
        bytes.put(META_VERSION).putLong(meta.flushedThrough());
        meta.counts().encode(bytes);
        return Arrays.copyOf(bytes.array(), bytes.position());
    }

    /** Holds the read lock while it is open, so that the store is not reopened under it. */
    private final class LevelDbCursor implements TableStore.Cursor {
        private final DBIterator iterator;
        private final byte[] to;
        /** Everything below it has been given. */
        private byte[] from;

        private byte[] key = META_KEY;
        private byte[] value = META_KEY;

        LevelDbCursor(DBIterator iterator, byte[] from, byte[] to) {
            this.iterator = iterator;
            this.from = from;
            this.to = to;
        }

        void seek() throws IOException {
            try {
                iterator.seek(from);
            } catch (RuntimeException e) {
                iterator.close();
                throw asIo(e);
            }
        }

        @Override
        public boolean next() throws IOException {
            try {
                while (iterator.hasNext()) {
                    Map.Entry<byte[], byte[]> entry = iterator.next();
                    key = entry.getKey();
                    if (to.length > 0 && Arrays.compareUnsigned(key, to) >= 0) {
                        break;
                    }
                    if (key.length >= Integer.BYTES) {
                        damage.checkThrough(from, key);
                        from = key;
                        value = entry.getValue();
                        return true;
                    }
                }
                damage.checkBelow(from, to);
                return false;
            } catch (RuntimeException e) {
                throw asIo(e);
            }
        }

        @Override
        public byte[] key() {
            return key;
        }

        @Override
        public byte[] value() {
            return value;
        }

        @Override
        public void close() {
            iterator.close();
            lock.readLock().unlock();
        }
    }
}
