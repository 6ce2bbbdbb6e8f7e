package io.kindred.lua;

import org.jspecify.annotations.Nullable;

/** A function of a library. It keeps nothing between calls: what belongs to a run is in the machine. */
public final class Native extends LuaFunction {
    /** What it does. It may keep the arguments' array; what it gives back is the caller's. */
    public interface Body {
        @Nullable
        Object[] call(Machine machine, Args args);
    }

    final String name;
    private final Body body;
    private Object[] kept = Frame.NONE;

    public Native(String name, Body body) {
        this.name = name;
        this.body = body;
        this.mark = Meter.UNCOUNTED;
        this.id = 0x100000 | name.hashCode() & 0xfffff;
    }

    /** One that belongs to a run, as the iterator that {@code gmatch} gives, and the values that it keeps. */
    static Native ofRun(String name, Body body, Object... kept) {
        Native function = new Native(name, body);
        function.mark = 0;
        function.id = 0;
        function.kept = kept;
        return function;
    }

    /** What a trace is to find through it. */
    Object[] kept() {
        return kept;
    }

    @Override
    @Nullable
    Object[] call(Machine machine, @Nullable Object[] args) {
        return body.call(machine, new Args(args));
    }
}
