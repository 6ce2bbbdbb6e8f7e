package io.kindred.lua;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs a chunk, once: its frames, its coroutines, its globals. Lua functions that call each other take no stack of Java's;
 * functions that a library or a metamethod calls do, and {@link #NESTING_MAX} of them may be within each other (Lua 5.1's
 * {@code LUAI_MAXCCALLS}).
 *
 * <p>An exception that is no {@link LuaError} (of {@link Meter}, or of what the host's functions call) goes through all of it
 * untouched; the machine is of no use afterwards.
 *
 * <p>Owned by: the thread that runs the script.
 */
public final class Machine {
    private static final int NESTING_MAX = 200;
    static final int COROUTINE_BYTES = 200;

    /** Of a value in an array, with a number. */
    static final int VALUE_BYTES = 24;

    /** Of a library's function that belongs to a run, with the state of a pattern. */
    static final int NATIVE_BYTES = 512;

    private static final @Nullable Object[] NONE = Frame.NONE;

    /** What a function gives back to say that its coroutine yields. */
    static final @Nullable Object[] YIELD = {"yield"};

    final Meter meter;
    final LuaTable globals;
    final Meta meta;
    private final Interpreter interpreter;
    final DeterministicRandom random = new DeterministicRandom();
    final JsonSettings json = new JsonSettings();

    /** What libraries build, where no frame has it yet. */
    private final List<Object> building = new ArrayList<>();

    private final Object host;
    private final Coroutine main = new Coroutine(null);
    Coroutine current = main;

    @Nullable
    Frame frame;

    int nesting;

    /** How deep the Lua code is nested that called a library last. */
    private int nativesWithin;

    /** A machine with the libraries, whose functions find the host. */
    public Machine(Libraries libraries, Meter meter, Object host) {
        this.meter = meter;
        this.host = host;
        this.globals = libraries.globalsFor(meter);
        this.meta = new Meta(this, libraries.stringMetatable());
        this.interpreter = new Interpreter(this, meter);
        main.status = Coroutine.Status.RUNNING;
        meter.setRoots(this::visitRoots);
    }

    private void visitRoots(Trace trace) {
        trace.visit(globals);
        trace.visitFrames(frame);
        for (Coroutine c = current; c != null; c = c.resumedBy) {
            trace.visitFrames(c == current ? null : c.frame);
        }
        for (Object value : building) {
            trace.visit(value);
        }
    }

    /** What the machine was made with. */
    public Object host() {
        return host;
    }

    public Meter meter() {
        return meter;
    }

    /** Sets a global before the run; scripts cannot. */
    public void setGlobal(String name, Object value) {
        globals.set(LuaString.constant(name), value);
    }

    /** Runs a chunk. */
    public @Nullable Object[] run(Chunk chunk) {
        globals.makeReadOnly();
        return run(new LuaClosure(chunk.proto(), new Cell[0]), NONE);
    }

    // Calls.

    @Nullable
    Object[] run(LuaClosure closure, @Nullable Object[] args) {
        enterNested();
        Frame outer = frame;
        Frame base = newFrame(closure, outer, args);
        base.isBase = true;
        frame = base;
        @Nullable Object[] results = interpreter.execute(base);
        frame = outer;
        nesting--;
        return results;
    }

    private void enterNested() {
        if (nesting >= NESTING_MAX) {
            throw LuaError.core("C stack overflow");
        }
        nesting++;
    }

    private Frame newFrame(LuaClosure closure, @Nullable Frame outer, @Nullable Object[] args) {
        Frame made = frame(closure, outer);
        int fixed = Math.min(args.length, closure.proto.parameters);
        System.arraycopy(args, 0, made.registers, 0, fixed);
        if (closure.proto.isVararg && args.length > closure.proto.parameters) {
            meter.allocate(VALUE_BYTES * (long) args.length);
            made.varargs = java.util.Arrays.copyOfRange(args, closure.proto.parameters, args.length);
        }
        return made;
    }

    /** An empty frame, within the bounds of depth and memory. */
    Frame frame(LuaClosure closure, @Nullable Frame outer) {
        int depth = outer == null ? 1 : outer.depth + 1;
        if (depth > current.deepest) {
            if (depth > Coroutine.DEPTH_MAX) {
                throw LuaError.core("stack overflow");
            }
            current.deepest = depth;
            meter.allocate(frameBytes(closure.proto));
        }
        return new Frame(closure, outer, depth);
    }

    static long frameBytes(Proto proto) {
        return 96 + 24L * proto.registers;
    }

    static long closureBytes(int cells) {
        return 64 + 8L * cells;
    }

    /** Calls a function for a library. */
    public @Nullable Object[] call(@Nullable Object function, @Nullable Object... args) {
        meter.charge(2);
        if (function instanceof LuaClosure closure) {
            return run(closure, args);
        }
        if (function instanceof Native library) {
            return callNative(library, args);
        }
        Object handler = meta.method(function, Meta.CALL);
        if (!(handler instanceof LuaFunction)) {
            throw Meta.wrongType("call", function, null);
        }
        @Nullable Object[] all = new Object[args.length + 1];
        all[0] = function;
        System.arraycopy(args, 0, all, 1, args.length);
        return call(handler, all);
    }

    private @Nullable Object[] callNative(Native library, @Nullable Object[] args) {
        enterNested();
        try {
            @Nullable Object[] results = library.call(this, args);
            nesting--;
            return results;
        } catch (LuaError error) {
            error.passesLibrary();
            throw error;
        }
    }

    /** Calls a metamethod for the instruction that runs; its first result. */
    @Nullable
    Object callMeta(@Nullable Object handler, @Nullable Object... args) {
        if (handler instanceof Native library) {
            enterNested();
            @Nullable Object[] results = callFromLua(library, args);
            nesting--;
            return results.length == 0 ? null : results[0];
        }
        @Nullable Object[] results = call(handler, args);
        return results.length == 0 ? null : results[0];
    }

    /** Calls a library for the instruction that runs. */
    @Nullable
    Object[] callFromLua(Native library, @Nullable Object[] args) {
        meter.charge(2);
        nativesWithin = nesting;
        try {
            return library.call(this, args);
        } catch (LuaError error) {
            Frame caller = frame;
            if (caller != null) {
                error.passes(caller, true);
            }
            throw error;
        }
    }

    /** Calls and catches errors of the language: what it gave, or the error. */
    @Nullable
    Object[] protectedCall(@Nullable Object function, @Nullable Object[] args, @Nullable Object handler) {
        State state = new State(frame, nesting, meter.pinned(), building.size());
        meter.charge(10);
        try {
            @Nullable Object[] results = call(function, args);
            @Nullable Object[] all = new Object[results.length + 1];
            all[0] = true;
            System.arraycopy(results, 0, all, 1, results.length);
            return all;
        } catch (LuaError error) {
            restore(state);
            return new Object[] {false, handler == null ? error.value() : handled(handler, error, state)};
        }
    }

    private @Nullable Object handled(Object handler, LuaError error, State state) {
        try {
            @Nullable Object[] results = call(handler, error.value());
            return results.length == 0 ? null : results[0];
        } catch (LuaError second) {
            restore(state);
            return LuaString.ascii("error in error handling");
        }
    }

    /** What an error that is caught takes back. */
    private record State(@Nullable Frame frame, int nesting, long pinned, int building) {}

    private void restore(State state) {
        frame = state.frame;
        nesting = state.nesting;
        meter.setPinned(state.pinned);
        while (building.size() > state.building) {
            building.remove(building.size() - 1);
        }
    }

    // Coroutines.

    @Nullable
    Object[] resume(Coroutine coroutine, @Nullable Object[] args) {
        State state = new State(frame, nesting, meter.pinned(), building.size());
        enterNested();
        meter.charge(20);
        Coroutine resumer = current;
        resumer.frame = frame;
        resumer.status = Coroutine.Status.NORMAL;
        coroutine.status = Coroutine.Status.RUNNING;
        coroutine.resumedBy = resumer;
        coroutine.nestingAtResume = nesting;
        current = coroutine;
        try {
            @Nullable Object[] results = goOn(coroutine, args);
            boolean yields = results == YIELD;
            coroutine.status = yields ? Coroutine.Status.SUSPENDED : Coroutine.Status.DEAD;
            coroutine.frame = yields ? frame : null;
            return yields ? coroutine.takeYielded() : results;
        } catch (LuaError error) {
            coroutine.status = Coroutine.Status.DEAD;
            coroutine.frame = null;
            restore(state);
            throw error;
        } finally {
            current = resumer;
            resumer.status = Coroutine.Status.RUNNING;
            frame = state.frame;
            nesting = state.nesting;
            coroutine.resumedBy = null;
        }
    }

    private @Nullable Object[] goOn(Coroutine coroutine, @Nullable Object[] args) {
        Frame at = coroutine.frame;
        if (at == null) {
            LuaClosure body = coroutine.body;
            if (body == null) {
                throw new IllegalStateException("the main coroutine is never resumed");
            }
            Frame base = newFrame(body, null, args);
            base.isBase = true;
            frame = base;
            return interpreter.execute(base);
        }
        frame = at;
        return interpreter.continueWith(at, args);
    }

    @Nullable
    Object[] suspend(@Nullable Object[] values) {
        if (current == main || nesting > current.nestingAtResume) {
            throw LuaError.core("attempt to yield across metamethod/C-call boundary");
        }
        current.yielded = values;
        return YIELD;
    }

    /** Whether the library that runs was called by another one. */
    boolean calledByLibrary() {
        return nativesWithin != nesting;
    }

    /** A number that stands for what in C is an address; the same in each run. */
    long address(Object value) {
        return 0x10_0000L + 32L * LuaTable.identity(value, meter);
    }

    boolean isMain(Coroutine coroutine) {
        return coroutine == main;
    }

    // For libraries.

    /** What the operand of the instruction that runs is called. */
    @Nullable
    String operandName(int operand) {
        Frame running = frame;
        return running == null ? null : running.closure.proto.nameOf(running.pc, operand);
    }

    /** Bytes for a string that is about to be made, counted. */
    byte[] newBytes(long length) {
        meter.allocate(length + LuaString.OVERHEAD_BYTES);
        meter.charge(length >> 5);
        return new byte[(int) length];
    }

    /** A string with these bytes, which are handed over. */
    public LuaString newString(byte[] bytes) {
        meter.allocate((long) bytes.length + LuaString.OVERHEAD_BYTES);
        meter.charge(bytes.length >> 5);
        return new LuaString(bytes);
    }

    public LuaString newString(String latin) {
        return newString(latin.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
    }

    public LuaTable newTable(int arraySize, int hashSize) {
        return new LuaTable(meter, arraySize, hashSize);
    }

    /** A table that a library builds: a trace finds it until {@link #built}. */
    public LuaTable beginTable(int arraySize, int hashSize) {
        LuaTable table = newTable(arraySize, hashSize);
        building.add(table);
        return table;
    }

    public void built() {
        building.remove(building.size() - 1);
    }

    /** A number's text. Texts that are not whole numbers take long. */
    LuaString text(double number) {
        String text = Numbers.shown(number);
        meter.charge(text.length() < 10 && text.indexOf('.') < 0 && text.indexOf('e') < 0 ? 2 : 60);
        return newString(text);
    }
}
