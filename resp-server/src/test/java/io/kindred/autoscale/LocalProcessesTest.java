package io.kindred.autoscale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LocalProcessesTest {
    @TempDir
    Path directory;

    private LocalProcesses over(String settings, String script) throws IOException {
        Files.writeString(directory.resolve("settings"), settings);
        Path file = directory.resolve("script");
        Files.writeString(file, "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
        return new LocalProcesses(file, directory, 2);
    }

    @Test
    void theSettingsSayWhichNodesThereAre() throws IOException {
        List<NodeProvider.ProvidedNode> nodes =
                over("nodes 4\nport 7000\ngone 3\nelse whatever\n", "").list();
        assertEquals(
                List.of(
                        new NodeProvider.ProvidedNode("n1", "127.0.0.1", 7000, false),
                        new NodeProvider.ProvidedNode("n2", "127.0.0.1", 7001, false),
                        new NodeProvider.ProvidedNode("n4", "127.0.0.1", 7003, true)),
                nodes);
    }

    @Test
    void settingsThatAreNoneAreAnError() throws IOException {
        LocalProcesses broken = over("nodes many\n", "");
        String message = assertThrows(IOException.class, broken::list).toString();
        assertTrue(message.endsWith("not a number: many"), message);
        Files.delete(directory.resolve("settings"));
        assertThrows(IOException.class, broken::list);
    }

    @Test
    void theLastLineNamesTheNodeThatWasAdded() throws Exception {
        assertEquals("n5", over("", "echo starting; echo \"n5 at 7004: $*\"").add());
    }

    @Test
    void aScriptThatFailsIsAnErrorWithItsWords() throws IOException {
        LocalProcesses failing = over("", "echo no room >&2; exit 3");
        String message =
                assertThrows(IOException.class, () -> failing.remove("n4")).getMessage();
        assertEquals("kindred-cluster remove n4 ended with 3: no room", message);
    }
}
