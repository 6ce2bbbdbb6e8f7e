package io.kindred.main;

import io.kindred.metrics.Metric;
import io.kindred.metrics.MetricFamily;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** docs/metrics.md, as the declarations have it; and the names of {@code /metrics} that they make. */
final class MetricsPage {
    private static final String HEAD = """
            # Metrics

            This page is made from the declarations in the code (`mvn -pl resp-server -am test -Dtest=MetricsDocTest
            -Dmetrics.write=true -Dsurefire.failIfNoSpecifiedTests=false` writes it anew), and a test compares the two. Each
            figure is declared once, by the class that the last column names. Three things show them:

            - `INFO [section ...]`, to clients. `INFO` alone has the sections that Redis shows by default, and `Kindred`; `all`
              and `everything` have `Commandstats` and `Latencystats` as well.
            - `GET /metrics` on `http-port` (0, the default: nowhere; `http-bind` says at which address, by default 127.0.0.1),
              in the text format of Prometheus. Durations are in seconds there, sizes in bytes. Text fields, and those that
              are always the same, are left out. Metrics of the JVM (`jvm_...`, `process_...`) come from Prometheus's client
              library.
            - `KIN.HEALTH`, `GET /health/live` and `GET /health/ready` tell `cluster_state` and its reasons.
              `/health/live` answers 200 while the node's loop runs, `/health/ready` answers 200 while it serves clients, else
              503; both have the same as JSON. A node that loads or joins answers all of them.

            `http-port` takes 64 connections at a time, requests of at most 4 KB a line and 8 KB of headers, and cuts off who
            is silent for 120 s. It has a thread of its own; a page that the node's loop does not answer within 5 s is a 503.

            `cluster_state` is the worst of what its reasons say:

            | state | means | reasons |
            | --- | --- | --- |
            | `ok` | all members are up and have what they own | none |
            | `moving` | nothing is amiss; data is on its way | `member_joining`, `member_leaving`, `moving`, `hints_pending` |
            | `degraded` | everything is answered, with less to spare | `member_down`, `member_suspect`, `writes_held`, `records_lost`, `records_unreadable`, `partitions_damaged`, `repair_owed`, `start_in_doubt`, `clock_skew` |
            | `failing` | some of what clients ask for fails | `no_quorum`, `storage_failing` |
            | `loading` | this node does not serve clients, or not yet | `loading`, `not_serving` |

            A latency of a command is the time from the turn of the loop in which it was begun to the end of the turn in which
            its reply went out: the clock is read twice a turn and not for each command, so commands of one pipeline have the
            same. Buckets of `/metrics` double; the percentiles of `Latencystats` are exact to an eighth.

            Kinds: a *counter* only rises, until the process ends (those of the sections `Stats`, `Commandstats`, `Errorstats`
            and `Latencystats` also until `CONFIG RESETSTAT`); a *gauge* rises and falls; a *flag* is 1 or 0; *text* is words;
            *fixed* is always the same; a *histogram* is `/metrics`' alone.
            """;

    private MetricsPage() {}

    static String text() {
        StringBuilder text = new StringBuilder(HEAD);
        for (MetricCatalog.Section section : MetricCatalog.SECTIONS) {
            text.append("\n## ").append(section.title()).append("\n\n");
            if (section.sets().isEmpty()) {
                text.append("There are none; Redis has the headline.\n");
                continue;
            }
            text.append("| INFO | /metrics | kind | means | declared by |\n| --- | --- | --- | --- | --- |\n");
            rows(section).forEach(row -> text.append(row).append('\n'));
        }
        return text.toString();
    }

    private static List<String> rows(MetricCatalog.Section section) {
        List<String> rows = new ArrayList<>();
        for (MetricCatalog.Bound<?> bound : section.sets()) {
            for (Metric<?> metric : bound.set().metrics()) {
                rows.add(row(
                        metric,
                        code(metric.isInInfo(), metric.name()),
                        "",
                        "",
                        bound.set().owner()));
            }
            for (MetricFamily<?, ?> family : bound.set().families()) {
                String first = family.labels().get(0);
                for (Metric<?> column : family.columns().metrics()) {
                    String field = family.field() + "<" + first + ">:" + column.name() + "=";
                    rows.add(row(
                            column,
                            code(family.isInInfo() && column.isInInfo(), field),
                            family.group(),
                            "{" + String.join(",", family.labels()) + "}",
                            bound.set().owner()));
                }
            }
        }
        return rows;
    }

    private static String row(Metric<?> metric, String field, String group, String labels, String owner) {
        String exported = code(metric.isExported(), metric.exportedName(group) + labels);
        String kind = metric.kind().name().toLowerCase(java.util.Locale.ROOT);
        return "| " + field + " | " + exported + " | " + kind + " | " + metric.help() + " | " + owner + " |";
    }

    private static String code(boolean isThere, String name) {
        return isThere ? "`" + name + "`" : "";
    }

    /** Every name of {@code /metrics}; a name that is declared twice fails. */
    static Set<String> exportedNames() {
        Set<String> names = new TreeSet<>();
        for (MetricCatalog.Section section : MetricCatalog.SECTIONS) {
            for (MetricCatalog.Bound<?> bound : section.sets()) {
                bound.set().metrics().forEach(metric -> add(names, metric, ""));
                bound.set()
                        .families()
                        .forEach(family ->
                                family.columns().metrics().forEach(column -> add(names, column, family.group())));
            }
        }
        return names;
    }

    private static void add(Set<String> names, Metric<?> metric, String group) {
        if (!metric.isExported()) {
            return;
        }
        String name = metric.exportedName(group);
        List<String> series = metric.kind() == Metric.Kind.HISTOGRAM
                ? List.of(name + "_bucket", name + "_sum", name + "_count")
                : List.of(name);
        for (String each : series) {
            if (!names.add(each)) {
                throw new AssertionError("declared twice: " + each);
            }
        }
    }
}
