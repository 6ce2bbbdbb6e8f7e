package io.kindred.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The log's end: appends records to the newest segment and begins new ones.
 *
 * <p>An append that fails leaves nothing behind: the segment is cut back to where it was or, if even that fails, never
 * written again. The next segment's header says where this one's valid bytes end, so that what could not be cut is
 * known for what it is.
 *
 * <p>Under {@link SyncPolicy#ALWAYS} the segment has room behind its end, zeros that were forced before: a force of what is
 * appended there has no new size to record in the file system's journal. What is appended in one go is one record then: the
 * disk may take the sectors of one append in any order, and behind a gap a whole record would look like damage.
 *
 * <p>Owned by: the engine's owner thread, or its log thread under {@link SyncPolicy#ALWAYS}; only a {@link
 * Disk.DiskFile#force} may run beside it.
 */
final class CommitLog {
    /** How much room is made at a time: writing it costs about one force in twenty. */
    static final int ROOM_BYTES = 256 << 10;

    /** No room can be made in this segment: what is appended makes it longer. */
    private static final long NO_ROOM = Long.MAX_VALUE;

    private final EngineContext context;
    private final boolean keepsRoom;
    private final LogFormat.RecordPlace place = new LogFormat.RecordPlace();

    private long segment;
    private long endBytes;
    private long roomEndBytes;
    private Disk.@Nullable DiskFile file;

    /** Starts behind where the log ends. Creates no file yet. */
    CommitLog(EngineContext context, LogEnd end) {
        this.context = context;
        this.keepsRoom = context.options().syncPolicy() == SyncPolicy.ALWAYS;
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
     * Appends the batches in one write and, unless they are too large for that, as one record; all or none.
     *
     * @return the bytes appended
     */
    long append(List<LogBatch> batches) throws IOException {
        Disk.DiskFile open = file == null ? beginSegment() : file;
        List<ByteBuffer> pieces = new ArrayList<>(batches.size());
        long offset = endBytes;
        for (int i = 0; i < batches.size(); ) {
            int first = i;
            long payloadBytes = 0;
            do {
                payloadBytes += batches.get(i++).payloadBytes();
            } while (i < batches.size() && payloadBytes + batches.get(i).payloadBytes() <= LogFormat.PAYLOAD_BYTES_MAX);
            LogFormat.seal(batches.subList(first, i), place.at(segment, offset), pieces);
            offset += LogFormat.RECORD_HEADER_BYTES + payloadBytes;
        }
        long appended = offset - endBytes;
        try {
            makeRoom(open, offset);
            open.append(pieces.toArray(ByteBuffer[]::new));
        } catch (IOException e) {
            if (!cutBack(open, e)) {
                file = null;
            }
            throw e;
        }
        endBytes = offset;
        return appended;
    }

    /** Room is not needed: where the disk has none to give, forces cost more. */
    private void makeRoom(Disk.DiskFile open, long neededBytes) {
        if (!keepsRoom || neededBytes <= roomEndBytes) {
            return;
        }
        long wanted = (neededBytes / ROOM_BYTES + 1) * ROOM_BYTES;
        try {
            open.reserve(wanted);
            roomEndBytes = wanted;
        } catch (IOException e) {
            // The append that follows says whether the disk takes it; what there is of zeros now is room all the same.
            roomEndBytes = NO_ROOM;
        }
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
        roomEndBytes = endBytes;
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
            roomEndBytes = endBytes;
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
