package io.kindred.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that was killed goes on with its hash trees, and builds none of them from the records. */
final class TreesAfterKillIT {
    private static final int KEYS = 5_000;
    private static final int KILLED = 1;
    private static final long PARTITIONS = 1024;

    @Test
    void aKilledNodeBuildsNoTrees(@TempDir Path dir) {
        try (KindredCluster cluster = KindredCluster.ofThree(dir)) {
            awaitSaved(cluster);
            write(cluster, "in the log");
            kill(cluster);
            awaitSaved(cluster);
            write(cluster, "in the tables");
            // Which empties the log: trees have to be stored anew.
            try (RespConnection connection = cluster.connect(KILLED)) {
                assertEquals("OK", connection.text("SAVE"));
            }
            awaitSaved(cluster);
            write(cluster, "in the log again");
            kill(cluster);
        }
    }

    private static void awaitSaved(KindredCluster cluster) {
        Await.until(
                "all trees are ready and stored",
                Duration.ofSeconds(60),
                () -> number(cluster, "trees_ready") == PARTITIONS
                        && number(cluster, "trees_saved") + number(cluster, "trees_restored") >= PARTITIONS
                        && number(cluster, "trees_to_save") == 0);
    }

    private static void write(KindredCluster cluster, String what) {
        try (RespConnection connection = cluster.connect(KILLED)) {
            for (int i = 0; i < KEYS; i++) {
                connection.send("SET", what + i, i);
            }
            for (int i = 0; i < KEYS; i++) {
                connection.receive();
            }
        }
    }

    private static void kill(KindredCluster cluster) {
        KindredProcess node = cluster.node(KILLED);
        node.kill();
        node.restart();
        assertEquals(PARTITIONS, number(cluster, "trees_restored"));
        assertEquals(PARTITIONS, number(cluster, "trees_ready"));
        assertEquals(0, number(cluster, "trees_built"));
    }

    private static long number(KindredCluster cluster, String field) {
        try (RespConnection connection = cluster.connect(KILLED)) {
            return Info.of(connection, "kindred").number(field);
        }
    }
}
