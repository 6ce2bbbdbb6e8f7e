package io.kindred.cluster.quorum;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.ring.RecordKey;
import org.junit.jupiter.api.Test;

class RouteSetsTest {
    private static final int GONE = Route.GIVEN_UP;
    private static final RecordKey KEY = RecordKey.firstOf(0);

    private static Route route(long[] writers, int[]... sets) {
        return new Route(KEY, writers, 3, sets.length == 0 ? null : sets, 0, false);
    }

    private static int[] set(int... places) {
        return places;
    }

    private static long[] nodes(long... nodes) {
        return nodes;
    }

    @Test
    void theSameNodesInAnotherOrderAreNotMore() {
        assertFalse(RouteSets.isMore(route(nodes(3, 1, 2)), route(nodes(1, 2, 3))));
        assertFalse(RouteSets.isMore(route(nodes(2, 3, 4)), route(nodes(1, 2, 3, 4), set(0, 1, 2), set(1, 2, 3))));
    }

    @Test
    void aNewSetIsMore() {
        assertTrue(RouteSets.isMore(route(nodes(1, 2, 4)), route(nodes(1, 2, 3))));
        assertTrue(RouteSets.isMore(route(nodes(1, 2, 3, 4), set(0, 1, 2), set(1, 2, 3)), route(nodes(1, 2, 3))));
    }

    @Test
    void whoHasGivenTheKeyUpIsNotMore() {
        Route former = route(nodes(1, 3, 5, 2, 6), set(0, 1, 2), set(0, 3, 2), set(1, 2, 4));
        assertFalse(RouteSets.isMore(route(nodes(3, 5, 6, 2), set(GONE, 3, 1), set(0, 1, 2)), former));
        assertFalse(RouteSets.isMore(route(nodes(3, 5, 6, 2), set(GONE, 3, GONE), set(0, 1, 2)), former));
    }

    @Test
    void ofASetWithSomeGoneTheOthersHaveToBeTheSame() {
        Route former = route(nodes(1, 3, 5), set(0, 1, 2));
        assertTrue(RouteSets.isMore(route(nodes(3, 5, 7), set(0, 1, 2), set(GONE, 2, 1)), former));
        // Who had given it up and has it again counts again.
        Route without = route(nodes(3, 5), set(GONE, 0, 1));
        assertTrue(RouteSets.isMore(route(nodes(1, 3, 5), set(0, 1, 2)), without));
    }
}
