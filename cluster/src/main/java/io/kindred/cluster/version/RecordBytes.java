package io.kindred.cluster.version;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Writes one record into an array of exactly its size; {@link RecordReader} is its other end. */
final class RecordBytes {

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final byte[] bytes;
    private int at;

    RecordBytes(int size) {
        this.bytes = new byte[size];
    }

    static long getLong(byte[] bytes, int at) {
        return (long) LONG.get(bytes, at);
    }

    /** Of an unsigned number, too. */
    static int varintSize(long value) {
        return value == 0 ? 1 : (70 - Long.numberOfLeadingZeros(value)) / 7;
    }

    void writeByte(int value) {
        bytes[at++] = (byte) value;
    }

    void writeInt(int value) {
        for (int shift = 24; shift >= 0; shift -= 8) {
            writeByte(value >>> shift);
        }
    }

    void writeLong(long value) {
        LONG.set(bytes, at, value);
        at += Long.BYTES;
    }

    /** Requires: not negative. */
    void writeVarint(long value) {
        if (value < 0) {
            throw new IllegalArgumentException("no varint: " + value);
        }
        long rest = value;
        while (rest > 0x7f) {
            bytes[at++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[at++] = (byte) rest;
    }

    /** A number of 0 to 2^64 - 1, in ten bytes at most. */
    void writeUnsignedVarint(long value) {
        long rest = value;
        while (rest >>> 7 != 0) {
            bytes[at++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[at++] = (byte) rest;
    }

    void writeBytes(byte[] value) {
        System.arraycopy(value, 0, bytes, at, value.length);
        at += value.length;
    }

    /** What has been written so far: the array itself, not a copy. */
    byte[] bytes() {
        return bytes;
    }

    int length() {
        return at;
    }
}
