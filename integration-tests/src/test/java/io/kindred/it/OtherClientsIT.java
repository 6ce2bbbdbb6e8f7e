package io.kindred.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients of other languages with their defaults; the programs are in src/test/clients. */
@Tag("tools")
final class OtherClientsIT {
    private static final Path SOURCES = Path.of("src", "test", "clients");
    private static KindredProcess single;
    private static KindredCluster cluster;

    @BeforeAll
    static void start(@TempDir Path dir) {
        single = KindredProcess.started(NodeOptions.of("single", dir));
        cluster = KindredCluster.ofThree(dir);
    }

    @AfterAll
    static void stop() {
        single.close();
        cluster.close();
    }

    @Test
    void nodeClientsRun() throws IOException {
        Path installed = installed();
        for (String client : List.of("node-redis", "ioredis")) {
            runs(installed, client, "node", client + ".js");
        }
    }

    @Test
    void redisPyRuns() {
        runs(SOURCES.toAbsolutePath(), "redis-py", pythonWithRedis(), "redis-py.py");
    }

    private static void runs(Path directory, String client, String program, String file) {
        String node = Integer.toString(single.port());
        String writing = Integer.toString(cluster.node(0).port());
        String reading = Integer.toString(cluster.node(2).port());
        for (String[] ports : new String[][] {{node, node}, {writing, reading}}) {
            String output = Program.ran(directory, Map.of(), program, file, ports[0], ports[1])
                    .succeeded();
            assertTrue(output.contains(client + " ok"), output);
        }
    }

    /** A directory with the programs and, from the npm registry unless they are there already, their libraries. */
    private static Path installed() throws IOException {
        Path directory = Path.of("target", "clients").toAbsolutePath();
        Files.createDirectories(directory);
        for (String file : List.of("package.json", "node-redis.js", "ioredis.js")) {
            Files.copy(SOURCES.resolve(file), directory.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
        Program.ran(directory, Map.of(), "npm", "install", "--no-audit", "--no-fund", "--prefer-offline")
                .succeeded();
        return directory;
    }

    /** A distribution's package is seen by the distribution's Python only, which need not be the first on the PATH. */
    private static String pythonWithRedis() {
        for (String python : List.of("python3", "/usr/bin/python3")) {
            if (Program.ran(null, Map.of(), python, "-c", "import redis").exitCode() == 0) {
                return python;
            }
        }
        throw new AssertionError("no Python has the redis module (Debian: apt-get install python3-redis)");
    }
}
