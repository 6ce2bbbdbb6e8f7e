package io.kindred.lua;

import org.jspecify.annotations.Nullable;

/** A function of a script with the variables that it shares with others. */
final class LuaClosure extends LuaFunction {
    final Proto proto;
    final Cell[] cells;

    LuaClosure(Proto proto, Cell[] cells) {
        this.proto = proto;
        this.cells = cells;
    }

    @Override
    @Nullable
    Object[] call(Machine machine, @Nullable Object[] args) {
        return machine.run(this, args);
    }
}
