package io.kindred.lua;

import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/** The library {@code math}. {@link StrictMath} gives the same on every machine. */
final class MathLibrary {
    static final Native[] FUNCTIONS = {
        of("abs", Math::abs),
        of("acos", StrictMath::acos),
        of("asin", StrictMath::asin),
        of("atan", StrictMath::atan),
        of("atan2", StrictMath::atan2),
        of("ceil", Math::ceil),
        of("cos", StrictMath::cos),
        of("cosh", StrictMath::cosh),
        of("deg", x -> x / (Math.PI / 180)),
        of("exp", StrictMath::exp),
        of("floor", Math::floor),
        of("fmod", (x, y) -> x % y),
        new Native("frexp", MathLibrary::frexp),
        new Native("ldexp", (m, args) -> BaseLibrary.one(ldexp(args.number(1), args.integer(2)))),
        of("log", StrictMath::log),
        of("log10", StrictMath::log10),
        new Native("max", (m, args) -> BaseLibrary.one(extreme(args, 1))),
        new Native("min", (m, args) -> BaseLibrary.one(extreme(args, -1))),
        of("mod", (x, y) -> x % y),
        new Native("modf", MathLibrary::modf),
        of("pow", StrictMath::pow),
        of("rad", x -> x * (Math.PI / 180)),
        new Native("random", MathLibrary::random),
        new Native("randomseed", (m, args) -> {
            m.random.seed(args.integer(1));
            return Frame.NONE;
        }),
        of("sin", StrictMath::sin),
        of("sinh", StrictMath::sinh),
        of("sqrt", Math::sqrt),
        of("tan", StrictMath::tan),
        of("tanh", StrictMath::tanh),
    };

    private MathLibrary() {}

    private static Native of(String name, DoubleUnaryOperator function) {
        return new Native(name, (m, args) -> BaseLibrary.one(Numbers.box(function.applyAsDouble(args.number(1)))));
    }

    private static Native of(String name, DoubleBinaryOperator function) {
        return new Native(
                name,
                (m, args) -> BaseLibrary.one(Numbers.box(function.applyAsDouble(args.number(1), args.number(2)))));
    }

    private static @Nullable Object[] frexp(Machine machine, Args args) {
        double x = args.number(1);
        if (x == 0 || Double.isNaN(x) || Double.isInfinite(x)) {
            return new Object[] {x, 0.0};
        }
        int exponent = Math.getExponent(x);
        double scaled = x;
        int shift = 0;
        if (exponent < Double.MIN_EXPONENT) {
            scaled = x * 0x1p54;
            shift = -54;
            exponent = Math.getExponent(scaled);
        }
        return new Object[] {Math.scalb(scaled, -exponent - 1), (double) exponent + 1 + shift};
    }

    private static double ldexp(double x, int exponent) {
        int half = Math.max(-3000, Math.min(3000, exponent)) / 2;
        return Math.scalb(Math.scalb(x, half), Math.max(-3000, Math.min(3000, exponent)) - half);
    }

    private static double extreme(Args args, int sign) {
        double best = args.number(1);
        for (int i = 2; i <= args.count(); i++) {
            double next = args.number(i);
            if (sign > 0 ? next > best : next < best) {
                best = next;
            }
        }
        return best;
    }

    private static @Nullable Object[] modf(Machine machine, Args args) {
        double x = args.number(1);
        double whole = x < 0 ? Math.ceil(x) : Math.floor(x);
        return new Object[] {whole, Double.isInfinite(x) ? 0.0 : x - whole};
    }

    private static @Nullable Object[] random(Machine machine, Args args) {
        double r = machine.random.next();
        switch (args.count()) {
            case 0 -> {
                return BaseLibrary.one(r);
            }
            case 1 -> {
                int upper = args.integer(1);
                if (upper < 1) {
                    throw LuaError.argument(1, "interval is empty");
                }
                return BaseLibrary.one(Math.floor(r * upper) + 1);
            }
            case 2 -> {
                int lower = args.integer(1);
                int upper = args.integer(2);
                if (lower > upper) {
                    throw LuaError.argument(2, "interval is empty");
                }
                return BaseLibrary.one(Math.floor(r * ((double) upper - lower + 1)) + lower);
            }
            default -> throw LuaError.library("wrong number of arguments");
        }
    }
}
