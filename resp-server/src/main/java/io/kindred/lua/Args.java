package io.kindred.lua;

import org.jspecify.annotations.Nullable;

/** The arguments of a library's function, counted from 1, with Lua's errors where they are wrong. Never changed. */
public final class Args {
    private final @Nullable Object[] values;

    Args(@Nullable Object[] values) {
        this.values = values;
    }

    public int count() {
        return values.length;
    }

    @Nullable
    Object[] all() {
        return values;
    }

    public @Nullable Object get(int index) {
        return index <= values.length ? values[index - 1] : null;
    }

    boolean isAbsent(int index) {
        return index > values.length;
    }

    /** Absent, or nil. */
    boolean isNone(int index) {
        return get(index) == null;
    }

    @Nullable
    Object any(int index) {
        if (isAbsent(index)) {
            throw LuaError.argument(index, "value expected");
        }
        return get(index);
    }

    LuaError wrongType(int index, String expected) {
        String got = isAbsent(index) ? "no value" : Types.name(get(index));
        return LuaError.argument(index, expected + " expected, got " + got);
    }

    double number(int index) {
        Double number = Types.number(get(index));
        if (number == null) {
            throw wrongType(index, "number");
        }
        return number;
    }

    double number(int index, double otherwise) {
        return isNone(index) ? otherwise : number(index);
    }

    /** An integer that C code takes as a 32-bit one. */
    int integer(int index) {
        return Numbers.toInt(number(index));
    }

    int integer(int index, int otherwise) {
        return isNone(index) ? otherwise : integer(index);
    }

    long wide(int index) {
        return Numbers.toLong(number(index));
    }

    long wide(int index, long otherwise) {
        return isNone(index) ? otherwise : wide(index);
    }

    public LuaString string(Machine machine, int index) {
        Object value = get(index);
        if (value instanceof LuaString s) {
            return s;
        }
        if (value instanceof Double d) {
            return machine.text(d);
        }
        throw wrongType(index, "string");
    }

    public LuaTable table(int index) {
        if (get(index) instanceof LuaTable table) {
            return table;
        }
        throw wrongType(index, "table");
    }

    LuaFunction function(int index) {
        if (get(index) instanceof LuaFunction function) {
            return function;
        }
        throw wrongType(index, "function");
    }
}
