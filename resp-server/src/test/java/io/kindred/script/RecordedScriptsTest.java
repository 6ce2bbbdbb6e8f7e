package io.kindred.script;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The written scripts get the replies that redis-server 7.0.15 gave to them. */
final class RecordedScriptsTest {
    @ParameterizedTest
    @ValueSource(strings = {"language", "errors", "strings", "libraries", "redis", "syntax"})
    void writtenScriptsGetTheRecordedReplies(String name) {
        List<String> scripts = Scripts.load(name + ".txt");
        List<String> recorded = Scripts.load(name + ".replies");
        assertEquals(scripts.size(), recorded.size(), "one reply a line: record them anew");
        List<String> differences = new ArrayList<>();
        for (int i = 0; i < scripts.size(); i++) {
            String actual = RecordedScripts.escaped(Scripts.run(scripts.get(i)));
            if (!recorded.get(i).equals(actual)) {
                differences.add(scripts.get(i) + "\n  redis: " + recorded.get(i) + "\n  here:  " + actual + "\n");
            }
        }
        assertEquals(List.of(), differences);
    }
}
