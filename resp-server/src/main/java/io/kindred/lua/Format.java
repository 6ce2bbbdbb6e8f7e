package io.kindred.lua;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** One call of {@code string.format}: C's {@code printf}, as far as Lua 5.1 lets it through. */
final class Format {
    private static final String FLAGS = "-+ #0";
    private final Machine machine;
    private final Args args;
    private final byte[] format;
    private int at;
    private int argument = 1;

    // The conversion that is being read.
    private boolean left;
    private boolean plus;
    private boolean blank;
    private boolean alternative;
    private boolean zero;
    private int width;
    private int precision;

    Format(Machine machine, Args args) {
        this.machine = machine;
        this.args = args;
        this.format = args.string(machine, 1).bytes;
    }

    LuaString run() {
        try (ByteSink out = new ByteSink(machine)) {
            while (at < format.length) {
                int c = format[at++];
                if (c != '%') {
                    out.add(c);
                } else if (at < format.length && format[at] == '%') {
                    out.add(format[at++]);
                } else {
                    argument++;
                    machine.meter.charge(30);
                    readConversion();
                    convert(out);
                }
                machine.meter.charge((at & 7) == 0 ? 1 : 0);
            }
            return out.toLua();
        }
    }

    private int peek() {
        return at < format.length ? format[at] : 0;
    }

    private void readConversion() {
        left = plus = blank = alternative = zero = false;
        width = 0;
        precision = -1;
        int start = at;
        while (peek() != 0 && FLAGS.indexOf(peek()) >= 0) {
            switch (format[at++]) {
                case '-' -> left = true;
                case '+' -> plus = true;
                case ' ' -> blank = true;
                case '#' -> alternative = true;
                default -> zero = true;
            }
        }
        if (at - start > FLAGS.length()) {
            throw LuaError.library("invalid format (repeated flags)");
        }
        width = digits();
        if (peek() == '.') {
            at++;
            precision = digits();
        }
        if (isDigit(peek())) {
            throw LuaError.library("invalid format (width or precision too long)");
        }
    }

