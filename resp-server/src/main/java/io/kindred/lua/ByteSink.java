package io.kindred.lua;

import java.util.Arrays;

/** Bytes that a library puts together, counted as they grow and until it is closed. */
final class ByteSink implements AutoCloseable {
    private final Machine machine;
    private byte[] bytes = new byte[64];
    private int size;
    private long pinned;

    ByteSink(Machine machine) {
        this.machine = machine;
    }

    void add(int b) {
        room(1);
        bytes[size++] = (byte) b;
    }

    void add(byte[] more) {
        add(more, 0, more.length);
    }

    void add(byte[] more, int from, int to) {
        room(to - from);
        machine.meter.charge((to - from) >> 5);
        System.arraycopy(more, from, bytes, size, to - from);
        size += to - from;
    }

    void add(String latin) {
        room(latin.length());
        for (int i = 0; i < latin.length(); i++) {
            bytes[size++] = (byte) latin.charAt(i);
        }
    }

    /** A whole number, most significant byte first or last. */
    void addNumber(long value, int width, boolean bigEndian) {
        room(width);
        for (int i = 0; i < width; i++) {
            int place = bigEndian ? width - 1 - i : i;
            bytes[size++] = place < 8 ? (byte) (value >> 8 * place) : 0;
        }
    }

    private void room(int more) {
        long needed = (long) size + more;
        if (needed > bytes.length) {
            long grown = Math.max(needed, Math.min(2L * bytes.length, Integer.MAX_VALUE - 16));
            machine.meter.pin(grown - pinned);
            pinned = grown;
            bytes = Arrays.copyOf(bytes, (int) grown);
        }
    }

    int size() {
        return size;
    }

    byte[] toBytes() {
        return Arrays.copyOf(bytes, size);
    }

    LuaString toLua() {
        machine.meter.allocate((long) size + LuaString.OVERHEAD_BYTES);
        return new LuaString(toBytes());
    }

    @Override
    public void close() {
        machine.meter.unpin(pinned);
        pinned = 0;
    }
}
