package io.kindred.cluster.sim;

import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Operation.KeyName;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.QuorumSpec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A client of {@link Accounts}: it moves amounts between them and sums them up, each at once, and adds to one of them now and
 * then, at whatever node answers it, one request at a time but for a burst now and then.
 */
final class SimTeller extends SimAsker {
    private static final int SETS = 2;
    private static final int ACCOUNTS = 4;
    private static final int BURST = 12;
    /** Of the key's own replicas. */
    private static final QuorumSpec MAJORITY = new QuorumSpec(0, 0, 2, 0);

    private int tokens;

    SimTeller(SimCluster cluster, int number, SimRandom random) {
        super(cluster, "teller", number, random);
    }

    @Override
    void ask(SimNode node, int request) {
        Accounts accounts = accounts(node);
        Runnable answered = () -> next(random.between(100_000, 20_000_000), request);
        if (random.chance(0.03)) {
            int[] missing = {BURST};
            for (int i = 0; i < BURST; i++) {
                one(node, accounts, () -> {
                    if (--missing[0] == 0) {
                        answered.run();
                    }
                });
            }
        } else {
            one(node, accounts, answered);
        }
    }

    /** Each datacenter has accounts of its own. Where one set has had enough there is another one. */
    private Accounts accounts(SimNode node) {
        String place = node.datacenter + "s" + random.nextInt(SETS) + ".";
        int generation = 0;
        Accounts accounts = cluster.values.accounts(place + generation, ACCOUNTS);
        while (accounts.isFull()) {
            accounts = cluster.values.accounts(place + ++generation, ACCOUNTS);
        }
        return accounts;
    }

    private void one(SimNode node, Accounts accounts, Runnable then) {
        switch (random.nextInt(20)) {
            case 0, 1, 2, 3, 4, 5, 6, 7, 8 -> move(node, accounts, then);
            case 9, 10, 11, 12, 13, 14 -> sum(node, accounts, then);
            case 15 -> read(node, accounts, then);
            default -> deposit(node, accounts, then);
        }
    }

    private String token() {
        return "m" + number + "." + ++tokens;
    }

    void move(SimNode node, Accounts accounts, Runnable then) {
        List<AccountKey> keys = accounts.keys();
        int from = random.nextInt(keys.size());
        int to = (from + 1 + random.nextInt(keys.size() - 1)) % keys.size();
        List<String> args =
                List.of("MOVE", keys.get(from).name, keys.get(to).name, Long.toString(1 + random.nextInt(5)), token());
        ValueCall call = accounts.begin(args);
        send(node, group(args, List.of(keys.get(from).name, keys.get(to).name)), outcome -> {
            accounts.end(call, outcome);
            then.run();
        });
    }

    /** Some name one account only: the function asks for the others. */
    void sum(SimNode node, Accounts accounts, Runnable then) {
        List<String> names = accounts.keys().stream().map(key -> key.name).toList();
        List<String> args = new ArrayList<>(List.of("SUM"));
        args.addAll(names);
        List<String> named = random.chance(0.3) ? names.subList(1, 2) : names;
        Accounts.Summing summing = accounts.new Summing();
        send(node, group(args, named), outcome -> {
            summing.end(outcome);
            then.run();
        });
    }

    private void deposit(SimNode node, Accounts accounts, Runnable then) {
        String name = random.pick(accounts.keys()).name;
        List<String> args = List.of("DEPOSIT", name, Long.toString(1 + random.nextInt(9)), token());
        ValueCall call = accounts.begin(args);
        byte[][] words = {bytes("DEPOSIT"), bytes(args.get(2)), bytes(args.get(3))};
        send(node, new Operation.Update(0, bytes(name), words), outcome -> {
            accounts.end(call, outcome);
            then.run();
        });
    }

    private void read(SimNode node, Accounts accounts, Runnable then) {
        AccountKey key = random.pick(accounts.keys());
        ValueKey.Reading reading = key.beginRead();
        node.request(new Operation.Get(0, bytes(key.name)), MAJORITY, outcome -> {
            cluster.checker.note(outcome);
            if (outcome instanceof Outcome.Found found) {
                reading.end(ValueHistory.text(found.versions()), true);
            }
            then.run();
        });
    }

    private static Operation group(List<String> args, List<String> named) {
        return new Operation.GroupUpdate(
                named.stream().map(name -> new KeyName(0, bytes(name))).toList(),
                args.stream().map(SimTeller::bytes).toArray(byte[][]::new));
    }

    /** Nothing keeps a client waiting past the timeout, whatever disks and links do, but a node that stands still. */
    private void send(SimNode node, Operation operation, Consumer<Outcome> done) {
        long begunNanos = cluster.schedule.nowNanos();
        node.request(operation, cluster.plan().updating(random), outcome -> {
            cluster.checker.note(outcome);
            long tookNanos = cluster.schedule.nowNanos() - begunNanos;
            if (tookNanos > SimCluster.TIMEOUT_NANOS && !cluster.wasPaused(begunNanos)) {
                throw cluster.violation("a client waited for " + tookNanos / 1_000_000 + " ms, for " + outcome);
            }
            done.accept(outcome);
        });
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
