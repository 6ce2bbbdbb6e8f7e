package io.kindred.metrics;

import java.util.Locale;

/**
 * What a metric counts in. {@code INFO} shows it as declared; {@code /metrics} in the base unit (seconds, bytes), which
 * ends the name there, as Prometheus's naming rules have it.
 */
public enum Unit {
    /** Things, without a unit. */
    COUNT("", "", 1),
    BYTES("bytes", "bytes", 1),
    SECONDS("s", "seconds", 1),
    MILLISECONDS("ms", "seconds", 1e-3),
    MICROSECONDS("usec", "seconds", 1e-6),
    RATIO("ratio", "ratio", 1);

    private static final String[] HUMAN = {"B", "K", "M", "G", "T"};
    private static final int STEP = 1024;

    private final String word;
    private final String base;
    private final double factor;

    Unit(String word, String base, double factor) {
        this.word = word;
        this.base = base;
        this.factor = factor;
    }

    /** How the name of a field of {@code INFO} names this unit, if it does; empty: it has none. */
    public String word() {
        return word;
    }

    /** The unit of {@code /metrics}, as its names end in it; empty: none. */
    public String base() {
        return base;
    }

    /** A value in this unit, in the base unit. */
    public double toBase(double value) {
        return value * factor;
    }

    /** An amount of bytes for people, as Redis writes it: {@code 1.50M}. */
    public static String human(long bytes) {
        double amount = bytes;
        int unit = 0;
        while (amount >= STEP && unit < HUMAN.length - 1) {
            amount /= STEP;
            unit++;
        }
        return unit == 0 ? bytes + "B" : String.format(Locale.ROOT, "%.2f%s", amount, HUMAN[unit]);
    }
}
