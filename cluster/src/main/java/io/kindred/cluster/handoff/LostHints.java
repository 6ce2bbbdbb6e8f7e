package io.kindred.cluster.handoff;

import io.kindred.cluster.message.Message.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * What becomes of hints that cannot be read. Nobody knows which keys they were for, but for whom: so that node is owed an
 * exchange of every partition that it has. When that is durable, what cannot be read of its hints is given up; what can be
 * is handed over as ever.
 */
public final class LostHints {
    /** What still cannot be read is not owed anew before that: a debt that grows all the time is never paid. */
    private static final long REPEAT_NANOS = 600_000_000_000L;

    private final OwedRanges owed;
    private final HintLedger ledger;
    private final HandoffCounters counters;
    private final Disk disk;
    private final TreeSet<Long> underWay = new TreeSet<>();
    /** When hints for a node were last replaced. */
    private final TreeMap<Long, Long> replacedAtNanos = new TreeMap<>();

    /** What is done durably. */
    public interface Disk {
        /** The partitions that a node, or a datacenter, has. */
        List<Integer> partitionsOf(long intended);

        /** Remembers a debt. */
        void owe(OwedRanges.Range range, Consumer<Verdict> told);

        /** Gives up what cannot be read of the hints for a node, behind everything that was written before. */
        void giveUp(long intended, Consumer<Verdict> told);
    }

    public LostHints(OwedRanges owed, HintLedger ledger, HandoffCounters counters, Disk disk) {
        this.owed = owed;
        this.ledger = ledger;
        this.counters = counters;
        this.disk = disk;
    }

    /** @param told how many partitions are owed instead; not told where some of that failed: the next try does it again */
    void replace(long intended, long nowNanos, Consumer<Integer> told) {
        Long before = replacedAtNanos.get(intended);
        boolean isLately = before != null && nowNanos - before < REPEAT_NANOS;
        if (isLately || !underWay.add(intended)) {
            return;
        }
        List<Integer> partitions = disk.partitionsOf(intended);
        List<OwedRanges.Range> added = new ArrayList<>();
        int[] missing = {partitions.size() + 1};
        boolean[] failed = {false};
        Consumer<Verdict> each = verdict -> {
            failed[0] |= verdict != Verdict.OK;
            if (--missing[0] > 0) {
                return;
            }
            if (failed[0]) {
                // The disk may not know of them: whoever owes one of them next writes it.
                underWay.remove(intended);
                added.forEach(owed::remove);
            } else {
                replacedAtNanos.put(intended, nowNanos);
                giveUp(intended, partitions.size(), told);
            }
        };
        for (int partition : partitions) {
            OwedRanges.Range range = new OwedRanges.Range(intended, partition);
            // What was owed before may not be durable yet.
            if (owed.add(range)) {
                added.add(range);
            }
            disk.owe(range, each);
        }
        each.accept(Verdict.OK);
    }

    private void giveUp(long intended, int partitions, Consumer<Integer> told) {
        disk.giveUp(intended, verdict -> {
            underWay.remove(intended);
            if (verdict == Verdict.OK) {
                counters.lost++;
                ledger.doubt(intended);
                told.accept(partitions);
            }
        });
    }
}
