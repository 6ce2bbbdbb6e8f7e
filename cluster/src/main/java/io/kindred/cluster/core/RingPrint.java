package io.kindred.cluster.core;

import io.kindred.cluster.quorum.Route;
import io.kindred.cluster.transfer.ServingMap;
import java.util.Arrays;

/** 64 bits that stand for the sets of nodes that a write of a partition must reach, in whatever order they are known. */
final class RingPrint {
    private static final long FACTOR = 0x9E3779B97F4A7C15L;
    private static final long LAST = 0xBF58476D1CE4E5B9L;

    private RingPrint() {}

    static long of(ServingMap.Nodes nodes) {
        int[][] sets = nodes.sets();
        if (sets == null) {
            return ofSet(nodes.writers());
        }
        long sum = 0;
        for (int[] set : sets) {
            sum += ofSet(Arrays.stream(set)
                    .mapToLong(place -> place == Route.GIVEN_UP ? 0 : nodes.writers()[place])
                    .toArray());
        }
        return sum;
    }

    private static long ofSet(long[] members) {
        long[] sorted = members.clone();
        Arrays.sort(sorted);
        long state = sorted.length;
        for (long member : sorted) {
            state = (state ^ member) * FACTOR;
            state ^= state >>> 32;
        }
        return state * LAST;
    }
}
