package io.kindred.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** R + W > N reads its own writes, through whichever node each of the two goes. */
final class QuorumIT {
    private static final int ROUNDS = 200;
    private static KindredCluster cluster;

    @BeforeAll
    static void start(@TempDir Path dir) {
        cluster = KindredCluster.ofThree(dir);
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @ParameterizedTest
    @CsvSource({"1,3", "3,1", "2,2"})
    void readsItsOwnWritesThroughAnyNode(int r, int w) {
        RespConnection[] nodes = new RespConnection[cluster.size()];
        for (int i = 0; i < nodes.length; i++) {
            nodes[i] = cluster.connect(i);
            List<String> set = nodes[i].texts("KIN.QUORUM", "R", r, "W", w);
            assertEquals(List.of("R", "" + r, "W", "" + w), set.subList(0, 4));
        }
        for (int round = 0; round < ROUNDS; round++) {
            RespConnection writer = nodes[round % 3];
            RespConnection reader = nodes[round / 3 % 3];
            String value = "r" + r + "w" + w + "-" + round;
            assertEquals("OK", writer.text("SET", "k" + round % 7, value));
            assertEquals(value, reader.text("GET", "k" + round % 7));
        }
        for (RespConnection node : nodes) {
            node.close();
        }
    }

    @Test
    void aQuorumPastTheNumberOfReplicasIsRefusedOrUnmet() {
        try (RespConnection connection = cluster.connect(0)) {
            connection.text("SET", "k", "v");
            RespError error = connection.error("KIN.GET", "k", "R", 4);
            assertTrue(error.line().length() > error.code().length(), error::line);
        }
    }

    @Test
    void theClusterWideSettingIsTheDefault(@TempDir Path dir) {
        try (KindredCluster strict = KindredCluster.ofThree(dir, "--read-quorum", "1", "--write-quorum", "3");
                RespConnection first = strict.connect(0);
                RespConnection second = strict.connect(1)) {
            for (int i = 0; i < ROUNDS; i++) {
                first.text("SET", "k", i);
                assertEquals(Integer.toString(i), second.text("GET", "k"));
            }
            strict.node(2).kill();
            // TRYAGAIN where the coordinator knew beforehand, NOQUORUM where it found out: never an OK.
            String code = second.error("SET", "k", "v").code();
            assertTrue(code.equals("NOQUORUM") || code.equals("TRYAGAIN"), code);
        }
    }
}
