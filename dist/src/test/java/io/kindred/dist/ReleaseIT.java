package io.kindred.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The release, unpacked somewhere, with a PATH that has no Maven and no compiler on it. */
final class ReleaseIT {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @TempDir
    Path dir;

    private Release release;

    @BeforeEach
    void unpack() throws Exception {
        release = Release.unpack(dir);
    }

    @AfterEach
    void removeLinks() throws Exception {
        release.close();
    }

    private Ended run(String... command) throws Exception {
        return release.run(Map.of(), command);
    }

    @Test
    void hasWhatItSaysAndNothingToBuildWith() throws Exception {
        Set<String> names = new TreeSet<>();
        try (Stream<Path> files = Files.list(release.home())) {
            files.forEach(file -> names.add(file.getFileName().toString()));
        }
        assertTrue(names.containsAll(Set.of("bin", "conf", "docs", "lib", "README.md", "LICENSE")), names.toString());
        assertFalse(names.contains("pom.xml"), names.toString());
        assertEquals(1, run("bash", "-c", "command -v mvn || command -v javac").code());
    }

    @Test
    void aNodeServesAndStops() throws Exception {
        int port = FreePorts.block(1);
        Path log = dir.resolve("server.log");
        Process server = release.start(
                log,
                "bin/kindred-server",
                release.home().resolve("conf/kindred.conf").toString(),
                "--port",
                "" + port,
                "--dir",
                dir.resolve("data").toString());
        try {
            InlineClient.awaitPing(port, server, log, PATIENCE);
            try (InlineClient client = new InlineClient(port)) {
                assertEquals("+OK", client.call("SET k v"));
                assertEquals("v", client.call("GET k"));
            }
            server.destroy();
            assertTrue(server.waitFor(60, TimeUnit.SECONDS), "SIGTERM stops it");
            assertEquals(0, server.exitValue());
        } finally {
            end(server);
        }
        assertFalse(Files.exists(release.home().resolve("target")), "nothing was built");
        assertTrue(Files.isDirectory(release.home().resolve("cache")), "the class archive is beside bin and lib");
    }

    @Test
    void threeNodesAreACluster() throws Exception {
        int port = FreePorts.block(3);
        String nodes = dir.resolve("cluster").toString();
        try {
            Ended start = run("bin/kindred-cluster", "start", "--dir", nodes, "--port", "" + port);
            assertTrue(start.succeeded().contains("3 of 3 nodes up"), start.output());
            assertFalse(start.output().contains("building"), start.output());
            try (InlineClient one = new InlineClient(port);
                    InlineClient other = new InlineClient(port + 2)) {
                assertEquals("+OK", one.call("SET k v"));
                assertEquals("v", other.call("GET k"));
            }
            String stop = run("bin/kindred-cluster", "stop", "--dir", nodes).succeeded();
            assertTrue(stop.contains("n3 ended by SIGTERM"), stop);
        } finally {
            run("bin/kindred-cluster", "kill", "--dir", nodes);
        }
    }

    @Test
    void theToolsHaveTheirHelp() throws Exception {
        assertTrue(run("bin/kindred-server", "--help").succeeded().contains("\n  replication-n               3\n"));
        assertTrue(run("bin/kindred-autoscale", "--help").succeeded().contains("--min"));
        assertTrue(run("bin/kindred-cluster", "--help").succeeded().contains("--nodes"));
    }

    private static void end(Process process) throws InterruptedException {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
    }
}
