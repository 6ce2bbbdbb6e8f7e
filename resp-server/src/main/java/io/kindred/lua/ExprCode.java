package io.kindred.lua;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes the code of expressions, for {@link Codegen}. */
final class ExprCode {
    private static final int LIST_STEP = 50;

    private final Codegen out;

    ExprCode(Codegen out) {
        this.out = out;
    }

    /** Where an assignment goes: a name, or a table and a key in registers (or a constant's complement). */
    record Target(Node.Expr expr, int table, int key) {}

    /** The value in the next register, which is reserved. */
    int next(Node.Expr expr) throws SyntaxError {
        if (expr instanceof Node.Call call) {
            int register = out.free();
            call(call, 1);
            return register;
        }
        int register = out.reserve(1);
        into(expr, register);
        return register;
    }

    /** The register of a local that no inner function uses, or -1. */
    int plainRegister(Node.Expr expr) {
        return expr instanceof Node.LocalName name && !name.local().isCaptured ? name.local().register : -1;
    }

    /** A register with the value, or the complement of a constant. */
    private int operand(Node.Expr expr) throws SyntaxError {
        int plain = plainRegister(expr);
        if (plain >= 0) {
            return plain;
        }
        if (expr instanceof Node.Constant constant) {
            Object value = constant.value();
            if (value != null) {
                return ~out.constant(value);
            }
        }
        if (expr instanceof Node.Paren paren && !isMultiple(paren.inner())) {
            return operand(paren.inner());
        }
        return next(expr);
    }

    private int register(Node.Expr expr) throws SyntaxError {
        int plain = plainRegister(expr);
        return plain >= 0 ? plain : next(expr);
    }

    /** What errors call the value. */
    private static @Nullable String describe(Node.Expr expr) {
        if (expr instanceof Node.LocalName name) {
            return "local '" + name.local().name + "'";
        } else if (expr instanceof Node.SharedName name) {
            return "upvalue '" + name.name() + "'";
        } else if (expr instanceof Node.GlobalName name) {
            return "global '" + name.name() + "'";
        } else if (expr instanceof Node.Index index) {
            boolean named = index.key() instanceof Node.Constant key && key.value() instanceof LuaString;
            return named ? "field '" + ((Node.Constant) index.key()).value() + "'" : "field '?'";
        } else if (expr instanceof Node.Paren paren && !isMultiple(paren.inner())) {
            return describe(paren.inner());
        }
        return null;
    }

    private static boolean isMultiple(Node.Expr expr) {
        return expr instanceof Node.Call || expr instanceof Node.Varargs;
    }

    /** The value in a given register, which is a local's, or the last that was reserved. */
    void into(Node.Expr expr, int target) throws SyntaxError {
        int mark = out.free();
        if (expr instanceof Node.Constant constant) {
            constant(constant.value(), target);
        } else if (expr instanceof Node.LocalName name) {
            Node.Local local = name.local();
            if (local.isCaptured || local.register != target) {
                out.emit(local.isCaptured ? Op.GETCELL : Op.MOVE, target, local.register, 0, line());
            }
        } else if (expr instanceof Node.SharedName name) {
            out.emit(Op.GETSHARED, target, name.index(), 0, line());
        } else if (expr instanceof Node.GlobalName name) {
            line = name.line();
            out.emit(Op.GETGLOBAL, target, out.constant(name.name()), 0, name.line());
        } else if (expr instanceof Node.Index index) {
            index(index, target);
        } else if (expr instanceof Node.Varargs varargs) {
            out.emit(Op.VARARG, target, 1, 0, varargs.line());
        } else if (expr instanceof Node.Call call) {
            int result = out.free();
            call(call, 1);
            out.emit(Op.MOVE, target, result, 0, call.line());
        } else if (expr instanceof Node.Paren paren) {
            into(paren.inner(), target);
        } else if (expr instanceof Node.Unary unary) {
            int operand = operand(unary.operand());
            int at = out.emit(unary.op(), target, operand, 0, unary.line());
            out.name(at, 0, describe(unary.operand()));
        } else if (expr instanceof Node.Function function) {
            closure(function, target);
        } else if (expr instanceof Node.Table || expr instanceof Node.Binary) {
            built(expr, target);
        }
        out.release(mark);
    }

