package io.kindred.resp;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/**
 * A double as Redis 7 writes it: the fewest digits that read back as the same number, plain where that is short,
 * otherwise with an exponent as in {@code 1e+30}.
 *
 * <p>{@code Double.toString} will not do: before JDK 19 it is not always the shortest, and its notation is Java's.
 */
final class DoubleText {
    private static final int DIGITS_ALWAYS_KEPT = 15;
    private static final int DIGITS_MAX = 17;

    private DoubleText() {}

    static String of(double value) {
        if (Double.isNaN(value)) {
            return "nan";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "inf" : "-inf";
        }
        if (value == 0) {
            return 1 / value < 0 ? "-0" : "0";
        }
        BigDecimal shortest = shortest(Math.abs(value));
        String text = layOut(shortest.unscaledValue().toString(), -shortest.scale());
        return value < 0 ? "-" + text : text;
    }

    /** A decimal of 15 digits survives the way through a normal double and back, so fewer need not be tried there. */
    private static BigDecimal shortest(double value) {
        BigDecimal exact = new BigDecimal(value);
        for (int digits = value < Double.MIN_NORMAL ? 1 : DIGITS_ALWAYS_KEPT; digits < DIGITS_MAX; digits++) {
            BigDecimal rounded = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
            if (rounded.doubleValue() == value) {
                return rounded.stripTrailingZeros();
            }
        }
        return exact.round(new MathContext(DIGITS_MAX, RoundingMode.HALF_EVEN)).stripTrailingZeros();
    }

    /** The notation of {@code fpconv_dtoa}, which Redis uses: {@code digits} times ten to the {@code exponent}. */
    private static String layOut(String digits, int exponent) {
        int count = digits.length();
        int pointAt = count + exponent;
        int magnitude = Math.abs(pointAt - 1);
        if (exponent >= 0 && magnitude < count + 7) {
            return digits + "0".repeat(exponent);
        }
        if (exponent < 0 && (exponent > -7 || magnitude < 4)) {
            return pointAt > 0
                    ? digits.substring(0, pointAt) + "." + digits.substring(pointAt)
                    : "0." + "0".repeat(-pointAt) + digits;
        }
        String mantissa = count == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
        return mantissa + "e" + (pointAt > 0 ? "+" : "-") + magnitude;
    }
}
