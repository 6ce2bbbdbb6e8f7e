package io.kindred.lua;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The loop that runs instructions. It is one method, small enough for the JIT; what is rare is in methods of its own. */
final class Interpreter {
    private final Machine machine;
    private final Meter meter;

    Interpreter(Machine machine, Meter meter) {
        this.machine = machine;
        this.meter = meter;
    }

    /** Goes on behind the call that has yielded, with what it gives. */
    @Nullable
    Object[] continueWith(Frame frame, @Nullable Object[] results) {
        int[] code = frame.closure.proto.code;
        int c = (code[frame.pc] & 0xff) == Op.TAILCALL ? -1 : code[frame.pc + 2];
        deliver(frame, results, code[frame.pc] >>> 8, c);
        frame.pc += Op.SIZE;
        return execute(frame);
    }

    /** Runs a frame and what it calls, until the base below it returns or its coroutine yields. */
    @Nullable
    Object[] execute(Frame start) {
        Frame f = start;
        try {
            Proto p = f.closure.proto;
            int[] code = p.code;
            @Nullable Object[] k = p.constants;
            @Nullable Object[] r = f.registers;
            int pc = f.pc;
            while (true) {
                if (--meter.fuel < 0) {
                    meter.refill();
                }
                f.pc = pc;
                int word = code[pc];
                int b = code[pc + 1];
                int c = code[pc + 2];
                int a = word >>> 8;
                pc += Op.SIZE;
                switch (word & 0xff) {
                    case Op.MOVE -> r[a] = r[b];
                    case Op.LOADK -> r[a] = k[b];
                    case Op.LOADNIL -> Arrays.fill(r, a, a + b, null);
                    case Op.LOADBOOL -> r[a] = b != 0;
                    case Op.GETGLOBAL -> {
                        Object value = machine.globals.get((LuaString) k[b]);
                        r[a] = value != null ? value : machine.meta.index(machine.globals, k[b]);
                    }
                    case Op.SETGLOBAL -> machine.meta.setIndex(machine.globals, k[b], rk(r, k, c));
                    case Op.GETSHARED -> r[a] = f.closure.cells[b].value;
                    case Op.SETSHARED -> f.closure.cells[a].value = rk(r, k, b);
                    case Op.GETCELL -> r[a] = ((Cell) r[b]).value;
                    case Op.SETCELL -> ((Cell) r[a]).value = rk(r, k, b);
                    case Op.NEWCELL -> {
                        meter.allocate(24);
                        r[a] = new Cell(r[a]);
                    }
                    case Op.GETTABLE -> {
                        Object key = rk(r, k, c);
                        Object value = r[b] instanceof LuaTable t ? t.get(key) : null;
                        r[a] = value != null ? value : machine.meta.index(r[b], key);
                    }
                    case Op.SETTABLE -> {
                        Object key = rk(r, k, b);
                        if (r[a] instanceof LuaTable t && t.metatable == null && key != null) {
                            t.set(key, rk(r, k, c));
                        } else {
                            machine.meta.setIndex(r[a], key, rk(r, k, c));
                        }
                    }
                    case Op.SELF -> {
                        Object self = r[b];
                        r[a + 1] = self;
                        r[a] = machine.meta.index(self, k[c]);
                    }
                    case Op.NEWTABLE -> r[a] = new LuaTable(meter, b, c);
                    case Op.ADD -> {
                        Object x = rk(r, k, b);
                        Object y = rk(r, k, c);
                        r[a] = x instanceof Double m && y instanceof Double n
                                ? Numbers.box(m + n)
                                : machine.meta.arithmetic(Op.ADD, x, y);
                    }
                    case Op.SUB -> {
                        Object x = rk(r, k, b);
                        Object y = rk(r, k, c);
                        r[a] = x instanceof Double m && y instanceof Double n
                                ? Numbers.box(m - n)
                                : machine.meta.arithmetic(Op.SUB, x, y);
                    }
                    case Op.MUL -> {
                        Object x = rk(r, k, b);
                        Object y = rk(r, k, c);
                        r[a] = x instanceof Double m && y instanceof Double n
                                ? Numbers.box(m * n)
                                : machine.meta.arithmetic(Op.MUL, x, y);
                    }
                    case Op.DIV, Op.MOD, Op.POW ->
                        r[a] = machine.meta.arithmetic(word & 0xff, rk(r, k, b), rk(r, k, c));
                    case Op.UNM -> r[a] = machine.meta.minus(rk(r, k, b));
                    case Op.NOT -> r[a] = !Types.isTrue(rk(r, k, b));
                    case Op.LEN -> r[a] = machine.meta.length(rk(r, k, b));
                    case Op.CONCAT -> r[a] = machine.meta.concat(r, b, c);
                    case Op.JMP -> pc = a;
                    case Op.JT -> pc = Types.isTrue(rk(r, k, b)) ? a : pc;
                    case Op.JF -> pc = Types.isTrue(rk(r, k, b)) ? pc : a;
                    case Op.JEQ -> pc = equal(rk(r, k, b), rk(r, k, c)) ? a : pc;
                    case Op.JNE -> pc = equal(rk(r, k, b), rk(r, k, c)) ? pc : a;
                    case Op.JLT -> pc = less(rk(r, k, b), rk(r, k, c)) ? a : pc;
                    case Op.JNLT -> pc = less(rk(r, k, b), rk(r, k, c)) ? pc : a;
                    case Op.JLE -> pc = lessOrEqual(rk(r, k, b), rk(r, k, c)) ? a : pc;
                    case Op.JNLE -> pc = lessOrEqual(rk(r, k, b), rk(r, k, c)) ? pc : a;
                    case Op.EQ -> r[a] = equal(rk(r, k, b), rk(r, k, c));
                    case Op.LT -> r[a] = less(rk(r, k, b), rk(r, k, c));
                    case Op.LE -> r[a] = lessOrEqual(rk(r, k, b), rk(r, k, c));
                    case Op.CALL, Op.TAILCALL -> {
                        boolean tail = (word & 0xff) == Op.TAILCALL;
                        if (r[a] instanceof LuaClosure callee) {
                            f = enter(f, callee, tail);
                            machine.frame = f;
                            p = f.closure.proto;
                            code = p.code;
                            k = p.constants;
                            r = f.registers;
                            pc = 0;
                        } else {
                            @Nullable Object[] results = callOther(f, r[a], arguments(f, a + 1, b));
                            if (results == Machine.YIELD) {
                                return results;
                            }
                            deliver(f, results, a, c);
                        }
                    }
                    case Op.RETURN -> {
                        if (f.isBase) {
                            return arguments(f, a, b);
                        }
                        f = leave(f, a, b);
                        machine.frame = f;
                        p = f.closure.proto;
                        code = p.code;
                        k = p.constants;
                        r = f.registers;
                        pc = f.pc + Op.SIZE;
                    }
                    case Op.FORPREP -> {
                        prepareLoop(r, a);
                        pc = b;
                    }
                    case Op.FORLOOP -> {
                        double step = (Double) r[a + 2];
                        double index = (Double) r[a] + step;
                        double limit = (Double) r[a + 1];
                        if (step > 0 ? index <= limit : limit <= index) {
                            Double boxed = Numbers.box(index);
                            r[a] = boxed;
                            r[a + 3] = boxed;
                            pc = b;
                        }
                    }
                    case Op.TFORCALL -> pc = iterate(r, a, c) ? pc : b;
                    case Op.SETLIST -> setList(f, a, b, c);
                    case Op.CLOSURE -> r[a] = closure(f, b);
                    case Op.VARARG -> varargs(f, a, b);
                    case Op.ARG -> r[a] = argTable(f);
                    default -> throw new IllegalStateException("instruction " + (word & 0xff));
                }
            }
        } catch (LuaError error) {
            error.passes(f, false);
            throw error;
        }
    }

