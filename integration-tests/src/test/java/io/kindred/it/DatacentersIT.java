package io.kindred.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DatacentersIT {
    private static final int KEYS = 2_000;
    private static final Duration SETTLED_WITHIN = Duration.ofSeconds(60);
    private static final Seed SEED = Seed.of(DatacentersIT.class);

    /** Longer than it takes to suspect a node. */
    @Test
    void aDatacenterMayBeCutOff(@TempDir Path dir) {
        try (DatacenterScenario scenario = new DatacenterScenario(dir, SEED, "--anti-entropy-interval-s", "5")) {
            scenario.run(Duration.ofSeconds(8));
        }
    }

    @Test
    @Tag("long")
    void aDatacenterMayBeCutOffForLong(@TempDir Path dir) {
        try (DatacenterScenario scenario = new DatacenterScenario(dir, SEED)) {
            scenario.run(Duration.ofSeconds(30));
        }
    }

    /** The first node of a datacenter fetches everything from another one; when it has left, that still has it. */
    @Test
    void aDatacenterComesAndGoes(@TempDir Path dir) {
        String[] east = {"--datacenter", "east", "--request-timeout-ms", "3000"};
        String[] west = {"--datacenter", "west", "--request-timeout-ms", "3000"};
        try (KindredCluster cluster = KindredCluster.started(dir, List.of("n1", "n2", "n3"), east)) {
            OpenLoad.preload(cluster.node(0), KEYS, 3);
            cluster.add(NodeOptions.of("n4", dir, west).small()).awaitReady();
            cluster.awaitWhole();
            awaitKeys(cluster, 3);
            try (RespConnection connection = cluster.connect(3)) {
                assertEquals("east,west", Info.of(connection, "kindred").text("datacenters"));
                connection.call("SET", "from the west", "w");
                assertEquals("OK", connection.text("KIN.LEAVE"));
            }
            awaitGone(cluster, 3);
            for (int node = 0; node < 4; node++) {
                try (RespConnection connection = cluster.connect(node)) {
                    assertEquals("w", connection.text("GET", "from the west"), "through n" + (node + 1));
                    assertEquals(KEYS + 1, connection.number("DBSIZE"), "through n" + (node + 1));
                    assertEquals("east", Info.of(connection, "kindred").text("datacenters"), "through n" + (node + 1));
                }
            }
        }
    }

    private static void awaitKeys(KindredCluster cluster, int node) {
        Await.until("n" + (node + 1) + " has all keys", SETTLED_WITHIN, () -> {
            try (RespConnection connection = cluster.connect(node)) {
                connection.call("KIN.QUORUM", "R", 1);
                return connection.number("DBSIZE") >= KEYS
                        && connection.text("GET", "key" + (KEYS - 1)) != null
                        && Info.of(connection, "kindred").number("partitions_to_fetch") == 0;
            }
        });
    }

    private static void awaitGone(KindredCluster cluster, int node) {
        Await.until("n" + (node + 1) + " has given everything away", SETTLED_WITHIN, () -> {
            try (RespConnection connection = cluster.connect(node)) {
                Info info = Info.of(connection, "kindred");
                return info.number("partitions_owned") == 0
                        && info.number("partitions_to_give_away") == 0
                        && info.number("members_leaving") == 0;
            }
        });
    }
}
