package io.kindred.lua;

import org.jspecify.annotations.Nullable;

/**
 * The libraries, made once for all runs: their tables are read-only and their functions keep nothing, so a run only gets a
 * table of globals of its own, which is a copy of a few arrays.
 */
public final class Libraries {
    private final LuaTable globals = LuaTable.ofLibrary();
    private final LuaTable stringMetatable = LuaTable.ofLibrary();

    /** With all that a script may use of Lua itself, and of the libraries that Redis brings. */
    public Libraries() {
        BaseLibrary.addTo(this);
        LuaTable string = table("string", StringLibrary.FUNCTIONS);
        string.set(LuaString.constant("gfind"), StringLibrary.GMATCH);
        table("table", TableLibrary.FUNCTIONS).makeReadOnly();
        LuaTable math = table("math", MathLibrary.FUNCTIONS);
        math.set(LuaString.constant("pi"), Math.PI);
        math.set(LuaString.constant("huge"), Double.POSITIVE_INFINITY);
        table("coroutine", CoroutineLibrary.FUNCTIONS).makeReadOnly();
        table("bit", BitLibrary.FUNCTIONS).makeReadOnly();
        table("struct", StructLibrary.FUNCTIONS).makeReadOnly();
        LuaTable cmsgpack = table("cmsgpack", CmsgpackLibrary.FUNCTIONS);
        cmsgpack.set(LuaString.constant("_NAME"), LuaString.constant("cmsgpack"));
        cmsgpack.set(LuaString.constant("_VERSION"), LuaString.constant("lua-cmsgpack 0.4.0"));
        LuaTable cjson = table("cjson", CjsonLibrary.FUNCTIONS);
        cjson.set(LuaString.constant("null"), CjsonLibrary.NULL);
        cjson.set(LuaString.constant("_NAME"), LuaString.constant("cjson"));
        cjson.set(LuaString.constant("_VERSION"), LuaString.constant("2.1.0"));
        string.makeReadOnly();
        math.makeReadOnly();
        cmsgpack.makeReadOnly();
        cjson.makeReadOnly();
        stringMetatable.set(Meta.INDEX, string);
        stringMetatable.makeReadOnly();
        LuaTable metatable = LuaTable.ofLibrary();
        metatable.set(Meta.INDEX, new Native("__index", Libraries::missing));
        metatable.makeReadOnly();
        globals.setMetatable(metatable);
    }

    private static @Nullable Object[] missing(Machine machine, Args args) {
        String name = args.get(2) instanceof LuaString s
                ? s.latin()
                : args.string(machine, 2).latin();
        throw LuaError.library("Script attempted to access nonexistent global variable '" + name + "'");
    }

    private LuaTable table(String name, Native[] functions) {
        LuaTable table = LuaTable.ofLibrary();
        for (Native function : functions) {
            table.set(LuaString.constant(function.name), function);
        }
        global(name, table);
        return table;
    }

    /** A library of the host's. */
    public void add(String name, Native[] functions, Object... namesAndConstants) {
        LuaTable table = LuaTable.ofLibrary();
        for (Native function : functions) {
            table.set(LuaString.constant(function.name), function);
        }
        for (int i = 0; i < namesAndConstants.length; i += 2) {
            table.set(LuaString.constant((String) namesAndConstants[i]), namesAndConstants[i + 1]);
        }
        table.makeReadOnly();
        global(name, table);
    }

    void global(String name, Object value) {
        globals.set(LuaString.constant(name), value);
    }

    LuaTable globalsFor(Meter meter) {
        LuaTable copy = globals.copyFor(meter);
        copy.set(LuaString.constant("_G"), copy);
        return copy;
    }

    LuaTable stringMetatable() {
        return stringMetatable;
    }
}
