package io.kindred.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** N=3, R=W=2, one of three nodes killed: nothing fails meanwhile, nothing is lost afterwards. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class KilledNodeIT {
    private static final int KEYS = 300;
    private static final int KILLED = 1;
    private static KindredCluster cluster;

    @BeforeAll
    static void start(@TempDir Path dir) {
        // Without hints what the killed node misses is left for reads and exchanges to repair.
        cluster = KindredCluster.ofThree(dir, "--hint-max-bytes", "0");
        try (RespConnection connection = cluster.connect(KILLED)) {
            for (int i = 0; i < KEYS; i++) {
                // W=3: so that the node which is killed is sure to have them.
                connection.text("KIN.PUT", "before" + i, "", "b" + i, "W", 3);
            }
        }
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    @Order(1)
    void everySetAndGetThroughTheOtherTwoSucceedsWhileANodeIsKilled() {
        AtomicBoolean killed = new AtomicBoolean();
        AtomicInteger rounds = new AtomicInteger();
        Crowd.run(5, client -> {
            if (client == 4) {
                Await.until("traffic runs", Duration.ofSeconds(30), () -> rounds.get() > 100);
                cluster.node(KILLED).kill();
                killed.set(true);
                return 0;
            }
            int after = 0;
            try (RespConnection connection = cluster.connect(client % 2 == 0 ? 0 : 2)) {
                for (int i = 0; after < 200; i++) {
                    String key = "during" + client + "." + i % 40;
                    assertEquals("OK", connection.text("SET", key, i));
                    assertEquals(Integer.toString(i), connection.text("GET", key));
                    rounds.incrementAndGet();
                    after += killed.get() ? 1 : 0;
                }
            }
            return after;
        });
    }

    @Test
    @Order(2)
    void theOtherTwoReadWhatWasAndTakeWhatIsNew() {
        for (int index : List.of(0, 2)) {
            try (RespConnection connection = cluster.connect(index)) {
                for (int i = 0; i < KEYS; i++) {
                    assertEquals("b" + i, connection.text("GET", "before" + i));
                    assertEquals("OK", connection.text("SET", "meanwhile" + i, "m" + i));
                }
            }
        }
    }

    /** With the other two gone, R=1 shows what the restarted node itself has. */
    @Test
    @Order(3)
    void restartedItHasWhatItHad() {
        cluster.node(0).kill();
        cluster.node(2).kill();
        cluster.node(KILLED).restart();
        try (RespConnection connection = cluster.connect(KILLED)) {
            connection.text("KIN.QUORUM", "R", 1);
            for (int i = 0; i < KEYS; i++) {
                assertEquals("b" + i, connection.text("GET", "before" + i));
                assertNull(connection.text("GET", "meanwhile" + i));
            }
        }
    }

    @Test
    @Order(4)
    void readsGiveAndRepairWhatItMissed() {
        cluster.node(0).restart();
        cluster.node(2).restart();
        cluster.awaitWhole();
        try (RespConnection connection = cluster.connect(KILLED)) {
            for (int i = 0; i < KEYS; i++) {
                assertEquals("m" + i, connection.text("GET", "meanwhile" + i));
            }
        }
        cluster.node(0).kill();
        cluster.node(2).kill();
        try (RespConnection connection = cluster.connect(KILLED)) {
            connection.text("KIN.QUORUM", "R", 1);
            for (int i = 0; i < KEYS; i++) {
                assertEquals("m" + i, connection.text("GET", "meanwhile" + i), "repaired on the node itself");
            }
        }
    }
}
