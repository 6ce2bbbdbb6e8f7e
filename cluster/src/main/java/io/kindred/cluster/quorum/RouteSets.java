package io.kindred.cluster.quorum;

import java.util.Arrays;

/** Compares the sets of nodes that routes name, in whatever order. */
final class RouteSets {
    private RouteSets() {}

    /**
     * Whether a write that has W of each set of one route may still lack some in a set of the other. Who has only given the
     * key up since then is nobody more: W is less by those in that set ({@link WriteNeeds}).
     */
    static boolean isMore(Route now, Route former) {
        if (now.writers() == former.writers() && now.sets() == former.sets()) {
            return false;
        }
        for (int i = 0; i < count(now); i++) {
            if (!has(former, set(now, i))) {
                return true;
            }
        }
        return false;
    }

    private static int count(Route route) {
        int[][] sets = route.sets();
        return sets == null ? 1 : sets.length;
    }

    /** 0 for who has given the key up. */
    private static long[] set(Route route, int number) {
        int[][] sets = route.sets();
        return sets == null
                ? route.writers()
                : Arrays.stream(sets[number])
                        .mapToLong(place -> place == Route.GIVEN_UP ? 0 : route.writers()[place])
                        .toArray();
    }

    private static boolean has(Route route, long[] set) {
        for (int i = 0; i < count(route); i++) {
            if (isIn(set, set(route, i))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isIn(long[] set, long[] former) {
        if (set.length != former.length) {
            return false;
        }
        for (long node : set) {
            if (node != 0 && Arrays.stream(former).noneMatch(each -> each == node)) {
                return false;
            }
        }
        return true;
    }
}
