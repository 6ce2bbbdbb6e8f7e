package io.kindred.main;

import java.util.ArrayList;
import java.util.List;

/** The {@link Manual} in its three forms: a file to edit, a page to read, and what {@code --help} prints. */
final class ManualText {
    static final String CONF_COMMAND = "bin/kindred-server --print-conf >conf/kindred.conf";
    static final String PAGE_COMMAND = "bin/kindred-server --print-configuration >docs/configuration.md";

    private static final int COLUMNS = 110;
    private static final int NAME_COLUMNS = 28;

    private final Manual manual;

    ManualText(Manual manual) {
        this.manual = manual;
    }

    // --- conf/kindred.conf ---

    /** A file that changes nothing: whoever wants another value than the default takes the {@code #} before the line away. */
    String conf() {
        StringBuilder out = new StringBuilder();
        comment(out, "Every directive of Kindred. Start a node with it:");
        comment(out, "    kindred-server kindred.conf");
        out.append("#\n");
        comment(
                out,
                "A line '#name value' shows a default, or an example where the default depends on the machine or is empty: take the"
                        + " '#' away to set it. What follows the file on the command line, '--port 7001' for one, counts more. A line"
                        + " 'include other.conf' stands for the lines of that file: keep secrets in one that only the node can read."
                        + " Bytes may be written as 1kb, 1mb, 1gb (1024 of one another), or 1k, 1m, 1g (1000).");
        comment(out, "docs/configuration.md is the same as a page, and has Redis's directives, too. Made by:");
        comment(out, "    " + CONF_COMMAND);
        for (Manual.Topic topic : manual.topics()) {
            out.append("\n# ---- ").append(topic.title()).append(" ----\n");
            if (!topic.introduction().isEmpty()) {
                out.append("#\n");
                comment(out, topic.introduction());
            }
            for (Manual.Entry entry : topic.entries()) {
                out.append('\n');
                comment(out, entry.text());
                comment(
                        out,
                        "Values: " + entry.values() + ". Default: " + entry.byDefault() + ". " + capital(entry.change())
                                + ".");
                out.append('#').append(entry.line()).append('\n');
            }
        }
        return out.toString();
    }

    private static void comment(StringBuilder out, String text) {
        String indent = text.startsWith(" ") ? "    " : "";
        for (String line : wrap(text.strip(), COLUMNS - indent.length())) {
            out.append("# ").append(indent).append(line).append('\n');
        }
    }

    // --- docs/configuration.md ---

    String page() {
        StringBuilder out = new StringBuilder();
        out.append("""
                # Configuration

                A node takes directives as Redis does: from a file, from the command line, or both; what stands later counts more.

                <!-- not run: a server in the foreground -->
                ```sh
                bin/kindred-server conf/kindred.conf --port 7001 --dir ./n1
                bin/kindred-server --help seeds
                ```

                [conf/kindred.conf](../conf/kindred.conf) has all of them with their defaults, to be edited. A line
                `include other.conf` stands for the lines of that file. Bytes may be written as `1kb`, `1mb`, `1gb` (1024 of one another)
                or `1k`, `1m`, `1g` (1000). All that is wrong is said at once, and the node does not start. `CONFIG GET *` shows what holds,
                and `CONFIG SET` changes those that say so below, until the next start: the file is left alone.

                This page, that file and `kindred-server --help` are made from one table (`main/Directives.java`, and the words in
                `directives.txt`); a test compares. After a change there:

                <!-- not run: writes over the files of the clone -->
                ```sh
                """);
        out.append(CONF_COMMAND).append('\n').append(PAGE_COMMAND).append("\n```\n");
        for (Manual.Topic topic : manual.topics()) {
            out.append("\n## ").append(topic.title()).append('\n');
            if (!topic.introduction().isEmpty()) {
                out.append('\n');
                lines(out, quoted(topic.introduction()));
            }
            for (Manual.Entry entry : topic.entries()) {
                out.append("\n### ").append(entry.directive().name()).append("\n\n");
                lines(out, quoted(entry.text()));
                out.append("\n- values: ").append(entry.values());
                out.append("\n- default: ").append(entry.byDefault().isEmpty() ? "none" : entry.byDefault());
                out.append("\n- ").append(entry.change());
                if (!entry.example().isEmpty()) {
                    out.append("\n- for example: `").append(entry.line()).append('`');
                }
                out.append('\n');
            }
        }
        redis(out);
        return out.toString();
    }

    private static void redis(StringBuilder out) {
        out.append("\n## Directives that only Redis has\n\n");
        lines(
                out,
                "Every directive of Redis 7.0 is known, so that a redis.conf starts a node. Some of them are so here whatever a file"
                        + " says; a file that says something else is taken, and the log says why it is not so.");
        reasons(out, "directive", "is always", Directive.Change.FIXED);
        out.append('\n');
        lines(
                out,
                "A file that gives one of these another value is refused, because it would promise what is not kept.");
        reasons(out, "directive", "may only be", Directive.Change.REFUSED);
        out.append('\n');
        lines(out, "The others are taken, shown by `CONFIG GET`, and do nothing; the log names those that were given:");
        out.append('\n');
        List<String> names = new ArrayList<>();
        for (Directive directive : Directives.ALL) {
            if (directive.change() == Directive.Change.WITHOUT_MEANING) {
                names.add("`" + directive.name() + "`");
            }
        }
        lines(out, String.join(", ", names) + ".");
    }

    private static void reasons(StringBuilder out, String first, String second, Directive.Change change) {
        out.append("\n| ").append(first).append(" | ").append(second).append(" | because |\n| --- | --- | --- |\n");
        for (Directive directive : Directives.ALL) {
            if (directive.change() == change) {
                String value = directive.byDefault().isEmpty() ? "empty" : "`" + directive.byDefault() + "`";
                out.append("| `")
                        .append(directive.name())
                        .append("` | ")
                        .append(value)
                        .append(" | ");
                out.append(directive.why()).append(" |\n");
            }
        }
    }

    /** Directives are quoted as in an error, {@code 'port'}; on a page that is code. */
    private static String quoted(String text) {
        return text.replaceAll("'([^' ]+)'", "`$1`");
    }

    private static void lines(StringBuilder out, String text) {
        wrap(text, COLUMNS + NAME_COLUMNS / 2).forEach(line -> out.append(line).append('\n'));
    }

    // --- --help ---

    /** One line a directive. */
    String summary() {
        StringBuilder out = new StringBuilder();
        for (Manual.Topic topic : manual.topics()) {
            out.append('\n').append(topic.title()).append('\n');
            for (Manual.Entry entry : topic.entries()) {
                String name = entry.directive().name();
                out.append("  ").append(name).append(" ".repeat(Math.max(1, NAME_COLUMNS - name.length())));
                out.append(entry.byDefault().isEmpty() ? "none" : entry.byDefault())
                        .append('\n');
            }
        }
        return out.toString();
    }

    /** All about one directive. */
    String about(Manual.Entry entry) {
        StringBuilder out = new StringBuilder(entry.line()).append("\n\n");
        wrap(entry.text(), COLUMNS).forEach(line -> out.append(line).append('\n'));
        out.append("\nvalues:  ").append(entry.values());
        out.append("\ndefault: ").append(entry.byDefault().isEmpty() ? "none" : entry.byDefault());
        out.append("\nchange:  ").append(entry.change()).append('\n');
        return out.toString();
    }

    private static String capital(String text) {
        return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }

    private static List<String> wrap(String text, int columns) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ", -1)) {
            if (!line.isEmpty() && line.length() + 1 + word.length() > columns) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }
}
