package io.kindred.lua;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lua's basic functions, without those that reach out of a script (files, printing, environments, proxies). */
final class BaseLibrary {
    private static final @Nullable Object[] NONE = Frame.NONE;
    private static final int RESULTS_MAX = 8000;
    private static final LuaString LOAD_NAME = LuaString.constant("=(load)");

    private static final LuaString ERR = LuaString.constant("err");

    static final Native NEXT = new Native("next", BaseLibrary::next);
    private static final Native INEXT = new Native("inext", BaseLibrary::inext);

    private BaseLibrary() {}

    static void addTo(Libraries libraries) {
        libraries.global("_VERSION", LuaString.constant("Lua 5.1"));
        for (Native function : functions()) {
            libraries.global(function.name, function);
        }
    }

    private static List<Native> functions() {
        return List.of(
                NEXT,
                new Native("assert", BaseLibrary::assertTrue),
                new Native("collectgarbage", BaseLibrary::collectGarbage),
                new Native("error", BaseLibrary::error),
                new Native("gcinfo", (m, args) -> one(kilobytes(m))),
                new Native("getmetatable", BaseLibrary::getMetatable),
                new Native("ipairs", (m, args) -> new Object[] {INEXT, args.table(1), 0.0}),
                new Native("load", BaseLibrary::load),
                new Native("loadstring", BaseLibrary::loadString),
                new Native("pairs", (m, args) -> new Object[] {NEXT, args.table(1), null}),
                new Native("pcall", BaseLibrary::pcall),
                new Native("rawequal", (m, args) -> one(Types.rawEquals(args.any(1), args.any(2)))),
                new Native("rawget", BaseLibrary::rawGet),
                new Native("rawset", BaseLibrary::rawSet),
                new Native("select", BaseLibrary::select),
                new Native("setmetatable", BaseLibrary::setMetatable),
                new Native("tonumber", BaseLibrary::toNumber),
                new Native("tostring", (m, args) -> one(toText(m, args.any(1)))),
                new Native("type", (m, args) -> one(TYPE_NAMES.get(TYPES.indexOf(Types.name(args.any(1)))))),
                new Native("unpack", BaseLibrary::unpack),
                new Native("xpcall", BaseLibrary::xpcall));
    }

    private static final List<String> TYPES =
            List.of("nil", "number", "string", "table", "boolean", "function", "thread", "userdata");
    private static final List<LuaString> TYPE_NAMES =
            TYPES.stream().map(LuaString::constant).toList();

    static @Nullable Object[] one(@Nullable Object value) {
        return new Object[] {value};
    }

    private static @Nullable Object[] next(Machine machine, Args args) {
        LuaTable table = args.table(1);
        int position = following(table, args.get(2));
        return position < 0 ? one(null) : new Object[] {table.keyAt(position), table.valueAt(position)};
    }

    /** The position of what follows a key, or -1. */
    static int following(LuaTable table, @Nullable Object key) {
        int from = table.positionAfter(key);
        if (from < 0) {
            throw LuaError.core("invalid key to 'next'");
        }
        return table.occupiedFrom(from);
    }

    private static @Nullable Object[] inext(Machine machine, Args args) {
        int index = args.integer(2) + 1;
        Object value = args.table(1).get(index);
        return value == null ? one(null) : new Object[] {Numbers.box(index), value};
    }

    private static @Nullable Object[] assertTrue(Machine machine, Args args) {
        if (!Types.isTrue(args.any(1))) {
            throw LuaError.library(
                    args.isNone(2)
                            ? "assertion failed!"
                            : args.string(machine, 2).latin());
        }
        return args.all();
    }

    private static double kilobytes(Machine machine) {
        return machine.meter.memoryBytes() / 1024.0;
    }

    private static @Nullable Object[] collectGarbage(Machine machine, Args args) {
        String option = args.isNone(1) ? "collect" : args.string(machine, 1).latin();
        return switch (option) {
            case "collect", "stop", "restart" -> one(0.0);
            case "count" -> one(kilobytes(machine));
            case "step" -> one(false);
            case "setpause", "setstepmul" -> one(200.0);
            default -> throw LuaError.argument(1, "invalid option '" + option + "'");
        };
    }

    private static @Nullable Object[] error(Machine machine, Args args) {
        Object value = args.get(1);
        int level = args.integer(2, 1);
        if (value instanceof Double d) {
            value = machine.text(d);
        }
        if (value instanceof LuaString text && level > 0) {
            value = machine.newString(where(machine, level) + text.latin());
        }
        throw LuaError.of(value);
    }

    private static String where(Machine machine, int level) {
        Frame frame = machine.frame;
        int op = frame == null ? -1 : frame.closure.proto.code[frame.pc] & 0xff;
        if (frame == null || machine.calledByLibrary() || op != Op.CALL && op != Op.TAILCALL && op != Op.TFORCALL) {
            return level == 1 ? "" : level == 2 && frame != null ? frame.where() : "";
        }
        for (int i = 1; i < level && frame != null; i++) {
            frame = frame.isBase || frame.isTailCall ? null : frame.caller;
        }
        return frame == null ? "" : frame.where();
    }

    private static @Nullable Object[] getMetatable(Machine machine, Args args) {
        LuaTable metatable = machine.meta.metatable(args.any(1));
        if (metatable == null) {
            return one(null);
        }
        Object shown = metatable.get(Meta.METATABLE);
        return one(shown == null ? metatable : shown);
    }

