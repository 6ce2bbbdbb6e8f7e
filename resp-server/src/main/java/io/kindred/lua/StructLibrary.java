package io.kindred.lua;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The library {@code struct}: C structures, packed and unpacked. */
final class StructLibrary {
    static final Native[] FUNCTIONS = {
        new Native("pack", StructLibrary::pack),
        new Native("unpack", StructLibrary::unpack),
        new Native("size", StructLibrary::size),
    };

    private static final int INTEGER_MAX = 32;
    private static final int RESULTS_MAX = 7990;

    private StructLibrary() {}

    /** The format as it is read, with byte order and alignment. */
    private static final class Layout {
        private final byte[] format;
        private int at;
        boolean bigEndian;
        private int alignment = 1;

        /** The option that was read last, and its size. */
        int option;

        int size;

        Layout(byte[] format) {
            this.format = format;
        }

        boolean next(Machine machine) {
            if (at >= format.length || format[at] == 0) {
                return false;
            }
            machine.meter.charge(1);
            option = format[at++];
            size = switch (option) {
                case 'B', 'b', 'x' -> 1;
                case 'H', 'h' -> 2;
                case 'f' -> 4;
                case 'L', 'l', 'T', 'd' -> 8;
                case 'c' -> number(1);
                case 'i', 'I' -> integerSize();
                default -> 0;
            };
            return true;
        }

        private int integerSize() {
            int width = number(4);
            if (width > INTEGER_MAX) {
                throw LuaError.library("integral size " + width + " is larger than limit of " + INTEGER_MAX);
            }
            return width;
        }

        private int number(int otherwise) {
            if (at >= format.length || format[at] < '0' || format[at] > '9') {
                return otherwise;
            }
            long value = 0;
            while (at < format.length && format[at] >= '0' && format[at] <= '9') {
                value = value * 10 + format[at++] - '0';
                if (value > Integer.MAX_VALUE) {
                    throw LuaError.library("integral size overflow");
                }
            }
            return (int) value;
        }

        int padding(int length) {
            if (size == 0 || option == 'c') {
                return 0;
            }
            int unit = Math.min(size, alignment);
            return unit - (length & unit - 1) & unit - 1;
        }

        void control() {
            switch (option) {
                case ' ' -> {}
                case '>' -> bigEndian = true;
                case '<' -> bigEndian = false;
                case '!' -> {
                    int unit = number(8);
                    if (unit <= 0 || (unit & unit - 1) != 0) {
                        throw LuaError.library("alignment " + unit + " is not a power of 2");
                    }
                    alignment = unit;
                }
                default -> throw LuaError.argument(1, "invalid format option '" + (char) option + "'");
            }
        }
    }

    private static @Nullable Object[] pack(Machine machine, Args given) {
        // The library marks the end of its arguments with a nil, and errors show it.
        Args args = new Args(Arrays.copyOf(given.all(), given.count() + 1));
        Layout layout = new Layout(given.string(machine, 1).bytes);
        int argument = 2;
        try (ByteSink out = new ByteSink(machine)) {
            while (layout.next(machine)) {
                for (int i = layout.padding(out.size()); i > 0; i--) {
                    out.add(0);
                }
                switch (layout.option) {
                    case 'b', 'B', 'h', 'H', 'l', 'L', 'T', 'i', 'I' ->
                        out.addNumber(unsigned(args.number(argument++)), layout.size, layout.bigEndian);
                    case 'x' -> out.add(0);
                    case 'f' ->
                        out.addNumber(Float.floatToRawIntBits((float) args.number(argument++)), 4, layout.bigEndian);
                    case 'd' -> out.addNumber(Double.doubleToRawLongBits(args.number(argument++)), 8, layout.bigEndian);
                    case 'c', 's' -> string(machine, out, layout, args, argument++);
                    default -> layout.control();
                }
            }
            return BaseLibrary.one(out.toLua());
        }
    }

    private static long unsigned(double number) {
        return number >= 0x1p63 && number < 0x1p64 ? (long) (number - 0x1p63) + Long.MIN_VALUE : Numbers.toLong(number);
    }

