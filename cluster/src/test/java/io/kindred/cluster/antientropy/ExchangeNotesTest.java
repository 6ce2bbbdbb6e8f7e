package io.kindred.cluster.antientropy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExchangeNotesTest {
    private final List<String> lines = new ArrayList<>();
    private final ExchangeNotes notes = new ExchangeNotes(lines::add);

    private void ended(long peer, long sent, long taken, long nowNanos) {
        ExchangeTally tally = new ExchangeTally();
        tally.keysSent = sent;
        tally.keysTaken = taken;
        notes.ended(peer, "n" + peer, tally, nowNanos);
    }

    @Test
    void exchangesOfOneMinuteAreOneLine() {
        ended(2, 5, 1, 0);
        for (int i = 1; i <= 100; i++) {
            ended(2, 10, 0, i);
        }
        ended(2, 0, 0, ExchangeNotes.AGAIN_NANOS);
        assertEquals(
                List.of(
                        "exchanged 5 keys to and 1 keys from n2",
                        "exchanged 1000 keys to and 0 keys from n2, in 100 exchanges"),
                lines);
    }

    @Test
    void thoseThatMoveNothingAreNotToldOf() {
        ended(2, 0, 0, 0);
        ended(2, 0, 0, ExchangeNotes.AGAIN_NANOS);
        assertEquals(List.of(), lines);
    }

    @Test
    void afterAQuietMinuteTheNextIsToldAtOnce() {
        ended(2, 1, 0, 0);
        ended(3, 2, 0, 1);
        ended(2, 0, 0, ExchangeNotes.AGAIN_NANOS);
        ended(2, 3, 0, ExchangeNotes.AGAIN_NANOS + 1);
        assertEquals(
                List.of(
                        "exchanged 1 keys to and 0 keys from n2",
                        "exchanged 2 keys to and 0 keys from n3",
                        "exchanged 3 keys to and 0 keys from n2"),
                lines);
    }
}
