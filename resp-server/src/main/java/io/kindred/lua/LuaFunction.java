package io.kindred.lua;

import org.jspecify.annotations.Nullable;

/** What can be called: a {@link LuaClosure} or a {@link Native}. */
public abstract sealed class LuaFunction permits LuaClosure, Native {
    int id;
    int mark;

    abstract @Nullable Object[] call(Machine machine, @Nullable Object[] args);
}
