package io.kindred.lua;

import org.jspecify.annotations.Nullable;

/** The library {@code cmsgpack} (lua-cmsgpack 0.4): MessagePack. */
final class CmsgpackLibrary {
    static final Native[] FUNCTIONS = {
        new Native("pack", CmsgpackLibrary::pack),
        new Native("unpack", (m, args) -> new MessageUnpacker(m, args).unpack(0, 0)),
        new Native("unpack_one", (m, args) -> new MessageUnpacker(m, args).unpack(1, args.integer(2, 0))),
        new Native("unpack_limit", (m, args) -> {
            int limit = args.integer(2);
            return new MessageUnpacker(m, args).unpack(limit, args.integer(3, 0));
        }),
    };

    private static final int NESTING_MAX = 16;

    private CmsgpackLibrary() {}

    private static @Nullable Object[] pack(Machine machine, Args args) {
        if (args.count() == 0) {
            throw LuaError.argument(0, "MessagePack pack needs input.");
        }
        try (ByteSink out = new ByteSink(machine)) {
            for (int i = 1; i <= args.count(); i++) {
                append(machine, out, args.get(i), 0);
            }
            return BaseLibrary.one(out.toLua());
        }
    }

    private static void append(Machine machine, ByteSink out, @Nullable Object value, int level) {
        machine.meter.charge(1);
        if (value instanceof LuaString s) {
            header(out, s.bytes.length, 0xa0, 32, 0xd9);
            out.add(s.bytes);
        } else if (value instanceof Boolean b) {
            out.add(b ? 0xc3 : 0xc2);
        } else if (value instanceof Double d) {
            number(out, d);
        } else if (value instanceof LuaTable table && level < NESTING_MAX) {
            table(machine, out, table, level);
        } else {
            out.add(0xc0);
        }
    }

    /** A count: with the kind in one byte, or behind a byte in 8 (where {@code wide} is that of strings), 16 or 32 bits. */
    private static void header(ByteSink out, int count, int small, int smallMax, int wide) {
        boolean isString = wide == 0xd9;
        if (count < smallMax) {
            out.add(small | count);
        } else if (isString && count <= 0xff) {
            out.add(wide);
            out.add(count);
        } else if (count <= 0xffff) {
            out.add(isString ? wide + 1 : wide);
            out.addNumber(count, 2, true);
        } else {
            out.add(isString ? wide + 2 : wide + 1);
            out.addNumber(count, 4, true);
        }
    }

    private static void number(ByteSink out, double number) {
        long whole = (long) number;
        boolean fits = whole == number && number < 0x1p63;
        if (!fits) {
            boolean isFloat = (float) number == number;
            out.add(isFloat ? 0xca : 0xcb);
            if (isFloat) {
                out.addNumber(Float.floatToRawIntBits((float) number), 4, true);
            } else {
                out.addNumber(Double.doubleToRawLongBits(number), 8, true);
            }
        } else if (whole >= -32 && whole <= 127) {
            out.add((int) whole);
        } else if (whole >= 0) {
            int width = whole <= 0xff ? 1 : whole <= 0xffff ? 2 : whole <= 0xffff_ffffL ? 4 : 8;
            out.add(0xcc + Integer.numberOfTrailingZeros(width));
            out.addNumber(whole, width, true);
        } else {
            int width = whole >= -128 ? 1 : whole >= -32768 ? 2 : whole >= Integer.MIN_VALUE ? 4 : 8;
            out.add(0xd0 + Integer.numberOfTrailingZeros(width));
            out.addNumber(whole, width, true);
        }
    }

    private static void table(Machine machine, ByteSink out, LuaTable table, int level) {
        int count = 0;
        double max = 0;
        boolean isArray = true;
        for (int at = table.occupiedFrom(0); at >= 0; at = table.occupiedFrom(at + 1)) {
            machine.meter.charge(1);
            count++;
            Double key = isArray && table.keyAt(at) instanceof Double d ? d : null;
            isArray = key != null && key > 0 && key == (int) (double) key;
            max = key == null ? max : Math.max(max, key);
        }
        if (isArray && max == count) {
            int length = table.length();
            header(out, length, 0x90, 16, 0xdc);
            for (int i = 1; i <= length; i++) {
                append(machine, out, table.get(i), level + 1);
            }
            return;
        }
        header(out, count, 0x80, 16, 0xde);
        for (int at = table.occupiedFrom(0); at >= 0; at = table.occupiedFrom(at + 1)) {
            append(machine, out, table.keyAt(at), level + 1);
            append(machine, out, table.valueAt(at), level + 1);
        }
    }
}
