package io.kindred.cluster.node;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class RehearsalTest {
    @Test
    void goesThroughAWholeRingChange() {
        assertTrue(Rehearsal.run());
    }
}
