package io.kindred.cluster.quorum;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.kindred.cluster.quorum.SeenForwards.Known;
import org.junit.jupiter.api.Test;

class SeenForwardsTest {
    private static final long SECOND = 1_000_000_000L;

    private final SeenForwards seen = new SeenForwards(2 * SECOND);

    @Test
    void aCopyIsKnownForLongerThanItWouldBeTaken() {
        assertEquals(Known.FIRST, seen.add(1, 7, 30 * SECOND, 0));
        assertEquals(Known.FIRST, seen.add(2, 7, 30 * SECOND, 0));
        for (long now = 0; now <= 32 * SECOND; now += SECOND) {
            assertEquals(Known.COPY, seen.add(1, 7, 30 * SECOND, now));
        }
    }

    @Test
    void whatWouldBeRefusedAsLateByNowIsForgotten() {
        for (int i = 0; i < 10 * SeenForwards.SEEN_MAX; i++) {
            long now = i * (3 * SECOND / SeenForwards.SEEN_MAX) * 2;
            assertEquals(Known.FIRST, seen.add(1, i, now + SECOND, now));
        }
    }

    @Test
    void pastTheLimitNothingIsTakenAndNothingForgotten() {
        for (int i = 0; i < SeenForwards.SEEN_MAX; i++) {
            assertEquals(Known.FIRST, seen.add(1, i, SECOND, 0));
        }
        assertEquals(Known.TOO_MANY, seen.add(1, SeenForwards.SEEN_MAX, SECOND, SECOND));
        assertEquals(Known.COPY, seen.add(1, 0, SECOND, SECOND));
        assertEquals(Known.FIRST, seen.add(1, SeenForwards.SEEN_MAX, 4 * SECOND, 4 * SECOND));
    }
}
