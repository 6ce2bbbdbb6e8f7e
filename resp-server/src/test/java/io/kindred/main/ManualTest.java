package io.kindred.main;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The table of directives and its words; conf/kindred.conf and docs/configuration.md are what they make. */
class ManualTest {
    private static final Path PROJECT = Path.of("..");
    private static final String AGAIN = "make it anew: ";

    @TempDir
    Path dir;

    private final Manual manual = Manual.own();
    private final ManualText text = new ManualText(manual);

    private List<Manual.Entry> entries() {
        return manual.topics().stream()
                .flatMap(topic -> topic.entries().stream())
                .toList();
    }

    @Test
    void everyDirectiveThatDoesSomethingIsExplainedOnce() {
        List<String> explained = entries().stream()
                .map(entry -> entry.directive().name())
                .sorted()
                .toList();
        List<String> chosen = Directives.ALL.stream()
                .filter(directive ->
                        directive.change() == Directive.Change.RUNNING || directive.change() == Directive.Change.START)
                .map(Directive::name)
                .sorted()
                .toList();
        assertEquals(chosen, explained);
    }

    @Test
    void anExplanationSaysEnough() {
        for (Manual.Entry entry : entries()) {
            String name = entry.directive().name();
            assertTrue(entry.text().length() > 40 && entry.text().endsWith("."), name + ": " + entry.text());
            boolean isCounted = entry.directive().form().values().matches(".*\\b\\d\\S* to \\d.*")
                    && !entry.directive().form().values().contains("decimal");
            assertFalse(isCounted && entry.unit().isEmpty(), name + " is how many of what? " + entry.values());
            assertFalse(entry.values().equals("text") && entry.byDefault().isEmpty(), name);
            if (entry.directive().byDefault().isEmpty()) {
                assertFalse(entry.defaultInWords().isEmpty(), name + " has no default in words");
            }
        }
    }

    @Test
    void theCommittedFileIsWhatTheTableMakes() throws Exception {
        assertEquals(
                Files.readString(PROJECT.resolve("conf/kindred.conf")), text.conf(), AGAIN + ManualText.CONF_COMMAND);
    }

    @Test
    void theCommittedPageIsWhatTheTableMakes() throws Exception {
        assertEquals(
                Files.readString(PROJECT.resolve("docs/configuration.md")),
                text.page(),
                AGAIN + ManualText.PAGE_COMMAND);
    }

    @Test
    void theFileChangesNothing() throws Exception {
        ServerConfig config = config(text.conf());
        for (Directive directive : Directives.ALL) {
            assertFalse(config.isGiven(directive), directive.name());
            assertEquals(directive.byDefault(), config.text(directive));
        }
    }

    @Test
    void itsLinesAreTheDefaultsAndExamplesThatCanBeSet() throws Exception {
        ServerConfig config = config(uncommented());
        for (Manual.Entry entry : entries()) {
            Directive directive = entry.directive();
            assertTrue(
                    config.isGiven(directive) || directive.byDefault().equals(config.text(directive)),
                    directive.name());
            if (entry.example().isEmpty()) {
                assertEquals(directive.byDefault(), config.text(directive));
            } else {
                assertFalse(config.text(directive).isEmpty(), directive.name());
            }
        }
        assertEquals(entries().size(), new TreeSet<>(uncommented().lines().toList()).size());
    }

    private String uncommented() {
        return text.conf()
                .lines()
                .filter(line -> line.matches("#[a-z].*"))
                .map(line -> line.substring(1))
                .collect(Collectors.joining("\n"));
    }

    private ServerConfig config(String conf) throws Exception {
        Path file = dir.resolve("kindred.conf");
        Files.writeString(file, conf);
        return CommandLine.of(new String[] {file.toString()}).config();
    }

    /** What must be another value for a test: a free port, a directory, memory for a small heap, and no cluster to wait for. */
    @Test
    void theFileStartsANode() throws Exception {
        Path file = dir.resolve("all.conf");
        Files.writeString(file, uncommented().replace("seeds ", "#seeds ").replace("logfile ", "#logfile "));
        List<String> words = new ArrayList<>(List.of(file.toString(), "--port", "0", "--cluster-port", "0"));
        words.addAll(List.of("--cluster-announce-bus-port", "0", "--cluster-announce-ip", "127.0.0.1"));
        words.addAll(List.of("--dir", dir.resolve("data").toString(), "--memtable-bytes", "4mb"));
        words.addAll(List.of("--row-cache-bytes", "4mb", "--block-cache-bytes", "4mb", "--requirepass", ""));
        Node node = new Node(CommandLine.of(words.toArray(new String[0])).config(), level -> {});
        node.start();
        try (RespClient client = new RespClient(node.whenServing().get().port())) {
            assertEquals("OK", client.call("SET", "k", "v"));
            assertEquals("v", client.call("GET", "k"));
        } finally {
            node.stop();
            assertEquals(Node.EXIT_OK, node.awaitEnd());
        }
    }

    @Test
    void theFormOfSeedsIsShown() {
        Manual.Entry seeds = manual.named("SEEDS");
        assertNotNull(seeds);
        String about = text.about(seeds);
        assertTrue(about.startsWith("seeds 10.0.0.1:16379,10.0.0.2:16379\n"), about);
        assertTrue(about.contains("values:  host:cluster-port, one or more"), about);
        assertTrue(about.contains("change:  takes a restart"), about);
        assertTrue(text.summary().contains("\n  replication-n               3\n"), text.summary());
    }

    @Test
    void aTextThatNamesNoDirectiveIsRefused() {
        IllegalArgumentException refused = assertThrows(
                IllegalArgumentException.class, () -> Manual.parse("== Topic\n\n-- prot\nunit: a port\nWhere.\n"));
        assertEquals("there is no directive prot", refused.getMessage());
    }

    @Test
    void aTopicHasItsWords() {
        Manual small =
                Manual.parse("left out\n== Topic\nOne\nline.\n\n-- port\nunit: a port\nWhere: here.\nunit: no key.\n");
        Manual.Topic topic = small.topics().get(0);
        assertEquals("Topic", topic.title());
        assertEquals("One line.", topic.introduction());
        assertEquals("a port", topic.entries().get(0).unit());
        assertEquals("Where: here. unit: no key.", topic.entries().get(0).text());
        assertEquals("port 6379", topic.entries().get(0).line());
    }

    @Test
    void theCommandLineHasItsForms() {
        assertEquals(CommandLine.Wish.HELP, wish("--help"));
        assertEquals(CommandLine.Wish.HELP, wish("-h", "seeds"));
        assertEquals(CommandLine.Wish.PRINT_CONF, wish("--print-conf"));
        assertEquals(CommandLine.Wish.PRINT_CONFIGURATION, wish("--print-configuration"));
        assertEquals(CommandLine.Wish.VERSION, wish("-v"));
        assertEquals(CommandLine.Wish.RUN, wish());
        assertEquals(CommandLine.Wish.RUN, wish("--port", "1"));
    }

    private static CommandLine.Wish wish(String... words) {
        return CommandLine.of(words).wish();
    }

    @Test
    void whatIsPrintedIsAscii() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new PrintStream(out, true, StandardCharsets.US_ASCII).print(text.conf() + text.page());
        assertEquals(text.conf() + text.page(), out.toString(StandardCharsets.US_ASCII));
    }
}
