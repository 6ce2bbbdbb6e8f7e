package io.kindred.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a load's record makes of a run in which one SET follows the other. */
final class LoadTraceTest {
    private static final int KEY = 0;
    private static final long MILLI = 1_000_000;

    private final LoadTrace trace = new LoadTrace(3);
    private long begunNanos;

    /** Request 0 is answered before request 1 is sent; request 2 is not answered. */
    @BeforeEach
    void record() {
        begunNanos = System.nanoTime();
        trace.sent(0, KEY, true, begunNanos);
        trace.done(0);
        Await.reach(System.nanoTime() + 5 * MILLI);
        trace.sent(1, KEY, true, begunNanos + 5 * MILLI);
        trace.done(1);
        trace.sent(2, KEY, true, begunNanos + 6 * MILLI);
        trace.failed(2, begunNanos, "NOQUORUM");
        trace.end(3);
    }

    private int lost(int request) {
        return trace.lostUpdates(List.of(LoadTrace.value(request, KEY)), MILLI).size();
    }

    @Test
    void aValueThatAnAcknowledgedOneShouldHaveReplacedIsLostUpdate() {
        assertEquals(1, lost(-1));
        assertEquals(1, lost(0));
        assertEquals(0, lost(1));
        assertEquals(0, lost(2), "not acknowledged, so it may be or not");
        assertEquals(
                1,
                trace.lostUpdates(List.of(LoadTrace.value(1, KEY + 1)), MILLI).size(),
                "of another key");
    }

    @Test
    void requestsUnderWayInAnExcludedSpanDoNotCount() {
        LoadTrace.Span all = new LoadTrace.Span(begunNanos, begunNanos + 1_000 * MILLI);
        assertEquals(2, trace.latencies(all, List.of()).count());
        LoadTrace.Span late = new LoadTrace.Span(begunNanos + 5 * MILLI, begunNanos + 1_000 * MILLI);
        assertEquals(1, trace.latencies(all, List.of(late)).count());
        assertEquals(1, trace.failures().size());
    }
}
