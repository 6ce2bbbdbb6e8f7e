package io.kindred.main;

import java.util.Locale;

/** INFO's text as it grows: sections with a headline, and a line a field. */
final class InfoText {
    private final StringBuilder text = new StringBuilder();

    InfoText section(String title) {
        if (text.length() > 0) {
            text.append("\r\n");
        }
        text.append("# ").append(title).append("\r\n");
        return this;
    }

    InfoText field(String name, Object value) {
        text.append(name).append(':').append(value).append("\r\n");
        return this;
    }

    InfoText flag(String name, boolean value) {
        return field(name, value ? 1 : 0);
    }

    /** Seconds with six decimals. */
    InfoText seconds(String name, double seconds) {
        return field(name, String.format(Locale.ROOT, "%.6f", seconds));
    }

    /** An amount of bytes, in bytes and for people, as {@code 1.50M}. */
    InfoText bytes(String name, long bytes) {
        return field(name, bytes).field(name + "_human", human(bytes));
    }

    private static String human(long bytes) {
        String[] units = {"B", "K", "M", "G", "T"};
        double amount = bytes;
        int unit = 0;
        while (amount >= 1024 && unit < units.length - 1) {
            amount /= 1024;
            unit++;
        }
        return unit == 0 ? bytes + "B" : String.format(Locale.ROOT, "%.2f%s", amount, units[unit]);
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
