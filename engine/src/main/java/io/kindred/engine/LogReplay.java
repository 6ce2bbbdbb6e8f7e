package io.kindred.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads the log back, oldest segment first, and tells a torn end from corruption.
 *
 * <p>A place that does not check is searched past, position by position, for the next record that does. If there is
 * one, in this segment or in a later one, the place is <i>corrupt</i>: it is reported and skipped, and everything
 * before and after it is kept. If there is none, it is the <i>torn</i> end of a log whose last append was interrupted:
 * it is reported and cut. So the verdict on a segment's bad end waits until the later segments have been read. Zeros at the end
 * of the newest segment are room that was made for what has not come.
 */
final class LogReplay {
    /** Takes what the log holds. */
    interface Visitor {
        void put(byte[] key, byte[] value, int countDelta, long note) throws IOException;

        void delete(byte[] key, int countDelta, long note) throws IOException;

        /** All of a segment has been given. */
        void segmentDone(long segment) throws IOException;
    }

    /** It was written by a node with more memory: there may be no room for all of it. */
    private static final long MAPPED_FROM_BYTES = Runtime.getRuntime().maxMemory() / 4;

    private final Disk disk;
    private final Path directory;
    private final Visitor visitor;
    private final LogFormat.RecordPlace place = new LogFormat.RecordPlace();
    private final List<String> findings = new ArrayList<>();
    private final Map<Long, Long> validEnds = new HashMap<>();

    private ByteBuffer bytes = ByteBuffer.allocate(0);
    private long records;
    private long corruptions;
    private long tornBytes;
    private @Nullable BadEnd badEnd;

    private LogReplay(Disk disk, Path directory, Visitor visitor) {
        this.disk = disk;
        this.directory = directory;
        this.visitor = visitor;
    }

    /** What was read, and where the log now ends. */
    record Result(LogEnd end, long records, long corruptions, long tornBytes, List<String> findings) {}

    /** A stretch at the end of a segment that holds no valid record. */
    private record BadEnd(long segment, long from, long length) {}

    /** Reads all segments above `flushedThrough`; the tables hold the others for certain. */
    static Result run(Disk disk, Path directory, long flushedThrough, Visitor visitor) throws IOException {
        try {
            return new LogReplay(disk, directory, visitor).run(flushedThrough);
        } catch (InternalError e) {
            // What the JVM makes of a disk that does not give a mapped page.
            throw new IOException(directory + ": a segment of the log cannot be read", e);
        }
    }

    /** The segments in a directory, oldest first; files that are none of the engine's are left alone. */
    static TreeMap<Long, Path> segments(Path directory) throws IOException {
        TreeMap<Long, Path> segments = new TreeMap<>();
        try (Stream<Path> files = Files.list(directory)) {
            files.forEach(file -> LogFormat.segmentNumber(file).ifPresent(number -> segments.put(number, file)));
        }
        return segments;
    }

    /** Makes durable all that the log holds, and the names of its files. */
    static void forceAll(EngineContext context) throws IOException {
        for (Path segment : segments(context.directory()).values()) {
            context.disk().force(segment);
        }
        context.disk().syncDirectory(context.directory());
    }

    private Result run(long flushedThrough) throws IOException {
        TreeMap<Long, Path> segments = new TreeMap<>(segments(directory).tailMap(flushedThrough + 1));
        long expected = flushedThrough + 1;
        LogEnd end = new LogEnd(flushedThrough, 0);
        for (long segment : segments.keySet()) {
            if (segment != expected && !(segment == expected + 1 && wasEmpty(expected, segments))) {
                corrupt(LogFormat.segmentFile(directory, expected), 0, "the segment is missing");
            }
            end = wasEmpty(segment, segments)
                    ? new LogEnd(segment, LogFormat.SEGMENT_HEADER_BYTES)
                    : new LogEnd(segment, replay(segment, endRecordedAfter(segment, segments)));
            visitor.segmentDone(segment);
            expected = segment + 1;
        }
        if (badEnd != null) {
            end = cutTornEnd(badEnd, segments);
        }
        return new Result(end, records, corruptions, tornBytes, findings);
    }

    /** Nothing was appended to it, so nobody has forced it: a power cut may have taken it or its header, and nothing else. */
    private boolean wasEmpty(long segment, TreeMap<Long, Path> segments) throws IOException {
        OptionalLong end = endRecordedAfter(segment, segments);
        return end.isPresent() && end.getAsLong() == LogFormat.SEGMENT_HEADER_BYTES;
    }

