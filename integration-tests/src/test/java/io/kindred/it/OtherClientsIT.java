package io.kindred.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
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
    private static final String REDISSON = "RedissonProgram.java";
    /** Two runs open their connections, and ask for some things before they begin. */
    private static final long REDISSON_COMMANDS_MAX = 500;

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
        Path installed = ClientPrograms.installed();
        for (String client : List.of("node-redis", "ioredis")) {
            runs(installed, client, "node", client + ".js");
        }
    }

    @Test
    void redisPyRuns() {
        runs(ClientPrograms.SOURCES.toAbsolutePath(), "redis-py", ClientPrograms.python(), "redis-py.py");
    }

    /** What is refused it does not send again and again, as it would if it took the script for one that has to be loaded. */
    @Test
    void redissonRunsAndTakesARefusedScriptForRefused() throws IOException {
        Path directory = Path.of("target", "clients", "redisson").toAbsolutePath();
        Files.createDirectories(directory);
        for (String file : List.of("pom.xml", REDISSON)) {
            Files.copy(
                    ClientPrograms.SOURCES.resolve("redisson").resolve(file),
                    directory.resolve(file),
                    StandardCopyOption.REPLACE_EXISTING);
        }
        Program.ran(
                        directory,
                        Map.of(),
                        "mvn",
                        "-B",
                        "-q",
                        "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies",
                        "-DoutputDirectory=lib")
                .succeeded();
        long before = commands();
        runs(
                directory,
                "redisson",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                "lib/*",
                REDISSON);
        assertTrue(commands() - before < REDISSON_COMMANDS_MAX, "it sent " + (commands() - before) + " commands");
    }

    /** That all nodes have run. */
    private static long commands() {
        long sum = 0;
        for (KindredProcess node : List.of(single, cluster.node(0), cluster.node(1), cluster.node(2))) {
            try (RespConnection connection = node.connect()) {
                sum += Info.of(connection, "stats").number("total_commands_processed");
            }
        }
        return sum;
    }

    private static void runs(Path directory, String client, String... program) {
        String node = Integer.toString(single.port());
        String writing = Integer.toString(cluster.node(0).port());
        String reading = Integer.toString(cluster.node(2).port());
        for (String[] ports : new String[][] {{node, node}, {writing, reading}}) {
            List<String> command = new ArrayList<>(List.of(program));
            command.addAll(List.of(ports));
            String output = Program.ran(directory, Map.of(), command.toArray(new String[0]))
                    .succeeded();
            assertTrue(output.contains(client + " ok"), output);
        }
    }
}
