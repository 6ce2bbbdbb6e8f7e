package io.kindred.it;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Types the commands of a page, one after the other, into one shell at a terminal, in what looks like a fresh clone of the
 * project: its own scripts and a link to everything else, so that data and settings are its own.
 */
final class Tour implements AutoCloseable {
    private static final Duration WITHIN = Duration.ofMinutes(5);
    /** What is the tour's own, or of no use to it. */
    private static final Set<String> NOT_LINKED = Set.of("bin", ".kindred", ".git", "data");

    private static final String MARK = "-- step";
    private static final Pattern BEGUN = Pattern.compile(MARK + " ([0-9]+) begins");
    private static final Pattern ENDED = Pattern.compile(MARK + " ([0-9]+) ended(.*)");

    private final Document document;
    private final Path clone;
    private final Path script;
    private final ShownPorts ports = new ShownPorts();
    private final List<Path> links = new ArrayList<>();

    /** @param parent an empty directory */
    Tour(Document document, Path parent) throws IOException {
        this.document = document;
        this.clone = Files.createDirectory(parent.toRealPath().resolve("kindred"));
        this.script = parent.toRealPath().resolve("typed.sh");
        link();
    }

    /** Links directories; copies files with their times, by which the scripts tell whether to build. */
    private void link() throws IOException {
        try (Stream<Path> files = Files.list(Program.HOME)) {
            for (Path file : files.toList()) {
                Path here = clone.resolve(file.getFileName());
                if (Files.isRegularFile(file)) {
                    Files.copy(file, here, StandardCopyOption.COPY_ATTRIBUTES);
                } else if (!NOT_LINKED.contains(file.getFileName().toString())) {
                    links.add(Files.createSymbolicLink(here, file));
                }
            }
        }
        Path bin = Files.createDirectory(clone.resolve("bin"));
        try (Stream<Path> files = Files.list(Program.HOME.resolve("bin"))) {
            for (Path file : files.toList()) {
                Files.copy(file, bin.resolve(file.getFileName()), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    /** Builds what the scripts build at their first use, about which pages say nothing. */
    void prepare() {
        Path dir = clone.resolve(".kindred/first-use");
        for (String action : List.of("start", "kill")) {
            run(clone.resolve("bin/kindred-cluster").toString(), action, "--nodes", "1", "--dir", dir.toString())
                    .succeeded();
        }
    }

    /** Runs all; a line for each step that did not do what the page shows. */
    List<String> problems() throws IOException {
        Files.writeString(script, typed());
        // At a terminal redis-cli shows types, as it does to a reader; in a pipe it does not.
        Program ran = run("script", "-qec", "bash '" + script + "' </dev/null", "/dev/null");
        String output = new String(ran.output().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
        List<String> problems = new ArrayList<>();
        List<String> lines = output.replace("\r", "").lines().toList();
        for (int i = 0; i < document.steps().size(); i++) {
            check(i, lines, problems);
        }
        return problems;
    }

    private Program run(String... command) {
        Map<String, String> environment = Map.of(
                "KINDRED_HEAP", "256m",
                "KINDRED_JAVA_OPTS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
                "KINDRED_CLUSTER_PORT", ports.replaced("7001"));
        return Program.ran(clone, environment, WITHIN, command);
    }

    private String typed() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < document.steps().size(); i++) {
            Document.Step step = document.steps().get(i);
            text.append("echo '" + MARK + " " + i + " begins'\ntour_failed=''\n");
            if (step.shown() == null) {
                text.append("trap 'tour_failed=\"$tour_failed ($BASH_COMMAND: $?)\"' ERR\n");
            }
            text.append(ports.replaced(step.typed())).append('\n');
            text.append("trap - ERR\nprintf '\\n" + MARK + " " + i + " ended%s\\n' \"$tour_failed\"\n");
        }
        return text.toString();
    }

    private void check(int number, List<String> lines, List<String> problems) {
        Document.Step step = document.steps().get(number);
        String where = document.file().getFileName() + ":" + step.line() + ": " + step.typed();
        int begin = find(BEGUN, number, lines);
        int end = find(ENDED, number, lines);
        if (begin < 0 || end < 0) {
            problems.add(where + "\n  did not end; all that came was\n" + String.join("\n", lines));
            return;
        }
        // The mark of the end begins a line, so a line break was printed before it.
        List<String> printed = new ArrayList<>(lines.subList(begin + 1, end));
        if (!printed.isEmpty() && printed.get(printed.size() - 1).isEmpty()) {
            printed.remove(printed.size() - 1);
        }
        List<String> shown = step.shown();
        if (shown == null) {
            Matcher ended = ENDED.matcher(lines.get(end));
            if (ended.matches() && !ended.group(2).isEmpty()) {
                problems.add(where + "\n  failed:" + ended.group(2) + "\n" + String.join("\n", printed));
            }
            return;
        }
        List<String> expected = shown.stream().map(ports::replaced).toList();
        if (!new ShownOutput(expected).matches(printed)) {
            problems.add(where + "\n  shows\n" + String.join("\n", expected) + "\n  and prints\n"
                    + String.join("\n", printed));
        }
    }

    private static int find(Pattern mark, int number, List<String> lines) {
        for (int i = 0; i < lines.size(); i++) {
            Matcher matcher = mark.matcher(lines.get(i));
            if (matcher.matches() && Integer.parseInt(matcher.group(1)) == number) {
                return i;
            }
        }
        return -1;
    }

    /** The command lines of processes that the tour began and did not end. */
    List<String> leftOver() {
        return processes()
                .map(process -> process.info().commandLine().orElse(""))
                .toList();
    }

    private Stream<ProcessHandle> processes() {
        return ProcessHandle.allProcesses()
                .filter(process -> process.info().commandLine().orElse("").contains(clone.toString()))
                .filter(ProcessHandle::isAlive);
    }

    @Override
    public void close() throws IOException {
        processes().forEach(ProcessHandle::destroyForcibly);
        Await.until(
                "no process of the tour is left",
                Duration.ofSeconds(20),
                () -> leftOver().isEmpty());
        for (Path link : links) {
            Files.delete(link);
        }
    }
}
