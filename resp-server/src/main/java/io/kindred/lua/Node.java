package io.kindred.lua;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tree of a chunk. Names are resolved: a name is a local, a shared one (of an outer function) or a global. */
final class Node {
    private Node() {}

    /** A local variable. */
    static final class Local {
        final String name;
        /** An inner function uses it, too: it lives in a {@link Cell}. */
        boolean isCaptured;

        int register = -1;

        Local(String name) {
            this.name = name;
        }
    }

    /** An expression; its depth bounds what the code generator's recursion can come to. */
    sealed interface Expr {
        default int depth() {
            return 1;
        }
    }

    record Constant(@Nullable Object value) implements Expr {}

    record Varargs(int line) implements Expr {}

    record LocalName(Local local) implements Expr {}

    record SharedName(int index, String name) implements Expr {}

    record GlobalName(LuaString name, int line) implements Expr {}

    record Index(Expr table, Expr key, int line, int depth) implements Expr {}

    /** {@code method} is null for a plain call. */
    record Call(Expr function, @Nullable LuaString method, List<Expr> args, int line, int depth) implements Expr {}

    record Binary(Operator operator, Expr left, Expr right, int line, int depth) implements Expr {}

    record Unary(int op, Expr operand, int line, int depth) implements Expr {}

    record Paren(Expr inner, int depth) implements Expr {}

    record Function(Proto proto, List<Capture> captures, int line) implements Expr {}

    /** Fields in their order; a null key is the next of the list. */
    record Table(List<Field> fields, int line, int depth) implements Expr {}

    record Field(@Nullable Expr key, Expr value, int line) {}

    /** What a closure shares with its maker: a local of it, or what that shares itself. */
    record Capture(@Nullable Local local, int index) {}

    /** A statement. */
    sealed interface Stat {}

    record LocalStat(List<Local> locals, List<Expr> values, int line) implements Stat {}

    record LocalFunction(Local local, Function function, int line) implements Stat {}

    record Assign(List<Expr> targets, List<Expr> values, int line) implements Stat {}

    record CallStat(Call call) implements Stat {}

    record Do(List<Stat> body) implements Stat {}

    record While(Expr condition, List<Stat> body, int line) implements Stat {}

    record Repeat(List<Stat> body, Expr condition, int line) implements Stat {}

    record If(
            List<Expr> conditions,
            List<List<Stat>> bodies,
            @Nullable List<Stat> otherwise,
            int line) implements Stat {}

    record NumericFor(
            Local variable, Expr from, Expr to, @Nullable Expr step, List<Stat> body, int line) implements Stat {}

    record GenericFor(List<Local> variables, List<Expr> values, List<Stat> body, int line) implements Stat {}

    record Return(List<Expr> values, int line) implements Stat {}

    record Break(int line) implements Stat {}

    /** The binary operators, with their left and right priority. */
    enum Operator {
        ADD(6, 6, Op.ADD),
        SUB(6, 6, Op.SUB),
        MUL(7, 7, Op.MUL),
        DIV(7, 7, Op.DIV),
        MOD(7, 7, Op.MOD),
        POW(10, 9, Op.POW),
        CONCAT(5, 4, Op.CONCAT),
        NE(3, 3, -1),
        EQ(3, 3, Op.EQ),
        LT(3, 3, Op.LT),
        LE(3, 3, Op.LE),
        GT(3, 3, -1),
        GE(3, 3, -1),
        AND(2, 2, -1),
        OR(1, 1, -1);

        static final int UNARY_PRIORITY = 8;
        final int left;
        final int right;
        final int op;

        Operator(int left, int right, int op) {
            this.left = left;
            this.right = right;
            this.op = op;
        }
    }
}