    private int line;

    /** A line for what cannot fail. */
    private int line() {
        return line;
    }

    private void constant(@Nullable Object value, int target) {
        if (value == null) {
            out.emit(Op.LOADNIL, target, 1, 0, line());
        } else if (value instanceof Boolean b) {
            out.emit(Op.LOADBOOL, target, b ? 1 : 0, 0, line());
        } else {
            out.emit(Op.LOADK, target, out.constant(value), 0, line());
        }
    }

    private void index(Node.Index index, int target) throws SyntaxError {
        line = index.line();
        int table = register(index.table());
        int key = operand(index.key());
        int at = out.emit(Op.GETTABLE, target, table, key, index.line());
        out.name(at, 0, describe(index.table()));
    }

    private void closure(Node.Function function, int target) {
        out.emit(Op.CLOSURE, target, out.addInner(function), 0, function.line());
    }

    /** What writes its register before it has read all: a local gets it at the end. */
    private void built(Node.Expr expr, int target) throws SyntaxError {
        if (expr instanceof Node.Binary binary && isPlain(binary.operator())) {
            arithmetic(binary, target);
            return;
        }
        int register = target == out.free() - 1 ? target : out.reserve(1);
        if (expr instanceof Node.Table table) {
            table(table, register);
        } else if (expr instanceof Node.Binary binary) {
            switch (binary.operator()) {
                case AND, OR -> {
                    into(binary.left(), register);
                    int op = binary.operator() == Node.Operator.AND ? Op.JF : Op.JT;
                    int jump = out.emit(op, 0, register, 0, binary.line());
                    into(binary.right(), register);
                    out.jumpTo(jump, out.here());
                }
                case CONCAT -> concat(binary, register);
                default -> throw new IllegalStateException(binary.operator().name());
            }
        }
        if (register != target) {
            out.emit(Op.MOVE, target, register, 0, line());
        }
    }

    private static boolean isPlain(Node.Operator operator) {
        return operator != Node.Operator.AND && operator != Node.Operator.OR && operator != Node.Operator.CONCAT;
    }

    private void arithmetic(Node.Binary binary, int target) throws SyntaxError {
        line = binary.line();
        int left = operand(binary.left());
        int right = operand(binary.right());
        String leftName = describe(binary.left());
        String rightName = describe(binary.right());
        Node.Operator operator = binary.operator();
        boolean swapped = operator == Node.Operator.GT || operator == Node.Operator.GE;
        int op = switch (operator) {
            case GT -> Op.LT;
            case GE -> Op.LE;
            case NE -> Op.EQ;
            default -> operator.op;
        };
        int at = out.emit(op, target, swapped ? right : left, swapped ? left : right, binary.line());
        out.name(at, 0, swapped ? rightName : leftName);
        out.name(at, 1, swapped ? leftName : rightName);
        if (operator == Node.Operator.NE) {
            out.emit(Op.NOT, target, target, 0, binary.line());
        }
    }

    private void concat(Node.Binary binary, int target) throws SyntaxError {
        List<Node.Expr> operands = new ArrayList<>();
        Node.Expr rest = binary;
        while (rest instanceof Node.Binary next && next.operator() == Node.Operator.CONCAT) {
            operands.add(next.left());
            rest = next.right();
        }
        operands.add(rest);
        int first = out.free();
        for (Node.Expr operand : operands) {
            next(operand);
        }
        int at = out.emit(Op.CONCAT, target, first, first + operands.size() - 1, binary.line());
        StringBuilder names = new StringBuilder();
        for (Node.Expr operand : operands) {
            String name = describe(operand);
            names.append(name == null ? "" : name).append('\0');
        }
        out.name(at, 0, names.toString());
        out.release(first);
    }

