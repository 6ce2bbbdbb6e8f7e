package io.kindred.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What bin/kindred-server says while it builds, in a project of its own whose Maven is a script. */
@Tag("tools")
final class FirstBuildIT {
    @TempDir
    Path dir;

    private Path project;

    @BeforeEach
    void makeProject() throws IOException {
        project = Files.createDirectory(dir.resolve("project"));
        Files.createDirectory(project.resolve("bin"));
        for (String script : new String[] {"kindred-server", "kindred-env", "kindred-resp"}) {
            Files.copy(
                    Program.HOME.resolve("bin").resolve(script),
                    project.resolve("bin").resolve(script));
        }
        for (String module : new String[] {"engine", "cluster", "resp-server"}) {
            Files.createDirectories(project.resolve(module + "/src/main"));
            Files.writeString(project.resolve(module + "/pom.xml"), "<project/>\n");
        }
        Files.writeString(project.resolve("pom.xml"), "<project>\n  <version>9.9-SNAPSHOT</version>\n</project>\n");
        Files.createDirectory(dir.resolve("maven"));
    }

    private Program build(String maven) throws IOException {
        Path mvn = dir.resolve("maven/mvn");
        Files.writeString(mvn, "#!/usr/bin/env bash\n" + maven);
        assertTrue(mvn.toFile().setExecutable(true));
        String path = dir.resolve("maven") + ":" + System.getenv("PATH");
        return Program.ran(
                null,
                Map.of("PATH", path),
                "bash",
                project.resolve("bin/kindred-server").toString(),
                "--help");
    }

    @Test
    void saysHowFarItIs() throws IOException {
        Program built = build("""
                for file in {1..250}; do echo "[INFO] Downloaded from central: https://there/$file (1 kB at 1 kB/s)"; done
                echo "[INFO] Building Kindred engine 9.9-SNAPSHOT                              [2/4]"
                echo "[INFO] Building jar: /somewhere/kindred-engine.jar"
                mkdir -p resp-server/target/lib
                echo "no jar" >resp-server/target/lib/kindred-resp-server-9.9-SNAPSHOT.jar
                """);
        String said = built.output();
        assertTrue(said.contains("kindred-server: building Kindred"), said);
        assertTrue(said.matches("(?s).*\n  \\d+ s: fetched 100 files\n  \\d+ s: fetched 200 files\n.*"), said);
        assertTrue(said.matches("(?s).*\n  \\d+ s: Kindred engine \\[2/4\\]\n  \\d+ s: built\n.*"), said);
        assertFalse(said.contains("Building jar"), said);
        assertFalse(said.contains("the build failed"), said);
    }

    @Test
    void showsTheEndOfWhatWentWrong() throws IOException {
        Program failed = build("""
                for line in {1..60}; do echo "line $line"; done
                echo "[ERROR] there is no compiler here"
                exit 7
                """);
        assertEquals(1, failed.exitCode(), failed.output());
        assertTrue(failed.output().contains("[ERROR] there is no compiler here\n"), failed.output());
        assertTrue(failed.output().contains("the build failed"), failed.output());
        assertFalse(failed.output().contains("line 20\n"), "the end alone");
        assertTrue(
                Files.readString(project.resolve("target/kindred-server.build.log"))
                        .contains("line 1\n"),
                "all of it");
        assertFalse(Files.exists(project.resolve("target/kindred-server.built")), "it is tried again");
    }
}
