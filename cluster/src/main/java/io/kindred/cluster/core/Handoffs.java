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

/** Hinted handoff over this node's records: wires what is held for others to where it is kept, and to what it becomes. */
final class Handoffs {
    private final Parts parts;
    private final HandoffCounters counters = new HandoffCounters();
    private final HintLedger ledger;
    private final Hints hints;
    private final HandoffCore core;

    /** What handoff is about. */
    record Parts(NodeConfig config, Desk desk, Replica replica, Losses losses, RingRouter router, OwedRanges owed) {}

    /**
     * @param recovered what is held, in sum
     * @param note tells the operator
     */
    Handoffs(Parts parts, List<HintLedger.Debt> recovered, HandoffCore.Wires wires, Consumer<String> note) {
        this.parts = parts;
        ledger = new HintLedger(parts.config().hintBytesMax(), recovered);
        hints = new Hints(parts.replica(), ledger, parts.owed(), this::rememberOwed, counters, parts.router()::holds);
        LostHints lost = new LostHints(parts.owed(), ledger, counters, new Disk());
        core = new HandoffCore(wires, new HandoffCore.Store(ledger, hints, this::read, lost, counters), note);
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
        parts.desk()
                .scan(
                        from,
                        to,
                        limit,
                        scanned -> done.accept(new HintRange.Page(
                                scanned.keys(), scanned.values(), scanned.next(), scanned.verdict())));
    }

    private void rememberOwed(OwedRanges.Range range, Consumer<Verdict> told) {
        parts.replica().persistMeta(MetaKey.owed(range), MetaKey.value(1), told);
    }

    private final class Disk implements LostHints.Disk {
        @Override
        public List<Integer> partitionsOf(long intended) {
            return IntStream.range(0, parts.config().partitions())
                    .filter(partition -> parts.router().hasPart(intended, partition))
                    .boxed()
                    .toList();
        }

        @Override
        public void owe(OwedRanges.Range range, Consumer<Verdict> told) {
            rememberOwed(range, told);
        }

        @Override
        public void giveUp(long intended, Consumer<Verdict> told) {
            parts.losses().acceptLossOfHints(intended, told);
        }
    }
}
