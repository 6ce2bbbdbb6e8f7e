package io.kindred.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** bin/kindred-cluster from start to stop, with data that must survive each step; bin/kindred-server in the foreground. */
@Tag("tools")
final class ClusterScriptIT {
    private static final Map<String, String> ENVIRONMENT =
            Map.of("KINDRED_HEAP", "256m", "KINDRED_JAVA_OPTS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC");

    private static Program script(Path dir, String... arguments) {
        List<String> command = new ArrayList<>(
                List.of(Program.HOME.resolve("bin").resolve("kindred-cluster").toString()));
        command.addAll(List.of(arguments));
        int directives = command.indexOf("--");
        command.addAll(directives < 0 ? command.size() : directives, List.of("--dir", dir.toString()));
        return Program.ran(null, ENVIRONMENT, command.toArray(String[]::new));
    }

    private static long pid(Path dir, String node) throws IOException {
        return Long.parseLong(Files.readString(dir.resolve(node + ".pid")).trim());
    }

    /** An ended process stays visible until its parent has asked for its exit code; here that is init. */
    private static void awaitEnd(long pid) {
        Await.until(
                "process " + pid + " is gone",
                Duration.ofSeconds(20),
                () -> ProcessHandle.of(pid).map(process -> !process.isAlive()).orElse(true));
    }

    @Test
    void runsAClusterThroughItsLife(@TempDir Path parent) throws IOException {
        Path dir = parent.resolve("a cluster");
        int port = FreePorts.block(3);
        try {
            String started = script(dir, "start", "--port", "" + port, "--", "--appendfsync", "always")
                    .succeeded();
            assertTrue(started.contains("3 of 3 nodes up"), started);
            long first = pid(dir, "n1");
            assertEquals("OK", call(port, "SET", "k", "v"));
            assertEquals("v", call(port + 2, "GET", "k"));

            assertTrue(script(dir, "start").succeeded().contains("3 of 3 nodes up"), "start again changes nothing");
            assertEquals(first, pid(dir, "n1"));

            Program other = script(dir, "start", "--nodes", "6", "--datacenters", "2");
            assertNotEquals(0, other.exitCode());
            assertTrue(other.output().contains("take another --dir"), other.output());
            assertTrue(script(dir, "status").succeeded().contains("3 of 3 nodes up"), "nothing is remembered of it");

            long killed = pid(dir, "n2");
            assertTrue(script(dir, "kill", "n2").succeeded().contains("SIGKILL"));
            awaitEnd(killed);
            assertTrue(script(dir, "status").succeeded().contains("2 of 3 nodes up"));
            assertEquals("v", call(port + 2, "GET", "k"));

            assertTrue(script(dir, "restart", "n2").succeeded().contains("3 of 3 nodes up"));
            assertNotEquals(killed, pid(dir, "n2"));
            assertEquals("v", call(port + 1, "GET", "k"));
            assertEquals("[appendfsync, always]", call(port + 1, "CONFIG", "GET", "appendfsync"));

            long last = pid(dir, "n3");
            script(dir, "stop").succeeded();
            awaitEnd(first);
            awaitEnd(last);
            assertTrue(script(dir, "status").succeeded().contains("0 of 3 nodes up"));

            assertTrue(script(dir, "start").succeeded().contains("3 of 3 nodes up"), "as it was told before");
            assertEquals("v", call(port, "GET", "k"));
        } finally {
            script(dir, "kill");
        }
    }

    /** Only the node itself tells that it is through with leaving, so it may not end before all have heard it. */
    @Test
    void aNodeThatWasRemovedIsWaitedForByNobody(@TempDir Path parent) {
        Path dir = parent.resolve("cluster");
        int port = FreePorts.block(4);
        try {
            script(dir, "start", "--port", "" + port).succeeded();
            for (int round = 0; round < 3; round++) {
                script(dir, "add").succeeded();
                assertTrue(script(dir, "remove", "n4").succeeded().contains("n4 removed"));
                for (int node = 0; node < 3; node++) {
                    String info = call(port + node, "INFO", "kindred");
                    assertTrue(info.contains("members_leaving:0"), "round " + round + ", n" + (node + 1) + "\n" + info);
                }
            }
        } finally {
            script(dir, "kill");
        }
    }

