package io.kindred.cluster.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CallTableTest {

    @Test
    void aTokenIsAnsweredOnce() {
        CallTable calls = new CallTable(10);
        Object caller = new Object();
        long token = calls.add(caller);
        assertSame(caller, calls.take(token));
        assertNull(calls.take(token));
        assertEquals(0, calls.size());
    }

    @Test
    void aTokenOfAnEarlierCallDoesNotReachALaterOneInItsSlot() {
        CallTable calls = new CallTable(10);
        long old = calls.add(new Object());
        calls.take(old);
        Object later = new Object();
        long token = calls.add(later);
        assertNull(calls.take(old));
        assertSame(later, calls.take(token));
    }

    @Test
    void tokensThatWereNeverGivenReachNobody() {
        CallTable calls = new CallTable(10);
        calls.add(new Object());
        for (long token : new long[] {-1, 1, 1L << 32, 5000, Long.MIN_VALUE, Long.MAX_VALUE}) {
            assertNull(calls.take(token));
        }
    }

    @Test
    void isFullAtItsLimit() {
        CallTable calls = new CallTable(2);
        calls.add(new Object());
        calls.add(new Object());
        assertTrue(calls.isFull());
        assertThrows(IllegalStateException.class, () -> calls.add(new Object()));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void agreesWithAMap(long seed) {
        Random random = new Random(seed);
        CallTable calls = new CallTable(1 << 20);
        Map<Long, Object> model = new TreeMap<>();
        List<Long> given = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            if (random.nextInt(100) < 55) {
                Object caller = new Object();
                long token = calls.add(caller);
                assertNull(model.put(token, caller), () -> "token given twice; seed " + seed);
                given.add(token);
            } else if (!given.isEmpty()) {
                long token = given.get(random.nextInt(given.size()));
                assertSame(model.remove(token), calls.take(token), () -> "CallTableTest seed " + seed);
            }
            assertEquals(model.size(), calls.size());
        }
        Set<Object> left = new HashSet<>();
        calls.takeAll(left::add);
        assertEquals(new HashSet<>(model.values()), left);
        assertEquals(0, calls.size());
    }
}
