package io.kindred.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The metrics of one part, in the order in which they are shown. The part declares them beside what it counts, so that a
 * counter is named in one place.
 *
 * @param <S> what the values are read from
 */
public final class MetricSet<S> {
    private final String owner;
    private final List<Metric<S>> metrics;
    private final List<MetricFamily<S, ?>> families;

    private MetricSet(Builder<S> built) {
        owner = built.owner;
        metrics = List.copyOf(built.metrics);
        families = List.copyOf(built.families);
    }

    /** @param owner the class that declares them; docs/metrics.md names it */
    public static <S> Builder<S> of(Class<?> owner) {
        return new Builder<>(owner.getSimpleName());
    }

    public String owner() {
        return owner;
    }

    public List<Metric<S>> metrics() {
        return metrics;
    }

    public List<MetricFamily<S, ?>> families() {
        return families;
    }

    /** Gathers the declarations. */
    public static final class Builder<S> {
        private final String owner;
        private final List<Metric<S>> metrics = new ArrayList<>();
        private final List<MetricFamily<S, ?>> families = new ArrayList<>();

        private Builder(String owner) {
            this.owner = owner;
        }

        public Builder<S> counter(String name, String help, Function<? super S, ?> value) {
            return counter(name, Unit.COUNT, help, value);
        }

        public Builder<S> counter(String name, Unit unit, String help, Function<? super S, ?> value) {
            return add(new Metric<>(name, Metric.Kind.COUNTER, unit, help, value));
        }

        public Builder<S> gauge(String name, String help, Function<? super S, ?> value) {
            return gauge(name, Unit.COUNT, help, value);
        }

        public Builder<S> gauge(String name, Unit unit, String help, Function<? super S, ?> value) {
            return add(new Metric<>(name, Metric.Kind.GAUGE, unit, help, value));
        }

        /** Bytes, and in {@code INFO} a second time for people, as Redis has it. */
        public Builder<S> humanBytes(String name, String help, Function<? super S, Long> value) {
            gauge(name, Unit.BYTES, help, value);
            return text(name + "_human", "The same for people.", source -> Unit.human(value.apply(source)));
        }

        public Builder<S> flag(String name, String help, Function<? super S, Boolean> value) {
            return add(new Metric<>(name, Metric.Kind.FLAG, Unit.COUNT, help, value));
        }

        public Builder<S> text(String name, String help, Function<? super S, ?> value) {
            return add(new Metric<>(name, Metric.Kind.TEXT, Unit.COUNT, help, value));
        }

        /** @param why it is always so */
        public Builder<S> fixed(String name, Object always, String why) {
            return add(new Metric<>(name, Metric.Kind.FIXED, Unit.COUNT, why, source -> always));
        }

        public Builder<S> histogram(String name, String help, Function<? super S, LatencyHistogram> value) {
            return add(new Metric<>(name, Metric.Kind.HISTOGRAM, Unit.SECONDS, help, value));
        }

        public Builder<S> family(MetricFamily<S, ?> family) {
            families.add(family);
            return this;
        }

        private Builder<S> add(Metric<S> metric) {
            metrics.add(metric);
            return this;
        }

        public MetricSet<S> build() {
            return new MetricSet<>(this);
        }
    }
}
