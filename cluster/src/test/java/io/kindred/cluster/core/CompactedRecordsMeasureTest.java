package io.kindred.cluster.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.membership.ChangeRecord;
import io.kindred.cluster.membership.Generation;
import io.kindred.cluster.membership.Member;
import io.kindred.cluster.membership.MembershipView;
import io.kindred.cluster.message.MembershipMessage;
import io.kindred.cluster.ring.Checkpoint;
import io.kindred.cluster.ring.Claim;
import io.kindred.cluster.ring.Ring;
import io.kindred.cluster.ring.RingHistory;
import io.kindred.cluster.wire.FrameSize;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a thousand changes of a ring of ten leave behind, with a checkpoint and without. */
class CompactedRecordsMeasureTest {
    private static final int CHANGES = 1_000;
    private static final int PARTITIONS = 1_024;
    private static final int NODES = 10;
    private static final int WARM = 20;

    @Test
    void whoIsToldOfAThousandChangesIsToldOfAFew() {
        measure(
                "of weights, back and forth",
                20,
                i -> i <= NODES
                        ? ChangeRecord.join(1, i, i, 1, ChangeRecord.Site.NONE)
                        : ChangeRecord.weight(1, i, 1 + i % NODES, 1 + i % 2 * 0.001));
        measure(
                "each node is a new one, and leaves after ten changes",
                60,
                i -> i > NODES && i % 2 == 0
                        ? ChangeRecord.leave(1, i, i - NODES + 1)
                        : ChangeRecord.join(1, i, i, 1, ChangeRecord.Site.NONE));
    }

    private static void measure(String what, int percentMax, IntFunction<ChangeRecord> change) {
        List<ChangeRecord> records = new ArrayList<>();
        for (int i = 1; i <= CHANGES; i++) {
            records.add(change.apply(i));
        }
        MembershipView view =
                new MembershipView(new Member(1, "n1", "h", 1, 1, "", "", 1, 1, Generation.ofStart(1), 0));
        view.learn(records);
        int before = bytes(null, view.changes().all());
        long stamp = records.get(CHANGES - 1 - NodeConfig.RECORDS_KEPT).stamp();
        TreeMap<String, Ring> rings = new TreeMap<>();
        rings.put("", Claim.fold(PARTITIONS, records.subList(0, CHANGES - NodeConfig.RECORDS_KEPT)));
        Checkpoint checkpoint = new Checkpoint(view.changes().upTo(stamp), rings);
        view.changes().compact(checkpoint.records());
        int after = bytes(checkpoint, view.changes().all());
        List<ChangeRecord> kept = view.changes().all();
        double allMillis = median(() -> new RingHistory(PARTITIONS).fold(records));
        Checkpoint.Base base = new Checkpoint.Base(
                checkpoint.records().stamp(), checkpoint.records().hash(), rings.get(""));
        double keptMillis = median(() -> new RingHistory(PARTITIONS).fold(base, kept));
        System.out.printf(
                "%d changes (%s): a start folds all of them in %.1f ms, those behind the checkpoint in %.1f ms%n",
                CHANGES, what, allMillis, keptMillis);
        System.out.printf(
                "%d changes (%s): a newcomer is told %d records in %d bytes, and %d of them, %d members and the ring in"
                        + " %d bytes%n",
                CHANGES,
                what,
                CHANGES,
                before,
                view.changes().size(),
                checkpoint.records().standing().size(),
                after);
        assertEquals(NodeConfig.RECORDS_KEPT, view.changes().size());
        assertTrue(100 * after < percentMax * before, () -> after + " of " + before);
    }

    /** Of a machine that is warm. */
    private static double median(Runnable work) {
        for (int i = 0; i < WARM; i++) {
            work.run();
        }
        double[] millis = new double[9];
        for (int i = 0; i < millis.length; i++) {
            long begun = System.nanoTime();
            work.run();
            millis[i] = (System.nanoTime() - begun) / 1e6;
        }
        Arrays.sort(millis);
        return millis[millis.length / 2];
    }

    private static int bytes(@Nullable Checkpoint checkpoint, List<ChangeRecord> records) {
        int bytes = 0;
        for (int first = 0; first < records.size(); first += GossipRounds.RECORDS_MAX) {
            bytes += FrameSize.of(new MembershipMessage.GossipTell(
                    List.of(),
                    first == 0 ? checkpoint : null,
                    records.subList(first, Math.min(records.size(), first + GossipRounds.RECORDS_MAX)),
                    List.of(),
                    0,
                    0));
        }
        return bytes;
    }
}
