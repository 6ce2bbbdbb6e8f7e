package io.kindred.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** How pages are read; and what must hold of all of them without running anything. */
final class DocumentTest {
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#: ]+)(?:#[^)]*)?\\)|src(?:set)?=\"([^\": ]+)\"");

    /** A class with its package, or a field of INFO, as pages write them. */
    private static final Pattern NAME = Pattern.compile("`(?:([a-z]+/[A-Z]\\w+)(?:\\.\\w+)?|([a-z]+(?:_[a-z0-9]+)+))`");

    private static Document document(String text) {
        return Document.of(Path.of("page.md"), text.lines().toList());
    }

    @Test
    void everyBlockOfEveryPageCanBeTold() {
        List<String> problems = new ArrayList<>();
        Document.pages().forEach(page -> problems.addAll(Document.of(page).problems()));
        assertEquals("", String.join("\n", problems));
    }

    @Test
    void everyLinkOfEveryPageLeadsToAFile() throws Exception {
        List<String> dead = new ArrayList<>();
        for (Path page : Document.pages()) {
            Matcher link = LINK.matcher(Files.readString(page));
            while (link.find()) {
                String target = link.group(1) == null ? link.group(2) : link.group(1);
                if (!Files.exists(page.resolveSibling(target))) {
                    dead.add(page.getFileName() + " -> " + target);
                }
            }
        }
        assertEquals(List.of(), dead);
    }

    @Test
    void theGlossaryHasEachTermOnceInOrder() throws Exception {
        List<String> terms = new ArrayList<>();
        for (String line : Files.readAllLines(Program.HOME.resolve("docs/glossary.md"))) {
            if (line.startsWith("| ") && !line.startsWith("| term ") && !line.startsWith("| ---")) {
                terms.add(line.substring(2, line.indexOf(" |")).toLowerCase(Locale.ROOT));
            }
        }
        assertEquals(terms.stream().distinct().sorted().toList(), terms);
    }

    /** A page that compares has names of others, and those that the program makes are right of themselves. */
    private static final Set<String> NOT_LOOKED_FOR = Set.of("comparison.md", "metrics.md", "configuration.md");

    @Test
    void everyClassAndFieldThatAPageNamesIsThere() throws Exception {
        StringBuilder sources = new StringBuilder();
        List<String> classes = new ArrayList<>();
        for (String module : List.of("engine", "cluster", "resp-server", "integration-tests")) {
            try (Stream<Path> files = Files.walk(Program.HOME.resolve(module).resolve("src"))) {
                for (Path file :
                        files.filter(name -> name.toString().endsWith(".java")).toList()) {
                    sources.append(Files.readString(file));
                    classes.add(file.toString());
                }
            }
        }
        List<String> unknown = new ArrayList<>();
        for (Path page : Document.pages()) {
            Matcher name =
                    NAME.matcher(NOT_LOOKED_FOR.contains(page.getFileName().toString()) ? "" : Files.readString(page));
            while (name.find()) {
                String path = name.group(1) == null ? "" : "/" + name.group(1) + ".java";
                boolean isThere = path.isEmpty()
                        ? sources.indexOf(name.group(2)) >= 0
                        : classes.stream().anyMatch(file -> file.endsWith(path));
                if (!isThere) {
                    unknown.add(page.getFileName() + ": " + name.group());
                }
            }
        }
        assertEquals(List.of(), unknown);
    }

    @Test
    void readmeLeadsToEveryPage() throws Exception {
        String readme = Files.readString(Program.HOME.resolve("README.md"));
        assertEquals(
                List.of(),
                Document.pages().stream()
                        .map(page -> Program.HOME.relativize(page).toString())
                        .filter(page -> !page.equals("README.md") && !readme.contains("(" + page + ")"))
                        .toList());
    }

    @Test
    void aSessionIsCommandsAndWhatTheyPrint() {
        Document document = document("""
            # Title
            ```console
            $ first
            one
            two
            $ for i in a b
            > do echo $i; done
            a
            b
            $ silent
            ```
            """);
        assertEquals(
                List.of(
                        new Document.Step(3, "first", List.of("one", "two")),
                        new Document.Step(6, "for i in a b\ndo echo $i; done", List.of("a", "b")),
                        new Document.Step(10, "silent", List.of())),
                document.steps());
    }

    @Test
    void aScriptIsTypedWholeAndADrawingIsNot() {
        Document document = document("""
            ```sh
            bin/kindred-cluster start  # three nodes

            echo x
            ```
            ```
            +--+
            ```
            """);
        assertEquals(
                List.of(new Document.Step(2, "bin/kindred-cluster start  # three nodes\n\necho x", null)),
                document.steps());
        assertEquals(List.of(), document.problems());
    }

    @Test
    void whatIsMarkedIsListedWithItsReason() {
        Document document = document("""
            <!-- not run: needs a second machine -->
            ```sh
            bin/kindred-server --bind 10.0.0.1
            ```
            """);
        assertEquals(List.of(), document.steps());
        assertEquals(List.of("page.md:3: needs a second machine"), document.notRun());
    }

    @Test
    void whatBuildsOrNeedsTheMachineHasToBeMarked() {
        Document document = document("```sh\nmvn verify\n```\n```console\n$ docker compose up\n```\n");
        assertEquals(List.of(), document.steps());
        assertEquals(2, document.problems().size());
    }

    @Test
    void commandsInABlockOfNoKindAreAProblem() {
        assertNotEquals(
                List.of(), document("```\nbin/kindred-cluster start\n```\n").problems());
        assertNotEquals(List.of(), document("```text\nx\n$ ls\n```\n").problems());
        assertNotEquals(List.of(), document("```console\nx\n$ ls\n```\n").problems());
    }

    @Test
    void dotsStandForWhatVaries() {
        ShownOutput shown = new ShownOutput(List.of("n2 ended (pid ...)", "...", "end"));
        assertTrue(shown.matches(List.of("n2 ended   (pid 17)", "end")));
        assertTrue(shown.matches(List.of("n2 ended (pid 17)", "any", "thing", "end  ")));
        assertFalse(shown.matches(List.of("n2 ended (pid 17)", "any", "thing")));
        assertFalse(shown.matches(List.of("n3 ended (pid 17)", "end")));
        assertFalse(shown.matches(List.of("n2 ended (pid 17)", "end", "more")));
        assertFalse(new ShownOutput(List.of()).matches(List.of("printed")));
    }

    @Test
    void portsOfOneTwentyStayTogether() {
        ShownPorts ports = new ShownPorts();
        String[] free = ports.replaced("7001 17002 7101 17001").split(" ");
        int first = Integer.parseInt(free[0]);
        assertEquals(first + 10_001, Integer.parseInt(free[1]));
        assertEquals(first + 10_000, Integer.parseInt(free[3]));
        assertNotEquals(first + 100, Integer.parseInt(free[2]));
        assertEquals("70010 7060 27001 7", ports.replaced("70010 7060 27001 7"));
        assertEquals("127.0.0.1:" + first, ports.replaced("127.0.0.1:7001"));
        assertNotEquals("8001", ports.replaced("8001"));
    }
}
