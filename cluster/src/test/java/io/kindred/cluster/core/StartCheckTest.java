package io.kindred.cluster.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.sim.SimRandom;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StartCheckTest {
    private final StartCheck check = new StartCheck(List.of(5L, 70L, 900L), new SimRandom(1));

    @Test
    void whatItRemembersAndWhatIsOlderIsItsPast() {
        assertEquals(List.of(), check.foreign(List.of(1L, 5L, 70L, 900L)));
        assertEquals(List.of(71L, 1_000L), check.foreign(List.of(71L, 70L, 1_000L)));
    }

    @Test
    void mostOfTheOthersHaveToSaySo() {
        List<Long> others = List.of(11L, 12L, 13L, 14L);
        check.answered(11, true);
        check.answered(12, true);
        check.answered(13, false);
        assertFalse(check.isConfirmed(others), "two of four, and of two others one may know better");
        assertFalse(check.hasHeardAll(others));
        check.lost(14);
        assertTrue(check.hasHeardAll(others));
        check.answered(14, true);
        assertTrue(check.isConfirmed(others));
    }

    @Test
    void whoHasOnlyBeenRefusedHasHeardNobody() {
        check.lost(11);
        assertFalse(check.hasHeardAll(List.of(11L)));
    }

    @Test
    void whatWasForeignIsItsPastFromThenOn() {
        Renewal next = check.renew(List.of(2_000L), 7, false);
        assertTrue(next.start() > 2_000);
        assertEquals(7, next.incarnation());
        assertEquals(List.of(5L, 70L, 900L, 2_000L, next.start()), next.lives());
        assertEquals(List.of(), check.foreign(next.lives()));
    }

    @Test
    void onlySoManyStartsAreRemembered() {
        List<Long> foreign = new ArrayList<>();
        for (long start = 1_000; start < 1_100; start++) {
            foreign.add(start);
        }
        assertEquals(
                StartCheck.LIVES_MAX, check.renew(foreign, 1, false).lives().size());
    }
}
