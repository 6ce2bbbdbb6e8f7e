package io.kindred.cluster.core;

import io.kindred.cluster.handoff.HandoffCore;
import io.kindred.cluster.handoff.HandoffCounters;
import io.kindred.cluster.handoff.HintLedger;
import io.kindred.cluster.handoff.HintRange;
import io.kindred.cluster.handoff.Hints;
import io.kindred.cluster.handoff.LostHints;
import io.kindred.cluster.handoff.OwedRanges;
import io.kindred.cluster.message.Message.Verdict;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** Hinted handoff over this node's records: network what is held for others to where it is kept, and to what it becomes. */
final class HandoffPart {
    private final LocalData data;
    private final RingRouter router;
    private final HandoffCounters counters = new HandoffCounters();
    private final HintLedger ledger;
    private final Hints hints;
    private final HandoffCore core;

    /**
     * @param recovered what is held, in sum
     */
    HandoffPart(LocalData data, RingRouter router, List<HintLedger.Debt> recovered, HandoffCore.Network network) {
        this.data = data;
        this.router = router;
        OwedRanges owed = data.kept().owed();
        ledger = new HintLedger(data.config().hintBytesMax(), recovered);
        hints = new Hints(data.replica(), ledger, owed, this::rememberOwed, counters, router::holds);
        LostHints lost = new LostHints(owed, ledger, counters, new Disk());
        core = new HandoffCore(
                network,
                new HandoffCore.Store(ledger, hints, this::read, lost, counters),
                line -> data.context().output().effects().note(line));
    }

    HandoffCore core() {
        return core;
    }

    Hints hints() {
        return hints;
    }

    HintLedger ledger() {
        return ledger;
    }

    HandoffCounters counters() {
        return counters;
    }

    private void read(byte[] from, byte[] to, int limit, Consumer<HintRange.Page> done) {
        data.keyspace()
                .scan(
                        from,
                        to,
                        limit,
                        scanned -> done.accept(new HintRange.Page(
                                scanned.keys(), scanned.values(), scanned.next(), scanned.verdict())));
    }

    private void rememberOwed(OwedRanges.Range range, Consumer<Verdict> told) {
        data.journal().persistMeta(MetaKey.owed(range), MetaKey.value(1), told);
    }

    private final class Disk implements LostHints.Disk {
        @Override
        public List<Integer> partitionsOf(long intended) {
            return IntStream.range(0, data.config().partitions())
                    .filter(partition -> router.hasPart(intended, partition))
                    .boxed()
                    .toList();
        }

        @Override
        public void owe(OwedRanges.Range range, Consumer<Verdict> told) {
            rememberOwed(range, told);
        }

        @Override
        public void giveUp(long intended, Consumer<Verdict> told) {
            data.losses().acceptLossOfHints(intended, told);
        }
    }
}
