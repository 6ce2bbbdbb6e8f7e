package io.kindred.lua;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes the code of one function: its statements. Values are {@link ExprCode}'s. */
final class Codegen {
    private static final int REGISTERS_MAX = 250;

    private final Parser parser;
    private final List<Node.Local> parameters;
    private final Scope scope;
    private final ExprCode values = new ExprCode(this);
    private int[] code = new int[96];
    private int[] lines = new int[32];
    private @Nullable String[] names = new String[64];
    private int size;
    private final List<@Nullable Object> constants = new ArrayList<>();
    private final Map<Object, Integer> constantIndex = new HashMap<>();
    private final List<Proto> inner = new ArrayList<>();
    private final List<int[]> shared = new ArrayList<>();
    private int free;
    private int most = 2;
    private List<Integer> breaks = new ArrayList<>();

    Codegen(Parser parser, List<Node.Local> parameters, Scope scope) {
        this.parser = parser;
        this.parameters = parameters;
        this.scope = scope;
    }

    Proto function(List<Node.Stat> body, int endLine) throws SyntaxError {
        for (Node.Local parameter : parameters) {
            parameter.register = reserve(1);
        }
        if (scope.hasArg && !scope.usesVarargs) {
            emit(Op.ARG, parameters.get(parameters.size() - 1).register, 0, 0, endLine);
        }
        for (Node.Local parameter : parameters) {
            if (parameter.isCaptured) {
                emit(Op.NEWCELL, parameter.register, 0, 0, endLine);
            }
        }
        block(body);
        emit(Op.RETURN, 0, 0, 0, endLine);
        return new Proto(this);
    }

    // What the code is made of.

    Proto.Weight chunk() {
        return parser.chunk;
    }

    String source() {
        return parser.source;
    }

    int[] code() {
        return Arrays.copyOf(code, size);
    }

    int[] lines() {
        return Arrays.copyOf(lines, size / Op.SIZE);
    }

    @Nullable
    String[] names() {
        return Arrays.copyOf(names, size / Op.SIZE * 2);
    }

    @Nullable
    Object[] constants() {
        return constants.toArray();
    }

    Proto[] inner() {
        return inner.toArray(new Proto[0]);
    }

    /** Where each inner function finds what it shares. */
    int[][] shared() {
        return shared.toArray(new int[0][]);
    }

    /** The index of an inner function, whose shared variables have their registers by now. */
    int addInner(Node.Function function) {
        inner.add(function.proto());
        shared.add(places(function.captures()));
        return inner.size() - 1;
    }

    private static int[] places(List<Node.Capture> captures) {
        int[] from = new int[captures.size()];
        for (int i = 0; i < from.length; i++) {
            Node.Capture capture = captures.get(i);
            Node.Local local = capture.local();
            from[i] = local == null ? ~capture.index() : local.register;
        }
        return from;
    }

    int parameters() {
        return parameters.size() - (scope.hasArg ? 1 : 0);
    }

    boolean isVararg() {
        return scope.isVararg;
    }

    int registers() {
        return most;
    }

    // Emitting.

    int emit(int op, int a, int b, int c, int line) {
        int at = size;
        if (at + Op.SIZE > code.length) {
            code = Arrays.copyOf(code, code.length * 2);
        }
        int index = at / Op.SIZE;
        if (index >= lines.length) {
            lines = Arrays.copyOf(lines, lines.length * 2);
            names = Arrays.copyOf(names, lines.length * 2);
        }
        code[at] = op | a << 8;
        code[at + 1] = b;
        code[at + 2] = c;
        lines[index] = line;
        size += Op.SIZE;
        return at;
    }

    void name(int at, int operand, @Nullable String name) {
        names[at / Op.SIZE * 2 + operand] = name;
    }

    int here() {
        return size;
    }

    void jumpTo(int at, int target) {
        int op = code[at] & 0xff;
        if (op == Op.FORPREP || op == Op.FORLOOP || op == Op.TFORCALL) {
            code[at + 1] = target;
        } else {
            code[at] = op | target << 8;
        }
    }

    void allHere(List<Integer> jumps) {
        for (int jump : jumps) {
            jumpTo(jump, size);
        }
    }

    int constant(Object value) {
        Integer known = constantIndex.get(value);
        if (known == null) {
            known = constants.size();
            constants.add(value);
            constantIndex.put(value, known);
        }
        return known;
    }

    int reserve(int count) throws SyntaxError {
        int first = free;
        free += count;
        if (free > REGISTERS_MAX) {
            throw scope.tooComplex(parser.lexer);
        }
        most = Math.max(most, free);
        return first;
    }

    int free() {
        return free;
    }

    void release(int to) {
        free = to;
    }

    // Statements.

    private void block(List<Node.Stat> body) throws SyntaxError {
        int mark = free;
        for (Node.Stat stat : body) {
            statement(stat);
        }
        free = mark;
    }

    private void statement(Node.Stat stat) throws SyntaxError {
        if (stat instanceof Node.LocalStat s) {
            local(s);
        } else if (stat instanceof Node.LocalFunction s) {
            localFunction(s);
        } else if (stat instanceof Node.Assign s) {
            assign(s);
        } else if (stat instanceof Node.CallStat s) {
            int mark = free;
            values.call(s.call(), 0);
            free = mark;
        } else if (stat instanceof Node.Do s) {
            block(s.body());
        } else if (stat instanceof Node.While s) {
            whileLoop(s);
        } else if (stat instanceof Node.Repeat s) {
            repeatLoop(s);
        } else if (stat instanceof Node.If s) {
            branches(s);
        } else if (stat instanceof Node.NumericFor s) {
            numericFor(s);
        } else if (stat instanceof Node.GenericFor s) {
            genericFor(s);
        } else if (stat instanceof Node.Return s) {
            returns(s);
        } else if (stat instanceof Node.Break s) {
            breaks.add(emit(Op.JMP, 0, 0, 0, s.line()));
        }
    }

