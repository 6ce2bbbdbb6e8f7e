package io.kindred.cluster.ring;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.membership.ChangeRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What rings of many nodes cost, how even they are, and what one more node moves. Prints the table of docs/ring-changes.md. */
class RingScaleTest {
    private static final int REPLICAS = 3;
    private static final double MOVED_MAX = 1.2;

    @Test
    void tensAndHundreds() {
        measure(10, 1_024);
        measure(100, 4_096);
    }

    @Test
    @Tag("long")
    void aThousand() {
        measure(1_000, 16_384);
    }

    private static void measure(int nodes, int partitions) {
        List<ChangeRecord> records = new ArrayList<>();
        for (int node = 1; node <= nodes; node++) {
            records.add(join(node));
        }
        long begun = System.nanoTime();
        RingHistory history = new RingHistory(partitions);
        history.fold(records);
        double foldMillis = (System.nanoTime() - begun) / 1e6;
        Ring before = history.target();
        records.add(join(nodes + 1));
        begun = System.nanoTime();
        history.fold(records);
        double joinMillis = (System.nanoTime() - begun) / 1e6;
        Ring after = history.target();
        Plan plan = Plan.of(before, after, REPLICAS);
        double owned = worst(plan, partitions, nodes + 1, false);
        double held = worst(plan, partitions, nodes + 1, true);
        double moved = plan.copiesMoved() / (double) plan.fairMove();
        System.out.printf(
                Locale.ROOT,
                "| %,d | %,d | %,.0f ms | %,.1f ms | %.2f | %.2f | %.2f |%n",
                nodes,
                partitions,
                foldMillis,
                joinMillis,
                owned,
                held,
                moved);
        double onePartition = (nodes + 1.0) / partitions;
        assertTrue(owned <= 1 + Math.max(0.1, onePartition), () -> "owned at most " + owned + " times the mean");
        assertTrue(moved <= MOVED_MAX, () -> "a join moves " + moved + " times its share");
    }

    private static ChangeRecord join(int node) {
        // Ids are random in life: here only spread, so that their order is not that of the joins.
        long id = node * 0x9E3779B97F4A7C15L;
        return ChangeRecord.join(1, node, id, 1.0, ChangeRecord.Site.NONE);
    }

    /** The largest share of any node, of the partitions or of the copies, by the mean. */
    private static double worst(Plan plan, int partitions, int nodes, boolean copies) {
        int most = 0;
        for (Plan.Row row : plan.rows()) {
            most = Math.max(most, copies ? row.copiesAfter() : row.ownedAfter());
        }
        return most / ((double) partitions * (copies ? REPLICAS : 1) / nodes);
    }
}
