package io.kindred.command;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Numbers as Redis reads and writes them. */
final class Numbers {
    private static final int LONG_BYTES_MAX = 20;

    /** Longer texts are no numbers to Redis either; it keeps the arithmetic below short. */
    private static final int DECIMAL_BYTES_MAX = 5 * 1024 - 1;

    /** Powers of ten past which C's long double overflows, or is nothing but zero. */
    private static final int EXPONENT_MAX = 4932;

    private static final int EXPONENT_MIN = -4951;

    /** C's strtold makes zero of what is smaller, which is no valid float to Redis. */
    private static final BigDecimal LEAST = new BigDecimal("1.8225997659412373013E-4951");

    /** And infinity of what is greater. */
    private static final BigDecimal GREATEST = new BigDecimal("1.18973149535723176502E+4932");

    /** Digits after the point, as Redis prints them before it cuts the zeros. */
    private static final int SCALE = 17;

    private static final Pattern DECIMAL = Pattern.compile("[+-]?(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?");

    private static final Pattern CURSOR = Pattern.compile("[0-9]{1,40}");

    private static final Pattern INFINITE = Pattern.compile("[+-]?(?:inf|infinity)");

    private static final Pattern HEXADECIMAL =
            Pattern.compile("([+-]?)0[xX]([0-9a-fA-F]*)\\.?([0-9a-fA-F]*)(?:[pP]([+-]?[0-9]{1,6}))?");

    private Numbers() {}

    /** A canonical 64-bit integer: no sign but a minus, no leading zeros, no blanks. */
    static boolean isLong(byte[] text) {
        int length = text.length;
        if (length == 0 || length > LONG_BYTES_MAX) {
            return false;
        }
        boolean negative = text[0] == '-';
        int first = negative ? 1 : 0;
        if (first == length || text[first] < '0' || text[first] > '9') {
            return false;
        }
        if (text[first] == '0') {
            return length == 1;
        }
        return digitsFit(text, first, negative);
    }

    private static boolean digitsFit(byte[] text, int first, boolean negative) {
        // Counts downwards, because the least long has no positive counterpart.
        long limit = negative ? Long.MIN_VALUE : -Long.MAX_VALUE;
        long value = 0;
        for (int i = first; i < text.length; i++) {
            int digit = text[i] - '0';
            if (digit < 0 || digit > 9 || value < (limit + digit) / 10) {
                return false;
            }
            value = value * 10 - digit;
        }
        return true;
    }

    /** Requires: {@link #isLong}. */
    static long toLong(byte[] text) {
        boolean negative = text[0] == '-';
        long value = 0;
        for (int i = negative ? 1 : 0; i < text.length; i++) {
            value = value * 10 - (text[i] - '0');
        }
        return negative ? value : -value;
    }

    /** What C's strtoul takes: an unsigned 64-bit number, perhaps signed, perhaps nothing at all. */
    static boolean isCursor(byte[] text) {
        int first = text.length > 0 && (text[0] == '+' || text[0] == '-') ? 1 : 0;
        if (text.length == 0) {
            return true;
        }
        String digits = new String(text, first, text.length - first, StandardCharsets.ISO_8859_1);
        if (!CURSOR.matcher(digits).matches()) {
            return false;
        }
        return new BigInteger(digits).bitLength() <= Long.SIZE;
    }

    /** Requires: {@link #isCursor}. */
    static long toCursor(byte[] text) {
        return text.length == 0 ? 0 : new BigInteger(new String(text, StandardCharsets.ISO_8859_1)).longValue();
    }

    static byte[] bytes(long value) {
        return Long.toString(value).getBytes(StandardCharsets.ISO_8859_1);
    }

    /** What C's strtold takes and a long double can hold; null for anything else, and for infinities. */
    static @Nullable BigDecimal toDecimal(byte[] bytes) {
        if (bytes.length == 0 || bytes.length > DECIMAL_BYTES_MAX) {
            return null;
        }
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        if (DECIMAL.matcher(text).matches()) {
            return decimal(text);
        }
        Matcher hexadecimal = HEXADECIMAL.matcher(text);
        return hexadecimal.matches() ? hexadecimal(hexadecimal) : null;
    }

    static boolean isInfinite(byte[] bytes) {
        return bytes.length <= "-infinity".length()
                && INFINITE.matcher(new String(bytes, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT))
                        .matches();
    }

    private static @Nullable BigDecimal decimal(String text) {
        BigDecimal value;
        try {
            value = new BigDecimal(text);
        } catch (NumberFormatException exponentTooLong) {
            return null;
        }
        if (value.signum() == 0) {
            return BigDecimal.ZERO;
        }
        long exponent = (long) value.precision() - value.scale() - 1;
        if (exponent > EXPONENT_MAX || exponent < EXPONENT_MIN) {
            return null;
        }
        BigDecimal size = value.abs();
        return size.compareTo(LEAST) <= 0 || size.compareTo(GREATEST) > 0 ? null : value;
    }

    private static @Nullable BigDecimal hexadecimal(Matcher parts) {
        String digits = parts.group(2) + parts.group(3);
        if (digits.isEmpty()) {
            return null;
        }
        BigDecimal value = new BigDecimal(new BigInteger(parts.group(1) + digits, 16));
        int power = parts.group(4) == null ? 0 : Integer.parseInt(parts.group(4));
        power -= 4 * parts.group(3).length();
        if (Math.abs(power) > -EXPONENT_MIN * 4) {
            return null;
        }
        BigDecimal factor = new BigDecimal(BigInteger.TWO.pow(Math.abs(power)));
        BigDecimal scaled = power >= 0 ? value.multiply(factor) : value.divide(factor);
        return decimal(scaled.toString());
    }

    /** Plain decimals, at most 17 behind the point, without trailing zeros. */
    static byte[] bytes(BigDecimal value) {
        BigDecimal rounded = value.scale() > SCALE ? value.setScale(SCALE, RoundingMode.HALF_EVEN) : value;
        if (rounded.signum() == 0) {
            return bytes(0);
        }
        return rounded.stripTrailingZeros().toPlainString().getBytes(StandardCharsets.ISO_8859_1);
    }
}
