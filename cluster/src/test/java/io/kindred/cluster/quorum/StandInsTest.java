package io.kindred.cluster.quorum;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.kindred.cluster.ring.RecordKey;
import java.lang.reflect.Proxy;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Nodes 1 to 3 are the replicas of a key, 4 to 6 come behind them in the walk. */
class StandInsTest {
    private static final RecordKey KEY = RecordKey.firstOf(1);

    private final Set<Long> gone = new TreeSet<>();
    private final Set<Long> late = new TreeSet<>();
    private final Router router = (Router) Proxy.newProxyInstance(
            Router.class.getClassLoader(),
            new Class<?>[] {Router.class},
            (proxy, method, args) -> switch (method.getName()) {
                case "walk" -> new long[] {1, 2, 3, 4, 5, 6};
                case "isGone" -> gone.contains((Long) args[0]);
                case "avoids" -> gone.contains((Long) args[0]) || late.contains((Long) args[0]);
                case "zoneOf" -> "";
                default -> throw new AssertionError(method);
            });
    private final StandIns standIns = new StandIns(router, Route.settled(KEY, new long[] {1, 2, 3}, 0));

    @Test
    void eachStandsInOnceInTheOrderOfTheWalk() {
        assertEquals(4, standIns.next(1));
        assertEquals(5, standIns.next(2));
        assertEquals(6, standIns.next(1));
        assertEquals(0, standIns.next(1));
    }

    @Test
    void whoIsLateComesLastAndWhoIsGoneNever() {
        late.add(4L);
        gone.add(5L);
        assertEquals(6, standIns.next(1));
        assertEquals(4, standIns.next(2));
        assertEquals(0, standIns.next(1));
    }
}
