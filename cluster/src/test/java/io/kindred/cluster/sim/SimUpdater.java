package io.kindred.cluster.sim;

import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.QuorumSpec;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.BiFunction;

/**
 * A client of the keys that {@link ValueHistory} judges: it adds to counters and lists, takes and gives registers, at
 * whatever node answers it, one request at a time but for a burst of INCRs now and then. All such clients use the same few
 * keys, so that these are hot.
 */
final class SimUpdater extends SimAsker {
    private static final int COUNTERS = 2;
    private static final int LISTS = 2;
    private static final int REGISTERS = 2;
    private static final int BURST = 64;
    /** Of the key's own replicas: it meets every majority that has an update. */
    private static final QuorumSpec MAJORITY = new QuorumSpec(0, 0, 2, 0);

    private final ValueHistory history;

    SimUpdater(SimCluster cluster, int number, SimRandom random) {
        super(cluster, "updater", number, random);
        this.history = cluster.values;
    }

    @Override
    void ask(SimNode node, int request) {
        if (random.chance(0.15)) {
            read(node, pickKey(node), request);
        } else if (random.chance(0.01)) {
            burst(node, request);
        } else {
            update(node, request);
        }
    }

    /** One more of its kind. */
    void updateOnce(SimNode node, ValueKey key, Runnable then) {
        String token = "u" + number + "." + nextRequest();
        send(node, key, key instanceof CounterKey ? List.of("INCR") : List.of("APPEND", token), then);
    }

    private void answered(int request) {
        next(random.between(100_000, cluster.reaps() ? 300_000_000 : 20_000_000), request);
    }

    private ValueKey pickKey(SimNode node) {
        return switch (random.nextInt(cluster.plan().onlyUpdates() ? 6 : 4)) {
            case 0, 1 -> key(node, "n", COUNTERS, CounterKey::new);
            case 2 -> key(node, "l", LISTS, ListKey::new);
            default -> key(node, "r", REGISTERS, RegisterKey::new);
        };
    }

    /**
     * Each datacenter has keys of its own: what several of them update is not exact. Where one has had enough there is another
     * one.
     */
    private ValueKey key(SimNode node, String kind, int count, BiFunction<ValueHistory, String, ValueKey> judge) {
        // All of one kind are elements of one key, where there are elements.
        String place = node.datacenter + kind + (cluster.hasElements ? "/" : "") + random.nextInt(count) + ".";
        int generation = 0;
        ValueKey key = history.key(place + generation, judge);
        while (key.isFull()) {
            key = history.key(place + ++generation, judge);
        }
        return key;
    }

    private void update(SimNode node, int request) {
        ValueKey key = pickKey(node);
        String token = "u" + number + "." + request;
        if (key instanceof CounterKey) {
            send(node, key, List.of("INCR"), () -> answered(request));
        } else if (key instanceof ListKey) {
            send(node, key, List.of(random.chance(0.03) ? "SET" : "APPEND", token), () -> answered(request));
        } else {
            send(node, key, registerCommand(token), () -> answered(request));
        }
    }

    private List<String> registerCommand(String token) {
        return switch (random.nextInt(6)) {
            case 0, 1 -> List.of("SETNX", token);
            case 2 -> List.of("GETSET", token);
            case 3 -> List.of("APPEND", token);
            case 4 -> List.of("GETDEL");
            default -> List.of("DEL");
        };
    }

    private void burst(SimNode node, int request) {
        ValueKey key = key(node, "n", COUNTERS, CounterKey::new);
        int[] missing = {BURST};
        for (int i = 0; i < BURST; i++) {
            send(node, key, List.of("INCR"), () -> {
                if (--missing[0] == 0) {
                    answered(request);
                }
            });
        }
    }

    private void send(SimNode node, ValueKey key, List<String> args, Runnable then) {
        ValueCall call = history.begin(key, args);
        byte[] name = bytes(key.name);
        Operation operation = call.command().equals("SET")
                ? new Operation.Put(0, name, null, bytes(call.token()), -1)
                : new Operation.Update(
                        0, name, args.stream().map(SimUpdater::bytes).toArray(byte[][]::new));
        node.request(operation, cluster.plan().updating(random), outcome -> {
            cluster.checker.note(outcome);
            history.end(key, call, outcome);
            then.run();
        });
    }

    private void read(SimNode node, ValueKey key, int request) {
        ValueKey.Reading reading = key.beginRead();
        boolean strict = random.chance(0.7);
        Operation get = new Operation.Get(0, bytes(key.name));
        node.request(get, strict ? MAJORITY : QuorumSpec.DEFAULT, outcome -> {
            cluster.checker.note(outcome);
            if (outcome instanceof Outcome.Found found) {
                reading.end(ValueHistory.text(found.versions()), strict);
            }
            answered(request);
        });
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
