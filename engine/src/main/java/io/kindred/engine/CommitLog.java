package io.kindred.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The log's end: appends records to the newest segment and begins new ones.
 *
 * <p>An append that fails leaves nothing behind: the segment is cut back to where it was or, if even that fails, never
 * written again. The next segment's header says where this one's valid bytes end, so that what could not be cut is
 * known for what it is.
 *
 * <p>Owned by: the engine's owner thread, or its log thread under {@link SyncPolicy#ALWAYS}; only a {@link
 * Disk.DiskFile#force} may run beside it.
 */
final class CommitLog {
    private final EngineContext context;
    private final LogFormat.RecordPlace place = new LogFormat.RecordPlace();

    private long segment;
    private long endBytes;
    private Disk.@Nullable DiskFile file;

    /** Starts behind where the log ends. Creates no file yet. */
    CommitLog(EngineContext context, LogEnd end) {
        this.context = context;
        this.segment = end.segment();
        this.endBytes = end.bytes();
    }

    /** The number of the newest segment and where its valid bytes end. */
    LogEnd end() {
        return new LogEnd(segment, endBytes);
    }

    Path segmentFile() {
        return LogFormat.segmentFile(context.directory(), segment);
    }

    /** The file that is appended to, null if the next append begins a new segment. */
    Disk.@Nullable DiskFile file() {
        return file;
    }

    /**
     * Appends the batches as one record each, in one write; all or none.
     *
     * @return the bytes appended
     */
    long append(List<LogBatch> batches) throws IOException {
        Disk.DiskFile open = file == null ? beginSegment() : file;
        ByteBuffer[] records = new ByteBuffer[batches.size()];
        long offset = endBytes;
        for (int i = 0; i < records.length; i++) {
            records[i] = batches.get(i).seal(place.at(segment, offset));
            offset += records[i].remaining();
        }
        long appended = offset - endBytes;
        try {
            open.append(records);
        } catch (IOException e) {
            if (!cutBack(open, e)) {
                file = null;
            }
            throw e;
        }
        endBytes = offset;
        return appended;
    }

    /**
     * Takes the last append back, after an fsync that failed: what the kernel then has on disk is unknown, so the
     * segment is cut and left.
     */
    void takeBack(long appendedBytes, IOException cause) {
        endBytes -= appendedBytes;
        Disk.DiskFile left = leaveSegment();
        if (left != null && cutBack(left, cause)) {
            close(left, cause);
        }
    }

    /** Makes everything appended durable. */
    void force() throws IOException {
        Disk.DiskFile open = file;
        if (open != null) {
            open.force();
        }
    }

    /** Leaves the newest segment; the next append begins another. Gives the file, which the caller closes. */
    Disk.@Nullable DiskFile leaveSegment() {
        Disk.DiskFile left = file;
        file = null;
        return left;
    }

    private Disk.DiskFile beginSegment() throws IOException {
        Path path = LogFormat.segmentFile(context.directory(), segment + 1);
        Disk.DiskFile created = context.disk().create(path);
        try {
            created.append(LogFormat.segmentHeader(segment + 1, endBytes));
        } catch (IOException e) {
            abandonNewSegment(created, path, e);
            throw e;
        }
        segment++;
        context.counters().segments.incrementAndGet();
        endBytes = LogFormat.SEGMENT_HEADER_BYTES;
        file = created;
        return created;
    }

    private void abandonNewSegment(Disk.DiskFile created, Path path, IOException cause) {
        try (created) {
            context.disk().delete(path);
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    /** False if the file could not be cut: it keeps a part of what was refused, and the next header disowns that. */
    private boolean cutBack(Disk.DiskFile open, IOException cause) {
        try {
            open.truncate(endBytes);
            return true;
        } catch (IOException e) {
            cause.addSuppressed(e);
            close(open, cause);
            return false;
        }
    }

    private static void close(Disk.DiskFile left, IOException cause) {
        try {
            left.close();
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }
}
