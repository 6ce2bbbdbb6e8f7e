package io.kindred.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands that depend on the old value are exact while the cluster is whole, through whichever node they come. */
final class CountersIT {
    private static final int CLIENTS = 50;
    private static KindredCluster cluster;

    @BeforeAll
    static void start(@TempDir Path dir) {
        cluster = KindredCluster.ofThree(dir);
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    void tenThousandIncrementsOfFiftyClientsAreTenThousand() {
        List<List<Long>> replies = Crowd.run(CLIENTS, client -> {
            List<Long> mine = new ArrayList<>();
            try (RespConnection connection = cluster.connect(client % cluster.size())) {
                for (int i = 0; i < 200; i++) {
                    mine.add(connection.number("INCR", "hits"));
                }
            }
            return mine;
        });
        Set<Long> different = new HashSet<>();
        replies.forEach(different::addAll);
        assertEquals(10_000, different.size(), "different replies");
        assertEquals(10_000, Collections.max(different));
        for (int i = 0; i < cluster.size(); i++) {
            try (RespConnection connection = cluster.connect(i)) {
                assertEquals("10000", connection.text("GET", "hits"));
            }
        }
    }

    @Test
    void oneOfFiftyWinsSetNx() {
        for (int round = 0; round < 10; round++) {
            String key = "lock" + round;
            List<String> winners = new ArrayList<>();
            Crowd.run(CLIENTS, client -> {
                        try (RespConnection connection = cluster.connect(client % cluster.size())) {
                            return connection.text("SET", key, "client" + client, "NX") == null
                                    ? ""
                                    : "client" + client;
                        }
                    })
                    .forEach(winner -> {
                        if (!winner.isEmpty()) {
                            winners.add(winner);
                        }
                    });
            assertEquals(1, winners.size(), () -> "winners of " + key + ": " + winners);
            try (RespConnection connection = cluster.connect(round % cluster.size())) {
                assertEquals(winners.get(0), connection.text("GET", key));
            }
        }
    }

    @Test
    void appendsOfManyClientsAllRemain() {
        Crowd.run(CLIENTS, client -> {
            try (RespConnection connection = cluster.connect(client % cluster.size())) {
                return connection.number("APPEND", "log", (char) ('A' + client % 26));
            }
        });
        try (RespConnection connection = cluster.connect(0)) {
            assertEquals(CLIENTS, connection.number("STRLEN", "log"));
        }
    }
}
