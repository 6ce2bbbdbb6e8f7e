package io.kindred.lua;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One call of {@code cmsgpack}'s functions that unpack. */
final class MessageUnpacker {
    private static final int DEPTH_MAX = 200;
    private static final int RESULTS_MAX = 7990;

    private final Machine machine;
    private final byte[] text;
    private int at;
    private int depth;

    MessageUnpacker(Machine machine, Args args) {
        this.machine = machine;
        this.text = args.string(machine, 1).bytes;
    }

    /** All values, where both are 0; else the offset of the next (-1 at the end) and so many values at most. */
    @Nullable
    Object[] unpack(int limit, int offset) {
        if (offset < 0 || limit < 0) {
            throw LuaError.library(
                    "Invalid request to unpack with offset of " + offset + " and limit of " + text.length + ".");
        }
        if (offset > text.length) {
            throw LuaError.library("Start offset " + offset + " greater than input length " + text.length + ".");
        }
        boolean all = limit == 0 && offset == 0;
        at = offset;
        List<@Nullable Object> values = new ArrayList<>();
        // Keeps what is unpacked within reach of a trace.
        LuaTable reached = machine.beginTable(0, 0);
        while (at < text.length && (all || values.size() < limit)) {
            if (values.size() >= RESULTS_MAX) {
                throw LuaError.library("stack overflow (too many return values at once; "
                        + "use unpack_one or unpack_limit instead.)");
            }
            Object value = value();
            values.add(value);
            reached.set(values.size(), value);
        }
        machine.built();
        if (!all) {
            values.add(0, at == text.length ? -1.0 : (double) at);
        }
        return values.toArray();
    }

    private static LuaError bad() {
        return LuaError.library("Bad data format in input.");
    }

    private void need(long count) {
        if (text.length - at < count) {
            throw LuaError.library("Missing bytes in input.");
        }
    }

    private long number(int width) {
        need(width);
        long value = 0;
        for (int i = 0; i < width; i++) {
            value = value << 8 | text[at++] & 0xff;
        }
        return value;
    }

    private @Nullable Object value() {
        machine.meter.charge(2);
        need(1);
        int c = text[at++] & 0xff;
        if (c < 0x80) {
            return Numbers.box(c);
        } else if (c >= 0xe0) {
            return (double) (byte) c;
        } else if (c < 0x90) {
            return map(c & 15);
        } else if (c < 0xa0) {
            return array(c & 15);
        } else if (c < 0xc0) {
            return string(c & 31);
        }
        return switch (c) {
            case 0xc0 -> null;
            case 0xc2 -> false;
            case 0xc3 -> true;
            case 0xca -> (double) Float.intBitsToFloat((int) number(4));
            case 0xcb -> Double.longBitsToDouble(number(8));
            case 0xcc -> (double) number(1);
            case 0xcd -> (double) number(2);
            case 0xce -> (double) number(4);
            case 0xcf -> (double) number(8);
            case 0xd0 -> (double) (byte) number(1);
            case 0xd1 -> (double) (short) number(2);
            case 0xd2 -> (double) (int) number(4);
            case 0xd3 -> (double) number(8);
            case 0xd9 -> string(number(1));
            case 0xda -> string(number(2));
            case 0xdb -> string(number(4));
            case 0xdc -> array(number(2));
            case 0xdd -> array(number(4));
            case 0xde -> map(number(2));
            case 0xdf -> map(number(4));
            default -> throw bad();
        };
    }

    private LuaString string(long length) {
        need(length);
        LuaString string = machine.newString(Arrays.copyOfRange(text, at, at + (int) length));
        at += (int) length;
        return string;
    }

    private LuaTable begin() {
        if (++depth > DEPTH_MAX) {
            throw LuaError.library("stack overflow (too deeply nested)");
        }
        return machine.beginTable(0, 0);
    }

    private LuaTable end(LuaTable table) {
        depth--;
        machine.built();
        return table;
    }

    private LuaTable array(long length) {
        LuaTable table = begin();
        for (long i = 1; i <= length; i++) {
            table.set((int) i, value());
        }
        return end(table);
    }

    private LuaTable map(long length) {
        LuaTable table = begin();
        for (long i = 0; i < length; i++) {
            Object key = value();
            if (key == null) {
                throw LuaError.core("table index is nil");
            }
            table.set(key, value());
        }
        return end(table);
    }
}
