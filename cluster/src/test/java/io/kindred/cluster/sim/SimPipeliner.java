package io.kindred.cluster.sim;

import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.Versions;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A client that does not wait: two SETs of a key, one right behind the other, at one node. When both are acknowledged the
 * second is what a plain GET finds at any node. Nobody else writes its keys, and nothing goes wrong.
 */
final class SimPipeliner {
    private static final int KEYS = 8;

    private final SimCluster cluster;
    private final SimRandom random;
    private final List<String> keys = new ArrayList<>();
    private int requests;

    SimPipeliner(SimCluster cluster, SimRandom random) {
        this.cluster = cluster;
        this.random = random;
        for (int i = 0; i < KEYS; i++) {
            keys.add("line" + i);
        }
    }

    List<String> keys() {
        return keys;
    }

    void begin() {
        keys.forEach(this::next);
    }

    private void next(String key) {
        cluster.schedule.after(random.between(1_000_000, 100_000_000), "pipeline", () -> act(key));
    }

    private void act(String key) {
        if (cluster.isOver()) {
            return;
        }
        SimNode node = random.pick(cluster.network.nodes());
        if (!node.isServing()) {
            next(key);
            return;
        }
        int[] missing = {2};
        String second = "p" + (requests + 2);
        for (int i = 0; i < 2; i++) {
            HistoryChecker.Write write = cluster.checker.begin(key, "p" + ++requests, null);
            Operation put = new Operation.Put(0, bytes(key), null, bytes(write.token), -1);
            node.request(put, cluster.plan().writing(true, false), outcome -> {
                if (!(outcome instanceof Outcome.Written)) {
                    throw cluster.violation(key + " cannot be written: " + outcome);
                }
                cluster.checker.acknowledge(write, true, node.datacenter);
                if (--missing[0] == 0) {
                    read(key, second);
                }
            });
        }
    }

    private void read(String key, String second) {
        SimNode node = random.pick(
                cluster.network.nodes().stream().filter(SimNode::isServing).toList());
        node.request(new Operation.Get(0, bytes(key)), cluster.plan().reading(true, false), outcome -> {
            if (!(outcome instanceof Outcome.Found found) || !is(found.versions(), second)) {
                throw cluster.violation(
                        "the last write of " + key + " is " + second + ", and " + node.name + " found " + outcome);
            }
            next(key);
        });
    }

    /** Of siblings a plain GET answers with the newest. */
    private static boolean is(Versions versions, String token) {
        return versions.siblings().stream()
                .max(Comparator.comparingLong(Sibling::stamp))
                .map(Sibling::value)
                .filter(value -> new String(value, StandardCharsets.UTF_8).equals(token))
                .isPresent();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
