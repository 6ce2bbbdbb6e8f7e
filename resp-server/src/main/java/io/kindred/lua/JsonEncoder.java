package io.kindred.lua;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** One call of {@code cjson.encode}. Tables within tables wait in a list, so depth takes nothing of the thread's stack. */
final class JsonEncoder {
    /** A table that is being written: an array of that length, or (below 1) an object; and what comes next of it. */
    private static final class Level {
        final LuaTable table;
        final int length;
        int next;

        Level(LuaTable table, int length) {
            this.table = table;
            this.length = length;
        }
    }

    private final ArrayDeque<Level> levels = new ArrayDeque<>();
    private final Machine machine;
    private final JsonSettings settings;
    private final ByteSink out;

    JsonEncoder(Machine machine) {
        this.machine = machine;
        this.settings = machine.json;
        this.out = new ByteSink(machine);
    }

    LuaString encode(@Nullable Object value) {
        try (out) {
            append(value);
            for (Level level = levels.peek(); level != null; level = levels.peek()) {
                if (level.length > 0) {
                    item(level);
                } else {
                    field(level);
                }
            }
            return out.toLua();
        }
    }

    private static LuaError refused(@Nullable Object value, String why) {
        return LuaError.library("Cannot serialise " + Types.name(value) + ": " + why);
    }

    private void append(@Nullable Object value) {
        machine.meter.charge(1);
        if (value instanceof LuaString s) {
            string(s.bytes);
        } else if (value instanceof Double d) {
            number(d);
        } else if (value == null || value == CjsonLibrary.NULL) {
            out.add("null");
        } else if (value instanceof Boolean b) {
            out.add(b ? "true" : "false");
        } else if (value instanceof LuaTable table) {
            begin(table);
        } else {
            throw refused(value, "type not supported");
        }
    }

    private void number(double number) {
        boolean invalid = Double.isNaN(number) || Double.isInfinite(number);
        if (invalid && settings.encodeInvalid == JsonSettings.Invalid.REFUSED) {
            throw refused(number, "must not be NaN or Inf");
        }
        if (invalid && settings.encodeInvalid == JsonSettings.Invalid.NULL) {
            out.add("null");
        } else if (Double.isNaN(number)) {
            out.add("nan");
        } else {
            out.add(shown(number));
        }
    }

    private String shown(double number) {
        if (settings.precision == 14) {
            return machine.text(number).latin();
        }
        machine.meter.charge(60);
        return Numbers.general(number, settings.precision);
    }

    private void string(byte[] bytes) {
        machine.meter.charge(bytes.length >> 3);
        out.add('"');
        for (byte b : bytes) {
            switch (b) {
                case '"' -> out.add("\\\"");
                case '\\' -> out.add("\\\\");
                case '/' -> out.add("\\/");
                case '\b' -> out.add("\\b");
                case '\f' -> out.add("\\f");
                case '\n' -> out.add("\\n");
                case '\r' -> out.add("\\r");
                case '\t' -> out.add("\\t");
                default -> {
                    if (b >= 0 && b < 32 || b == 127) {
                        out.add("\\u00" + Character.forDigit(b >> 4, 16) + Character.forDigit(b & 15, 16));
                    } else {
                        out.add(b);
                    }
                }
            }
        }
        out.add('"');
    }

    private void begin(LuaTable table) {
        int depth = levels.size() + 1;
        if (depth > Math.min(settings.encodeDepth, JsonSettings.DEPTH_MAX)) {
            throw LuaError.library("Cannot serialise, excessive nesting (" + depth + ")");
        }
        Level level = new Level(table, arrayLength(table));
        out.add(level.length > 0 ? '[' : '{');
        levels.push(level);
    }

    /** The greatest index of what is an array, else -1. */
    private int arrayLength(LuaTable table) {
        double max = 0;
        int items = 0;
        for (int at = table.occupiedFrom(0); at >= 0; at = table.occupiedFrom(at + 1)) {
            machine.meter.charge(1);
            if (!(table.keyAt(at) instanceof Double key) || key < 1 || key != Math.floor(key)) {
                return -1;
            }
            max = Math.max(max, key);
            items++;
        }
        if (settings.sparseRatio > 0 && max > (double) items * settings.sparseRatio && max > settings.sparseSafe) {
            if (!settings.sparseConverted) {
                throw refused(table, "excessively sparse array");
            }
            return -1;
        }
        return (int) max;
    }

    private void item(Level level) {
        if (level.next == level.length) {
            out.add(']');
            levels.pop();
            return;
        }
        if (level.next > 0) {
            out.add(',');
        }
        append(level.table.get(++level.next));
    }

    private void field(Level level) {
        int at = level.table.occupiedFrom(level.next);
        if (at < 0) {
            out.add('}');
            levels.pop();
            return;
        }
        if (level.next > 0) {
            out.add(',');
        }
        level.next = at + 1;
        Object key = level.table.keyAt(at);
        if (key instanceof Double d) {
            out.add('"');
            number(d);
            out.add("\":");
        } else if (key instanceof LuaString s) {
            string(s.bytes);
            out.add(':');
        } else {
            throw refused(key, "table key must be a number or string");
        }
        append(level.table.valueAt(at));
    }
}
