package io.kindred.cluster.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.membership.ChangeRecord;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlanTest {
    private static final int PARTITIONS = 256;

    private static ChangeRecord join(long node) {
        return ChangeRecord.join(node, node, node, 1, ChangeRecord.Site.NONE);
    }

    private static Ring ringOf(int nodes) {
        List<ChangeRecord> records = new ArrayList<>();
        for (long node = 1; node <= nodes; node++) {
            records.add(join(node));
        }
        return Claim.fold(PARTITIONS, records);
    }

    @Test
    void whatANewcomerHoldsIsWhatIsFetched() {
        Ring before = ringOf(5);
        Plan plan = Plan.of(before, Claim.apply(before, join(6)), 3);
        Plan.Row newcomer = plan.rows().get(5);
        assertEquals(
                new Plan.Row(6, 0, newcomer.ownedAfter(), 0, newcomer.copiesAfter(), newcomer.copiesAfter()), newcomer);
        assertEquals(newcomer.copiesAfter(), plan.fairMove());
        assertTrue(
                plan.copiesMoved() >= plan.fairMove() && plan.copiesMoved() <= 1.2 * plan.fairMove(), plan::toString);
        assertEquals(
                3 * PARTITIONS,
                plan.rows().stream().mapToInt(Plan.Row::copiesAfter).sum());
    }

    @Test
    void whatALeaverHeldIsFetchedByTheOthers() {
        Ring before = ringOf(6);
        Plan plan = Plan.of(before, Claim.apply(before, ChangeRecord.leave(1, 100, 3)), 3);
        Plan.Row leaver = plan.rows().get(2);
        assertEquals(new Plan.Row(3, before.owned(3), 0, leaver.copiesBefore(), 0, 0), leaver);
        assertEquals(leaver.copiesBefore(), plan.fairMove());
        assertTrue(
                plan.copiesMoved() >= plan.fairMove() && plan.copiesMoved() <= 1.2 * plan.fairMove(), plan::toString);
    }

    @Test
    void aRingThatStaysMovesNothing() {
        Plan plan = Plan.of(ringOf(4), ringOf(4), 3);
        assertEquals(0, plan.copiesMoved());
        assertEquals(0, plan.fairMove());
    }
}
