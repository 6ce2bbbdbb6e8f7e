package io.kindred.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrackedDeadlinesTest {
    private final TrackedDeadlines deadlines = new TrackedDeadlines();

    private static Tracking.Key key(String name) {
        return new Tracking.Key(name.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void aKeyHasOneTheEarliest() {
        for (int i = 0; i < 1_000; i++) {
            deadlines.add(key("k"), 5_000 - i);
        }
        deadlines.add(key("k"), 9_000);
        assertEquals(1, deadlines.size());
        assertEquals(List.of(), deadlines.due(4_000));
        assertEquals(List.of(key("k")), deadlines.due(4_001));
        deadlines.forget(key("k"));
        assertEquals(List.of(), deadlines.due(10_000), "what it had before is forgotten, too");
    }

    @Test
    void whatIsForgottenIsNeverDue() {
        deadlines.add(key("k"), 10);
        deadlines.add(key("l"), 10);
        deadlines.forget(key("k"));
        assertEquals(List.of(key("l")), deadlines.due(10));
        deadlines.forget(key("l"));
        assertEquals(List.of(), deadlines.due(10));
        assertEquals(0, deadlines.size());
    }
}
