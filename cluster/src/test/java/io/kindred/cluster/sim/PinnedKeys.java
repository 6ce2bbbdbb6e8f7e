package io.kindred.cluster.sim;

import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Keys that are written before anything goes wrong, and never again. */
final class PinnedKeys {
    private static final int COUNT = 4;
    private static final long SETTLE_NANOS = 2_000_000_000L;

    private final SimCluster cluster;
    private final List<String> names = new ArrayList<>();

    PinnedKeys(SimCluster cluster) {
        this.cluster = cluster;
    }

    /** Those that are written. */
    List<String> names() {
        return names;
    }

    /** A flush takes all, so that there is nothing to pin then. */
    void write() {
        if (cluster.plan().flushes()) {
            return;
        }
        for (int i = 0; i < COUNT; i++) {
            write("pinned" + i);
        }
        cluster.runUntil(() -> names.size() == COUNT);
        cluster.runFor(SETTLE_NANOS);
    }

    private void write(String key) {
        HistoryChecker.Write write = cluster.checker.begin(key, key, null);
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        Operation put = new Operation.Put(0, bytes, null, write.token.getBytes(StandardCharsets.UTF_8), -1);
        cluster.node(0).request(put, cluster.plan().writing(true, false), outcome -> {
            if (!(outcome instanceof Outcome.Written)) {
                throw cluster.violation("before anything goes wrong, " + key + " cannot be written: " + outcome);
            }
            cluster.checker.acknowledge(write, true, cluster.node(0).datacenter);
            names.add(key);
        });
    }
}
