package io.kindred.lua;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The library {@code string}. */
final class StringLibrary {
    static final Native GMATCH = new Native("gmatch", StringLibrary::gmatch);

    static final Native[] FUNCTIONS = {
        new Native("byte", StringLibrary::bytes),
        new Native("char", StringLibrary::chars),
        new Native("dump", (m, args) -> {
            args.function(1);
            throw LuaError.library("unable to dump given function");
        }),
        new Native("find", (m, args) -> find(m, args, true)),
        new Native("format", (m, args) -> BaseLibrary.one(new Format(m, args).run())),
        GMATCH,
        new Native("gsub", (m, args) -> new Substitution(m, args).run()),
        new Native("len", (m, args) -> BaseLibrary.one((double) args.string(m, 1).bytes.length)),
        new Native("lower", (m, args) -> BaseLibrary.one(changeCase(m, args, 'A', 'Z'))),
        new Native("match", (m, args) -> find(m, args, false)),
        new Native("rep", StringLibrary::repeat),
        new Native("reverse", StringLibrary::reverse),
        new Native("sub", StringLibrary::sub),
        new Native("upper", (m, args) -> BaseLibrary.one(changeCase(m, args, 'a', 'z'))),
    };

    private static final int RESULTS_MAX = 7990;

    private StringLibrary() {}

    private static long position(long relative, int length) {
        long from = relative < 0 ? relative + length + 1 : relative;
        return Math.max(0, from);
    }

    private static @Nullable Object[] bytes(Machine machine, Args args) {
        byte[] text = args.string(machine, 1).bytes;
        long from = position(args.wide(2, 1), text.length);
        long to = position(args.wide(3, from), text.length);
        from = Math.max(1, from);
        to = Math.min(to, text.length);
        if (from > to) {
            return Frame.NONE;
        }
        if (to - from >= RESULTS_MAX) {
            throw LuaError.library("string slice too long");
        }
        @Nullable Object[] values = new Object[(int) (to - from + 1)];
        machine.meter.charge(values.length >> 2);
        for (int i = 0; i < values.length; i++) {
            values[i] = Numbers.box(text[(int) from - 1 + i] & 0xff);
        }
        return values;
    }

    private static @Nullable Object[] chars(Machine machine, Args args) {
        byte[] bytes = machine.newBytes(args.count());
        for (int i = 0; i < bytes.length; i++) {
            int c = args.integer(i + 1);
            if (c < 0 || c > 255) {
                throw LuaError.argument(i + 1, "invalid value");
            }
            bytes[i] = (byte) c;
        }
        return BaseLibrary.one(new LuaString(bytes));
    }

    private static @Nullable Object[] repeat(Machine machine, Args args) {
        byte[] text = args.string(machine, 1).bytes;
        long count = Math.max(0, args.integer(2));
        byte[] all = machine.newBytes(text.length * count);
        if (text.length == 1) {
            Arrays.fill(all, text[0]);
        } else {
            for (int at = 0; at < all.length; at += text.length) {
                System.arraycopy(text, 0, all, at, text.length);
            }
            machine.meter.charge(text.length == 0 ? 0 : count >> 2);
        }
        return BaseLibrary.one(new LuaString(all));
    }

    private static @Nullable Object[] reverse(Machine machine, Args args) {
        byte[] text = args.string(machine, 1).bytes;
        byte[] all = machine.newBytes(text.length);
        for (int i = 0; i < all.length; i++) {
            all[i] = text[text.length - 1 - i];
        }
        return BaseLibrary.one(new LuaString(all));
    }

    private static LuaString changeCase(Machine machine, Args args, int from, int to) {
        byte[] text = args.string(machine, 1).bytes;
        byte[] all = machine.newBytes(text.length);
        machine.meter.charge(text.length >> 3);
        for (int i = 0; i < all.length; i++) {
            all[i] = text[i] >= from && text[i] <= to ? (byte) (text[i] ^ 0x20) : text[i];
        }
        return new LuaString(all);
    }

    private static @Nullable Object[] sub(Machine machine, Args args) {
        LuaString text = args.string(machine, 1);
        long from = Math.max(1, position(args.wide(2), text.bytes.length));
        long to = Math.min(position(args.wide(3, -1), text.bytes.length), text.bytes.length);
        if (from > to) {
            return BaseLibrary.one(LuaString.EMPTY);
        }
        byte[] part = machine.newBytes(to - from + 1);
        System.arraycopy(text.bytes, (int) from - 1, part, 0, part.length);
        return BaseLibrary.one(new LuaString(part));
    }

    private static @Nullable Object[] find(Machine machine, Args args, boolean isFind) {
        byte[] text = args.string(machine, 1).bytes;
        byte[] pattern = args.string(machine, 2).bytes;
        long init = position(args.wide(3, 1), text.length) - 1;
        int from = (int) Math.min(Math.max(0, init), text.length);
        if (isFind && (Types.isTrue(args.get(4)) || isPlain(pattern))) {
            int at = plain(machine, text, pattern, from);
            return at < 0 ? BaseLibrary.one(null) : new Object[] {at + 1.0, (double) at + pattern.length};
        }
        Pattern matcher = new Pattern(machine, text, pattern);
        for (int at = from; at <= text.length; at++) {
            int end = matcher.match(at);
            if (end >= 0) {
                return isFind ? found(matcher, at, end) : matcher.captures(at, end, true);
            }
            if (matcher.isAnchored()) {
                break;
            }
            machine.meter.charge(1);
        }
        return BaseLibrary.one(null);
    }

    private static @Nullable Object[] found(Pattern matcher, int at, int end) {
        @Nullable Object[] captures = matcher.captures(at, end, false);
        @Nullable Object[] all = new Object[captures.length + 2];
        all[0] = at + 1.0;
        all[1] = (double) end;
        System.arraycopy(captures, 0, all, 2, captures.length);
        return all;
    }

    private static boolean isPlain(byte[] pattern) {
        for (byte b : pattern) {
            if ("^$*+?.([%-".indexOf(b) >= 0) {
                return false;
            }
        }
        return true;
    }

    private static int plain(Machine machine, byte[] text, byte[] part, int from) {
        if (part.length == 0) {
            return from;
        }
        for (int at = from; at <= text.length - part.length; at++) {
            if ((at & 15) == 0) {
                machine.meter.charge(1);
            }
            if (text[at] == part[0]) {
                int same = Arrays.mismatch(text, at, at + part.length, part, 0, part.length);
                if (same < 0) {
                    return at;
                }
                machine.meter.charge(same >> 4);
            }
        }
        return -1;
    }

    private static @Nullable Object[] gmatch(Machine machine, Args args) {
        LuaString subject = args.string(machine, 1);
        LuaString pattern = args.string(machine, 2);
        byte[] text = subject.bytes;
        int[] at = {0};
        Pattern matcher = new Pattern(machine, text, pattern.bytes);
        machine.meter.allocate(Machine.NATIVE_BYTES);
        return BaseLibrary.one(Native.ofRun(
                "gmatch",
                (m, none) -> {
                    for (int start = at[0]; start <= text.length; start++) {
                        int end = matcher.matchHere(start);
                        if (end >= 0) {
                            at[0] = end == start ? end + 1 : end;
                            return matcher.captures(start, end, true);
                        }
                        m.meter.charge(1);
                    }
                    at[0] = text.length + 1;
                    return BaseLibrary.one(null);
                },
                subject,
                pattern));
    }
}
