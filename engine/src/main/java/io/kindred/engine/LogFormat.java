package io.kindred.engine;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.zip.CRC32C;

/**
 * The bytes of a commit log segment; docs/storage-format.md has them in words.
 *
 * <p>A record's header carries a checksum of its own that covers the segment's number and the record's place in it. So
 * a header can be told from chance, from another segment's bytes and from a value that looks like one, and a reader can
 * find the next record after damage by trying each position, at the price of one short checksum.
 */
final class LogFormat {
    static final int SEGMENT_HEADER_BYTES = 32;
    static final int RECORD_HEADER_BYTES = 12;
    /** The flags of a write: what it does, */
    static final int OP_PUT = 0;

    static final int OP_DELETE = 1;
    /** its count delta + 1, in two bits, */
    static final int COUNT_SHIFT = 1;

    static final int COUNT_MASK = 3;
    /** and whether it has a note. */
    static final int NOTED = 1 << 3;

    static final int FLAGS_MAX = NOTED | 2 << COUNT_SHIFT | OP_DELETE;
    /** A record may not be larger: its length and its buffers are ints, with room for their headers. */
    static final int PAYLOAD_BYTES_MAX = Integer.MAX_VALUE - (1 << 20);

    private static final byte[] MAGIC = "KINDRLOG".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION = 2;
    private static final int SEGMENT_CRC_AT = 28;
    private static final NumberedName NAME = new NumberedName("log-", ".klog");

    private LogFormat() {}

    static Path segmentFile(Path directory, long segment) {
        return NAME.file(directory, segment);
    }

    /** The segment's number, or nothing if the file is none of the engine's. */
    static OptionalLong segmentNumber(Path file) {
        return NAME.number(file);
    }

    /** @param previousEnd where the valid bytes of the segment before end; 0 if there is none */
    static ByteBuffer segmentHeader(long segment, long previousEnd) {
        ByteBuffer header = ByteBuffer.allocate(SEGMENT_HEADER_BYTES);
        header.put(MAGIC).putInt(VERSION).putLong(segment).putLong(previousEnd);
        header.putInt(crc(header.duplicate().flip())).flip();
        return header;
    }

    /** The end of the segment before, as this segment's header has it; nothing if the header is damaged. */
    static OptionalLong previousEnd(ByteBuffer header, long segment) {
        if (header.remaining() < SEGMENT_HEADER_BYTES) {
            return OptionalLong.empty();
        }
        ByteBuffer expected = segmentHeader(segment, header.getLong(header.position() + 20));
        return expected.equals(header.slice(header.position(), SEGMENT_HEADER_BYTES))
                ? OptionalLong.of(expected.getLong(20))
                : OptionalLong.empty();
    }

    /** Whether a header that does not check is one of a version that this engine does not know. */
    static boolean isOtherVersion(ByteBuffer header) {
        return header.remaining() >= SEGMENT_HEADER_BYTES
                && header.slice(header.position(), MAGIC.length).equals(ByteBuffer.wrap(MAGIC))
                && header.getInt(header.position() + MAGIC.length) != VERSION
                && header.getInt(header.position() + SEGMENT_CRC_AT)
                        == crc(header.slice(header.position(), SEGMENT_CRC_AT));
    }

    /**
     * Adds the bytes that make one record of the batches, in their order; the first batch lends its room for the header.
     */
    static void seal(List<LogBatch> batches, RecordPlace place, List<ByteBuffer> pieces) {
        CRC32C crc = new CRC32C();
        int payloadBytes = 0;
        ByteBuffer header = batches.get(0).withHeader();
        pieces.add(header);
        for (LogBatch batch : batches) {
            ByteBuffer payload = batch.withHeader().position(RECORD_HEADER_BYTES);
            payloadBytes += payload.remaining();
            crc.update(payload.duplicate());
            if (batch != batches.get(0)) {
                pieces.add(payload);
            }
        }
        int payloadCrc = (int) crc.getValue();
        header.putInt(0, payloadBytes);
        header.putInt(4, payloadCrc);
        header.putInt(8, place.headerCrc(payloadBytes, payloadCrc));
    }

    static int crc(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    /** Where a record stands; its header's checksum covers this. One instance serves a whole search. */
    static final class RecordPlace {
        private final CRC32C crc = new CRC32C();
        private final byte[] covered = new byte[24];
        private final ByteBuffer view = ByteBuffer.wrap(covered);

        RecordPlace at(long segment, long offset) {
            view.putLong(0, segment);
            view.putLong(8, offset);
            return this;
        }

        int headerCrc(int payloadBytes, int payloadCrc) {
            view.putInt(16, payloadBytes);
            view.putInt(20, payloadCrc);
            crc.reset();
            crc.update(covered, 0, covered.length);
            return (int) crc.getValue();
        }
    }
}
