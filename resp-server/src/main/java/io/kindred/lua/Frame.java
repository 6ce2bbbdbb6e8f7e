package io.kindred.lua;

import org.jspecify.annotations.Nullable;

/** A call of a Lua function that is under way. */
final class Frame {
    static final @Nullable Object[] NONE = {};

    final LuaClosure closure;
    final @Nullable Object[] registers;

    @Nullable
    Object[] varargs = NONE;

    /** Values of a call or of {@code ...} whose number is not known, for the instruction that follows. */
    @Nullable
    Object[] open = NONE;

    /** The instruction that runs. */
    int pc;

    /** Who called, if it was Lua. */
    final @Nullable Frame caller;

    final int depth;
    int resultRegister;
    int wanted;
    boolean isTailCall;

    /** A library called it, and what it returns ends the interpreter's loop. */
    boolean isBase;

    Frame(LuaClosure closure, @Nullable Frame caller, int depth) {
        this.closure = closure;
        this.registers = new Object[closure.proto.registers];
        this.caller = caller;
        this.depth = depth;
    }

    int line() {
        return closure.proto.lines[pc / Op.SIZE];
    }

    /** {@code user_script:1: }. */
    String where() {
        return closure.proto.shownSource + ":" + line() + ": ";
    }
}
