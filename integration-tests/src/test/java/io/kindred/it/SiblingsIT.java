package io.kindred.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Concurrent writes stay until a write has seen them. */
final class SiblingsIT {
    private static final int WRITERS = 8;
    private static final int ROUNDS = 60;
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
    void twoWritersWithOneContextLeaveTwoSiblingsAndAMergeLeavesOne() {
        try (RespConnection node = cluster.connect(0)) {
            String seen = node.value("KIN.PUT", "k", "", "base");
            node.text("KIN.PUT", "k", seen, "left");
            node.text("KIN.PUT", "k", seen, "right");
            List<?> both = node.list("KIN.GET", "k");
            assertEquals(List.of("right", "left"), RespConnection.asTexts(both.get(1)), "newest first");
            assertEquals("right", node.text("GET", "k"));
            node.text("KIN.PUT", "k", String.valueOf(RespConnection.asText(both.get(0))), "merged");
            assertEquals(
                    List.of("merged"),
                    RespConnection.asTexts(node.list("KIN.GET", "k").get(1)));
        }
    }

    @Test
    void aDeleteRemovesOnlyWhatItsContextCovers() {
        try (RespConnection node = cluster.connect(1)) {
            String left = node.value("KIN.PUT", "d", "", "left");
            node.text("KIN.PUT", "d", "", "right");
            node.text("KIN.DEL", "d", left);
            List<?> rest = node.list("KIN.GET", "d");
            assertEquals(List.of("right"), RespConnection.asTexts(rest.get(1)));
            node.text("KIN.DEL", "d", String.valueOf(RespConnection.asText(rest.get(0))));
            List<?> nothing = node.list("KIN.GET", "d");
            assertEquals(List.of(), nothing.get(1));
            assertTrue(!"".equals(RespConnection.asText(nothing.get(0))), "deleted, not never written");
            assertEquals("[, []]", RespConnection.show(node.list("KIN.GET", "never written")));
        }
    }

    @Test
    void aContextOfAnotherKeyIsRefused() {
        try (RespConnection node = cluster.connect(2)) {
            String context = node.value("KIN.PUT", "mine", "", "v");
            assertEquals("ERR", node.error("KIN.PUT", "other", context, "v").code());
            assertEquals("ERR", node.error("KIN.PUT", "mine", "no context", "v").code());
        }
    }

    /** A shared set grown without any lock: each round reads, merges what it saw, adds its own element and puts. */
    @Test
    void noAcknowledgedElementIsMissingAfterReadMergePutRounds() {
        List<List<String>> acknowledged = Crowd.run(WRITERS, writer -> {
            List<String> mine = new ArrayList<>();
            for (int round = 0; round < ROUNDS; round++) {
                // Another node each round, so that contexts travel between coordinators too.
                try (RespConnection node = cluster.connect((writer + round) % cluster.size())) {
                    String element = writer + "." + round;
                    SharedSet.add(node, "set", element, 2);
                    mine.add(element);
                }
            }
            return mine;
        });
        try (RespConnection node = cluster.connect(0)) {
            TreeSet<String> missing = new TreeSet<>();
            acknowledged.forEach(missing::addAll);
            assertEquals(WRITERS * ROUNDS, missing.size());
            missing.removeAll(
                    SharedSet.words(node.list("KIN.GET", "set", "R", 3).get(1)));
            assertEquals(new TreeSet<>(), missing, "acknowledged elements that are gone");
        }
    }
}
