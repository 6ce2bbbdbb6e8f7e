package io.kindred.lua;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Numbers and their texts, as C's {@code strtod} and {@code printf} have them. */
public final class Numbers {
    /** "nan" of {@code tonumber}; what arithmetic gives on x86 has the other sign, and is shown as "-nan". */
    static final double POSITIVE_NAN = Double.longBitsToDouble(0x7ff8_0000_0000_0001L);

    private static final int CACHED = 1024;
    private static final Double[] SMALL = new Double[CACHED];

    static {
        for (int i = 0; i < CACHED; i++) {
            SMALL[i] = (double) i;
        }
    }

    private Numbers() {}

    /** A number as a value; small whole ones are not made anew. */
    static Double box(double number) {
        int whole = (int) number;
        if (whole == number && whole > 0 && whole < CACHED) {
            return SMALL[whole];
        }
        return number;
    }

    /** The number that a text is, or null: blanks around, decimal or 0x, inf and nan. */
    static @Nullable Double parse(byte[] bytes) {
        int end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        int start = 0;
        while (start < end && isBlank(bytes[start])) {
            start++;
        }
        while (end > start && isBlank(bytes[end - 1])) {
            end--;
        }
        if (start == end) {
            return null;
        }
        long simple = 0;
        int at = start;
        while (at < end && at < start + 15 && bytes[at] >= '0' && bytes[at] <= '9') {
            simple = simple * 10 + bytes[at++] - '0';
        }
        if (at == end) {
            return box(simple);
        }
        return parseAny(new String(bytes, start, end - start, StandardCharsets.ISO_8859_1));
    }

    private static @Nullable Double parseAny(String text) {
        boolean negative = text.charAt(0) == '-';
        String digits = negative || text.charAt(0) == '+' ? text.substring(1) : text;
        String lower = digits.toLowerCase(java.util.Locale.ROOT);
        Double value;
        if (lower.equals("inf") || lower.equals("infinity")) {
            value = Double.POSITIVE_INFINITY;
        } else if (lower.matches("nan(\\([a-z0-9_]*\\))?")) {
            return negative ? Double.NaN : POSITIVE_NAN;
        } else if (lower.startsWith("0x")) {
            value = hex(lower);
        } else {
            value = decimal(lower);
        }
        return value == null ? null : negative ? -value : value;
    }

    /** Where the number ends that begins there, as {@code strtod} reads as far as it can; the start, if there is none. */
    static int prefix(byte[] text, int start) {
        int i = start;
        if (at(text, i) == '-' || at(text, i) == '+') {
            i++;
        }
        if (isWord(text, i, "infinity")) {
            return i + 8;
        }
        if (isWord(text, i, "inf") || isWord(text, i, "nan")) {
            return i + 3;
        }
        boolean hex = at(text, i) == '0' && (at(text, i + 1) | 0x20) == 'x' && isHexDigit(at(text, i + 2));
        int digits = i + (hex ? 2 : 0);
        int end = digitsEnd(text, digits, hex);
        boolean any = end > digits;
        if (at(text, end) == '.') {
            int fraction = digitsEnd(text, end + 1, hex);
            any |= fraction > end + 1;
            end = fraction;
        }
        if (!any) {
            return start;
        }
        if ((at(text, end) | 0x20) == (hex ? 'p' : 'e')) {
            int sign = at(text, end + 1) == '-' || at(text, end + 1) == '+' ? 1 : 0;
            int exponent = digitsEnd(text, end + 1 + sign, false);
            if (exponent > end + 1 + sign) {
                return exponent;
            }
        }
        return end;
    }

    private static int digitsEnd(byte[] text, int start, boolean hex) {
        int i = start;
        while (at(text, i) >= '0' && at(text, i) <= '9' || hex && isHexDigit(at(text, i))) {
            i++;
        }
        return i;
    }

    private static boolean isHexDigit(int c) {
        return c >= '0' && c <= '9' || (c | 0x20) >= 'a' && (c | 0x20) <= 'f';
    }

    private static int at(byte[] text, int index) {
        return index < text.length ? text[index] : 0;
    }

