package io.kindred.cluster.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The request cores by transcripts ({@code src/test/resources/transcripts}): one node is asked and told things, and
 * each message, write, reply and timer that follows is compared. {@link Transcript} has the commands, {@link
 * TranscriptMessages} and {@link TranscriptNotation} how messages and values are written, {@link TranscriptGiven} what a
 * transcript may begin with.
 *
 * <p>{@code -Dtranscripts.write=true} writes what the node does into the files; whoever has it done reads the difference, line
 * by line, against docs/. Source: the datadriven tests of etcd's raft.
 *
 * <p>These faults were planted, one at a time, and transcripts have failed for each: an answer at W - 1; a late
 * acknowledgement that is forgotten; a round that is not closed; a stand-in under PW; no read repair; a burnt dot, or one that
 * was lent, given again; a claim sent before it is synced; no hint by the coordinator; a SET that does not supersede what it is
 * shown, or does so again and again; KIN.PUT superseding all; a delta before its coordinator's copy is durable; a borrowed dot
 * that is not new; a late replica of an update stood in for, and stand-ins counting beside a majority; an equal term granted; a
 * delta under a lower term, or uncovered, joined; refused updates run again though covered, or though they count, or only the
 * first of a line settled; an update that changes nothing and writes nothing; a read that ends at R - 1, is not hedged, or
 * does not replace who failed; nothing from stand-ins taken for no key; a forward sent elsewhere when its node is lost, run
 * twice, or run too late; a ring that changes between round and W; W of one set only; another datacenter's write
 * acknowledged before W; an acknowledgement that does not wait for what it has seen to be durable.
 */
class TranscriptTest {
    private static final Path DIRECTORY = Path.of("src/test/resources/transcripts");
    private static final String CASE = "case ";

    @TestFactory
    Stream<DynamicContainer> transcripts() throws IOException {
        List<Path> files = new ArrayList<>();
        try (Stream<Path> all = Files.list(DIRECTORY)) {
            all.filter(file -> file.toString().endsWith(".txt")).sorted().forEach(files::add);
        }
        assertFalse(files.isEmpty());
        boolean writes = Boolean.getBoolean("transcripts.write");
        return files.stream()
                .map(file -> DynamicContainer.dynamicContainer(
                        file.getFileName().toString(),
                        writes ? Stream.of(DynamicTest.dynamicTest("written", () -> write(file))) : tests(file)));
    }

    private static Stream<DynamicTest> tests(Path file) {
        return parse(lines(file)).stream()
                .map(transcript -> DynamicTest.dynamicTest(transcript.name(), () -> {
                    transcript.requireExpectations();
                    assertEquals(text(transcript.lines()), text(transcript.played()));
                }));
    }

    private static void write(Path file) throws IOException {
        List<String> lines = new ArrayList<>();
        for (Transcript each : parse(lines(file))) {
            lines.addAll(each.played());
        }
        Files.writeString(file, text(lines));
    }

    private static String text(List<String> lines) {
        return String.join("\n", lines) + "\n";
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** What is before the first transcript is a part of it. */
    private static List<Transcript> parse(List<String> lines) {
        List<Transcript> transcripts = new ArrayList<>();
        List<String> current = new ArrayList<>();
        String name = null;
        for (String line : lines) {
            if (line.startsWith(CASE)) {
                if (name != null) {
                    transcripts.add(new Transcript(name, current));
                    current = new ArrayList<>();
                }
                name = line.substring(CASE.length());
            }
            current.add(line);
        }
        assertTrue(name != null, "a file without a transcript");
        transcripts.add(new Transcript(name, current));
        return transcripts;
    }

    // --- what a transcript cannot do ---

    @Test
    void aCommandOfWhichNothingIsExpectedFails() {
        Transcript bare = new Transcript("bare", List.of("case bare", "client 1 GET k", "", "after 1ms", "  nothing"));
        assertThrows(TranscriptError.class, bare::requireExpectations);
        Transcript empty = new Transcript("empty", List.of("case empty", "given node b"));
        assertThrows(TranscriptError.class, empty::requireExpectations);
    }

    @Test
    void whatNobodyKnowsFails() {
        for (String unknown : List.of(
                "elephant",
                "b: elephant r1 ok",
                "b: ack r7 ok",
                "b elephants",
                "client 1 GET k elephant",
                "ring elephants",
                "given elephant")) {
            List<String> lines = List.of("case unknown", unknown, "client 1 GET k");
            assertThrows(TranscriptError.class, () -> new Transcript("unknown", lines).played(), unknown);
        }
    }

    @Test
    void whatIsExpectedAndDoesNotHappenIsSeen() {
        List<String> lines = List.of("case wrong", "given N 1", "client 1 GET k", "  client 1 <- found v@a:1.p1");
        assertEquals(
                List.of("case wrong", "given N 1", "client 1 GET k", "  client 1 <- found none"),
                new Transcript("wrong", lines).played());
    }
}
