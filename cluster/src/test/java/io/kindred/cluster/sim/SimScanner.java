package io.kindred.cluster.sim;

import io.kindred.cluster.core.ClusterAnswer;
import io.kindred.cluster.core.ClusterQuery;
import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.QuorumSpec;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeSet;

/**
 * Iterates over all keys again and again, each page at whatever node answers it, while the ring changes under it. A key
 * that was there from before the first page until after the last is in the iteration, and no read says that it is not
 * there.
 */
final class SimScanner {
    private static final long PATIENCE_NANOS = 3_000_000_000L;

    private final SimCluster cluster;
    private final SimRandom random;
    private final List<String> alwaysThere;
    private final TreeSet<String> found = new TreeSet<>();
    private long cursor;
    private int requests;
    int completed;

    SimScanner(SimCluster cluster, List<String> alwaysThere, SimRandom random) {
        this.cluster = cluster;
        this.alwaysThere = alwaysThere;
        this.random = random;
    }

    void begin() {
        next(random.between(0, 200_000_000));
    }

    private void next(long delayNanos) {
        int request = ++requests;
        cluster.schedule.after(delayNanos, "scanner", () -> {
            if (requests == request) {
                askForPage(request);
            }
        });
    }

    private void askForPage(int request) {
        if (cluster.isOver()) {
            return;
        }
        SimNode node = random.pick(cluster.network.nodes());
        if (!node.isServing()) {
            next(5_000_000);
            return;
        }
        readOne(node);
        // A node that dies takes the page along; the same cursor is good at any other.
        cluster.schedule.after(PATIENCE_NANOS, "scanner", () -> {
            if (requests == request) {
                next(0);
            }
        });
        node.ask(new ClusterQuery.ScanKeys(0, cursor, 2), answer -> {
            if (requests == request) {
                take(node, answer);
                next(random.between(1_000_000, 100_000_000));
            }
        });
    }

    private void readOne(SimNode node) {
        if (alwaysThere.isEmpty()) {
            return;
        }
        String key = random.pick(alwaysThere);
        node.request(new Operation.Get(0, key.getBytes(StandardCharsets.UTF_8)), QuorumSpec.DEFAULT, outcome -> {
            if (outcome instanceof Outcome.Found found && ValueHistory.text(found.versions()) == null) {
                throw cluster.violation(node.name + " says that there is no " + key + ", which was there throughout");
            }
        });
    }

    private void take(SimNode node, ClusterAnswer answer) {
        if (!(answer instanceof ClusterAnswer.Page page)) {
            return;
        }
        page.keys().forEach(key -> found.add(new String(key, StandardCharsets.UTF_8)));
        cursor = page.cursor();
        if (cursor == 0) {
            if (!found.containsAll(alwaysThere)) {
                throw cluster.violation("a scan that ended at " + node.name + " found " + found + " and not all of "
                        + alwaysThere + ", which were there throughout");
            }
            completed++;
            found.clear();
        }
    }
}
