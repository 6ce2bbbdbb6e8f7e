package io.kindred.lua;

import org.jspecify.annotations.Nullable;

/** The names of metamethods, and what an operation does where its operands are not what it is for. */
final class Meta {
    static final LuaString INDEX = LuaString.constant("__index");
    static final LuaString NEWINDEX = LuaString.constant("__newindex");
    static final LuaString CALL = LuaString.constant("__call");
    static final LuaString EQ = LuaString.constant("__eq");
    static final LuaString LT = LuaString.constant("__lt");
    static final LuaString LE = LuaString.constant("__le");
    static final LuaString CONCAT = LuaString.constant("__concat");
    static final LuaString UNM = LuaString.constant("__unm");
    static final LuaString LEN = LuaString.constant("__len");
    static final LuaString TOSTRING = LuaString.constant("__tostring");
    static final LuaString METATABLE = LuaString.constant("__metatable");

    /** Of {@link Op#ADD} to {@link Op#POW}. */
    private static final LuaString[] ARITHMETIC = {
        LuaString.constant("__add"),
        LuaString.constant("__sub"),
        LuaString.constant("__mul"),
        LuaString.constant("__div"),
        LuaString.constant("__mod"),
        LuaString.constant("__pow")
    };

    private static final int LOOP_MAX = 100;

    private final Machine machine;
    private final LuaTable stringMetatable;

    Meta(Machine machine, LuaTable stringMetatable) {
        this.machine = machine;
        this.stringMetatable = stringMetatable;
    }

    @Nullable
    LuaTable metatable(@Nullable Object value) {
        if (value instanceof LuaTable table) {
            return table.metatable;
        }
        return value instanceof LuaString ? stringMetatable : null;
    }

    @Nullable
    Object method(@Nullable Object value, LuaString event) {
        LuaTable metatable = metatable(value);
        return metatable == null ? null : metatable.get(event);
    }

    @Nullable
    Object index(@Nullable Object value, @Nullable Object key) {
        Object at = value;
        for (int i = 0; i < LOOP_MAX; i++) {
            Object handler;
            if (at instanceof LuaTable table) {
                Object found = table.get(key);
                if (found != null || table.metatable == null) {
                    return found;
                }
                handler = table.metatable.get(INDEX);
                if (handler == null) {
                    return null;
                }
            } else {
                handler = method(at, INDEX);
                if (handler == null) {
                    throw wrongType("index", at, i == 0 ? machine.operandName(0) : null);
                }
            }
            if (handler instanceof LuaFunction) {
                return machine.callMeta(handler, at, key);
            }
            machine.meter.charge(1);
            at = handler;
        }
        throw LuaError.core("loop in gettable");
    }

    void setIndex(@Nullable Object value, @Nullable Object key, @Nullable Object to) {
        Object at = value;
        for (int i = 0; i < LOOP_MAX; i++) {
            Object handler;
            if (at instanceof LuaTable table) {
                if (table.isReadOnly()) {
                    throw LuaError.core(LuaTable.READ_ONLY);
                }
                if (key == null) {
                    throw LuaError.core("table index is nil");
                }
                handler = table.metatable == null ? null : table.metatable.get(NEWINDEX);
                if (handler == null || table.get(key) != null) {
                    table.set(key, to);
                    return;
                }
            } else {
                handler = method(at, NEWINDEX);
                if (handler == null) {
                    throw wrongType("index", at, i == 0 ? machine.operandName(0) : null);
                }
            }
            if (handler instanceof LuaFunction) {
                machine.callMeta(handler, at, key, to);
                return;
            }
            machine.meter.charge(1);
            at = handler;
        }
        throw LuaError.core("loop in settable");
    }

    @Nullable
    Object arithmetic(int op, @Nullable Object left, @Nullable Object right) {
        if (left instanceof Double m && right instanceof Double n) {
            return Numbers.box(compute(op, m, n));
        }
        Double x = number(left);
        Double y = number(right);
        if (x != null && y != null) {
            return Numbers.box(compute(op, x, y));
        }
        LuaString event = ARITHMETIC[op - Op.ADD];
        Object handler = method(left, event);
        if (handler == null) {
            handler = method(right, event);
        }
        if (handler != null) {
            return machine.callMeta(handler, left, right);
        }
        boolean isRight = x != null;
        throw wrongType("perform arithmetic on", isRight ? right : left, machine.operandName(isRight ? 1 : 0));
    }

    private @Nullable Double number(@Nullable Object value) {
        if (value instanceof LuaString s) {
            machine.meter.charge(2 + (s.bytes.length >> 3));
        }
        return Types.number(value);
    }

    static double compute(int op, double x, double y) {
        return switch (op) {
            case Op.ADD -> x + y;
            case Op.SUB -> x - y;
            case Op.MUL -> x * y;
            case Op.DIV -> x / y;
            case Op.MOD -> modulo(x, y);
            default -> Math.pow(x, y);
        };
    }

    /** Lua 5.1's: a - floor(a / b) * b. */
    static double modulo(double x, double y) {
        return x - Math.floor(x / y) * y;
    }

    @Nullable
    Object minus(@Nullable Object operand) {
        Double number = number(operand);
        if (number != null) {
            return negate(number);
        }
        Object handler = method(operand, UNM);
        if (handler != null) {
            return machine.callMeta(handler, operand, operand);
        }
        throw wrongType("perform arithmetic on", operand, machine.operandName(0));
    }

