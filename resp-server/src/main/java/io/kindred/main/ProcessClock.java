package io.kindred.main;

import io.kindred.cluster.node.NodeClock;
import java.time.Duration;
import java.time.InstantSource;

/**
 * The clocks of this process: the machine's. For tests of wrong clocks, and for nothing else, a system property has the
 * wall clock be ahead (docs/clocks.md).
 */
final class ProcessClock {
    static final String AHEAD_PROPERTY = "kindred.test.clock-ahead-ms";
    private static final long AHEAD_MILLIS = Long.getLong(AHEAD_PROPERTY, 0);

    private ProcessClock() {}

    static InstantSource wall() {
        return InstantSource.offset(InstantSource.system(), Duration.ofMillis(AHEAD_MILLIS));
    }

    static NodeClock ofNode() {
        return AHEAD_MILLIS == 0 ? NodeClock.SYSTEM : NodeClock.SYSTEM.wrongBy(AHEAD_MILLIS);
    }
}