    private void table(Node.Table table, int target) throws SyntaxError {
        int listed = 0;
        for (Node.Field field : table.fields()) {
            listed += field.key() == null ? 1 : 0;
        }
        int mark = out.free();
        out.emit(Op.NEWTABLE, target, listed, table.fields().size() - listed, table.line());
        int[] pending = {0, 0};
        int tableRegister = target;
        for (int i = 0; i < table.fields().size(); i++) {
            Node.Field field = table.fields().get(i);
            Node.Expr key = field.key();
            if (key != null) {
                int before = out.free();
                int keyOperand = operand(key);
                int value = operand(field.value());
                out.emit(Op.SETTABLE, tableRegister, keyOperand, value, field.line());
                out.release(before);
            } else {
                boolean isLast = i == table.fields().size() - 1;
                item(field, isLast, tableRegister, pending);
            }
        }
        flush(tableRegister, pending, table.line());
        out.release(mark);
    }

    /** An item of the list; {@code pending} is how many wait in registers and how many were stored. */
    private void item(Node.Field field, boolean isLast, int table, int[] pending) throws SyntaxError {
        if (isLast && isMultiple(field.value())) {
            multiple(field.value());
            out.emit(Op.SETLIST, table, ~pending[0], pending[1], field.line());
            pending[0] = 0;
            out.release(table + 1);
            return;
        }
        next(field.value());
        pending[0]++;
        if (pending[0] == LIST_STEP) {
            flush(table, pending, field.line());
        }
    }

    private void flush(int table, int[] pending, int line) {
        if (pending[0] > 0) {
            out.emit(Op.SETLIST, table, pending[0], pending[1], line);
            pending[1] += pending[0];
            pending[0] = 0;
            out.release(table + 1);
        }
    }

    /** All values of a call or of varargs, as open values. */
    private void multiple(Node.Expr expr) throws SyntaxError {
        int mark = out.free();
        if (expr instanceof Node.Call call) {
            call(call, -1);
        } else if (expr instanceof Node.Varargs varargs) {
            out.emit(Op.VARARG, mark, -1, 0, varargs.line());
        }
        out.release(mark);
    }

    /** The values in the next registers; the number of them, or its complement where open ones follow. */
    int list(List<Node.Expr> list) throws SyntaxError {
        for (int i = 0; i < list.size(); i++) {
            if (i == list.size() - 1 && isMultiple(list.get(i))) {
                multiple(list.get(i));
                return ~i;
            }
            next(list.get(i));
        }
        return list.size();
    }

    /** Exactly so many values in the next registers. */
    void listInto(List<Node.Expr> list, int wanted, int line) throws SyntaxError {
        this.line = line;
        int first = out.free();
        for (int i = 0; i < list.size(); i++) {
            Node.Expr expr = list.get(i);
            boolean isLast = i == list.size() - 1;
            int missing = Math.max(0, wanted - i);
            if (isLast && expr instanceof Node.Call call) {
                call(call, missing);
            } else if (isLast && expr instanceof Node.Varargs varargs) {
                out.emit(Op.VARARG, out.reserve(missing), missing, 0, varargs.line());
            } else {
                next(expr);
            }
        }
        int have = out.free() - first;
        if (have < wanted) {
            out.emit(Op.LOADNIL, out.reserve(wanted - have), wanted - have, 0, line);
        }
        out.release(first + wanted);
    }

    /** A call whose results, so many or (-1) all of them as open values, are in the next registers. Where it is. */
    int call(Node.Call call, int wanted) throws SyntaxError {
        int base = out.free();
        LuaString method = call.method();
        String name;
        int extra = 0;
        if (method != null) {
            int self = register(call.function());
            out.release(base);
            out.reserve(2);
            int at = out.emit(Op.SELF, base, self, out.constant(method), call.line());
            out.name(at, 0, describe(call.function()));
            name = "method '" + method + "'";
            extra = 1;
        } else {
            next(call.function());
            name = describe(call.function());
        }
        int count = list(call.args());
        int given = count < 0 ? ~(~count + extra) : count + extra;
        int at = out.emit(Op.CALL, base, given, wanted, call.line());
        out.name(at, 0, name);
        out.release(base);
        if (wanted > 0) {
            out.reserve(wanted);
        }
        line = call.line();
        return at;
    }

