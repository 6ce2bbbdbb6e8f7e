package io.kindred.metrics;

import java.util.List;
import java.util.function.Function;

/**
 * Metrics that there are once for each of several things, peers for one. {@code INFO} has a line a thing, as {@code
 * peer_n2:connected=1,...}; {@code /metrics} has a name a column, as {@code kindred_peer_connected{peer="n2"}}.
 *
 * @param <S> what has the things
 * @param <R> one of them
 * @param field how the lines of {@code INFO} begin; empty: it has none
 * @param group what follows the prefix in names of {@code /metrics}
 * @param labels of {@code /metrics}; the first one's values name the lines of {@code INFO}
 * @param rows the things there are now
 * @param labelled a row's values of the labels, in their order
 */
public record MetricFamily<S, R>(
        String field,
        String group,
        List<String> labels,
        Function<? super S, List<R>> rows,
        Function<? super R, List<String>> labelled,
        MetricSet<R> columns) {

    /** A line of {@code INFO}. */
    public record Line(String name, String value) {}

    /** Whether {@code INFO} has it. */
    public boolean isInInfo() {
        return !field.isEmpty();
    }

    /** The lines of {@code INFO}; a blank in a name would end it for some who read them. */
    public List<Line> lines(S source) {
        return rows.apply(source).stream()
                .map(row -> new Line(field + labelled.apply(row).get(0).replace(' ', '_'), columns(row)))
                .toList();
    }

    private String columns(R row) {
        StringBuilder text = new StringBuilder();
        for (Metric<R> column : columns.metrics()) {
            if (column.isInInfo()) {
                text.append(text.length() == 0 ? "" : ",")
                        .append(column.name())
                        .append('=')
                        .append(column.text(row));
            }
        }
        return text.toString();
    }

    /** Tells of each value there is now: of which column, with which labels, from which row. */
    public void forEach(S source, Cell<R> cell) {
        for (R row : rows.apply(source)) {
            List<String> values = labelled.apply(row);
            for (Metric<R> column : columns.metrics()) {
                if (column.isExported()) {
                    cell.at(column, values, row);
                }
            }
        }
    }

    /** One value of a family. */
    @FunctionalInterface
    public interface Cell<R> {
        void at(Metric<R> column, List<String> labelValues, R row);
    }
}
