package io.kindred.main;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class OpsMeterTest {
    private long total;
    private long nanos;
    private final OpsMeter meter = new OpsMeter(() -> total, () -> nanos);

    private void sample(long commands, long millis) {
        total += commands;
        nanos += millis * 1_000_000;
        meter.sample();
    }

    @Test
    void knowsNothingFromOneSample() {
        assertEquals(0, meter.perSecond());
        sample(10, 0);
        assertEquals(0, meter.perSecond());
    }

    @Test
    void comparesTheNewestSampleWithTheOldest() {
        sample(1000, 0);
        sample(100, 200);
        assertEquals(500, meter.perSecond());
        sample(300, 200);
        assertEquals(1000, meter.perSecond());
    }

    @Test
    void forgetsWhatIsLongAgo() {
        sample(1_000_000, 200);
        for (int i = 0; i < 8; i++) {
            sample(0, 200);
        }
        assertEquals(0, meter.perSecond());
    }
}
