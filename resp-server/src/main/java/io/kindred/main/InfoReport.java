package io.kindred.main;

import io.kindred.metrics.Metric;
import io.kindred.metrics.MetricFamily;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Set;

/**
 * INFO: Redis's sections, with the fields that mean something here, and Kindred's own, all from the {@link MetricCatalog}.
 *
 * <p>Owned by: the loop thread.
 */
final class InfoReport {
    /** Bytes of {@code run_id}. */
    private static final int RUN_ID_BYTES = 20;

    private static final Set<String> ALL = Set.of("all", "everything");

    private final Reading.Subjects of;
    private final long startedMillis;
    private final long startedBytes = MemoryFigures.heldBytes();
    private final String runId;
    private long commandsBase;

    InfoReport(Reading.Subjects of) {
        this.of = of;
        this.startedMillis = of.clock().millis();
        byte[] id = new byte[RUN_ID_BYTES];
        new SecureRandom().nextBytes(id);
        this.runId = HexFormat.of().formatHex(id);
    }

    /** What CONFIG RESETSTAT does. */
    void resetStatistics() {
        of.server().counters().reset();
        of.commands().counters().reset();
        commandsBase = of.dispatcher().commandsProcessed();
    }

    Reading reading() {
        return new Reading(of, startedMillis, startedBytes, runId, commandsBase);
    }

    /** @param asked sections in lower case, {@code default}, {@code all} or {@code everything}; none: the default ones */
    String text(Set<String> asked) {
        Reading reading = reading();
        StringBuilder text = new StringBuilder();
        for (MetricCatalog.Section section : MetricCatalog.SECTIONS) {
            if (isShown(section, asked)) {
                text.append(text.length() == 0 ? "# " : "\r\n# ").append(section.title());
                text.append("\r\n");
                section.sets().forEach(set -> append(text, set, reading));
            }
        }
        return text.toString();
    }

    private static boolean isShown(MetricCatalog.Section section, Set<String> asked) {
        boolean isDefault = section.shown() == MetricCatalog.Shown.BY_DEFAULT;
        return asked.contains(section.title().toLowerCase(Locale.ROOT))
                || asked.stream().anyMatch(ALL::contains)
                || isDefault && (asked.isEmpty() || asked.contains("default"));
    }

    private static <S> void append(StringBuilder text, MetricCatalog.Bound<S> bound, Reading reading) {
        S source = bound.source().apply(reading);
        for (Metric<S> metric : bound.set().metrics()) {
            if (metric.isInInfo()) {
                line(text, metric.name(), metric.text(source));
            }
        }
        for (MetricFamily<S, ?> family : bound.set().families()) {
            if (family.isInInfo()) {
                family.lines(source).forEach(line -> line(text, line.name(), line.value()));
            }
        }
    }

    private static void line(StringBuilder text, String name, String value) {
        text.append(name).append(':').append(value).append("\r\n");
    }
}
