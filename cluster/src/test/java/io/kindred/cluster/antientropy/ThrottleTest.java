package io.kindred.cluster.antientropy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.quorum.Clocks;
import io.kindred.cluster.quorum.Latencies;
import io.kindred.cluster.version.HybridClock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ThrottleTest {
    private static final long MILLI = 1_000_000L;
    private static final int BUSY = 1_000;

    private final Clocks clocks = new Clocks(new HybridClock(500));
    private final Latencies latencies = new Latencies(250 * MILLI);
    private final List<Long> ranAtMillis = new ArrayList<>();

    /** So many messages arrive at once, while this node has requests to serve. */
    private Throttle busy(long timeoutMillis, int messages) {
        for (int i = 0; i < BUSY; i++) {
            latencies.served();
        }
        clocks.advance(BUSY * MILLI, 0);
        Throttle throttle = new Throttle(clocks, latencies, timeoutMillis * MILLI);
        for (int i = 0; i < messages; i++) {
            throttle.pass(() -> ranAtMillis.add(clocks.nanos() / MILLI - BUSY));
        }
        return throttle;
    }

    private void run(Throttle throttle, long fromMillis, long toMillis) {
        for (long at = fromMillis; at <= toMillis; at++) {
            clocks.advance((BUSY + at) * MILLI, 0);
            if (throttle.nextTickNanos() <= clocks.nanos()) {
                throttle.onTick();
            }
        }
    }

    @Test
    void oneAfterTheOtherPassesWithPauses() {
        run(busy(1_000, 5), 1, 1_000);
        assertEquals(List.of(0L, 20L, 40L, 60L, 80L), ranAtMillis);
    }

    @Test
    void nothingIsHeldForMoreThanAQuarterOfTheTimeout() {
        run(busy(1_000, 32), 1, 2_000);
        assertEquals(32, ranAtMillis.size());
        ranAtMillis.forEach(at -> assertTrue(at <= 250, () -> "held for " + at + " ms"));
        assertTrue(ranAtMillis.contains(240L), "one after the other until then");
    }

    @Test
    void pausesAreShorterWhereTheTimeoutIs() {
        run(busy(100, 3), 1, 100);
        assertEquals(List.of(0L, 10L, 20L), ranAtMillis);
    }

    @Test
    void whatNobodyWaitsForAnyMoreIsDropped() {
        run(busy(1_000, 5), 1_000, 2_000);
        assertEquals(List.of(0L), ranAtMillis);
    }
}
