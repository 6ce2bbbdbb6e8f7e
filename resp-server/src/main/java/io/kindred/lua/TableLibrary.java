package io.kindred.lua;

import org.jspecify.annotations.Nullable;

/** The library {@code table}. */
final class TableLibrary {
    static final Native[] FUNCTIONS = {
        new Native("concat", TableLibrary::concat),
        new Native("foreach", TableLibrary::forEach),
        new Native("foreachi", TableLibrary::forEachIndex),
        new Native("getn", (m, args) -> BaseLibrary.one((double) args.table(1).length())),
        new Native("insert", TableLibrary::insert),
        new Native("maxn", TableLibrary::greatest),
        new Native("remove", TableLibrary::remove),
        new Native("setn", (m, args) -> {
            args.table(1);
            throw LuaError.library("'setn' is obsolete");
        }),
        new Native("sort", TableLibrary::sort),
    };

    private TableLibrary() {}

    private static @Nullable Object[] concat(Machine machine, Args args) {
        byte[] separator = args.isNone(2) ? new byte[0] : args.string(machine, 2).bytes;
        LuaTable table = args.table(1);
        int from = args.integer(3, 1);
        int to = args.isNone(4) ? table.length() : args.integer(4);
        try (ByteSink out = new ByteSink(machine)) {
            for (long i = from; i <= to; i++) {
                machine.meter.charge(1);
                Object value = table.get((int) i);
                if (value instanceof LuaString s) {
                    out.add(s.bytes);
                } else if (value instanceof Double d) {
                    out.add(machine.text(d).bytes);
                } else {
                    throw LuaError.library(
                            "invalid value (" + Types.name(value) + ") at index " + i + " in table for 'concat'");
                }
                if (i != to) {
                    out.add(separator);
                }
            }
            return BaseLibrary.one(out.toLua());
        }
    }

    private static @Nullable Object[] forEach(Machine machine, Args args) {
        LuaTable table = args.table(1);
        LuaFunction function = args.function(2);
        for (int at = table.occupiedFrom(0); at >= 0; at = table.occupiedFrom(at + 1)) {
            @Nullable Object[] results = machine.call(function, table.keyAt(at), table.valueAt(at));
            if (results.length > 0 && results[0] != null) {
                return BaseLibrary.one(results[0]);
            }
        }
        return Frame.NONE;
    }

    private static @Nullable Object[] forEachIndex(Machine machine, Args args) {
        LuaTable table = args.table(1);
        LuaFunction function = args.function(2);
        int length = table.length();
        for (int i = 1; i <= length; i++) {
            @Nullable Object[] results = machine.call(function, (double) i, table.get(i));
            if (results.length > 0 && results[0] != null) {
                return BaseLibrary.one(results[0]);
            }
        }
        return Frame.NONE;
    }

    private static @Nullable Object[] insert(Machine machine, Args args) {
        LuaTable table = args.table(1);
        int end = table.length() + 1;
        if (args.count() == 2) {
            table.set(end, args.get(2));
            return Frame.NONE;
        }
        if (args.count() != 3) {
            throw LuaError.library("wrong number of arguments to 'insert'");
        }
        int position = args.integer(2);
        end = Math.max(end, position);
        machine.meter.charge(((long) end - position) >> 2);
        for (int i = end; i > position; i--) {
            table.set(i, table.get(i - 1));
        }
        table.set(position, args.get(3));
        return Frame.NONE;
    }

    private static @Nullable Object[] remove(Machine machine, Args args) {
        LuaTable table = args.table(1);
        int length = table.length();
        int position = args.integer(2, length);
        if (position < 1 || position > length) {
            return Frame.NONE;
        }
        Object removed = table.get(position);
        machine.meter.charge(((long) length - position) >> 2);
        for (int i = position; i < length; i++) {
            table.set(i, table.get(i + 1));
        }
        table.set(length, null);
        return BaseLibrary.one(removed);
    }

    private static @Nullable Object[] greatest(Machine machine, Args args) {
        LuaTable table = args.table(1);
        double max = 0;
        for (int at = table.occupiedFrom(0); at >= 0; at = table.occupiedFrom(at + 1)) {
            machine.meter.charge(1);
            if (table.keyAt(at) instanceof Double d && d > max) {
                max = d;
            }
        }
        return BaseLibrary.one(max);
    }

    private static @Nullable Object[] sort(Machine machine, Args args) {
        LuaTable table = args.table(1);
        int length = table.length();
        LuaFunction order = args.isNone(2) ? null : args.function(2);
        new Sorting(machine, table, order).sort(1, length);
        return Frame.NONE;
    }
}
