package io.kindred.cluster.sim;

import io.kindred.cluster.core.NodeViews;
import io.kindred.cluster.keyspace.Deadlines;
import io.kindred.cluster.keyspace.Expiring;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.Versions;
import java.util.HashMap;
import java.util.Map;

/**
 * Holds what a node has counted of its keys' deadlines beside a scan of its records: every few events, where all that it wrote
 * is durable. (In between the engine may have undone what the node has not been told of yet.)
 */
final class DeadlineChecker {
    private static final int EVENTS_A_LOOK = 50;

    private final SimCluster cluster;
    private final Map<SimNode, Long> latestWallMillis = new HashMap<>();
    private long events;
    private long seen;

    DeadlineChecker(SimCluster cluster) {
        this.cluster = cluster;
    }

    void afterEvent(SimNode node) {
        latestWallMillis.merge(node, node.wallMillis(), Math::max);
        if (++events % EVENTS_A_LOOK == 0) {
            check(node);
        }
    }

    /** A copy of a node's directory has what that one's clock has counted out. */
    void copied(SimNode node, SimNode copy) {
        latestWallMillis.put(copy, latestWallMillis.getOrDefault(node, 0L));
    }

    /** Keys with a deadline that were found, at all looks together. */
    long seen() {
        return seen;
    }

    void check(SimNode node) {
        NodeViews views = node.views();
        if (views == null || views.unpersisted() > 0) {
            return;
        }
        long now = Math.max(0, node.wallMillis());
        long left = 0;
        long expired = 0;
        long leftMillis = 0;
        boolean isFlushed = false;
        for (Map.Entry<RecordKey, Versions> record : node.storage.containers().entrySet()) {
            Sibling winner = record.getValue().winner();
            if (record.getKey().isHint() || record.getKey().hasElement() || winner == null) {
                continue;
            }
            isFlushed |= winner.stamp() <= node.flushStamp();
            if (winner.expireAtMillis() == Sibling.NEVER || winner.stamp() <= views.deadlinesSince()) {
                continue;
            }
            seen++;
            long end = Deadlines.endOf(winner);
            left += end < now ? 0 : 1;
            leftMillis += end < now ? 0 : end - now;
            expired += end < now ? 1 : 0;
        }
        if (views.deadlinesCounted(0) != left + expired) {
            throw cluster.violation(node.name + " has " + (left + expired) + " keys with a deadline and counted "
                    + views.deadlinesCounted(0));
        }
        Expiring scanned = new Expiring(expired, left, leftMillis);
        boolean isSetBack = node.wallMillis() < latestWallMillis.getOrDefault(node, 0L);
        if (!isFlushed && !isSetBack && !scanned.equals(views.expiringHere(0, now))) {
            throw cluster.violation(
                    node.name + " has " + scanned + " by its records and counted " + views.expiringHere(0, now));
        }
    }
}