    static Double negate(double number) {
        if (Double.isNaN(number)) {
            return (Double.doubleToRawLongBits(number) & 1) != 0 ? Double.NaN : Numbers.POSITIVE_NAN;
        }
        return -number;
    }

    @Nullable
    Object length(@Nullable Object operand) {
        if (operand instanceof LuaString s) {
            return (double) s.bytes.length;
        }
        if (operand instanceof LuaTable t) {
            return Numbers.box(t.length());
        }
        throw wrongType("get length of", operand, machine.operandName(0));
    }

    boolean equal(@Nullable Object a, @Nullable Object b) {
        if (a instanceof LuaString s && b instanceof LuaString t) {
            if (s != t && s.bytes.length == t.bytes.length) {
                machine.meter.charge(s.bytes.length >> 5);
            }
            return s.equals(t);
        }
        if (Types.rawEquals(a, b)) {
            return true;
        }
        if (!(a instanceof LuaTable x) || !(b instanceof LuaTable y) || x.metatable == null || y.metatable == null) {
            return false;
        }
        Object handler = x.metatable.get(EQ);
        boolean same = handler != null && Types.rawEquals(handler, y.metatable.get(EQ));
        return same && Types.isTrue(machine.callMeta(handler, a, b));
    }

    boolean less(@Nullable Object a, @Nullable Object b) {
        if (a instanceof Double x && b instanceof Double y) {
            return x < y;
        }
        if (a instanceof LuaString x && b instanceof LuaString y) {
            machine.meter.charge(Math.min(x.bytes.length, y.bytes.length) >> 5);
            return x.compareTo(y) < 0;
        }
        Object handler = ordering(a, b, LT);
        if (handler == null) {
            throw incomparable(a, b);
        }
        return Types.isTrue(machine.callMeta(handler, a, b));
    }

    boolean lessOrEqual(@Nullable Object a, @Nullable Object b) {
        if (a instanceof Double x && b instanceof Double y) {
            return x <= y;
        }
        if (a instanceof LuaString x && b instanceof LuaString y) {
            machine.meter.charge(Math.min(x.bytes.length, y.bytes.length) >> 5);
            return x.compareTo(y) <= 0;
        }
        Object handler = ordering(a, b, LE);
        if (handler != null) {
            return Types.isTrue(machine.callMeta(handler, a, b));
        }
        handler = ordering(b, a, LT);
        if (handler == null) {
            throw incomparable(a, b);
        }
        return !Types.isTrue(machine.callMeta(handler, b, a));
    }

    private @Nullable Object ordering(@Nullable Object a, @Nullable Object b, LuaString event) {
        if (!Types.name(a).equals(Types.name(b))) {
            return null;
        }
        Object handler = method(a, event);
        return handler != null && Types.rawEquals(handler, method(b, event)) ? handler : null;
    }

    private static LuaError incomparable(@Nullable Object a, @Nullable Object b) {
        String first = Types.name(a);
        String second = Types.name(b);
        return LuaError.core(
                first.equals(second)
                        ? "attempt to compare two " + first + " values"
                        : "attempt to compare " + first + " with " + second);
    }

    static LuaError wrongType(String doing, @Nullable Object value, @Nullable String name) {
        String type = Types.name(value);
        return LuaError.core(
                name == null
                        ? "attempt to " + doing + " a " + type + " value"
                        : "attempt to " + doing + " " + name + " (a " + type + " value)");
    }

    /** Puts registers together from the right, as Lua does. */
    @Nullable
    Object concat(@Nullable Object[] registers, int first, int last) {
        Object result = registers[last];
        int at = last - 1;
        while (at >= first) {
            if (!isText(registers[at]) || !isText(result)) {
                result = concatOther(registers[at], result, at - first, at + 1 == last);
                at--;
                continue;
            }
            int from = at;
            while (from > first && isText(registers[from - 1])) {
                from--;
            }
            result = join(registers, from, at, result);
            at = from - 1;
        }
        return result;
    }

    private static boolean isText(@Nullable Object value) {
        return value instanceof LuaString || value instanceof Double;
    }

    private LuaString join(@Nullable Object[] registers, int from, int to, @Nullable Object tail) {
        LuaString[] parts = new LuaString[to - from + 2];
        long length = 0;
        for (int i = 0; i < parts.length; i++) {
            Object part = from + i <= to ? registers[from + i] : tail;
            parts[i] = part instanceof Double d ? machine.text(d) : (LuaString) part;
            length += parts[i].bytes.length;
        }
        byte[] all = machine.newBytes(length);
        int at = 0;
        for (LuaString part : parts) {
            System.arraycopy(part.bytes, 0, all, at, part.bytes.length);
            at += part.bytes.length;
        }
        return new LuaString(all);
    }

    private @Nullable Object concatOther(
            @Nullable Object left, @Nullable Object right, int operand, boolean rightIsOperand) {
        Object handler = method(left, CONCAT);
        if (handler == null) {
            handler = method(right, CONCAT);
        }
        if (handler != null) {
            return machine.callMeta(handler, left, right);
        }
        boolean isRight = isText(left);
        String names = machine.operandName(0);
        String[] each = names == null ? new String[0] : names.split("\0", -1);
        int index = isRight ? operand + 1 : operand;
        boolean known = index < each.length && !each[index].isEmpty() && (!isRight || rightIsOperand);
        throw wrongType("concatenate", isRight ? right : left, known ? each[index] : null);
    }
}
