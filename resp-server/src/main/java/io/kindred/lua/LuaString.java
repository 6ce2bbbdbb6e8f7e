package io.kindred.lua;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A string of bytes, which nobody changes. Its hash is Lua 5.1's, so that tables are walked in the order of Redis. */
public final class LuaString implements Comparable<LuaString> {
    static final LuaString EMPTY = constant(new byte[0]);

    /** What a string costs beside its bytes, in bytes. */
    static final int OVERHEAD_BYTES = 40;

    final byte[] bytes;
    private int hash;

    /** The last trace that has seen it, see {@link Meter}; constants of scripts and libraries are never counted. */
    int mark;

    /** The array is handed over. */
    public LuaString(byte[] bytes) {
        this.bytes = bytes;
    }

    /** A string that outlives the run: it is part of a script or of a library, and no trace counts it. */
    public static LuaString constant(byte[] bytes) {
        LuaString string = new LuaString(bytes);
        string.mark = Meter.UNCOUNTED;
        string.hash();
        return string;
    }

    /** As {@link #constant(byte[])}. */
    public static LuaString constant(String text) {
        return constant(text.getBytes(StandardCharsets.UTF_8));
    }

    static LuaString ascii(String text) {
        return new LuaString(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** The bytes themselves: not to be changed. */
    public byte[] bytes() {
        return bytes;
    }

    public int length() {
        return bytes.length;
    }

    int hash() {
        int h = hash;
        if (h == 0) {
            h = bytes.length;
            int step = (h >> 5) + 1;
            for (int i = bytes.length; i >= step; i -= step) {
                h ^= (h << 5) + (h >>> 2) + (bytes[i - 1] & 0xff);
            }
            hash = h;
        }
        return h;
    }

    @Override
    public int hashCode() {
        return hash();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other || other instanceof LuaString s && hash() == s.hash() && Arrays.equals(bytes, s.bytes);
    }

    @Override
    public int compareTo(LuaString other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    /** One char for each byte. */
    public String latin() {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    @Override
    public String toString() {
        return latin();
    }
}
