package io.kindred.metrics;

import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * One figure of a node.
 *
 * @param <S> what has the figure
 * @param name the field of {@code INFO}: lower case, words joined by {@code _}
 * @param help what it means, as a sentence
 * @param value reads it: a number, for {@link Kind#FLAG} a boolean, for {@link Kind#TEXT} a text, for {@link
 *     Kind#HISTOGRAM} a {@link LatencyHistogram}; on the thread that owns the source
 */
public record Metric<S>(String name, Kind kind, Unit unit, String help, Function<? super S, ?> value) {
    /** How a metric behaves over time. */
    public enum Kind {
        /** Only rises, until the process ends or {@code CONFIG RESETSTAT}. */
        COUNTER,
        /** Rises and falls. */
        GAUGE,
        /** 1 or 0. */
        FLAG,
        /** Words; {@code /metrics} does not have it. */
        TEXT,
        /** Always the same: a field that Redis has and clients look for. {@code /metrics} does not have it. */
        FIXED,
        /** Durations by how long they were; {@code INFO} does not have it. */
        HISTOGRAM
    }

    /** Before each name of {@code /metrics}. */
    public static final String PREFIX = "kindred_";

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_.]*");

    public Metric {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("not the name of a metric: " + name);
        }
        if (!help.endsWith(".") || help.length() < 2) {
            throw new IllegalArgumentException("the help of " + name + " is no sentence: " + help);
        }
    }

    /** Whether {@code /metrics} has it. */
    public boolean isExported() {
        return kind != Kind.TEXT && kind != Kind.FIXED;
    }

    /** Whether {@code INFO} has it. */
    public boolean isInInfo() {
        return kind != Kind.HISTOGRAM;
    }

    /**
     * The name of {@code /metrics}, as {@code kindred_reads_total} of {@code reads}: the unit's own word is taken out, and
     * the base unit ends the name. What Redis shortens is written out: {@code kindred_instantaneous_ops_per_second}.
     *
     * @param group put between prefix and name; empty: nothing
     */
    public String exportedName(String group) {
        StringBuilder text = new StringBuilder(PREFIX).append(group);
        String base = unit.base();
        for (String word : name.split("_", -1)) {
            boolean isUnit = !word.isEmpty() && (word.equals(unit.word()) || word.equals(base));
            if (!isUnit && !word.equals("total")) {
                text.append(word.equals("sec") ? "second" : word).append('_');
            }
        }
        if (!base.isEmpty()) {
            text.append(base).append('_');
        }
        return kind == Kind.COUNTER ? text + "total" : text.substring(0, text.length() - 1);
    }

    /** The value as {@code INFO} writes it. */
    public String text(S source) {
        Object found = value.apply(source);
        if (found instanceof Boolean flag) {
            return flag ? "1" : "0";
        }
        if (found instanceof Double number) {
            return String.format(Locale.ROOT, unit == Unit.SECONDS ? "%.6f" : "%.3f", number);
        }
        return String.valueOf(found);
    }

    /** The value as {@code /metrics} has it. Requires: a counter, a gauge or a flag. */
    public double number(S source) {
        Object found = value.apply(source);
        if (found instanceof Boolean flag) {
            return flag ? 1 : 0;
        }
        if (found instanceof Number number) {
            return unit.toBase(number.doubleValue());
        }
        throw new IllegalStateException(name + " is no number: " + found);
    }

    /** Requires: a histogram. */
    public LatencyHistogram histogram(S source) {
        return (LatencyHistogram) value.apply(source);
    }
}
