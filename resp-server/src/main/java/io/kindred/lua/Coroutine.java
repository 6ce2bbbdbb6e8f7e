package io.kindred.lua;

import org.jspecify.annotations.Nullable;

/** A thread of Lua's: frames of its own, which stay when it yields. */
final class Coroutine {
    /** What it is doing. */
    enum Status {
        SUSPENDED,
        RUNNING,
        NORMAL,
        DEAD
    }

    /** Calls within calls, as Lua 5.1's {@code LUAI_MAXCALLS} allows them. */
    static final int DEPTH_MAX = 16_380;

    final @Nullable LuaClosure body;
    Status status = Status.SUSPENDED;

    /** The innermost frame; of one that has yielded, the one to go on with. */
    @Nullable
    Frame frame;

    /** Libraries that are within each other where it was resumed; it may yield where there are no more. */
    int nestingAtResume;

    int deepest;
    int mark;
    int id;

    /** What it yields, while it does. */
    @Nullable
    Object @Nullable [] yielded;

    @Nullable
    Coroutine resumedBy;

    Coroutine(@Nullable LuaClosure body) {
        this.body = body;
    }

    @Nullable
    Object[] takeYielded() {
        @Nullable Object[] values = yielded;
        yielded = null;
        return values == null ? Frame.NONE : values;
    }
}
