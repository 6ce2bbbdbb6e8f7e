package io.kindred.cluster.core;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Actor;
import io.kindred.cluster.version.VersionVector;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class DotCountersTest {
    private static final RecordKey KEY = RecordKey.head(3, 0, 7, "k".getBytes(StandardCharsets.UTF_8));

    private final DotCounters counters = new DotCounters(new Actor(1, 1), 16, new LentDots(1_000_000_000L));

    private long next() {
        return counters.next(KEY, VersionVector.EMPTY, VersionVector.EMPTY);
    }

    /** The counters in between are those of containers that are lost with the second one. */
    @Test
    void everyLossLeapsOverTheCountersThatWereGivenSinceTheLastOne() {
        long highest = next();
        for (int loss = 0; loss < 3; loss++) {
            counters.keepAbove(3, VersionVector.EMPTY, 1_000, (partition, floor, done) -> done.accept(true));
            long after = next();
            assertTrue(after > highest, after + " was given before loss " + loss);
            highest = after + 999;
        }
    }
}
