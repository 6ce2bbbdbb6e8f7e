package io.kindred.lua;

import org.jspecify.annotations.Nullable;

/** The library {@code coroutine}. */
final class CoroutineLibrary {
    static final Native[] FUNCTIONS = {
        new Native("create", (m, args) -> BaseLibrary.one(create(m, args))),
        new Native("resume", CoroutineLibrary::resume),
        new Native("running", (m, args) -> BaseLibrary.one(m.isMain(m.current) ? null : m.current)),
        new Native("status", CoroutineLibrary::status),
        new Native("wrap", CoroutineLibrary::wrap),
        new Native("yield", (m, args) -> m.suspend(args.all())),
    };

    private CoroutineLibrary() {}

    private static Coroutine create(Machine machine, Args args) {
        if (!(args.get(1) instanceof LuaClosure body)) {
            throw LuaError.argument(1, "Lua function expected");
        }
        machine.meter.allocate(Machine.COROUTINE_BYTES);
        return new Coroutine(body);
    }

    private static Coroutine coroutine(Args args) {
        if (!(args.get(1) instanceof Coroutine coroutine)) {
            throw LuaError.argument(1, "coroutine expected");
        }
        return coroutine;
    }

    private static @Nullable Object[] status(Machine machine, Args args) {
        String status = coroutine(args).status.name().toLowerCase(java.util.Locale.ROOT);
        return BaseLibrary.one(machine.newString(status));
    }

    private static void checkSuspended(Coroutine coroutine) {
        if (coroutine.status != Coroutine.Status.SUSPENDED) {
            String status = coroutine.status.name().toLowerCase(java.util.Locale.ROOT);
            throw LuaError.of(LuaString.ascii("cannot resume " + status + " coroutine"));
        }
    }

    private static @Nullable Object[] resume(Machine machine, Args args) {
        Coroutine coroutine = coroutine(args);
        @Nullable Object[] all = args.all();
        try {
            checkSuspended(coroutine);
            @Nullable Object[] results = machine.resume(coroutine, java.util.Arrays.copyOfRange(all, 1, all.length));
            @Nullable Object[] told = new Object[results.length + 1];
            told[0] = true;
            System.arraycopy(results, 0, told, 1, results.length);
            return told;
        } catch (LuaError error) {
            return new Object[] {false, error.value()};
        }
    }

    private static @Nullable Object[] wrap(Machine machine, Args args) {
        Coroutine coroutine = create(machine, args);
        machine.meter.allocate(Machine.NATIVE_BYTES);
        return BaseLibrary.one(Native.ofRun(
                "wrap",
                (m, given) -> {
                    try {
                        checkSuspended(coroutine);
                        return m.resume(coroutine, given.all());
                    } catch (LuaError error) {
                        if (error.value() instanceof LuaString text) {
                            throw LuaError.library(text.latin());
                        }
                        throw LuaError.of(error.value());
                    }
                },
                coroutine));
    }
}
