package io.kindred.cluster.version;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.Seeds;
import org.junit.jupiter.api.Test;

class HybridClockTest {

    private static final long NOW = 1_800_000_000_000L;
    private static final long SKEW = 500;

    @Test
    void stampsRiseWhateverTheWallClockDoes() {
        Seeds.each(200, "HybridClockTest#stampsRiseWhateverTheWallClockDoes", random -> {
            HybridClock clock = new HybridClock(SKEW);
            long wall = NOW;
            long last = 0;
            for (int i = 0; i < 200; i++) {
                wall += random.nextInt(7) - 3;
                if (random.nextInt(3) == 0) {
                    long stamp = HybridClock.ofMillis(wall + random.nextInt(2000) - 1000) + random.nextInt(1 << 16);
                    boolean near = HybridClock.millis(stamp) <= wall + SKEW || stamp <= last;
                    assertEquals(near, clock.observe(stamp, wall));
                    last = near ? Math.max(last, stamp) : last;
                } else {
                    long stamp = clock.next(wall);
                    assertTrue(stamp > last);
                    assertTrue(HybridClock.millis(stamp) >= wall);
                    assertTrue(HybridClock.millis(stamp) <= NOW + 1000 + SKEW);
                    last = stamp;
                }
                assertEquals(last, clock.last());
            }
        });
    }

    @Test
    void stampsFollowTheWallClock() {
        HybridClock clock = new HybridClock(SKEW);
        assertEquals(NOW, HybridClock.millis(clock.next(NOW)));
        assertEquals(HybridClock.ofMillis(NOW) + 1, clock.next(NOW));
        assertEquals(HybridClock.ofMillis(NOW + 1), clock.next(NOW + 1));
    }

    @Test
    void aFullMillisecondCarriesIntoTheNext() {
        HybridClock clock = new HybridClock(SKEW);
        long last = 0;
        for (int i = 0; i <= 1 << 16; i++) {
            last = clock.next(NOW);
        }
        assertEquals(HybridClock.ofMillis(NOW + 1), last);
    }

    @Test
    void stampsTooFarAheadAreRefusedAndCounted() {
        HybridClock clock = new HybridClock(SKEW);
        long first = clock.next(NOW);
        assertFalse(clock.observe(HybridClock.ofMillis(NOW + SKEW + 1), NOW));
        assertEquals(first, clock.last());
        assertEquals(1, clock.refused());
        assertTrue(clock.observe(HybridClock.ofMillis(NOW + SKEW), NOW));
        assertEquals(1, clock.refused());
    }

    @Test
    void aStampThatMustWinIsAboveEvenARefusedOne() {
        HybridClock clock = new HybridClock(SKEW);
        long near = HybridClock.ofMillis(NOW + 100);
        long above = clock.nextAbove(near, NOW);
        assertTrue(above > near && clock.next(NOW) > above);
        long far = HybridClock.ofMillis(NOW + 1_000_000);
        assertEquals(far + 1, clock.nextAbove(far, NOW));
        assertTrue(clock.last() < far, "one key pays for the wrong date, not the cluster");
        assertEquals(Long.MAX_VALUE, clock.nextAbove(Long.MAX_VALUE, NOW));
    }

    @Test
    void stampsAreAboveWhatTheClockWasRaisedToHoweverFarAheadThatIs() {
        HybridClock clock = new HybridClock(SKEW);
        long far = HybridClock.ofMillis(NOW + 86_400_000);
        clock.raise(far);
        clock.raise(1);
        assertTrue(clock.next(NOW) > far);
        clock.raise(Long.MAX_VALUE);
        long highest = clock.next(NOW);
        assertTrue(highest > far && clock.next(NOW) > highest);
    }

    @Test
    void floorsOnlyRise() {
        Floors floors = new Floors(4);
        assertEquals(0, floors.floor(3));
        assertTrue(floors.raise(3, 5));
        assertFalse(floors.raise(3, 5));
        assertFalse(floors.raise(3, 4));
        assertEquals(5, floors.floor(3));
        assertEquals(0, floors.floor(2));
    }
}