    /** Two digits at most. */
    private int digits() {
        int value = 0;
        for (int i = 0; i < 2 && isDigit(peek()); i++) {
            value = value * 10 + format[at++] - '0';
        }
        return value;
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    private void convert(ByteSink out) {
        if (args.isAbsent(argument)) {
            throw LuaError.argument(argument, "no value");
        }
        int conversion = at < format.length ? format[at++] : 0;
        switch (conversion) {
            case 'c' -> {
                zero = false;
                pad(out, Character.toString((char) (args.integer(argument) & 0xff)));
            }
            case 'd', 'i' -> integer(out, Long.toString(Numbers.toLong(args.number(argument))), true);
            case 'u' -> integer(out, Long.toUnsignedString(unsigned()), false);
            case 'o' -> integer(out, octal(), false);
            case 'x' -> integer(out, hex(), false);
            case 'X' -> integer(out, hex().toUpperCase(java.util.Locale.ROOT), false);
            case 'e', 'E', 'f', 'g', 'G' -> real(out, conversion);
            case 'q' -> quote(out, args.string(machine, argument).bytes);
            case 's' -> string(out);
            default -> {
                String shown = conversion == 0 ? "%" : "%" + (char) conversion;
                throw LuaError.library("invalid option '" + shown + "' to 'format'");
            }
        }
    }

    private long unsigned() {
        double number = args.number(argument);
        if (number >= 0x1p63 && number < 0x1p64) {
            return (long) (number - 0x1p63) + Long.MIN_VALUE;
        }
        return Numbers.toLong(number);
    }

    private String octal() {
        String digits = Long.toOctalString(unsigned());
        return alternative && !digits.startsWith("0") ? "0" + digits : digits;
    }

    private String hex() {
        long value = unsigned();
        return (alternative && value != 0 ? "0x" : "") + Long.toHexString(value);
    }

    private void integer(ByteSink out, String shown, boolean signed) {
        String sign = shown.startsWith("-") ? "-" : signed && plus ? "+" : signed && blank ? " " : "";
        String digits = shown.startsWith("-") ? shown.substring(1) : shown;
        String prefix = digits.startsWith("0x") || digits.startsWith("0X") ? digits.substring(0, 2) : "";
        digits = digits.substring(prefix.length());
        if (precision == 0 && digits.equals("0")) {
            digits = "";
        }
        if (precision > digits.length()) {
            digits = "0".repeat(precision - digits.length()) + digits;
        }
        int missing = width - sign.length() - prefix.length() - digits.length();
        if (zero && !left && precision < 0 && missing > 0) {
            digits = "0".repeat(missing) + digits;
        }
        zero = false;
        pad(out, sign + prefix + digits);
    }

    private void real(ByteSink out, int conversion) {
        double number = args.number(argument);
        int decimals = precision < 0 ? 6 : precision;
        machine.meter.charge(100);
        String shown;
        boolean special = Double.isNaN(number) || Double.isInfinite(number);
        if (special) {
            shown = Numbers.special(number);
        } else if (conversion == 'f') {
            shown = new BigDecimal(number)
                    .setScale(decimals, RoundingMode.HALF_EVEN)
                    .toPlainString();
        } else if (conversion == 'g' || conversion == 'G') {
            shown = alternative ? padded(number, Math.max(1, decimals)) : Numbers.general(number, decimals);
        } else {
            shown = Numbers.scientific(new BigDecimal(number), decimals);
        }
        boolean negative = shown.startsWith("-");
        if (!special && !negative && (number < 0 || number == 0 && 1 / number < 0)) {
            negative = true;
            shown = "-" + shown;
        }
        if (alternative && decimals == 0 && !special && shown.indexOf('.') < 0) {
            int e = shown.indexOf('e');
            shown = e < 0 ? shown + "." : shown.substring(0, e) + "." + shown.substring(e);
        }
        if (conversion == 'E' || conversion == 'G') {
            shown = shown.toUpperCase(java.util.Locale.ROOT);
        }
        String sign = negative ? "-" : plus ? "+" : blank ? " " : "";
        String digits = negative ? shown.substring(1) : shown;
        int missing = width - sign.length() - digits.length();
        if (zero && !left && !special && missing > 0) {
            digits = "0".repeat(missing) + digits;
        }
        zero = false;
        pad(out, sign + digits);
    }

    /** {@code %#g}: with its zeros. */
    private static String padded(double number, int digits) {
        String shown = Numbers.general(number, digits);
        int e = shown.indexOf('e');
        String mantissa = e < 0 ? shown : shown.substring(0, e);
        long have = mantissa.chars().filter(Character::isDigit).count();
        String point = mantissa.indexOf('.') < 0 ? "." : "";
        return mantissa + point + "0".repeat((int) Math.max(0, digits - have)) + (e < 0 ? "" : shown.substring(e));
    }

    private void string(ByteSink out) {
        byte[] bytes = args.string(machine, argument).bytes;
        if (precision < 0 && bytes.length >= 100) {
            out.add(bytes);
            return;
        }
        int end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        int shown = precision < 0 ? end : Math.min(end, precision);
        spaces(out, left ? 0 : width - shown);
        out.add(bytes, 0, shown);
        spaces(out, left ? width - shown : 0);
    }

    private void pad(ByteSink out, String shown) {
        spaces(out, left ? 0 : width - shown.length());
        out.add(shown);
        spaces(out, left ? width - shown.length() : 0);
    }

    private static void spaces(ByteSink out, int count) {
        for (int i = 0; i < count; i++) {
            out.add(' ');
        }
    }

    private static void quote(ByteSink out, byte[] bytes) {
        out.add('"');
        for (byte b : bytes) {
            switch (b) {
                case '"', '\\', '\n' -> {
                    out.add('\\');
                    out.add(b);
                }
                case '\r' -> out.add("\\r");
                case 0 -> out.add("\\000");
                default -> out.add(b);
            }
        }
        out.add('"');
    }
}
