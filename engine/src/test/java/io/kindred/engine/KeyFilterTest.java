package io.kindred.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

final class KeyFilterTest {
    private static int hash(int number) {
        return KeyHash.of(ByteBuffer.allocate(8).putInt(number).array());
    }

    private static int absent(KeyFilter filter, int from, int to) {
        int absent = 0;
        for (int i = from; i < to; i++) {
            absent += filter.isAbsent(hash(i)) ? 1 : 0;
        }
        return absent;
    }

    @Test
    void hasAllThatWasAddedAndLittleElse() {
        KeyFilter filter = new KeyFilter(16 << 20);
        filter.complete();
        for (int i = 0; i < 2_000_000; i++) {
            filter.add(hash(i));
        }
        assertEquals(0, absent(filter, 0, 2_000_000));
        int absent = absent(filter, 2_000_000, 2_100_000);
        assertTrue(absent > 97_000, "of 100,000 others it has all but " + absent);
        assertEquals(absent, filter.absences());
        assertTrue(filter.bytes() <= 16 << 20, filter.bytes() + " bytes");
    }

    @Test
    void takesLittleForFewKeysAndIsNotAddedToTwice() {
        KeyFilter filter = new KeyFilter(1 << 30);
        for (int i = 0; i < 1_000_000; i++) {
            filter.add(hash(i % 10_000));
        }
        assertTrue(filter.bytes() < 100_000, filter.bytes() + " bytes");
    }

    @Test
    void saysNothingBeforeItIsComplete() {
        KeyFilter filter = new KeyFilter(1 << 20);
        assertFalse(filter.isAbsent(hash(1)));
        filter.complete();
        assertTrue(filter.isAbsent(hash(1)));
    }

    @Test
    void isGivenUpWhereItIsMuchTooFull() {
        KeyFilter filter = new KeyFilter(1 << 20);
        filter.complete();
        for (int i = 0; i < 3_000_000; i++) {
            filter.add(hash(i));
        }
        assertTrue(filter.isGivenUp());
        assertEquals(0, filter.bytes());
        assertFalse(filter.isAbsent(hash(-1)));
    }

    @Test
    void noRoomIsNoTrouble() {
        KeyFilter filter = new KeyFilter(0);
        assertTrue(filter.isGivenUp());
        filter.complete();
        filter.add(hash(1));
        assertFalse(filter.isAbsent(hash(2)));
    }
}
