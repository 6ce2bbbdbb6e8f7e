package io.kindred.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The JVM's archive of loaded classes (class-data sharing) for the server's jar: with it a node is there in half the
 * time, and these tests start more than a hundred. Made once for each build of the jar, by a node that starts and stops.
 */
final class SharedClasses {
    private static final Path ARCHIVE = Program.HOME.resolve("integration-tests/target/server-classes.jsa");

    private SharedClasses() {}

    /** The flag that uses the archive. */
    static synchronized String flag() {
        try {
            if (!Files.exists(ARCHIVE)
                    || Files.getLastModifiedTime(ARCHIVE).compareTo(Files.getLastModifiedTime(KindredProcess.jar()))
                            < 0) {
                make();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return "-XX:SharedArchiveFile=" + ARCHIVE;
    }

    private static void make() throws IOException {
        Files.createDirectories(ARCHIVE.getParent());
        Files.deleteIfExists(ARCHIVE);
        Path dir = Files.createTempDirectory(ARCHIVE.getParent(), "server-classes");
        NodeOptions options = new NodeOptions(
                "archive",
                dir,
                FreePorts.next(),
                FreePorts.next(),
                List.of("-XX:ArchiveClassesAtExit=" + ARCHIVE, "-XX:+UseSerialGC"),
                List.of(),
                "127.0.0.1",
                List.of());
        try (KindredProcess node = KindredProcess.started(options)) {
            try (RespConnection connection = node.connect()) {
                connection.call("SET", "k", "v");
                connection.call("INCR", "n");
                connection.call("INFO");
            }
            node.terminate();
        }
    }
}
