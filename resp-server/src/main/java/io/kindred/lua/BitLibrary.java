package io.kindred.lua;

import java.util.function.IntBinaryOperator;

/** The library {@code bit}: 32-bit integers, as LuaJIT's BitOp has them. */
final class BitLibrary {
    /** Added to a number, its low bits become those of the integer; so BitOp rounds. */
    private static final double ROUNDING = 6755399441055744.0;

    static final Native[] FUNCTIONS = {
        new Native("tobit", (m, args) -> BaseLibrary.one((double) bits(args, 1))),
        new Native("bnot", (m, args) -> BaseLibrary.one((double) ~bits(args, 1))),
        fold("band", (a, b) -> a & b),
        fold("bor", (a, b) -> a | b),
        fold("bxor", (a, b) -> a ^ b),
        shift("lshift", (a, n) -> a << n),
        shift("rshift", (a, n) -> a >>> n),
        shift("arshift", (a, n) -> a >> n),
        shift("rol", Integer::rotateLeft),
        shift("ror", Integer::rotateRight),
        new Native("bswap", (m, args) -> BaseLibrary.one((double) Integer.reverseBytes(bits(args, 1)))),
        new Native("tohex", (m, args) -> BaseLibrary.one(m.newString(hex(args)))),
    };

    private BitLibrary() {}

    private static int bits(Args args, int index) {
        return (int) Double.doubleToRawLongBits(args.number(index) + ROUNDING);
    }

    private static Native fold(String name, IntBinaryOperator operator) {
        return new Native(name, (m, args) -> {
            int value = bits(args, 1);
            for (int i = 2; i <= args.count(); i++) {
                value = operator.applyAsInt(value, bits(args, i));
            }
            return BaseLibrary.one((double) value);
        });
    }

    private static Native shift(String name, IntBinaryOperator operator) {
        return new Native(name, (m, args) -> {
            int value = bits(args, 1);
            return BaseLibrary.one((double) operator.applyAsInt(value, bits(args, 2) & 31));
        });
    }

    private static String hex(Args args) {
        int value = bits(args, 1);
        int digits = args.isNone(2) ? 8 : bits(args, 2);
        String all = String.format("%08x", value);
        if (digits < 0) {
            all = all.toUpperCase(java.util.Locale.ROOT);
            digits = -Math.max(digits, -8);
        }
        digits = Math.min(8, digits);
        return all.substring(8 - digits);
    }
}
