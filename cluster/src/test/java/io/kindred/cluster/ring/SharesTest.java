package io.kindred.cluster.ring;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.Seeds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What each member should own, and hold. */
class SharesTest {

    private static final double TINY = 1e-9;

    @Test
    void whoIsTooHeavyHoldsEveryPartitionOnceAndTheRestShareByWeight() {
        assertArrayEquals(new double[] {1, 1, 0.5, 0.5}, Shares.held(new double[] {0.6, 0.2, 0.1, 0.1}), TINY);
        assertArrayEquals(new double[] {1, 0.8, 0.4, 0.8}, Shares.held(new double[] {0.5, 0.2, 0.1, 0.2}), TINY);
        assertArrayEquals(new double[] {0.9, 0.9, 0.6, 0.6}, Shares.held(new double[] {0.3, 0.3, 0.2, 0.2}), TINY);
    }

    @Test
    void fewerNodesThanCopiesHoldEverything() {
        assertArrayEquals(new double[] {1}, Shares.held(new double[] {1}), TINY);
        assertArrayEquals(new double[] {1, 1}, Shares.held(new double[] {0.99, 0.01}), TINY);
        assertArrayEquals(new double[] {1, 1, 1}, Shares.held(new double[] {0.7, 0.2, 0.1}), TINY);
    }

    @Test
    void allCopiesAreSharedNoneTwiceAndWithinTheRestByWeight() {
        Seeds.each(200, "SharesTest#allCopiesAreSharedNoneTwiceAndWithinTheRestByWeight", random -> {
            List<RingMember> members = new ArrayList<>();
            int size = 1 + random.nextInt(12);
            for (int i = 0; i < size; i++) {
                members.add(new RingMember(i, 1 << random.nextInt(8), "", ""));
            }
            double[] shares = Shares.of(members);
            double[] held = Shares.held(shares);
            assertEquals(1, Arrays.stream(shares).sum(), TINY);
            assertEquals(Math.min(size, Shares.COPIES), Arrays.stream(held).sum(), TINY);
            for (int i = 0; i < size; i++) {
                assertTrue(held[i] <= 1 + TINY && held[i] >= shares[i] - TINY);
                for (int j = 0; j < size; j++) {
                    boolean bothBelow = held[i] < 1 - TINY && held[j] < 1 - TINY;
                    assertTrue(!bothBelow || Math.abs(held[i] * shares[j] - held[j] * shares[i]) < TINY);
                    assertTrue(shares[i] < shares[j] || held[i] >= held[j] - TINY);
                }
            }
        });
    }
}
