package io.kindred.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kindred-cluster status HOST:PORT}: a cluster that the script did not start, asked over the network. */
@Tag("tools")
final class ClusterStatusIT {
    private static Program status(String addresses) {
        String script = Program.HOME.resolve("bin").resolve("kindred-cluster").toString();
        return Program.ran(null, Map.of(), script, "status", addresses);
    }

    private static String line(Program status, String node) {
        return status.output()
                .lines()
                .filter(line -> line.startsWith(node + " "))
                .findFirst()
                .orElseThrow(() -> new AssertionError(node + " is not in\n" + status.output()));
    }

    @Test
    void showsEachMemberAndWhyItIsNotWell(@TempDir Path dir) {
        try (KindredCluster cluster = KindredCluster.ofThree(dir)) {
            List<KindredProcess> nodes = cluster.nodes();
            String first = "127.0.0.1:" + nodes.get(0).port();
            // A new cluster still moves partitions; that is not ill, but is another state.
            Await.until(
                    "all are ok",
                    Duration.ofSeconds(60),
                    () -> status(first)
                                    .output()
                                    .lines()
                                    .filter(line -> line.matches("n[123] .* up +\\d+ +ok *"))
                                    .count()
                            == 3);
            assertEquals(0, status(first).exitCode());
            nodes.get(2).kill();
            Await.until(
                    "n3 is missed",
                    Duration.ofSeconds(60),
                    () -> line(status(first), "n1").contains("degraded"));
            Program missed = status("127.0.0.1:" + nodes.get(2).port() + "," + first);
            assertEquals(1, missed.exitCode(), missed.output());
            assertTrue(line(missed, "n1").matches(".* degraded +n3 is (silent|down).*"), missed.output());
            assertTrue(line(missed, "n3").matches(".* (suspect|down) +\\d+ +silent *"), missed.output());
        }
    }

    @Test
    void saysSoWhereNobodyAnswers() {
        Program status = status("127.0.0.1:" + FreePorts.next());
        assertEquals(1, status.exitCode());
        assertTrue(status.output().contains("no reply"), status.output());
    }
}
