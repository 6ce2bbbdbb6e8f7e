package io.kindred.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class MetricTest {
    @Test
    void namesOfPrometheusEndInTheBaseUnit() {
        assertEquals("kindred_reads_total", exported("reads", Metric.Kind.COUNTER, Unit.COUNT, ""));
        assertEquals("kindred_hints_pending_bytes", exported("hints_pending_bytes", Metric.Kind.GAUGE, Unit.BYTES, ""));
        assertEquals(
                "kindred_clock_skew_max_seconds",
                exported("clock_skew_ms_max", Metric.Kind.GAUGE, Unit.MILLISECONDS, ""));
        assertEquals(
                "kindred_command_seconds_total", exported("usec", Metric.Kind.COUNTER, Unit.MICROSECONDS, "command_"));
        assertEquals(
                "kindred_commands_processed_total",
                exported("total_commands_processed", Metric.Kind.COUNTER, Unit.COUNT, ""));
    }

    private static String exported(String name, Metric.Kind kind, Unit unit, String group) {
        return new Metric<Object>(name, kind, unit, "Help.", source -> 0).exportedName(group);
    }

    @Test
    void valuesAreInBaseUnitsForPrometheusAndAsDeclaredForInfo() {
        Metric<Object> skew = new Metric<>("skew_ms", Metric.Kind.GAUGE, Unit.MILLISECONDS, "Help.", source -> 1500L);
        assertEquals(1.5, skew.number(this));
        assertEquals("1500", skew.text(this));
        Metric<Object> flag = new Metric<>("up", Metric.Kind.FLAG, Unit.COUNT, "Help.", source -> true);
        assertEquals(1, flag.number(this));
        assertEquals("1", flag.text(this));
        Metric<Object> seconds = new Metric<>("cpu", Metric.Kind.COUNTER, Unit.SECONDS, "Help.", source -> 0.25);
        assertEquals("0.250000", seconds.text(this));
    }

    @Test
    void aDeclarationWithoutASentenceIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> exportedWith("reads", "no end"));
        assertThrows(IllegalArgumentException.class, () -> exportedWith("Reads", "Help."));
    }

    private static String exportedWith(String name, String help) {
        return new Metric<Object>(name, Metric.Kind.GAUGE, Unit.COUNT, help, source -> 0).exportedName("");
    }

    @Test
    void bytesAreWrittenAsRedisWritesThem() {
        assertEquals("0B", Unit.human(0));
        assertEquals("1023B", Unit.human(1023));
        assertEquals("1.50M", Unit.human(3 << 19));
    }
}