    private OptionalLong endRecordedAfter(long segment, TreeMap<Long, Path> segments) throws IOException {
        Path next = segments.get(segment + 1);
        if (next == null) {
            return OptionalLong.empty();
        }
        try (FileChannel channel = FileChannel.open(next, StandardOpenOption.READ)) {
            ByteBuffer header = ByteBuffer.allocate(LogFormat.SEGMENT_HEADER_BYTES);
            readFully(channel, header);
            return LogFormat.previousEnd(header.flip(), segment + 1);
        }
    }

    /** Gives the end of the segment's last valid record. */
    private long replay(long segment, OptionalLong recordedEnd) throws IOException {
        Path file = LogFormat.segmentFile(directory, segment);
        load(file);
        int limit = (int) Math.min(bytes.limit(), recordedEnd.orElse(bytes.limit()));
        bytes.limit(limit);
        boolean headerBad = LogFormat.previousEnd(bytes, segment).isEmpty();
        if (headerBad && LogFormat.isOtherVersion(bytes)) {
            throw new CorruptFileException(file + ": written by another version of the engine");
        }
        int offset = Math.min(LogFormat.SEGMENT_HEADER_BYTES, limit);
        int badFrom = headerBad ? 0 : -1;
        int validEnd = headerBad ? 0 : offset;
        while (offset < limit) {
            int length = recordLength(segment, offset);
            if (length < 0) {
                badFrom = badFrom < 0 ? offset : badFrom;
                offset = nextRecord(segment, offset);
                continue;
            }
            settleDamageBefore(file, badFrom, offset);
            badFrom = -1;
            apply(bytes.slice(offset + LogFormat.RECORD_HEADER_BYTES, length - LogFormat.RECORD_HEADER_BYTES));
            offset += length;
            validEnd = offset;
        }
        long end = headerBad || recordedEnd.isPresent()
                ? Math.max(recordedEnd.orElse(limit), limit)
                : withoutZeros(validEnd, limit);
        noteBadEnd(new BadEnd(segment, validEnd, end - validEnd));
        validEnds.put(segment, (long) validEnd);
        return validEnd;
    }

    private int withoutZeros(int from, int to) {
        int end = to;
        while (end > from && bytes.get(end - 1) == 0) {
            end--;
        }
        return end;
    }

    /** A valid record has been found: whatever was bad before it is corruption. */
    private void settleDamageBefore(Path file, int badFrom, int offset) {
        BadEnd earlier = badEnd;
        if (earlier != null) {
            badEnd = null;
            corrupt(
                    LogFormat.segmentFile(directory, earlier.segment),
                    earlier.from,
                    earlier.length + " bytes at the end are damaged or missing, but later segments are valid");
        }
        if (badFrom >= 0) {
            corrupt(file, badFrom, (offset - badFrom) + " bytes are damaged, but a valid record follows");
        }
    }

    private void noteBadEnd(BadEnd found) {
        if (found.length > 0 && badEnd == null) {
            badEnd = found;
        }
    }

    private void corrupt(Path file, long offset, String cause) {
        corruptions++;
        findings.add("corrupt: " + file + " at offset " + offset + ": " + cause);
    }

    /** Nothing valid follows: the bad end goes, and so do the segments after it, which hold no record. */
    private LogEnd cutTornEnd(BadEnd torn, TreeMap<Long, Path> segments) throws IOException {
        for (Path later : segments.tailMap(torn.segment, false).descendingMap().values()) {
            disk.delete(later);
        }
        Path file = LogFormat.segmentFile(directory, torn.segment);
        tornBytes += torn.length;
        findings.add(
                "torn: " + file + " at offset " + torn.from + ": " + torn.length + " bytes of an unfinished commit");
        if (torn.from == 0) {
            // Not even the segment's header had been written.
            disk.delete(file);
            disk.syncDirectory(directory);
            // The end of one that has been flushed and is gone nobody will ask for.
            return new LogEnd(torn.segment - 1, validEnds.getOrDefault(torn.segment - 1, 0L));
        }
        disk.truncate(file, torn.from);
        disk.syncDirectory(directory);
        return new LogEnd(torn.segment, torn.from);
    }

