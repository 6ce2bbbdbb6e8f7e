package io.kindred.script;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.kindred.command.RedisOracle;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs the written scripts here and in a real redis-server; every reply must be the same, byte for byte. */
@Tag("tools")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ScriptDifferenceTest {
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
    @ValueSource(strings = {"language", "errors", "strings", "libraries", "redis", "syntax"})
    void writtenScriptsGetRedisReplies(String name) {
        List<String> scripts = Scripts.load(name + ".txt");
        List<String> expected = RecordedScripts.ask(oracle, name);
        List<String> differences = new ArrayList<>();
        for (int i = 0; i < scripts.size(); i++) {
            String actual = Scripts.run(scripts.get(i));
            if (!expected.get(i).equals(actual)) {
                differences.add(scripts.get(i) + "\n  redis: " + expected.get(i) + "\n  here:  " + actual + "\n");
            }
        }
        assertEquals(List.of(), differences);
    }
}
