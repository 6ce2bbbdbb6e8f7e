package io.kindred.engine;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalDiskTest {
    @TempDir
    Path root;

    /** Nodes of one machine back up into one place at once. */
    @Test
    void aDirectoryThatAnotherMakesMeanwhileIsThere() throws IOException {
        Path directory = root.resolve("backups").resolve("b1");
        AtomicInteger made = new AtomicInteger();
        LocalDisk.createDirectories(new LocalDisk(), directory, first -> {
            if (made.getAndIncrement() == 0) {
                makeAsAnother(directory);
            }
        });
        assertTrue(Files.isDirectory(directory));
    }

    private static void makeAsAnother(Path directory) {
        try {
            Files.createDirectory(directory);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aFileInTheWayIsNoDirectory() throws IOException {
        Path file = Files.writeString(root.resolve("file"), "text");
        assertThrows(FileAlreadyExistsException.class, () -> new LocalDisk().createDirectories(file));
    }
}