    @Test
    void aNodeWhoseDiskIsLostIsReplaced(@TempDir Path parent) {
        Path dir = parent.resolve("cluster");
        int port = FreePorts.block(3);
        try {
            script(dir, "start", "--port", "" + port).succeeded();
            call(port, "SET", "k", "what n2 had");
            Program early = script(dir, "replace", "n2");
            assertEquals(1, early.exitCode());
            assertTrue(early.output().contains("n2 runs"), early.output());
            script(dir, "kill", "n2").succeeded();
            assertTrue(script(dir, "replace", "n2").output().contains("has the node's data: start it"));
            Program.ran(null, Map.of(), "rm", "-r", dir.resolve("n2").toString())
                    .succeeded();
            String replaced = script(dir, "replace", "n2").succeeded();
            assertTrue(replaced.contains("n2 replaced: it has what the lost one had"), replaced);
            assertTrue(call(port + 1, "INFO", "keyspace").contains("db0:keys=1"), "it has no key of its own");
            assertTrue(call(port + 1, "GET", "k").contains("what n2 had"));
        } finally {
            script(dir, "kill");
        }
    }

    /** A shell has what a script starts with & ignore SIGINT; a terminal that closes sends SIGHUP. */
    @Test
    void aScriptCanEndANodeAsRedisCanBeEnded(@TempDir Path dir) {
        String script = """
                "$0" --port "$1" --dir "$2" >"$2.log" 2>&1 &
                pid=$!
                tries=0
                until [ "$(redis-cli -p "$1" ping 2>/dev/null)" = PONG ] || [ $tries = 600 ]; do
                  sleep 0.1
                  tries=$((tries + 1))
                done
                kill -HUP $pid
                sleep 0.3
                redis-cli -p "$1" ping
                kill -INT $pid
                tries=0
                while kill -0 $pid 2>/dev/null && [ $tries -lt 200 ]; do
                  sleep 0.1
                  tries=$((tries + 1))
                done
                kill -9 $pid 2>/dev/null
                wait $pid
                echo "ended with $?"
                """;
        String server = Program.HOME.resolve("bin").resolve("kindred-server").toString();
        String data = dir.resolve("data").toString();
        String output = Program.ran(null, ENVIRONMENT, "sh", "-c", script, server, "" + FreePorts.block(1), data)
                .succeeded();
        assertEquals("PONG\nended with 0\n", output);
    }

    @Test
    void aNodeThatCannotStartIsShownWithItsLog(@TempDir Path dir) {
        int port = FreePorts.block(1);
        try {
            Program program =
                    script(dir, "start", "--nodes", "1", "--port", "" + port, "--", "--no-such-directive", "1");
            assertNotEquals(0, program.exitCode());
            assertTrue(program.output().contains("no-such-directive"), program.output());
            assertTrue(program.output().contains("n1.log"), program.output());
        } finally {
            script(dir, "kill");
        }
    }

    @Test
    void refusesWhatItDoesNotKnow(@TempDir Path dir) {
        assertEquals(2, script(dir, "begin").exitCode());
        assertEquals(2, script(dir, "start", "--speed", "9").exitCode());
        assertNotEquals(0, script(dir, "stop").exitCode());
    }

    /** A start that came half way has made nodes, too, and they keep their datacenter. */
    @Test
    void datacentersAreRefusedWhereAnyNodeIsAndNothingIsRememberedOfThem(@TempDir Path parent) throws IOException {
        Path dir = parent.resolve("a cluster");
        String settings = "nodes 3\nport 7001\ndatacenters 1\nfounded no\n";
        Files.createDirectories(dir.resolve("n2"));
        Files.writeString(dir.resolve("settings"), settings);
        Files.writeString(dir.resolve("n2/identity"), "made\n");
        try {
            Program other = script(dir, "start", "--nodes", "6", "--datacenters", "2");
            assertEquals(1, other.exitCode(), other.output());
            assertTrue(other.output().contains("take another --dir"), other.output());
            assertEquals(settings, Files.readString(dir.resolve("settings")));
        } finally {
            script(dir, "kill");
        }
    }

    private static String call(int port, Object... command) {
        try (RespConnection connection = new RespConnection("127.0.0.1", port)) {
            return RespConnection.show(connection.call(command));
        }
    }
}
