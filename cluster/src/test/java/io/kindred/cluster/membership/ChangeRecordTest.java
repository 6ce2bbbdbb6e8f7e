package io.kindred.cluster.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.kindred.cluster.membership.ChangeRecord.Kind;
import io.kindred.cluster.membership.ChangeRecord.Site;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChangeRecordTest {

    @Test
    void recordsAreOrderedByStampThenAuthorThenSubjectThenTheRest() {
        List<ChangeRecord> ordered = List.of(
                ChangeRecord.leave(-1, 1, -1),
                ChangeRecord.leave(1, 2, -1),
                ChangeRecord.leave(-1, 2, 1),
                ChangeRecord.join(-1, 2, -1, 1, Site.NONE),
                ChangeRecord.join(-1, 2, -1, 1, new Site("", "dc")),
                ChangeRecord.join(-1, 2, -1, 1, new Site("z", "")),
                ChangeRecord.join(-1, 2, -1, 2, Site.NONE),
                ChangeRecord.leave(-1, 2, -1),
                ChangeRecord.join(-1, 2, -1, 1, Site.NONE).replacing(4, 2),
                ChangeRecord.join(-1, 2, -1, 1, Site.NONE).replacing(5, 2),
                ChangeRecord.leave(1, 3, 1));
        List<ChangeRecord> sorted = new ArrayList<>(ordered);
        Collections.reverse(sorted);
        Collections.sort(sorted);
        assertEquals(ordered, sorted);
    }

    @Test
    void aJoinBecomesAReplacement() {
        ChangeRecord join = ChangeRecord.join(7, 10, 7, 2, new Site("z", "dc"));
        ChangeRecord expected = new ChangeRecord(Kind.REPLACE, 7, 11, 7, 2, "z", "dc", 5);
        assertEquals(expected, join.replacing(5, 11));
    }

    @Test
    void weightsAreFiniteAndPositive() {
        for (double bad : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThrows(IllegalArgumentException.class, () -> ChangeRecord.weight(1, 1, 1, bad));
        }
    }
}
