package io.kindred.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Money that is moved between accounts of one {tag} by EXEC, from all nodes, while each node in turn is stopped, killed and
 * started. Each transfer notes itself in a log, so that one which took effect in part is seen: at the end the balances are what
 * the logs say, and each acknowledged transfer is in a log once. Whoever reads all accounts in one EXEC meanwhile always sees
 * the same sum. Beside that a counter is raised behind WATCH, which is exact, too.
 */
final class TransfersUnderKillsIT {
    private static final int ROUNDS = 6;
    private static final int CLIENTS = 6;
    private static final int ACCOUNTS = 8;
    private static final int BALANCE = 1_000;
    private static final int TRANSFERS_A_ROUND = 300;
    private static final Duration PACE = Duration.ofMillis(2);
    private static final Set<String> NOTHING_APPLIED = Set.of("TRYAGAIN", "LOADING", "OOM");

    private static final String COUNTER = "{bank}:counter";

    private final Seed seed = Seed.of(TransfersUnderKillsIT.class);
    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private final Set<String> unsure = ConcurrentHashMap.newKeySet();
    private final AtomicLong sums = new AtomicLong();
    private final AtomicLong increments = new AtomicLong();
    private final AtomicLong raced = new AtomicLong();
    private final AtomicLong perhapsIncremented = new AtomicLong();
    private final AtomicBoolean over = new AtomicBoolean();

    @Test
    void noTransferIsLostOrSeenInPart(@TempDir Path dir) {
        try (KindredCluster cluster = KindredCluster.ofThree(dir)) {
            try (RespConnection connection = cluster.connect(0)) {
                for (int i = 0; i < ACCOUNTS; i++) {
                    connection.call("SET", account(i), Integer.toString(BALANCE));
                }
            }
            Crowd.run(CLIENTS + 1, index -> {
                if (index == CLIENTS) {
                    try {
                        strike(cluster, seed.random(CLIENTS));
                    } finally {
                        over.set(true);
                    }
                } else {
                    new Client(cluster, index).run();
                }
                return 0;
            });
            cluster.awaitWhole();
            cluster.awaitNoHints(Duration.ofSeconds(30));
            for (int node = 0; node < cluster.size(); node++) {
                try (RespConnection connection = cluster.connect(node)) {
                    check(connection);
                }
            }
            System.out.println("transfers under " + ROUNDS + " rounds of stops and kills: " + acknowledged.size()
                    + " acknowledged, " + unsure.size() + " unsure, " + sums + " sums, " + increments
                    + " increments behind WATCH, " + raced + " raced; sloppy "
                    + cluster.info("sloppy_updates"));
        }
    }

    private static String account(int number) {
        return "{bank}:account:" + number;
    }

    private static String log(int client) {
        return "{bank}:log:" + client;
    }

    private void strike(KindredCluster cluster, Random random) {
        for (int round = 0; round < ROUNDS; round++) {
            KindredProcess node = cluster.node(round % cluster.size());
            awaitTransfers();
            node.pause();
            Await.last(Duration.ofMillis(100 + random.nextInt(900)));
            node.resume();
            Await.last(Duration.ofMillis(random.nextInt(300)));
            node.kill();
            Await.last(Duration.ofMillis(random.nextInt(700)));
            node.restart();
            cluster.awaitWhole();
        }
        awaitTransfers();
    }

    private void awaitTransfers() {
        int from = acknowledged.size();
        Await.until(
                "transfers are acknowledged; " + seed,
                Duration.ofSeconds(60),
                () -> acknowledged.size() > from + TRANSFERS_A_ROUND);
    }

    /** What is there, against what was told: a token in a log says who gave how much to whom. */
    private void check(RespConnection connection) {
        Map<String, Integer> expected = new TreeMap<>();
        for (int i = 0; i < ACCOUNTS; i++) {
            expected.put(account(i), BALANCE);
        }
        Set<String> found = new HashSet<>();
        for (int client = 0; client < CLIENTS; client++) {
            String all = connection.text("GET", log(client));
            for (String token : all == null ? new String[0] : all.split(";", -1)) {
                if (!token.isEmpty()) {
                    assertTrue(found.add(token), () -> token + " twice; " + seed);
                    assertTrue(
                            acknowledged.contains(token) || unsure.contains(token),
                            () -> token + " was not applied; " + seed);
                    String[] parts = token.split("/", -1);
                    int amount = Integer.parseInt(parts[3]);
                    expected.merge(account(Integer.parseInt(parts[1])), -amount, Integer::sum);
                    expected.merge(account(Integer.parseInt(parts[2])), amount, Integer::sum);
                }
            }
        }
        Set<String> lost = new HashSet<>(acknowledged);
        lost.removeAll(found);
        assertEquals(Set.of(), lost, () -> "acknowledged and lost; " + seed);
        Map<String, Integer> balances = new HashMap<>();
        expected.keySet().forEach(key -> balances.put(key, Integer.valueOf(connection.text("GET", key))));
        assertEquals(expected, new TreeMap<>(balances), () -> "balances that the logs do not explain; " + seed);
        long counted = connection.number("INCRBY", COUNTER, "0");
        assertTrue(
                counted >= increments.get() && counted <= increments.get() + perhapsIncremented.get(),
                () -> counted + " counted, " + increments + " by EXEC behind WATCH, " + perhapsIncremented + " unsure; "
                        + seed);
    }

