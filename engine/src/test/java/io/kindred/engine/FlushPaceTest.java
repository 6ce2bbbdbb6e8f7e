package io.kindred.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class FlushPaceTest {
    private static final long BEGUN_NANOS = -TimeUnit.HOURS.toNanos(1);
    private static final int BATCHES = 1_000;

    private final FlushPace pace = new FlushPace(BEGUN_NANOS);

    @Test
    void takesAThirdOfTheTimeOfFilling() {
        pace.sealed(BEGUN_NANOS + TimeUnit.SECONDS.toNanos(6));
        assertEquals(TimeUnit.MILLISECONDS.toNanos(2), pace.pauseNanos(BATCHES));
        pace.sealed(BEGUN_NANOS + TimeUnit.SECONDS.toNanos(9));
        assertEquals(TimeUnit.MILLISECONDS.toNanos(1), pace.pauseNanos(BATCHES));
    }

    @Test
    void takesNoLongerThanTenSecondsNorFiftyMillisecondsABatch() {
        pace.sealed(BEGUN_NANOS + TimeUnit.HOURS.toNanos(2));
        assertEquals(TimeUnit.MILLISECONDS.toNanos(10), pace.pauseNanos(BATCHES));
        assertEquals(TimeUnit.MILLISECONDS.toNanos(50), pace.pauseNanos(1));
    }

    @Test
    void hurriesWhereTheNextOneFillsFaster() {
        pace.sealed(BEGUN_NANOS + TimeUnit.SECONDS.toNanos(6));
        pace.filled(0.3);
        assertEquals(TimeUnit.MILLISECONDS.toNanos(2), pace.pauseNanos(BATCHES));
        pace.filled(0.4);
        assertEquals(0, pace.pauseNanos(BATCHES));
        pace.filled(0.1);
        assertEquals(0, pace.pauseNanos(BATCHES));
        pace.sealed(BEGUN_NANOS + TimeUnit.SECONDS.toNanos(12));
        assertEquals(TimeUnit.MILLISECONDS.toNanos(2), pace.pauseNanos(BATCHES));
    }
}
