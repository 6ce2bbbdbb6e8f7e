package io.kindred.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One of three nodes is gone for good, and there is little room for what it misses. */
final class HintCapIT {
    private static final int WRITES = 2_000;
    private static final int WRITERS = 4;
    private static final String VALUE = "v".repeat(200);
    private static final long CAP_BYTES = 64 << 10;
    /** The cap is looked at before a turn's writes: of each of the writers one may be past it. */
    private static final long BATCH_BYTES = 4 << 10;

    @Test
    void theCapHoldsTheDebtIsToldAndReadsStayRight(@TempDir Path dir) {
        String[] directives = {"--hint-max-bytes", "64kb"};
        try (KindredCluster cluster = KindredCluster.ofThree(dir, directives)) {
            cluster.node(2).kill();
            Crowd.run(WRITERS, writer -> {
                try (RespConnection connection = cluster.connect(writer % 2)) {
                    for (int i = writer; i < WRITES; i += WRITERS) {
                        assertEquals("OK", connection.text("SET", "k" + i, VALUE + i));
                    }
                }
                return 0;
            });
            checkCap(cluster);
            Map<String, Long> owed = cluster.info("repair_debt_ranges");
            assertTrue(owed.values().stream().anyMatch(ranges -> ranges > 0), () -> "owed ranges: " + owed);
            checkReads(cluster);
            checkCap(cluster);
            System.out.println("owed ranges " + owed + ", " + cluster.info("hints_pending_bytes") + " bytes of hints");
        }
    }

    private static void checkCap(KindredCluster cluster) {
        Map<String, Long> bytes = cluster.info("hints_pending_bytes");
        assertEquals(2, bytes.size());
        for (long held : bytes.values()) {
            assertTrue(held <= CAP_BYTES + BATCH_BYTES, () -> "bytes of hints: " + bytes);
        }
        assertTrue(bytes.values().stream().anyMatch(held -> held > 0), () -> "bytes of hints: " + bytes);
    }

    private static void checkReads(KindredCluster cluster) {
        for (int node : List.of(0, 1)) {
            try (RespConnection connection = cluster.connect(node)) {
                for (int i = 0; i < WRITES; i++) {
                    assertEquals(VALUE + i, connection.text("GET", "k" + i));
                }
            }
        }
    }
}
