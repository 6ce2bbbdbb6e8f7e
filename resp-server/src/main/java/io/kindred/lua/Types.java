package io.kindred.lua;

import org.jspecify.annotations.Nullable;

/** What all values have: a type's name, truth, a number where they can be one. */
final class Types {
    private Types() {}

    static String name(@Nullable Object value) {
        if (value == null) {
            return "nil";
        } else if (value instanceof Double) {
            return "number";
        } else if (value instanceof LuaString) {
            return "string";
        } else if (value instanceof LuaTable) {
            return "table";
        } else if (value instanceof Boolean) {
            return "boolean";
        } else if (value instanceof LuaFunction) {
            return "function";
        } else if (value instanceof Coroutine) {
            return "thread";
        }
        return "userdata";
    }

    static boolean isTrue(@Nullable Object value) {
        return value != null && value != Boolean.FALSE && !(value instanceof Boolean b && !b);
    }

    /** A number, or the number that a string is; else null. */
    static @Nullable Double number(@Nullable Object value) {
        if (value instanceof Double d) {
            return d;
        }
        return value instanceof LuaString s ? Numbers.parse(s.bytes) : null;
    }

    static boolean rawEquals(@Nullable Object a, @Nullable Object b) {
        if (a == b) {
            return !(a instanceof Double d) || !d.isNaN();
        }
        if (a instanceof Double x) {
            return b instanceof Double y && x.doubleValue() == y.doubleValue();
        }
        if (a instanceof LuaString || a instanceof Boolean || a instanceof LightUserdata) {
            return a.equals(b);
        }
        return false;
    }
}