    private static boolean isWord(byte[] text, int start, String word) {
        for (int i = 0; i < word.length(); i++) {
            if ((at(text, start + i) | 0x20) != word.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static @Nullable Double decimal(String text) {
        boolean digit = false;
        int i = 0;
        while (i < text.length() && isDigit(text.charAt(i))) {
            i++;
            digit = true;
        }
        if (i < text.length() && text.charAt(i) == '.') {
            i++;
            while (i < text.length() && isDigit(text.charAt(i))) {
                i++;
                digit = true;
            }
        }
        if (!digit) {
            return null;
        }
        if (i < text.length() && text.charAt(i) == 'e') {
            i++;
            if (i < text.length() && (text.charAt(i) == '+' || text.charAt(i) == '-')) {
                i++;
            }
            int exponent = i;
            while (i < text.length() && isDigit(text.charAt(i))) {
                i++;
            }
            if (i == exponent) {
                return null;
            }
        }
        return i == text.length() ? Double.valueOf(Double.parseDouble(text)) : null;
    }

    private static @Nullable Double hex(String text) {
        int mark = text.indexOf('p');
        String mantissa = text.substring(2, mark < 0 ? text.length() : mark);
        int point = mantissa.indexOf('.');
        String digits = point < 0 ? mantissa : mantissa.substring(0, point) + mantissa.substring(point + 1);
        if (!digits.matches("[0-9a-f]+")
                || mark >= 0 && !text.substring(mark + 1).matches("[+-]?[0-9]{1,9}")) {
            return null;
        }
        String exponent = mark < 0 ? "p0" : text.substring(mark);
        return Double.parseDouble("0x" + mantissa + exponent);
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || b >= 9 && b <= 13;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    /** Lua's own text of a number: {@code %.14g}. */
    static String shown(double number) {
        long whole = (long) number;
        if (whole == number && Math.abs(whole) < 100_000_000_000_000L && (whole != 0 || 1 / number > 0)) {
            return Long.toString(whole);
        }
        return general(number, 14);
    }

    /** {@code %.<precision>g}. */
    public static String general(double number, int precision) {
        if (Double.isNaN(number) || Double.isInfinite(number)) {
            return special(number);
        }
        if (number == 0) {
            return 1 / number < 0 ? "-0" : "0";
        }
        int digits = Math.max(1, precision);
        BigDecimal rounded = new BigDecimal(number).round(new MathContext(digits, RoundingMode.HALF_EVEN));
        int exponent = rounded.precision() - rounded.scale() - 1;
        if (exponent < -4 || exponent >= digits) {
            BigDecimal stripped = rounded.stripTrailingZeros();
            return scientific(stripped, stripped.precision() - 1);
        }
        BigDecimal stripped = rounded.stripTrailingZeros();
        return stripped.scale() < 0 ? stripped.setScale(0).toPlainString() : stripped.toPlainString();
    }

    /** The fewest digits that read back as the same number. */
    public static String shortest(double number) {
        for (int digits = 15; digits < 17; digits++) {
            String text = general(number, digits);
            if (Double.isInfinite(number) || Double.isNaN(number) || Double.parseDouble(text) == number) {
                return text;
            }
        }
        return general(number, 17);
    }

    static String special(double number) {
        if (Double.isNaN(number)) {
            return (Double.doubleToRawLongBits(number) & 1) != 0 ? "nan" : "-nan";
        }
        return number > 0 ? "inf" : "-inf";
    }

    /** {@code d.ddde+xx} with so many decimals. */
    static String scientific(BigDecimal number, int decimals) {
        if (number.signum() == 0) {
            return "0" + (decimals > 0 ? "." + "0".repeat(decimals) : "") + "e+00";
        }
        BigDecimal rounded = number.round(new MathContext(decimals + 1, RoundingMode.HALF_EVEN));
        int exponent = rounded.precision() - rounded.scale() - 1;
        String digits = rounded.unscaledValue().abs().toString();
        if (digits.length() < decimals + 1) {
            digits = digits + "0".repeat(decimals + 1 - digits.length());
        }
        String mantissa = digits.charAt(0) + (decimals > 0 ? "." + digits.substring(1, decimals + 1) : "");
        String shownExponent = (Math.abs(exponent) < 10 ? "0" : "") + Math.abs(exponent);
        return (number.signum() < 0 ? "-" : "") + mantissa + "e" + (exponent < 0 ? "-" : "+") + shownExponent;
    }

    /** C's cast to a 64-bit integer on x86: what does not fit is the smallest. */
    public static long toLong(double number) {
        return number >= -0x1p63 && number < 0x1p63 ? (long) number : Long.MIN_VALUE;
    }

    /** C's cast to a 32-bit integer, by way of 64 bits. */
    static int toInt(double number) {
        return (int) toLong(number);
    }

    /** A text in a base from 2 to 36, as {@code strtoul} reads it, or null. */
    static @Nullable Double parse(String text, int base) {
        String trimmed = text.strip();
        boolean negative = trimmed.startsWith("-");
        String digits = negative || trimmed.startsWith("+") ? trimmed.substring(1) : trimmed;
        if (base == 16 && (digits.startsWith("0x") || digits.startsWith("0X")) && digits.length() > 2) {
            digits = digits.substring(2);
        }
        if (digits.isEmpty()) {
            return null;
        }
        for (int i = 0; i < digits.length(); i++) {
            if (digits.charAt(i) > 127 || Character.digit(digits.charAt(i), base) < 0) {
                return null;
            }
        }
        if (digits.length() > 70) {
            return (double) 0xffff_ffffL * 0x1p32;
        }
        BigInteger value = new BigInteger(digits, base);
        if (value.bitLength() > 64) {
            return 0x1p64;
        }
        BigInteger wrapped =
                negative ? value.negate().and(BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE)) : value;
        return wrapped.doubleValue();
    }
}
