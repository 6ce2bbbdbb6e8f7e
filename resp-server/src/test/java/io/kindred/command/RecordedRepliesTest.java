package io.kindred.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The written command lines get the replies that redis-server 7.0.15 gave to them. */
final class RecordedRepliesTest {
    @ParameterizedTest
    @ValueSource(strings = {"strings", "counters", "keys", "expiry", "errors", "keyspace", "connections"})
    void writtenLinesGetTheRecordedReplies(String name) {
        TestNode node = new TestNode(InstantSource.system());
        List<List<String>> lines = RecordedReplies.lines(name);
        List<String> recorded = RecordedReplies.load(name);
        assertEquals(lines.size(), recorded.size(), "one reply a line: record them anew");
        List<String> differences = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String actual =
                    RecordedReplies.escaped(List.of(node.run(lines.get(i)))).get(0);
            if (!recorded.get(i).equals(actual)) {
                differences.add(lines.get(i) + "\n  redis: " + recorded.get(i) + "\n  here: " + actual);
            }
        }
        assertEquals(List.of(), differences);
    }
}
