package io.kindred.cluster.sim;

import io.kindred.cluster.core.ClusterQuery;
import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.QuorumSpec;
import io.kindred.cluster.version.VersionVector;
import io.kindred.cluster.version.Versions;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One client: one request at a time, at whatever node answers it, with the contexts that it has read. */
final class SimClient {
    private static final long PATIENCE_NANOS = 3_000_000_000L;

    private final SimCluster cluster;
    private final SimRandom random;
    private final int number;
    private final Map<String, VersionVector> contexts = new HashMap<>();
    private int requests;
    private int answered;
    private long begunNanos;

    SimClient(SimCluster cluster, int number, SimRandom random) {
        this.cluster = cluster;
        this.number = number;
        this.random = random;
    }

    void begin() {
        next(random.between(0, 20_000_000));
    }

    private void next(long delayNanos) {
        cluster.schedule.after(delayNanos, "client" + number, this::act);
    }

    private void act() {
        SimNode node = cluster.network.any(random);
        if (cluster.isOver()) {
            return;
        }
        if (!node.isServing()) {
            next(5_000_000);
            return;
        }
        int request = ++requests;
        begunNanos = cluster.schedule.nowNanos();
        // A node that dies takes the answer along; the client goes on without knowing.
        cluster.schedule.after(PATIENCE_NANOS, "patience" + number, () -> {
            if (answered < request && requests == request) {
                answered = request;
                act();
            }
        });
        String key = random.pick(cluster.keys());
        if (cluster.reaps() && random.chance(0.2)) {
            remove(node, key, request);
            return;
        }
        switch (random.nextInt(cluster.plan().flushes() ? 41 : 40) / 4) {
            case 0, 1, 2 -> read(node, key, request);
            case 3, 4 -> write(node, key, null, request);
            case 5, 6 -> write(node, key, contexts.getOrDefault(key, VersionVector.EMPTY), request);
            case 7 -> write(node, key, VersionVector.EMPTY, request);
            case 8 -> append(node, key, request);
            case 9 -> remove(node, key, request);
            default -> flush(node, request);
        }
    }

    /** Nothing keeps a client waiting past the timeout, whatever disks and links do, but a node that stands still. */
    private void answered(int request) {
        long tookNanos = cluster.schedule.nowNanos() - begunNanos;
        if (requests == request && tookNanos > SimCluster.TIMEOUT_NANOS && !cluster.wasPaused(begunNanos)) {
            throw cluster.violation("a client waited for " + tookNanos / 1_000_000 + " ms");
        }
        done(request);
    }

    private void done(int request) {
        if (answered < request) {
            answered = request;
            next(random.between(100_000, cluster.reaps() ? 600_000_000 : 30_000_000));
        }
    }

    private boolean isGlobal() {
        return cluster.plan().datacenters() > 1 && cluster.plan().isTroubled() && random.chance(0.15);
    }

    private void note(Outcome outcome) {
        cluster.checker.note(outcome);
    }

    private String token() {
        return "c" + number + "." + requests;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private void read(SimNode node, String key, int request) {
        int before = cluster.checker.acknowledgedSoFar(key);
        boolean strict = random.chance(0.5);
        boolean global = isGlobal();
        String scope = global ? HistoryChecker.GLOBAL : node.datacenter;
        node.request(new Operation.Get(0, bytes(key)), cluster.plan().reading(strict, global), outcome -> {
            note(outcome);
            if (outcome instanceof Outcome.Found found) {
                Versions versions = found.versions();
                contexts.put(key, versions.clock());
                if (strict || global) {
                    cluster.checker.checkRead(key, before, versions, scope);
                }
            }
            answered(request);
        });
    }

    private void write(SimNode node, String key, @Nullable VersionVector context, int request) {
        HistoryChecker.Write write = cluster.checker.begin(key, token(), context);
        boolean strict = random.chance(0.5);
        long expireAtMillis = cluster.reaps() && random.chance(0.3) ? node.wallMillis() + random.nextInt(4_000) : -1;
        Operation put = new Operation.Put(0, bytes(key), context, bytes(write.token), expireAtMillis);
        boolean global = isGlobal();
        String scope = global ? HistoryChecker.GLOBAL : node.datacenter;
        node.request(put, cluster.plan().writing(strict, global), outcome -> {
            note(outcome);
            if (outcome instanceof Outcome.Written written) {
                cluster.checker.acknowledge(write, strict || global, scope);
                contexts.put(key, written.context());
            }
            answered(request);
        });
    }

    private void append(SimNode node, String key, int request) {
        HistoryChecker.Write write = cluster.checker.begin(key, token(), null);
        byte[][] args = {bytes("APPEND"), bytes(write.token)};
        boolean strict = random.chance(0.5);
        boolean global = isGlobal();
        String scope = global ? HistoryChecker.GLOBAL : node.datacenter;
        node.request(new Operation.Update(0, bytes(key), args), cluster.plan().writing(strict, global), outcome -> {
            note(outcome);
            if (outcome instanceof Outcome.Updated) {
                cluster.checker.acknowledge(write, strict || global, scope);
            }
            answered(request);
        });
    }

    private void remove(SimNode node, String key, int request) {
        if (random.chance(0.5)) {
            Operation del = new Operation.Update(0, bytes(key), new byte[][] {bytes("DEL")});
            node.request(del, QuorumSpec.DEFAULT, outcome -> {
                note(outcome);
                answered(request);
            });
            return;
        }
        VersionVector seen = contexts.getOrDefault(key, VersionVector.EMPTY);
        node.request(new Operation.Put(0, bytes(key), seen, null, -1), QuorumSpec.DEFAULT, outcome -> {
            note(outcome);
            if (outcome instanceof Outcome.Written) {
                cluster.checker.acknowledgeDelete(key, seen);
            }
            answered(request);
        });
    }

    private void flush(SimNode node, int request) {
        cluster.values.flushed();
        node.ask(new ClusterQuery.FlushKeys(0), answer -> {
            done(request);
        });
    }
}
