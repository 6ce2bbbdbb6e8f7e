package io.kindred.main;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What every directive of Kindred's own is for, by topic: the table {@link Directives} with the words of {@code directives.txt}.
 *
 * <p>In that text {@code == Title} begins a topic, with an introduction below it, and {@code -- name} a directive. Right below
 * its name may stand {@code unit:}, {@code default:} (in words, where the table has none that holds on all machines) and
 * {@code example:} (a value that stands for such a default in a file); then follows what it is for.
 */
record Manual(List<Topic> topics) {
    private static final String TOPIC = "== ";
    private static final String ENTRY = "-- ";
    private static final List<String> KEYS = List.of("unit", "default", "example");

    /**
     * Directives that belong together.
     *
     * @param introduction may be empty
     */
    record Topic(String title, String introduction, List<Entry> entries) {}

    /**
     * One directive.
     *
     * @param unit empty: it has none
     * @param defaultInWords empty: the table's default holds everywhere
     * @param example a value; empty: the default is one
     */
    record Entry(Directive directive, String unit, String defaultInWords, String example, String text) {
        /** The default for a reader. */
        String byDefault() {
            return defaultInWords.isEmpty() ? written() : defaultInWords;
        }

        /** A line of a file that sets it: to its default where that holds everywhere, else to the example. */
        String line() {
            return directive.name() + " " + (example.isEmpty() ? written() : example);
        }

        /** The values that it takes, and in what they are counted. */
        String values() {
            String values = directive.form().values();
            return unit.isEmpty() ? values : values + " (" + unit + ")";
        }

        /** When a change of it counts. */
        String change() {
            return directive.change() == Directive.Change.RUNNING ? "CONFIG SET changes it at once" : "takes a restart";
        }

        private String written() {
            String value = directive.byDefault();
            return ValueForms.isMemory(directive.form()) ? ValueForms.shortest(Long.parseLong(value)) : value;
        }
    }

    /** As it came with the program. */
    static Manual own() {
        try (InputStream in = Manual.class.getResourceAsStream("directives.txt")) {
            if (in == null) {
                throw new IllegalStateException("directives.txt is missing");
            }
            return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Throws IllegalArgumentException for a text that is not in the form above. */
    static Manual parse(String text) {
        List<Topic> topics = new ArrayList<>();
        for (String topic : parts(text, TOPIC)) {
            List<Entry> entries = new ArrayList<>();
            for (String entry : parts(topic, ENTRY)) {
                entries.add(entry(entry));
            }
            String title = topic.lines().findFirst().orElse("");
            topics.add(new Topic(title, paragraph(head(topic, ENTRY).substring(title.length())), List.copyOf(entries)));
        }
        return new Manual(List.copyOf(topics));
    }

    /** Null: there is none of that name. */
    @Nullable
    Entry named(String name) {
        for (Topic topic : topics) {
            for (Entry entry : topic.entries()) {
                if (entry.directive().name().equalsIgnoreCase(name)) {
                    return entry;
                }
            }
        }
        return null;
    }

    private static Entry entry(String text) {
        String name = text.lines().findFirst().orElse("");
        Directive directive = Directives.named(name);
        if (directive == null) {
            throw new IllegalArgumentException("there is no directive " + name);
        }
        Map<String, String> keys = new TreeMap<>();
        StringBuilder rest = new StringBuilder();
        for (String line : text.lines().skip(1).toList()) {
            int colon = line.indexOf(": ");
            if (rest.isEmpty() && colon > 0 && KEYS.contains(line.substring(0, colon))) {
                keys.put(line.substring(0, colon), line.substring(colon + 2));
            } else {
                rest.append(line).append('\n');
            }
        }
        return new Entry(
                directive,
                keys.getOrDefault("unit", ""),
                keys.getOrDefault("default", ""),
                keys.getOrDefault("example", ""),
                paragraph(rest.toString()));
    }

    /** What follows each line that begins with the mark, up to the next one. */
    private static List<String> parts(String text, String mark) {
        List<String> parts = List.of(("\n" + text).split("\n" + mark, -1));
        return parts.subList(1, parts.size());
    }

    private static String head(String text, String mark) {
        return text.split("\n" + mark, -1)[0];
    }

    private static String paragraph(String lines) {
        return String.join(" ", lines.strip().lines().toList());
    }
}
