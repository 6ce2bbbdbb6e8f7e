package io.kindred.cluster.quorum;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class LatenciesTest {
    private static final long PEER = 2;
    private static final long MILLI = 1_000_000L;
    private static final int A_SECOND = 1_000;

    private final Latencies latencies = new Latencies(250 * MILLI);
    private long nowNanos;

    /** A thousand answers a second. */
    private void answers(int seconds, long tookNanos, boolean besideWork) {
        for (int i = 0; i < seconds * A_SECOND; i++) {
            if (besideWork) {
                latencies.worked();
            }
            latencies.answered(PEER, tookNanos, false);
            nowNanos += MILLI;
            latencies.onTick(nowNanos);
        }
    }

    @Test
    void whatWorkInTheBackgroundMakesSlowerIsNotTakenForUsual() {
        answers(10, MILLI, false);
        answers(10, MILLI, true);
        assertFalse(latencies.isStrained());
        answers(10, 3 * MILLI / 2, true);
        assertTrue(latencies.isStrained());
        answers(1, MILLI, true);
        assertFalse(latencies.isStrained());
    }

    @Test
    void anotherLoadIsUsualSoon() {
        answers(10, MILLI, false);
        answers(10, 3 * MILLI / 2, false);
        assertFalse(latencies.isStrained());
        answers(1, 3 * MILLI / 2, true);
        assertFalse(latencies.isStrained());
    }

    /** Work that never ends must not stand still for ever when the load has become another one. */
    @Test
    void besideWorkItIsUsualAfterMinutes() {
        answers(10, MILLI, false);
        answers(240, 3 * MILLI / 2, true);
        assertFalse(latencies.isStrained());
    }
}
