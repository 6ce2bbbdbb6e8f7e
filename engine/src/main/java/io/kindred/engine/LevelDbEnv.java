package io.kindred.engine;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.iq80.leveldb.Logger;
import org.iq80.leveldb.env.DbLock;
import org.iq80.leveldb.env.Env;
import org.iq80.leveldb.env.File;
import org.iq80.leveldb.env.RandomInputFile;
import org.iq80.leveldb.env.SequentialFile;
import org.iq80.leveldb.env.WritableFile;
import org.iq80.leveldb.util.Slice;
import org.iq80.leveldb.util.SliceOutput;

/**
 * LevelDB's view of the file system, in place of the one that it brings along, because of what that one does:
 *
 * <ul>
 *   <li>It maps files into memory. Forcing such a file only syncs the last mapping, and a full disk under a mapping
 *       kills the process. Here nothing is mapped.
 *   <li>It ignores that a write may be cut short. Here {@link Disk} writes all or fails.
 *   <li>It never syncs a directory. Here a file's name is durable with its first force, a renamed one's at once.
 *   <li>It closes files without forcing them. Here a file that is closed is durable.
 * </ul>
 *
 * <p>LevelDB's own log is not kept: its bytes go nowhere. What is being loaded is in the commit log until the tables
 * themselves hold it, so that a second log would only be written, never needed.
 *
 * <p>Every block is checked as it is read, for compactions too. LevelDB would check on request, several times slower,
 * and its errors name neither file nor offset. A block that has been given up ({@link Damage}) is empty.
 */
final class LevelDbEnv implements Env, Closeable {
    private static final int WRITE_BUFFER_BYTES = 64 << 10;

    private final KeptFiles disk;
    private final Damage damage;
    private final Logger logger;
    private final Set<TableFile> openForWriting = ConcurrentHashMap.newKeySet();
    /** Threads that want to see what there is beside damaged blocks. */
    private final Set<Thread> lenient = ConcurrentHashMap.newKeySet();

    LevelDbEnv(Disk disk, Damage damage, Logger logger) {
        this.disk = new KeptFiles(disk);
        this.damage = damage;
        this.logger = logger;
    }

    /** Whether damaged blocks are empty to this thread, instead of errors. */
    void setLenient(boolean isLenient) {
        if (isLenient) {
            lenient.add(Thread.currentThread());
        } else {
            lenient.remove(Thread.currentThread());
        }
    }

    /**
     * Whether files stay that LevelDB has no use for any more. It looks for such files each time it deletes some, so what stayed
     * goes the next time.
     */
    void keepFiles(boolean isToKeep) {
        disk.keep(isToKeep);
    }