    private static @Nullable Object[] setMetatable(Machine machine, Args args) {
        LuaTable table = args.table(1);
        Object metatable = args.get(2);
        if (args.isAbsent(2) || metatable != null && !(metatable instanceof LuaTable)) {
            throw LuaError.argument(2, "nil or table expected");
        }
        if (table.metatable != null && table.metatable.get(Meta.METATABLE) != null) {
            throw LuaError.library("cannot change a protected metatable");
        }
        table.setMetatable((LuaTable) metatable);
        return one(table);
    }

    private static @Nullable Object[] loadString(Machine machine, Args args) {
        LuaString text = args.string(machine, 1);
        LuaString name = args.isNone(2) ? text : args.string(machine, 2);
        return compile(machine, text.bytes, name);
    }

    private static @Nullable Object[] load(Machine machine, Args args) {
        LuaFunction reader = args.function(1);
        LuaString name = args.isNone(2) ? LOAD_NAME : args.string(machine, 2);
        try (ByteSink text = new ByteSink(machine)) {
            while (true) {
                @Nullable Object[] piece = machine.call(reader);
                Object value = piece.length == 0 ? null : piece[0];
                if (value == null || value instanceof LuaString s && s.bytes.length == 0) {
                    return compile(machine, text.toBytes(), name);
                }
                if (value instanceof Double d) {
                    value = machine.text(d);
                }
                if (!(value instanceof LuaString s)) {
                    return new Object[] {null, machine.newString("reader function must return a string")};
                }
                text.add(s.bytes);
            }
        }
    }

    private static @Nullable Object[] compile(Machine machine, byte[] text, LuaString name) {
        // A tree and its code take up to about a hundred bytes for each of the text, and none of them is traced.
        machine.meter.charge(10L + text.length);
        machine.meter.allocate(100L * text.length);
        try {
            return one(new LuaClosure(Parser.parse(text, name.latin(), true), new Cell[0]));
        } catch (SyntaxError wrong) {
            return new Object[] {null, machine.newString(wrong.text())};
        }
    }

    private static @Nullable Object[] pcall(Machine machine, Args args) {
        Object function = args.any(1);
        @Nullable Object[] all = args.all();
        @Nullable Object[] results = machine.protectedCall(function, Arrays.copyOfRange(all, 1, all.length), null);
        // Redis hands on the text of an error that is a table of its own form.
        if (results[0] == Boolean.FALSE && results[1] instanceof LuaTable error) {
            Object text = error.get(ERR);
            results[1] = text instanceof LuaString || text instanceof Double ? text : error;
        }
        return results;
    }

    private static @Nullable Object[] xpcall(Machine machine, Args args) {
        Object handler = args.any(2);
        return machine.protectedCall(args.get(1), NONE, handler == null ? false : handler);
    }

    private static @Nullable Object[] rawGet(Machine machine, Args args) {
        LuaTable table = args.table(1);
        return one(table.get(args.any(2)));
    }

    private static @Nullable Object[] rawSet(Machine machine, Args args) {
        LuaTable table = args.table(1);
        Object key = args.any(2);
        Object value = args.any(3);
        if (table.isReadOnly()) {
            throw LuaError.core(LuaTable.READ_ONLY);
        }
        if (key == null) {
            throw LuaError.core("table index is nil");
        }
        table.set(key, value);
        return one(table);
    }

    private static @Nullable Object[] select(Machine machine, Args args) {
        @Nullable Object[] all = args.all();
        machine.meter.charge(all.length >> 3);
        if (args.get(1) instanceof LuaString s && s.bytes.length > 0 && s.bytes[0] == '#') {
            return one((double) all.length - 1);
        }
        int index = args.integer(1);
        if (index < 0) {
            index = all.length + index;
        } else if (index > all.length) {
            index = all.length;
        }
        if (index < 1) {
            throw LuaError.argument(1, "index out of range");
        }
        return Arrays.copyOfRange(all, index, all.length);
    }

    private static @Nullable Object[] toNumber(Machine machine, Args args) {
        int base = args.integer(2, 10);
        if (base == 10) {
            Object value = args.any(1);
            if (value instanceof LuaString s) {
                machine.meter.charge(2 + (s.bytes.length >> 2));
            }
            return one(Types.number(value));
        }
        LuaString text = args.string(machine, 1);
        if (base < 2 || base > 36) {
            throw LuaError.argument(2, "base out of range");
        }
        machine.meter.charge(2 + text.bytes.length);
        return one(Numbers.parse(text.latin(), base));
    }

    /** What {@code tostring} gives. */
    public static @Nullable Object toText(Machine machine, @Nullable Object value) {
        Object handler = machine.meta.method(value, Meta.TOSTRING);
        if (handler != null && !(value instanceof LuaString)) {
            @Nullable Object[] results = machine.call(handler, value);
            return results.length == 0 ? null : results[0];
        }
        if (value instanceof LuaString) {
            return value;
        } else if (value instanceof Double d) {
            return machine.text(d);
        } else if (value instanceof LightUserdata data) {
            return machine.newString(data.shown());
        } else if (value == null || value instanceof Boolean) {
            return machine.newString(value == null ? "nil" : value.toString());
        }
        return machine.newString(String.format("%s: 0x%012x", Types.name(value), machine.address(value)));
    }

    private static @Nullable Object[] unpack(Machine machine, Args args) {
        LuaTable table = args.table(1);
        int from = args.integer(2, 1);
        int to = args.isNone(3) ? table.length() : args.integer(3);
        if (from > to) {
            return NONE;
        }
        long count = (long) to - from + 1;
        if (count + args.count() > RESULTS_MAX) {
            throw LuaError.library("too many results to unpack");
        }
        machine.meter.charge(count >> 2);
        List<@Nullable Object> values = new ArrayList<>((int) count);
        for (int i = 0; i < count; i++) {
            values.add(table.get(from + i));
        }
        return values.toArray();
    }
}
