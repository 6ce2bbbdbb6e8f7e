package io.kindred.cluster.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.membership.ChangeRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A start that goes on from a ring that an earlier life has folded. */
class FoldedRingTest {
    private static final int Q = 64;

    /** About ten nodes at a time, each of which stays for ten changes. */
    private static List<ChangeRecord> records(int count) {
        List<ChangeRecord> records = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            records.add(
                    i > 10 && i % 2 == 0
                            ? ChangeRecord.leave(1, i, i - 9)
                            : ChangeRecord.join(1, i, i, 1.0, new ChangeRecord.Site("z" + i % 3, "dc")));
        }
        return records;
    }

    private static FoldedRing folded(List<ChangeRecord> records, int partitions) {
        RingHistory history = new RingHistory(partitions);
        history.fold(records);
        FoldedRing folded =
                FoldedRing.decode(Objects.requireNonNull(history.folded()).encode(), partitions);
        return Objects.requireNonNull(folded);
    }

    @Test
    void aStartGoesOnFromItWithTheSameRings() {
        for (int count : new int[] {96, 97, 150, 250}) {
            List<ChangeRecord> records = records(count);
            FoldedRing folded = folded(records, Q);
            assertTrue(folded.records() >= count - RingHistory.KEPT_MAX - RingHistory.MARK_EVERY);
            RingHistory whole = new RingHistory(Q);
            whole.fold(records);
            RingHistory started = new RingHistory(Q, List.of(folded));
            started.fold(records);
            assertEquals(whole.rings(), started.rings());
            assertEquals(folded, started.folded(), "and needs not be stored again");
        }
    }

    /** However old the rings before it are, one of them may be held whole when somebody has lost what it had. */
    @Test
    void aStartGoesBackNoFurtherThanToWhatWasSettled() {
        List<ChangeRecord> records = records(3);
        RingHistory history = new RingHistory(Q);
        history.fold(records);
        assertNull(history.settled());
        history.settle();
        FoldedRing settled = Objects.requireNonNull(
                FoldedRing.decode(Objects.requireNonNull(history.settled()).encode(), Q));

        RingHistory started = new RingHistory(Q, List.of(settled));
        started.fold(records);
        assertEquals(List.of(history.target()), started.rings());

        RingHistory later = new RingHistory(Q, List.of(settled));
        later.fold(records(4));
        assertEquals(1, later.before());
        assertEquals(history.target(), later.back(1));

        RingHistory fewer = new RingHistory(Q, List.of(settled));
        fewer.fold(records(2));
        assertEquals(2, fewer.before(), "it is not that of these records");
    }

    @Test
    void whatWasSettledOutlivesItsFirstRecords() {
        List<ChangeRecord> records = records(5);
        RingHistory history = new RingHistory(Q);
        history.fold(records.subList(0, 2));
        Ring first = history.target();
        history.fold(records);
        history.settle();
        Checkpoint.Base base = new Checkpoint.Base(records.get(1).stamp(), 77, first);
        history.fold(base, records.subList(2, 5));

        RingHistory started = new RingHistory(Q, List.of(Objects.requireNonNull(history.settled())));
        started.fold(base, records.subList(2, 5));
        assertEquals(List.of(history.target()), started.rings());
    }

    /** It was not known when the ring was folded: the ring is not that of these records. */
    @Test
    void aRecordThatWasLateHasAllFoldedAnew() {
        List<ChangeRecord> all = records(250);
        List<ChangeRecord> without = new ArrayList<>(all);
        without.remove(40);
        FoldedRing folded = folded(without, Q);
        RingHistory started = new RingHistory(Q, List.of(folded));
        started.fold(all);
        assertEquals(Claim.fold(Q, all), started.target());
        started.fold(without);
        assertEquals(Claim.fold(Q, without), started.target());
    }

    @Test
    void recordsThatArriveLaterAndBelowItAreFoldedInTheirPlace() {
        List<ChangeRecord> all = records(250);
        List<ChangeRecord> without = new ArrayList<>(all);
        without.remove(40);
        RingHistory started = new RingHistory(Q, List.of(folded(without, Q)));
        started.fold(without);
        started.fold(all);
        assertEquals(Claim.fold(Q, all), started.target());
        assertEquals(folded(all, Q), started.folded());
    }

    @Test
    void oneThatIsDamagedOrOfAnotherRingIsNotUsed() {
        byte[] bytes = folded(records(150), Q).encode();
        assertNotNull(FoldedRing.decode(bytes, Q));
        assertNull(FoldedRing.decode(bytes, 2 * Q));
        for (int length = 0; length < bytes.length; length++) {
            assertNull(FoldedRing.decode(Arrays.copyOf(bytes, length), Q));
        }
        assertNull(FoldedRing.decode(Arrays.copyOf(bytes, bytes.length + 1), Q));
    }

    @Test
    void aShortHistoryHasNone() {
        RingHistory history = new RingHistory(Q);
        history.fold(records(95));
        assertNull(history.folded());
    }

    /** What a start costs, and how much is stored for it. */
    @ParameterizedTest
    @ValueSource(ints = {1_000, 5_000})
    @Tag("long")
    void measureAStart(int changes) {
        List<ChangeRecord> records = records(changes);
        new RingHistory(1024).fold(records(500));
        long begun = System.nanoTime();
        RingHistory all = new RingHistory(1024);
        all.fold(records);
        long foldedAll = System.nanoTime();
        byte[] stored = Objects.requireNonNull(all.folded()).encode();
        long before = System.nanoTime();
        RingHistory started = new RingHistory(1024, List.of(Objects.requireNonNull(FoldedRing.decode(stored, 1024))));
        started.fold(records);
        long after = System.nanoTime();
        assertEquals(all.rings(), started.rings());
        System.out.printf(
                "%d changes, 1024 partitions: folded in %d ms; from a stored ring of %d bytes in %d ms%n",
                changes, (foldedAll - begun) / 1_000_000, stored.length, (after - before) / 1_000_000);
    }
}