    /** The whole length of the valid record at `offset`, or -1 if there is none. */
    private int recordLength(long segment, int offset) {
        int length = lengthByHeader(segment, offset);
        if (length < 0) {
            return -1;
        }
        ByteBuffer payload =
                bytes.slice(offset + LogFormat.RECORD_HEADER_BYTES, length - LogFormat.RECORD_HEADER_BYTES);
        boolean valid = LogFormat.crc(payload.duplicate()) == bytes.getInt(offset + 4) && isWellFormed(payload);
        return valid ? length : -1;
    }

    /** What the header at `offset` says, if the header itself checks and the record would fit; else -1. */
    private int lengthByHeader(long segment, int offset) {
        int room = bytes.limit() - offset - LogFormat.RECORD_HEADER_BYTES;
        if (room < 0) {
            return -1;
        }
        int payloadBytes = bytes.getInt(offset);
        if (payloadBytes <= 0 || payloadBytes > room) {
            return -1;
        }
        int headerCrc = place.at(segment, offset).headerCrc(payloadBytes, bytes.getInt(offset + 4));
        return headerCrc == bytes.getInt(offset + 8) ? payloadBytes + LogFormat.RECORD_HEADER_BYTES : -1;
    }

    /** The next place after a bad one where a header checks, or the end. */
    private int nextRecord(long segment, int bad) {
        int skipped = lengthByHeader(segment, bad);
        int offset = skipped > 0 ? bad + skipped : bad + 1;
        while (offset < bytes.limit() && lengthByHeader(segment, offset) < 0) {
            offset++;
        }
        return offset;
    }

    private static boolean isWellFormed(ByteBuffer payload) {
        while (payload.hasRemaining()) {
            int flags = payload.get();
            int keyLength = varint(payload);
            int valueLength = (flags & LogFormat.OP_DELETE) == 0 ? varint(payload) : 0;
            if (flags < 0 || flags > LogFormat.FLAGS_MAX || countDelta(flags) > 1) {
                return false;
            }
            int noteLength = (flags & LogFormat.NOTED) == 0 ? 0 : Long.BYTES;
            if (keyLength < Integer.BYTES
                    || valueLength < 0
                    || (long) noteLength + keyLength + valueLength > payload.remaining()) {
                return false;
            }
            payload.position(payload.position() + noteLength + keyLength + valueLength);
        }
        return true;
    }

    private void apply(ByteBuffer payload) throws IOException {
        while (payload.hasRemaining()) {
            int flags = payload.get();
            byte[] key = new byte[varint(payload)];
            if ((flags & LogFormat.OP_DELETE) == 0) {
                byte[] value = new byte[varint(payload)];
                long note = note(flags, payload);
                payload.get(key).get(value);
                visitor.put(key, value, countDelta(flags), note);
            } else {
                long note = note(flags, payload);
                payload.get(key);
                visitor.delete(key, countDelta(flags), note);
            }
        }
        records++;
    }

    private static int countDelta(int flags) {
        return (flags >>> LogFormat.COUNT_SHIFT & LogFormat.COUNT_MASK) - 1;
    }

    private static long note(int flags, ByteBuffer payload) {
        return (flags & LogFormat.NOTED) == 0 ? 0 : payload.getLong();
    }

    /** A length in groups of seven bits, lowest first; -1 if it does not end within the payload. */
    private static int varint(ByteBuffer payload) {
        int value = 0;
        for (int shift = 0; shift < 35 && payload.hasRemaining(); shift += 7) {
            int next = payload.get();
            value |= (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
        return -1;
    }

    private void load(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            if (size > Integer.MAX_VALUE) {
                throw new CorruptFileException(file + ": no segment is " + size + " bytes long");
            }
            if (size > MAPPED_FROM_BYTES) {
                bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, size);
                return;
            }
            if (bytes.isReadOnly() || bytes.capacity() < size) {
                // The one before is of no use any more, and there may not be room for both.
                bytes = ByteBuffer.allocate(0);
                bytes = ByteBuffer.allocateDirect((int) size);
            }
            bytes.clear().limit((int) size);
            readFully(channel, bytes);
            bytes.flip();
        }
    }

    private static void readFully(FileChannel channel, ByteBuffer into) throws IOException {
        while (into.hasRemaining() && channel.read(into) >= 0) {
            // A read may give less than was asked for.
        }
    }
}
