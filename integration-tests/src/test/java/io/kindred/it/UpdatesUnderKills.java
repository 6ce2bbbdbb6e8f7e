package io.kindred.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Three nodes that are stopped, killed and started, one after the other and never two at a time, under clients that INCR and
 * APPEND at all of them. Whatever they were told is so at the end, at every node.
 */
final class UpdatesUnderKills {
    private static final int CLIENTS = 6;
    /** Few enough that lists stay small, many enough that a key is hot while its first replica goes and comes back. */
    private static final int UPDATES_A_KEY = 500;

    private static final Duration PACE = Duration.ofMillis(1);
    private static final Set<String> NOTHING_APPLIED = Set.of("TRYAGAIN", "LOADING", "OOM");

    private final KindredCluster cluster;
    private final int rounds;
    private final Seed seed;
    private final UpdateLedger ledger = new UpdateLedger();
    private final AtomicLong sent = new AtomicLong();
    private final AtomicBoolean over = new AtomicBoolean();

    private UpdatesUnderKills(KindredCluster cluster, int rounds, Seed seed) {
        this.cluster = cluster;
        this.rounds = rounds;
        this.seed = seed;
    }

    static void run(Path dir, int rounds, Seed seed) {
        try (KindredCluster cluster = KindredCluster.ofThree(dir)) {
            new UpdatesUnderKills(cluster, rounds, seed).run();
        }
    }

    private void run() {
        Crowd.run(CLIENTS + 1, index -> {
            if (index == CLIENTS) {
                try {
                    strike(seed.random(CLIENTS));
                } finally {
                    over.set(true);
                }
            } else {
                update(index, seed.random(index));
            }
            return 0;
        });
        cluster.awaitWhole();
        cluster.awaitNoHints(Duration.ofSeconds(30));
        for (String key : ledger.keys()) {
            @Nullable String first = null;
            for (int node = 0; node < cluster.size(); node++) {
                try (RespConnection connection = cluster.connect(node)) {
                    String value = connection.text("GET", key);
                    assertEquals("", ledger.wrong(key, value), () -> seed + "\n" + cluster.counters());
                    assertEquals(node == 0 ? value : first, value, () -> key + " differs; " + seed);
                    first = value;
                }
            }
        }
        Map<String, Long> sloppy = cluster.info("sloppy_updates");
        System.out.println("updates under " + rounds + " rounds of stops and kills: " + ledger.acknowledged()
                + " acknowledged, " + ledger.unsure() + " unsure, of " + sent + "; sloppy " + sloppy + ", claims "
                + cluster.info("term_claims"));
        assertTrue(sloppy.values().stream().allMatch(count -> count == 0), () -> "sloppy updates: " + sloppy);
    }

    private void strike(Random random) {
        for (int round = 0; round < rounds; round++) {
            KindredProcess node = cluster.node(round % cluster.size());
            awaitTraffic(2L * UPDATES_A_KEY);
            node.pause();
            Await.last(Duration.ofMillis(100 + random.nextInt(900)));
            node.resume();
            Await.last(Duration.ofMillis(random.nextInt(300)));
            node.kill();
            Await.last(Duration.ofMillis(random.nextInt(700)));
            node.restart();
            cluster.awaitWhole();
        }
        awaitTraffic(UPDATES_A_KEY);
    }

    private void awaitTraffic(long updates) {
        long from = ledger.acknowledged();
        Await.until(
                "updates are acknowledged; " + seed,
                Duration.ofSeconds(60),
                () -> ledger.acknowledged() > from + updates);
    }

    // --- one client ---

    private void update(int client, Random random) {
        int node = client % cluster.size();
        @Nullable RespConnection connection = null;
        for (long i = 0; !over.get(); i++) {
            Await.last(PACE);
            long key = sent.getAndIncrement() / UPDATES_A_KEY;
            try {
                connection = connection == null ? cluster.connect(node) : connection;
            } catch (UncheckedIOException refused) {
                node = (node + 1) % cluster.size();
                continue;
            }
            boolean isLost = random.nextBoolean()
                    ? !increment(connection, "counter" + key)
                    : !append(connection, "list" + key, "c" + client + "." + i);
            if (isLost) {
                connection.close();
                connection = null;
            }
        }
        if (connection != null) {
            connection.close();
        }
    }

    /** False where the connection is gone. */
    private boolean increment(RespConnection connection, String key) {
        try {
            ledger.incremented(key, connection.number("INCR", key));
        } catch (RespError error) {
            if (!NOTHING_APPLIED.contains(error.code())) {
                ledger.perhapsIncremented(key);
            }
        } catch (UncheckedIOException lost) {
            ledger.perhapsIncremented(key);
            return false;
        }
        return true;
    }

    private boolean append(RespConnection connection, String key, String token) {
        try {
            connection.number("APPEND", key, token + ";");
            ledger.appended(key, token);
        } catch (RespError error) {
            if (!NOTHING_APPLIED.contains(error.code())) {
                ledger.perhapsAppended(key, token);
            }
        } catch (UncheckedIOException lost) {
            ledger.perhapsAppended(key, token);
            return false;
        }
        return true;
    }
}
