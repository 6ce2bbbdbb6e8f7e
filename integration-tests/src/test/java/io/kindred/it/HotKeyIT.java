package io.kindred.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One key that is written as often as can be, through a node that is one of its replicas and through one that is not. */
final class HotKeyIT {
    private static final String KEY = "hot";
    private static final int WRITES = 10_000;
    private static final Duration SILENCE_MAX = Duration.ofSeconds(30);

    @Test
    void itIsWrittenThroughAnyNode(@TempDir Path dir) throws IOException {
        try (KindredCluster cluster = KindredCluster.started(dir, List.of("n1", "n2", "n3", "n4"))) {
            List<String> owners = Replicas.owners(cluster, List.of(KEY)).get(KEY);
            for (KindredProcess node : cluster.nodes()) {
                long beganNanos = System.nanoTime();
                assertEquals(Map.of("OK", WRITES), write(node), node.name() + " of the replicas " + owners);
                long tookMillis = (System.nanoTime() - beganNanos) / 1_000_000;
                boolean isReplica = owners != null && owners.contains(node.name());
                System.out.println(WRITES + " SETs of one key through " + (isReplica ? "a replica" : "another node")
                        + ": " + tookMillis + " ms");
                try (RespConnection connection = node.connect()) {
                    assertEquals("v" + WRITES, connection.text("GET", KEY));
                }
            }
        }
    }

    /** All at once; the replies by kind. */
    private static TreeMap<String, Integer> write(KindredProcess node) throws IOException {
        StringBuilder commands = new StringBuilder();
        for (int i = 1; i <= WRITES; i++) {
            String value = "v" + i;
            commands.append("*3\r\n$3\r\nSET\r\n$")
                    .append(KEY.length())
                    .append("\r\n")
                    .append(KEY);
            commands.append("\r\n$")
                    .append(value.length())
                    .append("\r\n")
                    .append(value)
                    .append("\r\n");
        }
        try (PipelineClient client = new PipelineClient(node, SILENCE_MAX)) {
            client.write(commands.toString().getBytes(ISO_8859_1));
            client.read(WRITES);
            return client.kinds();
        }
    }
}