    private static void string(Machine machine, ByteSink out, Layout layout, Args args, int argument) {
        byte[] bytes = args.string(machine, argument).bytes;
        int length = layout.size == 0 ? bytes.length : layout.size;
        if (bytes.length < length) {
            throw LuaError.argument(argument + 1, "string too short");
        }
        out.add(bytes, 0, length);
        if (layout.option == 's') {
            out.add(0);
        }
    }

    private static @Nullable Object[] unpack(Machine machine, Args args) {
        Layout layout = new Layout(args.string(machine, 1).bytes);
        byte[] data = args.string(machine, 2).bytes;
        long from = args.wide(3, 1);
        if (from <= 0) {
            throw LuaError.argument(3, "offset must be 1 or greater");
        }
        int at = (int) Math.min(from - 1, Integer.MAX_VALUE >> 1);
        List<@Nullable Object> values = new ArrayList<>();
        while (layout.next(machine)) {
            at += layout.padding(at);
            checkLeft(data, at, layout.size);
            if (values.size() > RESULTS_MAX) {
                throw LuaError.library("stack overflow (too many results)");
            }
            int size = layout.size;
            switch (layout.option) {
                case 'b', 'B', 'h', 'H', 'l', 'L', 'T', 'i', 'I' -> values.add(integer(data, at, layout));
                case 'x' -> {}
                case 'f' -> values.add((double) Float.intBitsToFloat((int) bits(data, at, 4, layout.bigEndian)));
                case 'd' -> values.add(Double.longBitsToDouble(bits(data, at, 8, layout.bigEndian)));
                case 'c' -> {
                    if (size == 0) {
                        size = previousSize(values);
                        checkLeft(data, at, size);
                    }
                    values.add(machine.newString(Arrays.copyOfRange(data, at, at + size)));
                }
                case 's' -> {
                    int end = at;
                    while (end < data.length && data[end] != 0) {
                        end++;
                    }
                    machine.meter.charge((end - at) >> 4);
                    if (end == data.length) {
                        throw LuaError.library("unfinished string in data");
                    }
                    values.add(machine.newString(Arrays.copyOfRange(data, at, end)));
                    size = end - at + 1;
                }
                default -> layout.control();
            }
            at += size;
        }
        values.add(at + 1.0);
        return values.toArray();
    }

    private static void checkLeft(byte[] data, int at, int size) {
        if (size > data.length || at > data.length - size) {
            throw LuaError.argument(2, "data string too short");
        }
    }

    private static int previousSize(List<@Nullable Object> values) {
        Double size = values.isEmpty() ? null : Types.number(values.get(values.size() - 1));
        if (size == null) {
            throw LuaError.library("format 'c0' needs a previous size");
        }
        values.remove(values.size() - 1);
        return size < 0 || size > Integer.MAX_VALUE ? Integer.MAX_VALUE : (int) (double) size;
    }

    private static long bits(byte[] data, int at, int size, boolean bigEndian) {
        long value = 0;
        for (int i = 0; i < size; i++) {
            value = value << 8 | data[bigEndian ? at + i : at + size - 1 - i] & 0xff;
        }
        return value;
    }

    private static double integer(byte[] data, int at, Layout layout) {
        long value = bits(data, at, layout.size, layout.bigEndian);
        boolean signed = layout.option >= 'a';
        if (layout.size < 8 && layout.size > 0) {
            int unused = 64 - 8 * layout.size;
            return signed ? value << unused >> unused : value;
        }
        return signed || value >= 0 ? value : ((value >>> 1) | (value & 1)) * 2.0;
    }

    private static @Nullable Object[] size(Machine machine, Args args) {
        Layout layout = new Layout(args.string(machine, 1).bytes);
        long total = 0;
        while (layout.next(machine)) {
            total += layout.padding((int) total);
            if (layout.option == 's') {
                throw LuaError.argument(1, "option 's' has no fixed size");
            }
            if (layout.option == 'c' && layout.size == 0) {
                throw LuaError.argument(1, "option 'c0' has no fixed size");
            }
            if (!Character.isLetterOrDigit(layout.option)) {
                layout.control();
            }
            total += layout.size;
        }
        return BaseLibrary.one((double) total);
    }
}
