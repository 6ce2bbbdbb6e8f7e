package io.kindred.cluster.quorum;

import java.util.Arrays;

/** Compares the sets of nodes that routes name, in whatever order. */
final class RouteSets {
    private RouteSets() {}

    /** Whether one route has a set of nodes that another does not have. */
    static boolean isMore(Route one, Route other) {
        if (one.writers() == other.writers() && one.sets() == other.sets()) {
            return false;
        }
        for (int i = 0; i < count(one); i++) {
            if (!has(other, set(one, i))) {
                return true;
            }
        }
        return false;
    }

    private static int count(Route route) {
        int[][] sets = route.sets();
        return sets == null ? 1 : sets.length;
    }

    /** Ascending; 0 for who has given the key up. */
    private static long[] set(Route route, int number) {
        int[][] sets = route.sets();
        long[] nodes = sets == null
                ? route.writers().clone()
                : Arrays.stream(sets[number])
                        .mapToLong(place -> place == Route.GIVEN_UP ? 0 : route.writers()[place])
                        .toArray();
        Arrays.sort(nodes);
        return nodes;
    }

    private static boolean has(Route route, long[] set) {
        for (int i = 0; i < count(route); i++) {
            if (Arrays.equals(set(route, i), set)) {
                return true;
            }
        }
        return false;
    }
}
