package io.kindred.lua;

import org.jspecify.annotations.Nullable;

/** The code of one function. Nobody changes it: runs on all threads share it. */
final class Proto {
    /** The chunk that it is part of, as a trace weighs it. */
    static final class Weight {
        int mark = Meter.UNCOUNTED;
        long bytes;
    }

    final Weight chunk;

    final String source;
    final String shownSource;
    final int[] code;
    final int[] lines;
    final @Nullable Object[] constants;
    final Proto[] inner;

    /** Where closures of the inner functions find what they share: the complement of one of this one's own, or a register. */
    final int[][] shared;

    final int parameters;
    final boolean isVararg;
    final int registers;
    private final @Nullable String[] names;

    Proto(Codegen from) {
        chunk = from.chunk();
        source = from.source();
        shownSource = ChunkNames.shown(source);
        code = from.code();
        lines = from.lines();
        constants = from.constants();
        inner = from.inner();
        shared = from.shared();
        parameters = from.parameters();
        isVararg = from.isVararg();
        registers = from.registers();
        names = from.names();
    }

    /** What an instruction's operand b or c (0 or 1) is called in the script, as {@code local 'x'}. */
    @Nullable
    String nameOf(int pc, int operand) {
        return names[pc / Op.SIZE * 2 + operand];
    }

    @Nullable
    String nameOfCall(int pc) {
        int op = code[pc] & 0xff;
        return op == Op.CALL || op == Op.TAILCALL ? nameOf(pc, 0) : null;
    }

    /** What it takes in memory, about, with its inner functions. */
    long bytes() {
        long sum = 160 + 4L * code.length + 4L * lines.length + 4L * names.length;
        for (Object constant : constants) {
            sum += constant instanceof LuaString s ? LuaString.OVERHEAD_BYTES + 8 + s.bytes.length : 24;
        }
        for (Proto proto : inner) {
            sum += proto.bytes();
        }
        return sum;
    }
}