    private static @Nullable Object rk(@Nullable Object[] registers, @Nullable Object[] constants, int operand) {
        return operand >= 0 ? registers[operand] : constants[~operand];
    }

    private boolean equal(@Nullable Object a, @Nullable Object b) {
        if (a instanceof Double x && b instanceof Double y) {
            return x.doubleValue() == y.doubleValue();
        }
        return a == b || a != null && b != null && machine.meta.equal(a, b);
    }

    private boolean less(@Nullable Object a, @Nullable Object b) {
        return a instanceof Double x && b instanceof Double y ? x < y : machine.meta.less(a, b);
    }

    private boolean lessOrEqual(@Nullable Object a, @Nullable Object b) {
        return a instanceof Double x && b instanceof Double y ? x <= y : machine.meta.lessOrEqual(a, b);
    }

    private Frame enter(Frame f, LuaClosure callee, boolean tail) {
        int[] code = f.closure.proto.code;
        int a = code[f.pc] >>> 8;
        int b = code[f.pc + 1];
        Proto proto = callee.proto;
        Frame made;
        if (tail) {
            made = machine.frame(callee, f.caller);
            made.resultRegister = f.resultRegister;
            made.wanted = f.wanted;
            made.isBase = f.isBase;
            made.isTailCall = true;
        } else {
            made = machine.frame(callee, f);
            made.resultRegister = a;
            made.wanted = code[f.pc + 2];
        }
        if (b >= 0 && !proto.isVararg) {
            System.arraycopy(f.registers, a + 1, made.registers, 0, Math.min(b, proto.parameters));
            return made;
        }
        @Nullable Object[] args = arguments(f, a + 1, b);
        System.arraycopy(args, 0, made.registers, 0, Math.min(args.length, proto.parameters));
        if (proto.isVararg && args.length > proto.parameters) {
            meter.allocate(Machine.VALUE_BYTES * (long) args.length);
            made.varargs = Arrays.copyOfRange(args, proto.parameters, args.length);
        }
        return made;
    }

