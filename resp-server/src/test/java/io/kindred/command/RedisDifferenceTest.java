package io.kindred.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs command lines here and against a real redis-server; every reply must be the same, byte for byte. */
@Tag("tools")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RedisDifferenceTest {
    private RedisOracle oracle;

    @BeforeAll
    void start(@TempDir Path dir) throws IOException {
        oracle = new RedisOracle(dir);
    }

    @AfterAll
    void stop() throws IOException {
        oracle.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "strings",
                "counters",
                "keys",
                "expiry",
                "errors",
                "keyspace",
                "transactions",
                "scripts",
                "connections"
            })
    void writtenLinesGetRedisReplies(String name) throws IOException {
        oracle.run(TestNode.bytes(List.of("FLUSHALL")));
        TestNode node = new TestNode(InstantSource.system());
        List<String> differences = new ArrayList<>();
        for (List<String> args : CommandLines.load("/command-lines/" + name + ".txt")) {
            byte[][] bytes = TestNode.bytes(args);
            String expected = oracle.run(bytes);
            String actual = node.run(bytes);
            if (!expected.equals(actual)) {
                differences.add(args + "\n  redis: " + expected + "\n  here: " + actual);
            }
        }
        assertEquals(List.of(), differences);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void randomLinesGetRedisReplies(long seed) {
        oracle.run(TestNode.bytes(List.of("FLUSHALL")));
        TestNode node = new TestNode(InstantSource.system());
        CommandLines.Generator lines = new CommandLines.Generator(new Random(seed));
        List<String> history = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            byte[][] args = lines.next();
            history.add(shown(args));
            String expected = oracle.run(args);
            String actual = node.run(args);
            if (!isSameTime(expected, actual, args)) {
                assertEquals(expected, actual, () -> replay(seed, history));
            }
        }
    }

    private static String replay(long seed, List<String> history) {
        return "seed " + seed + " (mvn -Ptools -pl resp-server -am verify -Dtest=RedisDifferenceTest"
                + " -Dsurefire.failIfNoSpecifiedTests=false), last lines: "
                + history.subList(Math.max(0, history.size() - 12), history.size());
    }

    /** Absolute times that came from "now" differ by what passed between the two servers. */
    private static boolean isSameTime(String expected, String actual, byte[][] args) {
        boolean millis = Ascii.is(args[0], "pexpiretime");
        if (!millis && !Ascii.is(args[0], "expiretime") || !(expected + actual).matches("(:[0-9]{10,13}\r\n){2}")) {
            return false;
        }
        long apart = Long.parseLong(expected.substring(1).trim())
                - Long.parseLong(actual.substring(1).trim());
        return Math.abs(apart) <= (millis ? 5_000 : 5);
    }

    private static String shown(byte[][] args) {
        StringBuilder line = new StringBuilder();
        for (byte[] arg : args) {
            line.append(new String(arg, StandardCharsets.ISO_8859_1)).append(' ');
        }
        return line.toString();
    }
}
