package io.kindred.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The commands that a Markdown page of the project shows.
 *
 * <p>A block whose language is {@code console}, or that has none and begins with {@code "$ "}, is a session: lines with
 * {@code "$ "} are typed, lines with {@code "> "} right behind one go on with it, and the others are what is printed. A
 * block of {@code sh} is typed as it stands, and what it prints is not shown. Every other block is a drawing, a file or a
 * form of something. A comment {@code <!-- not run: reason -->} on the line before a block takes it out, and shows nowhere.
 *
 * @param steps what is typed, in the order of the page
 * @param notRun a line for each block that is marked so, with the reason
 * @param problems lines for people: blocks that cannot be told
 */
record Document(Path file, List<Step> steps, List<String> notRun, List<String> problems) {
    private static final Pattern FENCE = Pattern.compile("( *)```([a-z]*)");
    private static final Pattern NOT_RUN = Pattern.compile("<!-- not run: (.+) -->");
    private static final Set<String> SESSIONS = Set.of("console");
    private static final Set<String> SCRIPTS = Set.of("sh", "bash", "shell");
    private static final Pattern COMMAND =
            Pattern.compile("\\$ .*|(?:\\./)?bin/kindred-.*|(?:redis-cli|mvn|docker|curl|openssl|git|sudo) .*");

    /** What builds the project anew or changes the machine: a test must not. */
    private static final Pattern NOT_FOR_TESTS =
            Pattern.compile("(?:\\$ )?(?:mvn|docker|sudo|systemctl|apt|apt-get) .*");

    /**
     * Something to type.
     *
     * @param line of the page, from 1
     * @param shown the lines that it prints according to the page; null: the page does not say, and it has to succeed
     */
    record Step(int line, String typed, @Nullable List<String> shown) {}

    /** The pages of the project: those in its directory, and those in docs. */
    static List<Path> pages() {
        try (Stream<Path> top = Files.list(Program.HOME);
                Stream<Path> docs = Files.list(Program.HOME.resolve("docs"))) {
            return Stream.concat(top, docs)
                    .filter(file -> file.toString().endsWith(".md"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Document of(Path file) {
        try {
            return of(file, Files.readAllLines(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Document of(Path file, List<String> lines) {
        Document document = new Document(file, new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        for (int i = 0; i < lines.size(); i++) {
            Matcher fence = FENCE.matcher(lines.get(i));
            if (fence.matches()) {
                int end = i + 1;
                while (end < lines.size() && !lines.get(end).strip().equals("```")) {
                    end++;
                }
                int indent = fence.group(1).length();
                List<String> block = lines.subList(i + 1, end).stream()
                        .map(line -> line.substring(Math.min(indent, line.length())))
                        .toList();
                document.take(fence.group(2), block, i + 2, i == 0 ? "" : lines.get(i - 1));
                i = end;
            }
        }
        return document;
    }

    /** @param first the line of the page that the block's first one is */
    private void take(String language, List<String> block, int first, String before) {
        Matcher mark = NOT_RUN.matcher(before.strip());
        boolean isPrompted = !block.isEmpty() && block.get(0).startsWith("$ ");
        if (mark.matches()) {
            notRun.add(file.getFileName() + ":" + first + ": " + mark.group(1));
        } else if (block.stream().anyMatch(line -> NOT_FOR_TESTS.matcher(line).matches())) {
            problems.add(file.getFileName() + ":" + first
                    + ": no test may run this; write <!-- not run: reason --> before the block");
        } else if (SCRIPTS.contains(language)) {
            steps.add(new Step(first, String.join("\n", block), null));
        } else if (SESSIONS.contains(language) || language.isEmpty() && isPrompted) {
            session(block, first);
        } else if (block.stream().anyMatch(line -> COMMAND.matcher(line).matches())) {
            problems.add(file.getFileName() + ":" + first
                    + ": commands in a block that is neither console nor sh; say which, or <!-- not run: reason -->");
        }
    }

    private void session(List<String> block, int first) {
        for (int i = 0; i < block.size(); ) {
            int line = first + i;
            if (!block.get(i).startsWith("$ ")) {
                problems.add(file.getFileName() + ":" + line + ": something is printed before anything is typed");
                return;
            }
            StringBuilder typed = new StringBuilder(block.get(i).substring(2));
            i++;
            for (; i < block.size() && block.get(i).startsWith("> "); i++) {
                typed.append('\n').append(block.get(i).substring(2));
            }
            List<String> shown = new ArrayList<>();
            for (; i < block.size() && !block.get(i).startsWith("$ "); i++) {
                shown.add(block.get(i));
            }
            steps.add(new Step(line, typed.toString(), shown));
        }
    }
}