    private Frame leave(Frame f, int a, int b) {
        Frame caller = f.caller;
        if (caller == null) {
            throw new IllegalStateException("a frame without a caller is a base");
        }
        if (b == 1 && f.wanted == 1) {
            caller.registers[f.resultRegister] = f.registers[a];
        } else {
            deliver(caller, arguments(f, a, b), f.resultRegister, f.wanted);
        }
        return caller;
    }

    /** Values from a register on, with the open ones behind them where b says so. */
    private @Nullable Object[] arguments(Frame f, int first, int b) {
        if (b >= 0) {
            return b == 0 ? Frame.NONE : Arrays.copyOfRange(f.registers, first, first + b);
        }
        int fixed = ~b;
        @Nullable Object[] open = f.open;
        f.open = Frame.NONE;
        if (fixed == 0) {
            return open;
        }
        meter.charge(open.length >> 3);
        @Nullable Object[] all = new Object[fixed + open.length];
        System.arraycopy(f.registers, first, all, 0, fixed);
        System.arraycopy(open, 0, all, fixed, open.length);
        return all;
    }

    private void deliver(Frame f, @Nullable Object[] results, int a, int wanted) {
        if (wanted < 0) {
            f.open = results;
            return;
        }
        for (int i = 0; i < wanted; i++) {
            f.registers[a + i] = i < results.length ? results[i] : null;
        }
    }

