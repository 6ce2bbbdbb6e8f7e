package io.kindred.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What README.md and docs show is what is printed: every command block of every page, typed letter for letter. */
@Tag("tools")
final class DocumentsIT {
    static Stream<Path> pagesWithCommands() {
        return Document.pages().stream()
                .filter(page -> !Document.of(page).steps().isEmpty())
                .map(Program.HOME::relativize);
    }

    @ParameterizedTest
    @MethodSource("pagesWithCommands")
    void doesWhatItShows(Path page, @TempDir Path dir) throws Exception {
        Document document = Document.of(Program.HOME.resolve(page));
        document.notRun().forEach(line -> System.out.println("not run: " + line));
        try (Tour tour = new Tour(document, dir)) {
            tour.prepare();
            List<String> problems = new ArrayList<>(tour.problems());
            tour.leftOver().forEach(process -> problems.add("a tour ends what it starts; this still runs: " + process));
            assertEquals("", String.join("\n\n", problems));
        }
    }

    @Test
    void picturesAreWhatTheirScriptDraws(@TempDir Path dir) throws Exception {
        Path images = Program.HOME.resolve("docs").resolve("images");
        Path script = Files.copy(images.resolve("draw.py"), dir.resolve("draw.py"));
        Program.output("python3", script.toString());
        for (String picture : List.of("ring.svg", "write.svg")) {
            assertEquals(Files.readString(images.resolve(picture)), Files.readString(dir.resolve(picture)), picture);
        }
    }
}