    /** Closes what LevelDB has left open after an error. */
    @Override
    public void close() throws IOException {
        IOException failure = null;
        for (TableFile file : openForWriting) {
            try {
                file.abandon();
            } catch (IOException e) {
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    @Override
    public long nowMicros() {
        return System.nanoTime() / 1000;
    }

    @Override
    public File toFile(String filename) {
        return new LevelDbFile(disk, Path.of(filename));
    }

    @Override
    public File createTempDir(String prefix) {
        throw new UnsupportedOperationException("LevelDB's tests only");
    }

    @Override
    public SequentialFile newSequentialFile(File file) throws IOException {
        return new WholeFile(Files.newInputStream(LevelDbFile.path(file)));
    }

    @Override
    public RandomInputFile newRandomAccessFile(File file) throws IOException {
        return new OpenTable(LevelDbFile.path(file));
    }

    @Override
    public WritableFile newWritableFile(File file) throws IOException {
        if (file.getName().endsWith(".log")) {
            return new NoLog();
        }
        return new TableFile(disk.create(LevelDbFile.path(file)));
    }

    @Override
    public WritableFile newAppendableFile(File file) {
        throw new UnsupportedOperationException("only with the option to reuse logs, which is off");
    }

    @Override
    public void writeStringToFileSync(File file, String content) throws IOException {
        try (Disk.DiskFile created = disk.create(LevelDbFile.path(file))) {
            created.append(ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8)));
            created.force();
        }
    }

    @Override
    public String readFileToString(File file) throws IOException {
        return Files.readString(LevelDbFile.path(file));
    }

    @Override
    public Logger newLogger(File loggerFile) {
        return logger;
    }

    @Override
    public DbLock tryLock(File file) throws IOException {
        Path path = LevelDbFile.path(file);
        FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock == null) {
                throw new IOException(path + ": another process has these tables open");
            }
            return new DirectoryLock(channel, lock);
        } catch (IOException e) {
            channel.close();
            throw e;
        } catch (OverlappingFileLockException e) {
            channel.close();
            throw new IOException(path + ": this process has these tables open already", e);
        }
    }

    private record DirectoryLock(FileChannel channel, FileLock lock) implements DbLock {
        @Override
        public boolean isValid() {
            return lock.isValid();
        }

        @Override
        public void release() {
            try {
                channel.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Where LevelDB's log would be. */
    private static final class NoLog implements WritableFile {
        @Override
        public void append(Slice data) {
            // The commit log has it.
        }

        @Override
        public void force() {
            // The commit log has it.
        }

        @Override
        public void close() {
            // Nothing was opened.
        }
    }

    /** Gathers LevelDB's small appends; what is closed is durable. */
    private final class TableFile implements WritableFile {
        private final Disk.DiskFile file;
        private final ByteBuffer buffer = ByteBuffer.allocate(WRITE_BUFFER_BYTES);
        private boolean unforced = true;

        TableFile(Disk.DiskFile file) {
            this.file = file;
            openForWriting.add(this);
        }

        @Override
        public void append(Slice data) throws IOException {
            unforced = true;
            ByteBuffer bytes = ByteBuffer.wrap(data.getRawArray(), data.getRawOffset(), data.length());
            if (bytes.remaining() > buffer.remaining()) {
                writeBuffered();
            }
            if (bytes.remaining() > buffer.remaining()) {
                file.append(bytes);
            } else {
                buffer.put(bytes);
            }
        }

        @Override
        public void force() throws IOException {
            writeBuffered();
            file.force();
            unforced = false;
        }

        @Override
        public void close() throws IOException {
            try (file) {
                if (unforced) {
                    force();
                }
            } finally {
                openForWriting.remove(this);
            }
        }

        void abandon() throws IOException {
            openForWriting.remove(this);
            file.close();
        }

        private void writeBuffered() throws IOException {
            file.append(buffer.flip());
            buffer.clear();
        }
    }

    private record WholeFile(InputStream in) implements SequentialFile {
        @Override
        public void skip(long n) throws IOException {
            in.skipNBytes(n);
        }

        @Override
        public int read(int atMost, SliceOutput destination) throws IOException {
            return destination.writeBytes(in, atMost);
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }

    /**
     * A table is a row of blocks, each followed by five bytes (its type, and the checksum of block and type), and then a
     * footer without a checksum. LevelDB reads either a whole block or the footer.
     */
    private final class OpenTable implements RandomInputFile {
        private static final int FOOTER_BYTES = 48;
        private static final long FOOTER_MAGIC = 0xdb4775248b80fb57L;
        private static final int CRC_BYTES = 4;
        private static final int CRC_MASK_DELTA = 0xa282ead8;

        private final Path path;
        private final Disk.Source source;
        private final long size;

        OpenTable(Path path) throws IOException {
            this.path = path;
            this.source = disk.open(path);
            this.size = source.sizeBytes();
        }

        @Override
        public long size() {
            return size;
        }

        @Override
        public ByteBuffer read(long offset, int length) throws IOException {
            if (offset < 0 || length < CRC_BYTES || offset + length > size) {
                throw corrupt(offset, "asked for " + length + " bytes of " + size);
            }
            if (damage.isGivenUp(path, offset)) {
                return emptyBlock(length);
            }
            ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
            while (bytes.hasRemaining()) {
                if (source.read(bytes, offset + bytes.position()) < 0) {
                    throw corrupt(offset, "the file has become shorter");
                }
            }
            bytes.flip();
            boolean footer = offset == size - FOOTER_BYTES;
            if (footer && bytes.getLong(length - Long.BYTES) != FOOTER_MAGIC) {
                throw corrupt(offset, "this is not the end of a table");
            }
            if (!footer && storedCrc(bytes) != LogFormat.crc(bytes.slice(0, length - CRC_BYTES))) {
                damage.seen(path, offset);
                if (lenient.isEmpty() || !lenient.contains(Thread.currentThread())) {
                    throw corrupt(offset, "the checksum of the block of " + length + " bytes is wrong");
                }
                return emptyBlock(length);
            }
            return bytes;
        }

        /** Of any length: its last four bytes say that it has no entries, and the one behind them that it is not packed. */
        private static ByteBuffer emptyBlock(int length) {
            return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        }

        @Override
        public void close() throws IOException {
            source.close();
        }

        /** LevelDB stores checksums rotated and shifted, so that a checksum over checksums is no special case. */
        private static int storedCrc(ByteBuffer block) {
            return Integer.rotateLeft(block.getInt(block.limit() - CRC_BYTES) - CRC_MASK_DELTA, 15);
        }

        private CorruptFileException corrupt(long offset, String cause) {
            return new CorruptFileException(path + " at offset " + offset + ": " + cause);
        }
    }
}
