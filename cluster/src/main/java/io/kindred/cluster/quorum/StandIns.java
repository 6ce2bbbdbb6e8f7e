package io.kindred.cluster.quorum;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Who serves in place of a key's replicas within one request: the healthy nodes of the walk behind them, each once
 * (Dynamo, section 4.6: sloppy quorum). Where zones are known, first one whose zone holds no other copy. Who is only late is
 * better than nobody.
 */
public final class StandIns {
    private final Router router;
    private final Route route;
    private long @Nullable [] walk;
    private long[] used = new long[0];

    public StandIns(Router router, Route route) {
        this.router = router;
        this.route = route;
    }

    /** The next one for the replica at a place; may be this node. 0: nobody is left. */
    public long next(int place) {
        long[] nodes = walk();
        long any = 0;
        long late = 0;
        for (long node : nodes) {
            if (route.indexOf(node) >= 0 || isUsed(node) || router.isGone(node)) {
                continue;
            }
            if (router.avoids(node)) {
                late = late == 0 ? node : late;
                continue;
            }
            if (!sharesZone(node, place)) {
                return use(node);
            }
            any = any == 0 ? node : any;
        }
        long chosen = any == 0 ? late : any;
        return chosen == 0 ? 0 : use(chosen);
    }

    /** How many nodes could stand in, counted up to {@code enough}. */
    static int healthy(Router router, Route route, int enough) {
        long[] nodes = router.walk(route.storageKey());
        int count = 0;
        for (int i = 0; i < nodes.length && count < enough; i++) {
            count += route.indexOf(nodes[i]) >= 0 || router.isGone(nodes[i]) ? 0 : 1;
        }
        return count;
    }

    private long[] walk() {
        long[] known = walk;
        if (known == null) {
            known = router.walk(route.storageKey());
            walk = known;
        }
        return known;
    }

    private boolean isUsed(long node) {
        for (long other : used) {
            if (other == node) {
                return true;
            }
        }
        return false;
    }

    /** Nobody has been used yet. */
    void forget() {
        used = new long[0];
    }

    long use(long node) {
        used = Arrays.copyOf(used, used.length + 1);
        used[used.length - 1] = node;
        return node;
    }

    /** Whether another copy is where this node is: at a replica other than the one it stands in for, or a stand-in. */
    private boolean sharesZone(long node, int place) {
        String zone = router.zoneOf(node);
        if (zone.isEmpty()) {
            return false;
        }
        long[] replicas = route.writers();
        for (int i = 0; i < replicas.length; i++) {
            if (i != place && zone.equals(router.zoneOf(replicas[i]))) {
                return true;
            }
        }
        for (long other : used) {
            if (zone.equals(router.zoneOf(other))) {
                return true;
            }
        }
        return false;
    }
}
