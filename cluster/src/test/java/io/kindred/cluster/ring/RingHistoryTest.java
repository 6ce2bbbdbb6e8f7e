package io.kindred.cluster.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.Seeds;
import io.kindred.cluster.membership.ChangeRecord;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The rings that are kept are those of the fold's last prefixes, in whatever order the records come. */
class RingHistoryTest {
    private static final int Q = 64;

    @Test
    void everyRingIsThatOfItsPrefix() {
        Seeds.each(30, "RingHistoryTest#everyRingIsThatOfItsPrefix", random -> {
            List<ChangeRecord> arriving = new ArrayList<>(records(50));
            shuffleALittle(arriving, random);
            RingHistory history = new RingHistory(Q);
            TreeSet<ChangeRecord> known = new TreeSet<>();
            for (ChangeRecord record : arriving) {
                known.add(record);
                List<ChangeRecord> inOrder = List.copyOf(known);
                assertTrue(history.fold(inOrder));
                assertFalse(history.fold(inOrder));
                check(history, inOrder);
                if (random.nextInt(10) == 0) {
                    history.settle();
                    assertEquals(0, history.before());
                    check(history, inOrder);
                }
            }
        });
    }

    private static void check(RingHistory history, List<ChangeRecord> records) {
        assertEquals(Claim.fold(Q, records), history.target());
        assertTrue(history.before() <= RingHistory.KEPT_MAX);
        for (int back = 0; back <= history.before(); back++) {
            List<ChangeRecord> prefix = records.subList(0, records.size() - back);
            assertEquals(Claim.fold(Q, prefix), history.back(back), "back " + back);
        }
    }

    private static List<ChangeRecord> records(int count) {
        List<ChangeRecord> records = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            records.add(
                    i % 5 == 0
                            ? ChangeRecord.leave(1, i, i - 3)
                            : ChangeRecord.join(1, i, i, 1.0, ChangeRecord.Site.NONE));
        }
        return records;
    }

    /** Most come in their order, some late, a few very late. */
    private static void shuffleALittle(List<ChangeRecord> records, Random random) {
        for (int i = 0; i + 1 < records.size(); i++) {
            if (random.nextInt(4) == 0) {
                Collections.swap(
                        records,
                        i,
                        Math.min(records.size() - 1, i + 1 + random.nextInt(random.nextInt(10) == 0 ? 40 : 3)));
            }
        }
    }
}