    /** One value to one target. */
    void assign(Node.Expr target, Node.Expr value, int line) throws SyntaxError {
        this.line = line;
        if (plainRegister(target) >= 0) {
            into(value, plainRegister(target));
            return;
        }
        if (target instanceof Node.Index index) {
            int table = register(index.table());
            int key = operand(index.key());
            storeIndex(new Target(target, table, key), operand(value), line);
            return;
        }
        store(new Target(target, 0, 0), operand(value), line);
    }

    /** A target of several: what it names is kept in registers of its own, for the others may change it. */
    Target target(Node.Expr expr) throws SyntaxError {
        if (expr instanceof Node.Index index) {
            int table = next(index.table());
            int key = index.key() instanceof Node.Constant constant && constant.value() != null
                    ? operand(constant)
                    : next(index.key());
            return new Target(expr, table, key);
        }
        return new Target(expr, 0, 0);
    }

    void store(Target target, int value, int line) {
        Node.Expr expr = target.expr();
        if (expr instanceof Node.LocalName name) {
            out.emit(name.local().isCaptured ? Op.SETCELL : Op.MOVE, name.local().register, value, 0, line);
        } else if (expr instanceof Node.SharedName name) {
            out.emit(Op.SETSHARED, name.index(), value, 0, line);
        } else if (expr instanceof Node.GlobalName name) {
            out.emit(Op.SETGLOBAL, 0, out.constant(name.name()), value, line);
        } else {
            storeIndex(target, value, line);
        }
    }

    private void storeIndex(Target target, int value, int line) {
        int at = out.emit(Op.SETTABLE, target.table(), target.key(), value, line);
        out.name(at, 0, describe(((Node.Index) target.expr()).table()));
    }

    // Conditions.

    /** Jumps if the condition is as said; goes on otherwise. */
    void jump(Node.Expr expr, boolean when, List<Integer> jumps) throws SyntaxError {
        if (expr instanceof Node.Paren paren && !isMultiple(paren.inner())) {
            jump(paren.inner(), when, jumps);
        } else if (expr instanceof Node.Unary unary && unary.op() == Op.NOT) {
            jump(unary.operand(), !when, jumps);
        } else if (expr instanceof Node.Binary binary && isLogic(binary.operator())) {
            logic(binary, when, jumps);
        } else if (expr instanceof Node.Binary binary && isComparison(binary.operator())) {
            compare(binary, when, jumps);
        } else {
            int mark = out.free();
            int operand = operand(expr);
            jumps.add(out.emit(when ? Op.JT : Op.JF, 0, operand, 0, line()));
            out.release(mark);
        }
    }

    private static boolean isLogic(Node.Operator operator) {
        return operator == Node.Operator.AND || operator == Node.Operator.OR;
    }

    private static boolean isComparison(Node.Operator operator) {
        return switch (operator) {
            case EQ, NE, LT, LE, GT, GE -> true;
            default -> false;
        };
    }

    private void logic(Node.Binary binary, boolean when, List<Integer> jumps) throws SyntaxError {
        boolean isOr = binary.operator() == Node.Operator.OR;
        if (isOr == when) {
            jump(binary.left(), when, jumps);
            jump(binary.right(), when, jumps);
        } else {
            List<Integer> past = new ArrayList<>();
            jump(binary.left(), !when, past);
            jump(binary.right(), when, jumps);
            out.allHere(past);
        }
    }

    private void compare(Node.Binary binary, boolean when, List<Integer> jumps) throws SyntaxError {
        int mark = out.free();
        line = binary.line();
        int left = operand(binary.left());
        int right = operand(binary.right());
        boolean swapped = binary.operator() == Node.Operator.GT || binary.operator() == Node.Operator.GE;
        int op = switch (binary.operator()) {
            case EQ -> when ? Op.JEQ : Op.JNE;
            case NE -> when ? Op.JNE : Op.JEQ;
            case LT, GT -> when ? Op.JLT : Op.JNLT;
            default -> when ? Op.JLE : Op.JNLE;
        };
        jumps.add(out.emit(op, 0, swapped ? right : left, swapped ? left : right, binary.line()));
        out.release(mark);
    }
}