    private final class Client {
        private final KindredCluster cluster;
        private final int number;
        private final Random random;
        private int node;
        private @Nullable RespConnection connection;

        Client(KindredCluster cluster, int number) {
            this.cluster = cluster;
            this.number = number;
            this.node = number % cluster.size();
            this.random = seed.random(number);
        }

        void run() {
            for (int i = 0; !over.get(); i++) {
                Await.last(PACE);
                RespConnection open = connection();
                if (open != null) {
                    int kind = random.nextInt(6);
                    boolean isGood = kind == 0 ? sum(open) : kind == 1 ? increment(open) : transfer(open, i);
                    if (!isGood) {
                        close();
                    }
                }
            }
            close();
        }

        private @Nullable RespConnection connection() {
            try {
                connection = connection == null ? cluster.connect(node) : connection;
            } catch (UncheckedIOException refused) {
                node = (node + 1) % cluster.size();
            }
            return connection;
        }

        private void close() {
            if (connection != null) {
                connection.close();
            }
            connection = null;
        }

        /** False where the connection is gone. */
        private boolean transfer(RespConnection open, int round) {
            int from = random.nextInt(ACCOUNTS);
            int to = (from + 1 + random.nextInt(ACCOUNTS - 1)) % ACCOUNTS;
            int amount = 1 + random.nextInt(50);
            String token = "c" + number + "." + round + "/" + from + "/" + to + "/" + amount;
            boolean isSent = false;
            try {
                open.call("MULTI");
                open.call("DECRBY", account(from), Integer.toString(amount));
                open.call("INCRBY", account(to), Integer.toString(amount));
                open.call("APPEND", log(number), token + ";");
                isSent = true;
                open.call("EXEC");
                acknowledged.add(token);
                return true;
            } catch (RespError error) {
                if (isSent
                        && !NOTHING_APPLIED.contains(error.code())
                        && !error.code().equals("EXECABORT")) {
                    unsure.add(token);
                }
                // A command that was not queued leaves MULTI open.
                return isSent;
            } catch (UncheckedIOException lost) {
                if (isSent) {
                    unsure.add(token);
                }
                return false;
            }
        }

        /** As an optimistic lock: what it has read is what it replaces, or nothing is. */
        private boolean increment(RespConnection open) {
            boolean isSent = false;
            try {
                open.call("WATCH", COUNTER);
                String old = open.text("GET", COUNTER);
                open.call("MULTI");
                open.call("SET", COUNTER, Long.toString(old == null ? 1 : Long.parseLong(old) + 1));
                isSent = true;
                boolean isSet = open.call("EXEC") != null;
                (isSet ? increments : raced).incrementAndGet();
                return true;
            } catch (RespError error) {
                if (isSent && !NOTHING_APPLIED.contains(error.code())) {
                    perhapsIncremented.incrementAndGet();
                }
                return isSent;
            } catch (UncheckedIOException lost) {
                if (isSent) {
                    perhapsIncremented.incrementAndGet();
                }
                return false;
            }
        }

        private boolean sum(RespConnection open) {
            boolean isSent = false;
            try {
                open.call("MULTI");
                for (int i = 0; i < ACCOUNTS; i++) {
                    open.call("GET", account(i));
                }
                int sum = 0;
                List<Integer> seen = new ArrayList<>();
                isSent = true;
                for (String each : open.texts("EXEC")) {
                    seen.add(each == null ? 0 : Integer.parseInt(each));
                    sum += seen.get(seen.size() - 1);
                }
                assertEquals(ACCOUNTS * BALANCE, sum, () -> "seen in part: " + seen + "; " + seed);
                sums.incrementAndGet();
                return true;
            } catch (RespError error) {
                return isSent;
            } catch (UncheckedIOException lost) {
                return false;
            }
        }
    }
}
