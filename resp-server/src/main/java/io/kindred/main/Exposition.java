package io.kindred.main;

import io.kindred.metrics.LatencyHistogram;
import io.kindred.metrics.Metric;
import io.kindred.metrics.MetricFamily;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The values of all metrics at one moment, as the Prometheus client has them.
 *
 * <p>Owned by: the loop thread while it is filled; what it gives is immutable.
 */
final class Exposition {
    /** Its writer puts it behind the names of counters by itself. */
    private static final String TOTAL = "_total";

    private static final double NANOS_PER_SECOND = 1e9;
    /** Below these, one bucket: a turn of the loop takes longer. */
    private static final int FINEST_BUCKETS_JOINED = 4;

    private static final double[] BOUNDS = bounds();

    private final Map<String, Series> byName = new LinkedHashMap<>();

    /** The points of one name. */
    private record Series(Metric<?> metric, List<Point> points) {}

    private record Point(Labels labels, double value, long[] buckets, double sum) {}

    private Exposition() {}

    static List<MetricSnapshot> of(Reading reading) {
        Exposition all = new Exposition();
        for (MetricCatalog.Section section : MetricCatalog.SECTIONS) {
            section.sets().forEach(set -> all.add(set, reading));
        }
        return all.byName.entrySet().stream()
                .map(each -> snapshot(each.getKey(), each.getValue()))
                .toList();
    }

    private <S> void add(MetricCatalog.Bound<S> bound, Reading reading) {
        S source = bound.source().apply(reading);
        for (Metric<S> metric : bound.set().metrics()) {
            if (metric.isExported()) {
                add(metric.exportedName(""), metric, Labels.EMPTY, source);
            }
        }
        bound.set().families().forEach(family -> add(family, source));
    }

    private <S, R> void add(MetricFamily<S, R> family, S source) {
        family.forEach(
                source,
                (column, values, row) ->
                        add(column.exportedName(family.group()), column, Labels.of(family.labels(), values), row));
    }

    private <S> void add(String name, Metric<S> metric, Labels labels, S source) {
        Series series = byName.computeIfAbsent(name, first -> new Series(metric, new ArrayList<>()));
        if (metric.kind() == Metric.Kind.HISTOGRAM) {
            LatencyHistogram histogram = metric.histogram(source);
            series.points()
                    .add(new Point(
                            labels, 0, joined(histogram.coarseCounts()), histogram.sumNanos() / NANOS_PER_SECOND));
        } else {
            series.points().add(new Point(labels, metric.number(source), new long[0], 0));
        }
    }

    private static double[] bounds() {
        long[] ends = LatencyHistogram.coarseEndsNanos();
        double[] bounds = new double[ends.length - FINEST_BUCKETS_JOINED + 1];
        for (int i = 0; i < bounds.length - 1; i++) {
            bounds[i] = ends[i + FINEST_BUCKETS_JOINED] / NANOS_PER_SECOND;
        }
        bounds[bounds.length - 1] = Double.POSITIVE_INFINITY;
        return bounds;
    }

    private static long[] joined(long[] counts) {
        long[] joined = Arrays.copyOfRange(counts, FINEST_BUCKETS_JOINED, counts.length);
        for (int i = 0; i < FINEST_BUCKETS_JOINED; i++) {
            joined[0] += counts[i];
        }
        return joined;
    }

    private static MetricSnapshot snapshot(String name, Series series) {
        String help = series.metric().help();
        return switch (series.metric().kind()) {
            case COUNTER -> {
                CounterSnapshot.Builder counter = CounterSnapshot.builder()
                        .name(name.substring(0, name.length() - TOTAL.length()))
                        .help(help);
                series.points()
                        .forEach(point -> counter.dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                                .labels(point.labels())
                                .value(point.value())
                                .build()));
                yield counter.build();
            }
            case GAUGE, FLAG -> {
                GaugeSnapshot.Builder gauge = GaugeSnapshot.builder().name(name).help(help);
                series.points()
                        .forEach(point -> gauge.dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                                .labels(point.labels())
                                .value(point.value())
                                .build()));
                yield gauge.build();
            }
            case HISTOGRAM -> {
                HistogramSnapshot.Builder histogram =
                        HistogramSnapshot.builder().name(name).help(help);
                series.points()
                        .forEach(point -> histogram.dataPoint(HistogramSnapshot.HistogramDataPointSnapshot.builder()
                                .labels(point.labels())
                                .classicHistogramBuckets(ClassicHistogramBuckets.of(BOUNDS, point.buckets()))
                                .sum(point.sum())
                                .build()));
                yield histogram.build();
            }
            case TEXT, FIXED -> throw new IllegalStateException(name + " is not exported");
        };
    }
}
