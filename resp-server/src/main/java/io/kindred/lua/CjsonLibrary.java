package io.kindred.lua;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The library {@code cjson} (lua-cjson 2.1). */
final class CjsonLibrary {
    static final LightUserdata NULL = new LightUserdata("userdata: (nil)");

    static final Native[] FUNCTIONS = {
        new Native("encode", (m, args) -> {
            only(args);
            return BaseLibrary.one(new JsonEncoder(m).encode(args.get(1)));
        }),
        new Native("decode", (m, args) -> {
            only(args);
            return BaseLibrary.one(new JsonDecoder(m, args.string(m, 1).bytes).decode());
        }),
        new Native("encode_max_depth", CjsonLibrary::encodeDepth),
        new Native("decode_max_depth", CjsonLibrary::decodeDepth),
        new Native("encode_sparse_array", CjsonLibrary::sparse),
        new Native("encode_keep_buffer", CjsonLibrary::keepBuffer),
        new Native("encode_number_precision", CjsonLibrary::precision),
        new Native("encode_invalid_numbers", CjsonLibrary::encodeInvalid),
        new Native("decode_invalid_numbers", CjsonLibrary::decodeInvalid),
        new Native("new", CjsonLibrary::copy),
    };

    private CjsonLibrary() {}

    private static void only(Args args) {
        if (args.count() != 1) {
            throw LuaError.argument(1, "expected 1 argument");
        }
    }

    private static void atMost(Args args, int count) {
        if (args.count() > count) {
            throw LuaError.argument(count + 1, "found too many arguments");
        }
    }

    private static int within(Args args, int index, int otherwise, int least, int most) {
        if (args.isNone(index)) {
            return otherwise;
        }
        int value = args.integer(index);
        if (value < least || value > most) {
            throw LuaError.argument(index, "expected integer between " + least + " and " + most);
        }
        return value;
    }

    private static boolean flag(Machine machine, Args args, int index, boolean otherwise) {
        Object value = args.get(index);
        if (value == null) {
            return otherwise;
        }
        if (value instanceof Boolean b) {
            return b;
        }
        return options(machine, args, index, "off", "on") == 1;
    }

    private static int options(Machine machine, Args args, int index, String... options) {
        LuaString text = args.string(machine, index);
        for (int i = 0; i < options.length; i++) {
            if (options[i].equals(text.latin())) {
                return i;
            }
        }
        throw LuaError.argument(index, "invalid option '" + text.latin() + "'");
    }

    private static @Nullable Object[] encodeDepth(Machine machine, Args args) {
        atMost(args, 1);
        JsonSettings settings = machine.json;
        settings.encodeDepth = within(args, 1, settings.encodeDepth, 1, Integer.MAX_VALUE);
        return BaseLibrary.one((double) settings.encodeDepth);
    }

    private static @Nullable Object[] decodeDepth(Machine machine, Args args) {
        atMost(args, 1);
        JsonSettings settings = machine.json;
        settings.decodeDepth = within(args, 1, settings.decodeDepth, 1, Integer.MAX_VALUE);
        return BaseLibrary.one((double) settings.decodeDepth);
    }

    private static @Nullable Object[] sparse(Machine machine, Args args) {
        atMost(args, 3);
        JsonSettings settings = machine.json;
        settings.sparseConverted = flag(machine, args, 1, settings.sparseConverted);
        settings.sparseRatio = within(args, 2, settings.sparseRatio, 0, Integer.MAX_VALUE);
        settings.sparseSafe = within(args, 3, settings.sparseSafe, 0, Integer.MAX_VALUE);
        return new Object[] {settings.sparseConverted, (double) settings.sparseRatio, (double) settings.sparseSafe};
    }

    private static @Nullable Object[] keepBuffer(Machine machine, Args args) {
        atMost(args, 1);
        machine.json.keepsBuffer = flag(machine, args, 1, machine.json.keepsBuffer);
        return BaseLibrary.one(machine.json.keepsBuffer);
    }

    private static @Nullable Object[] precision(Machine machine, Args args) {
        atMost(args, 1);
        JsonSettings settings = machine.json;
        settings.precision = within(args, 1, settings.precision, 1, 14);
        return BaseLibrary.one((double) settings.precision);
    }

    private static @Nullable Object[] encodeInvalid(Machine machine, Args args) {
        atMost(args, 1);
        JsonSettings settings = machine.json;
        if (args.get(1) instanceof Boolean b) {
            settings.encodeInvalid = b ? JsonSettings.Invalid.ALLOWED : JsonSettings.Invalid.REFUSED;
        } else if (!args.isNone(1)) {
            settings.encodeInvalid = JsonSettings.Invalid.values()[options(machine, args, 1, "off", "on", "null")];
        }
        return BaseLibrary.one(
                switch (settings.encodeInvalid) {
                    case REFUSED -> false;
                    case ALLOWED -> true;
                    case NULL -> LuaString.ascii(settings.encodeInvalid.name().toLowerCase(Locale.ROOT));
                });
    }

    private static @Nullable Object[] decodeInvalid(Machine machine, Args args) {
        atMost(args, 1);
        machine.json.decodeInvalid = flag(machine, args, 1, machine.json.decodeInvalid);
        return BaseLibrary.one(machine.json.decodeInvalid);
    }

    /** A table with the same functions; settings belong to the run, so it shares them. */
    private static @Nullable Object[] copy(Machine machine, Args args) {
        LuaTable table = machine.newTable(0, FUNCTIONS.length + 1);
        for (Native function : FUNCTIONS) {
            table.set(LuaString.constant(function.name), function);
        }
        table.set(LuaString.constant("null"), NULL);
        return BaseLibrary.one(table);
    }
}