    private @Nullable Object[] callOther(Frame f, @Nullable Object function, @Nullable Object[] args) {
        if (function instanceof Native library) {
            return machine.callFromLua(library, args);
        }
        Object handler = machine.meta.method(function, Meta.CALL);
        if (!(handler instanceof LuaFunction)) {
            throw Meta.wrongType("call", function, f.closure.proto.nameOf(f.pc, 0));
        }
        @Nullable Object[] all = new Object[args.length + 1];
        all[0] = function;
        System.arraycopy(args, 0, all, 1, args.length);
        return handler instanceof Native library ? machine.callFromLua(library, all) : machine.call(handler, all);
    }

    private void prepareLoop(@Nullable Object[] r, int a) {
        Double from = Types.number(r[a]);
        Double to = Types.number(r[a + 1]);
        Double step = Types.number(r[a + 2]);
        if (from == null) {
            throw LuaError.core("'for' initial value must be a number");
        }
        if (to == null) {
            throw LuaError.core("'for' limit must be a number");
        }
        if (step == null) {
            throw LuaError.core("'for' step must be a number");
        }
        r[a] = from - step;
        r[a + 1] = to;
        r[a + 2] = step;
    }

    /** The next values of a loop; whether there are any. */
    private boolean iterate(@Nullable Object[] r, int a, int count) {
        Object function = r[a];
        if (function == BaseLibrary.NEXT && r[a + 1] instanceof LuaTable table) {
            return iterateTable(table, r, a, count);
        }
        @Nullable Object[] results;
        if (function instanceof Native library) {
            machine.nesting++;
            results = machine.callFromLua(library, new Object[] {r[a + 1], r[a + 2]});
            machine.nesting--;
        } else {
            if (!(function instanceof LuaFunction) && machine.meta.method(function, Meta.CALL) == null) {
                throw Meta.wrongType("call", function, null);
            }
            results = machine.call(function, r[a + 1], r[a + 2]);
        }
        for (int i = 0; i < count; i++) {
            r[a + 3 + i] = i < results.length ? results[i] : null;
        }
        r[a + 2] = r[a + 3];
        return r[a + 3] != null;
    }

    private boolean iterateTable(LuaTable table, @Nullable Object[] r, int a, int count) {
        int position = BaseLibrary.following(table, r[a + 2]);
        if (position < 0) {
            return false;
        }
        Object key = table.keyAt(position);
        r[a + 2] = key;
        r[a + 3] = key;
        if (count > 1) {
            r[a + 4] = table.valueAt(position);
            Arrays.fill(r, a + 5, Math.max(a + 5, a + 3 + count), null);
        }
        return true;
    }

    private void setList(Frame f, int a, int b, int stored) {
        LuaTable table = (LuaTable) f.registers[a];
        @Nullable Object[] values = arguments(f, a + 1, b);
        if (table == null) {
            throw new IllegalStateException("a list without a table");
        }
        meter.charge(values.length >> 2);
        for (int i = values.length - 1; i >= 0; i--) {
            table.set(stored + i + 1, values[i]);
        }
    }

    private LuaClosure closure(Frame f, int index) {
        int[] places = f.closure.proto.shared[index];
        Cell[] cells = new Cell[places.length];
        meter.allocate(Machine.closureBytes(cells.length));
        for (int i = 0; i < cells.length; i++) {
            int from = places[i];
            cells[i] = from < 0 ? f.closure.cells[~from] : (Cell) f.registers[from];
        }
        return new LuaClosure(f.closure.proto.inner[index], cells);
    }

    private void varargs(Frame f, int a, int wanted) {
        @Nullable Object[] values = f.varargs;
        if (wanted < 0) {
            f.open = values;
            return;
        }
        for (int i = 0; i < wanted; i++) {
            f.registers[a + i] = i < values.length ? values[i] : null;
        }
    }

    private LuaTable argTable(Frame f) {
        LuaTable table = new LuaTable(meter, f.varargs.length, 1);
        for (int i = 0; i < f.varargs.length; i++) {
            table.set(i + 1, f.varargs[i]);
        }
        table.set(LuaString.constant("n"), (double) f.varargs.length);
        return table;
    }
}
