package io.kindred.main;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.metrics.Metric;
import io.kindred.metrics.MetricFamily;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The declarations of metrics, and what is made from them or names them. */
class MetricsDocTest {
    private static final Path ROOT = Path.of("..");
    private static final Path DOC = ROOT.resolve("docs/metrics.md");
    private static final Pattern NAME = Pattern.compile("\\b(kindred|jvm|process)_[a-z0-9_]+");

    /** With {@code -Dmetrics.write=true} it writes the page instead. */
    @Test
    void theDocIsAsTheDeclarationsAre() throws IOException {
        if (Boolean.getBoolean("metrics.write")) {
            Files.writeString(DOC, MetricsPage.text());
        }
        assertEquals(MetricsPage.text(), Files.readString(DOC), "docs/metrics.md says itself how it is made anew");
    }

    @Test
    void everyFieldOfInfoIsDeclaredOnce() {
        List<String> fields = new ArrayList<>();
        for (MetricCatalog.Section section : MetricCatalog.SECTIONS) {
            for (MetricCatalog.Bound<?> bound : section.sets()) {
                for (Metric<?> metric : bound.set().metrics()) {
                    fields.add(metric.name());
                }
                for (MetricFamily<?, ?> family : bound.set().families()) {
                    if (family.isInInfo()) {
                        fields.add(family.field());
                    }
                }
            }
        }
        Set<String> seen = new HashSet<>();
        List<String> twice = fields.stream().filter(field -> !seen.add(field)).toList();
        // A histogram has the name of a gauge in INFO at most.
        assertEquals(List.of(), twice);
        assertTrue(fields.size() > 200, "only " + fields.size());
    }

    @Test
    void namesOfMetricsAreAsPrometheusWantsThem() {
        for (String name : MetricsPage.exportedNames()) {
            assertTrue(name.matches("kindred_[a-z0-9]+(_[a-z0-9]+)*"), name);
            assertFalse(
                    name.matches(".*_(s|ms|us|ns|sec|usec|b|kb|mb|gb|tb|pb|m|h|d)(_.*|$)"),
                    name + " has a unit that promtool calls abbreviated");
        }
    }

    /** A panel, or an alert, of a metric that there is not shows nothing for ever. */
    @Test
    void dashboardAndAlertsNameMetricsThatThereAre() throws IOException {
        Set<String> known = MetricsPage.exportedNames();
        for (String file : List.of("deploy/grafana-dashboard.json", "deploy/prometheus-alerts.yml")) {
            Set<String> named = new TreeSet<>();
            Matcher names = NAME.matcher(Files.readString(ROOT.resolve(file)));
            while (names.find()) {
                named.add(names.group());
            }
            assertTrue(named.size() > 10, file + " names only " + named);
            named.removeIf(name -> known.contains(name) || JvmNames.ALL.contains(name));
            assertEquals(Set.of(), named, file + " names metrics that are not declared");
        }
    }
}
