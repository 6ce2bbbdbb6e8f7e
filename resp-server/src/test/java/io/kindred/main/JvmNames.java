package io.kindred.main;

import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import java.util.HashSet;
import java.util.Set;

/** The names of the JVM's metrics that the client library has on this machine. */
final class JvmNames {
    static final Set<String> ALL = all();

    private JvmNames() {}

    private static Set<String> all() {
        PrometheusRegistry registry = new PrometheusRegistry();
        JvmMetrics.builder().register(registry);
        Set<String> names = new HashSet<>();
        for (MetricSnapshot snapshot : registry.scrape()) {
            String name = snapshot.getMetadata().getPrometheusName();
            names.add(snapshot instanceof CounterSnapshot ? name + "_total" : name);
            if (snapshot instanceof SummarySnapshot) {
                names.add(name + "_sum");
                names.add(name + "_count");
            }
        }
        return names;
    }
}
