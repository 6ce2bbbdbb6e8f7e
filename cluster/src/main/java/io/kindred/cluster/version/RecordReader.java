package io.kindred.cluster.version;

import java.util.Arrays;

/** A cursor over one record. Every method throws {@link CorruptRecordException} rather than read past the end. */
final class RecordReader {

    private final byte[] bytes;
    private final int start;
    private final int end;
    private int at;

    RecordReader(byte[] bytes, int start, int end) {
        this.bytes = bytes;
        this.start = start;
        this.end = end;
        this.at = start;
    }

    int remaining() {
        return end - at;
    }

    int readByte(String what) {
        require(1, what);
        return bytes[at++] & 0xff;
    }

    long readLong(String what) {
        require(Long.BYTES, what);
        long value = RecordBytes.getLong(bytes, at);
        at += Long.BYTES;
        return value;
    }

    byte[] readBytes(int length, String what) {
        require(length, what);
        at += length;
        return Arrays.copyOfRange(bytes, at - length, at);
    }

    /** A number of 0 to 2^63 - 1, seven bits to a byte, least significant first; in its shortest form only. */
    long readVarint(String what) {
        int first = readByte(what);
        if (first < 0x80) {
            return first;
        }
        long value = first & 0x7f;
        for (int shift = 7; shift < 63; shift += 7) {
            int next = readByte(what);
            value |= (long) (next & 0x7f) << shift;
            if (next == 0) {
                throw corrupt(what + " is padded");
            }
            if (next < 0x80) {
                return value;
            }
        }
        throw corrupt(what + " is longer than nine bytes");
    }

    /** A number of 0 to 2^64 - 1; in its shortest form only. */
    long readUnsignedVarint(String what) {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            int next = readByte(what);
            if (shift == 63 && next > 1) {
                break;
            }
            if (next == 0 && shift > 0) {
                throw corrupt(what + " is padded");
            }
            value |= (long) (next & 0x7f) << shift;
            if (next < 0x80) {
                return value;
            }
        }
        throw corrupt(what + " is longer than 64 bits");
    }

    /** A number of items of at least {@code bytesMin} each: one that cannot fit in what is left is damage. */
    int readCount(int bytesMin, String what) {
        long count = readVarint(what);
        if (count > remaining() / bytesMin) {
            throw corrupt(what + " of " + count + " in the last " + remaining() + " bytes");
        }
        return (int) count;
    }

    void requireEnd() {
        if (at != end) {
            throw corrupt(remaining() + " bytes past the end of the record");
        }
    }

    CorruptRecordException corrupt(String what) {
        return new CorruptRecordException(
                "damaged record: " + what + ", before byte " + (at - start) + " of " + (end - start));
    }

    private void require(int length, String what) {
        if (length > end - at) {
            throw corrupt(what + " is cut short");
        }
    }
}