    private void local(Node.LocalStat stat) throws SyntaxError {
        int first = free;
        values.listInto(stat.values(), stat.locals().size(), stat.line());
        for (int i = 0; i < stat.locals().size(); i++) {
            declare(stat.locals().get(i), first + i, stat.line());
        }
    }

    /** The register has the value already. */
    private void declare(Node.Local local, int register, int line) {
        local.register = register;
        if (local.isCaptured) {
            emit(Op.NEWCELL, register, 0, 0, line);
        }
    }

    private void localFunction(Node.LocalFunction stat) throws SyntaxError {
        int register = reserve(1);
        Node.Local local = stat.local();
        if (!local.isCaptured) {
            local.register = register;
            values.into(stat.function(), register);
            return;
        }
        emit(Op.LOADNIL, register, 1, 0, stat.line());
        declare(local, register, stat.line());
        int value = values.next(stat.function());
        emit(Op.SETCELL, register, value, 0, stat.line());
        free = register + 1;
    }

    private void assign(Node.Assign stat) throws SyntaxError {
        int mark = free;
        if (stat.targets().size() == 1 && stat.values().size() == 1) {
            values.assign(stat.targets().get(0), stat.values().get(0), stat.line());
            free = mark;
            return;
        }
        List<ExprCode.Target> targets = new ArrayList<>();
        for (Node.Expr target : stat.targets()) {
            targets.add(values.target(target));
        }
        int first = free;
        values.listInto(stat.values(), targets.size(), stat.line());
        for (int i = targets.size() - 1; i >= 0; i--) {
            values.store(targets.get(i), first + i, stat.line());
        }
        free = mark;
    }

    private void loopBody(List<Node.Stat> body, List<Integer> exits) throws SyntaxError {
        List<Integer> outer = breaks;
        breaks = exits;
        block(body);
        breaks = outer;
    }

    private void whileLoop(Node.While stat) throws SyntaxError {
        int start = here();
        List<Integer> exits = new ArrayList<>();
        values.jump(stat.condition(), false, exits);
        loopBody(stat.body(), exits);
        emit(Op.JMP, start, 0, 0, stat.line());
        allHere(exits);
    }

    private void repeatLoop(Node.Repeat stat) throws SyntaxError {
        int start = here();
        int mark = free;
        List<Integer> outer = breaks;
        breaks = new ArrayList<>();
        for (Node.Stat inside : stat.body()) {
            statement(inside);
        }
        List<Integer> again = new ArrayList<>();
        values.jump(stat.condition(), false, again);
        for (int jump : again) {
            jumpTo(jump, start);
        }
        allHere(breaks);
        breaks = outer;
        free = mark;
    }

    private void branches(Node.If stat) throws SyntaxError {
        List<Integer> ends = new ArrayList<>();
        for (int i = 0; i < stat.conditions().size(); i++) {
            List<Integer> otherwise = new ArrayList<>();
            values.jump(stat.conditions().get(i), false, otherwise);
            block(stat.bodies().get(i));
            boolean isLast = i == stat.conditions().size() - 1 && stat.otherwise() == null;
            if (!isLast) {
                ends.add(emit(Op.JMP, 0, 0, 0, stat.line()));
            }
            allHere(otherwise);
        }
        List<Node.Stat> otherwise = stat.otherwise();
        if (otherwise != null) {
            block(otherwise);
        }
        allHere(ends);
    }

    private void numericFor(Node.NumericFor stat) throws SyntaxError {
        int base = free;
        values.next(stat.from());
        values.next(stat.to());
        Node.Expr step = stat.step();
        values.next(step == null ? new Node.Constant(1.0) : step);
        int prepare = emit(Op.FORPREP, base, 0, 0, stat.line());
        int start = here();
        declare(stat.variable(), reserve(1), stat.line());
        List<Integer> exits = new ArrayList<>();
        loopBody(stat.body(), exits);
        jumpTo(prepare, here());
        emit(Op.FORLOOP, base, start, 0, stat.line());
        allHere(exits);
        free = base;
    }

    private void genericFor(Node.GenericFor stat) throws SyntaxError {
        int base = free;
        values.listInto(stat.values(), 3, stat.line());
        int start = here();
        int first = reserve(stat.variables().size());
        // The call's own registers lie behind the variables.
        int call = emit(Op.TFORCALL, base, 0, stat.variables().size(), stat.line());
        for (int i = 0; i < stat.variables().size(); i++) {
            declare(stat.variables().get(i), first + i, stat.line());
        }
        List<Integer> exits = new ArrayList<>();
        loopBody(stat.body(), exits);
        emit(Op.JMP, start, 0, 0, stat.line());
        jumpTo(call, here());
        allHere(exits);
        free = base;
    }

    private void returns(Node.Return stat) throws SyntaxError {
        int mark = free;
        List<Node.Expr> list = stat.values();
        if (list.size() == 1 && list.get(0) instanceof Node.Call call) {
            int at = values.call(call, -1);
            code[at] = Op.TAILCALL | code[at] >>> 8 << 8;
            emit(Op.RETURN, mark, ~0, 0, stat.line());
        } else if (list.size() == 1 && values.plainRegister(list.get(0)) >= 0) {
            emit(Op.RETURN, values.plainRegister(list.get(0)), 1, 0, stat.line());
        } else {
            int count = values.list(list);
            emit(Op.RETURN, mark, count, 0, stat.line());
        }
        free = mark;
    }
}
