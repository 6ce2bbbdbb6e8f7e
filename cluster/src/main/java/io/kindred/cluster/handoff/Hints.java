package io.kindred.cluster.handoff;

import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.quorum.HintKeeper;
import io.kindred.cluster.quorum.LocalReplica;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Versions;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The keyspace of what is held for others. A hint is the container of one key for one replica; writes are joined into
 * it as into any other, so a key that is written a thousand times while its replica is away is one hint. It is as
 * durable as a write, outside of counts and scans, and goes only when the replica has acknowledged exactly it.
 */
public final class Hints implements HintKeeper {
    private final LocalReplica replica;
    private final HintLedger ledger;
    private final OwedRanges owed;
    private final BiConsumer<OwedRanges.Range, Consumer<Verdict>> rememberOwed;
    private final HandoffCounters counters;
    private final Predicate<RecordKey> holds;

    /**
     * @param rememberOwed makes a newly owed range durable, and tells whether it is
     * @param holds whether this node has all that was written to a key's partition
     */
    public Hints(
            LocalReplica replica,
            HintLedger ledger,
            OwedRanges owed,
            BiConsumer<OwedRanges.Range, Consumer<Verdict>> rememberOwed,
            HandoffCounters counters,
            Predicate<RecordKey> holds) {
        this.replica = replica;
        this.holds = holds;
        this.ledger = ledger;
        this.owed = owed;
        this.rememberOwed = rememberOwed;
        this.counters = counters;
    }

    @Override
    public void store(long intended, RecordKey storageKey, Versions delta, Stored done) {
        RecordKey key = storageKey.hint(intended);
        if (!ledger.hasRoom(HintLedger.sizeBytes(key, delta))) {
            counters.refused++;
            done.done(Verdict.HINTS_FULL, null);
            return;
        }
        replica.write(key, new Join(intended, key, delta, done));
    }

    /** Deletes a hint that makes no sense. */
    void dropUnreadable(RecordKey hintKey) {
        replica.dropUnreadableHint(hintKey);
    }

    @Override
    public void keep(long intended, RecordKey storageKey, Versions delta) {
        store(intended, storageKey, delta, (verdict, uncovered) -> {
            OwedRanges.Range range = new OwedRanges.Range(intended, storageKey.partition());
            if (verdict != Verdict.OK && owed.add(range)) {
                rememberOwed.accept(range, stored -> forgetUnless(stored, range));
            }
        });
    }

    /** What the disk did not take is tried again with the next write that is owed. */
    private void forgetUnless(Verdict stored, OwedRanges.Range range) {
        if (stored != Verdict.OK) {
            owed.remove(range);
        }
    }

    @Override
    public void read(RecordKey storageKey, long[] replicas, LocalReplica.ReadStep step) {
        Gather gather = new Gather(step);
        for (long intended : replicas) {
            if (ledger.holdsFor(intended)) {
                gather.missing++;
                replica.read(storageKey.hint(intended), gather);
            }
        }
        if (holds.test(storageKey)) {
            // Who asks does not know yet that this node has come to be a replica: what it would hold for others, it
            // has.
            gather.missing++;
            replica.read(storageKey, gather);
        }
        gather.loaded(Verdict.OK, Versions.EMPTY);
    }

    /** Deletes a hint that its replica has now, unless it has grown since. */
    void delivered(RecordKey hintKey, Versions sent) {
        HintLedger.Entry entry = HintLedger.Entry.of(hintKey, sent);
        long intended = hintKey.intended();
        ledger.begun(intended);
        replica.dropIf(hintKey, sent, (verdict, dropped) -> {
            boolean isGone = verdict == Verdict.OK && dropped;
            counters.delivered += isGone ? 1 : 0;
            ledger.deleted(intended, entry, isGone);
        });
    }

    /**
     * Gives a hint to those who have its key now: writes it here where this node is one of them, keeps it for the others,
     * and deletes it once all of that is durable.
     */
    void refile(RecordKey hintKey, Versions held, long[] replicas, long self) {
        RecordKey storageKey = hintKey.ofHint();
        int[] missing = {replicas.length};
        boolean[] failed = {false};
        Stored each = (verdict, uncovered) -> {
            failed[0] |= verdict != Verdict.OK;
            if (--missing[0] == 0 && !failed[0]) {
                delivered(hintKey, held);
            }
        };
        for (long node : replicas) {
            if (node == self) {
                replica.write(storageKey, new Take(held, each));
            } else if (node != hintKey.intended()) {
                replica.write(storageKey.hint(node), new Join(node, storageKey.hint(node), held, each));
            } else {
                // It is one of them, and this hint is for it.
                failed[0] = true;
            }
        }
    }

    private record Take(Versions held, Stored told) implements LocalReplica.WriteStep {
        @Override
        public @Nullable Versions next(Versions current) {
            Versions joined = current.join(held);
            return joined.sameAs(current) ? null : joined;
        }

        @Override
        public boolean isBlind() {
            return true;
        }

        @Override
        public void done(Verdict verdict) {
            told.done(verdict, null);
        }
    }

    /** Several records of one key as one answer. */
    private static final class Gather implements LocalReplica.ReadStep {
        private final LocalReplica.ReadStep step;
        /** One more than the reads under way, until all of them have been asked for. */
        int missing = 1;

        private Verdict worst = Verdict.OK;
        private Versions joined = Versions.EMPTY;

        Gather(LocalReplica.ReadStep step) {
            this.step = step;
        }

        @Override
        public void loaded(Verdict verdict, @Nullable Versions versions) {
            if (versions == null) {
                worst = verdict;
            } else {
                joined = joined.join(versions);
            }
            if (--missing == 0) {
                step.loaded(worst, worst == Verdict.OK ? joined : null);
            }
        }
    }

    private final class Join implements LocalReplica.WriteStep {
        private final long intended;
        private final RecordKey key;
        private final Versions delta;
        private final Stored done;
        /** What the hint counted before this step, and what it counts since. */
        private HintLedger.Entry before = HintLedger.Entry.NONE;

        private HintLedger.Entry after = HintLedger.Entry.NONE;
        private boolean isCounted;
        private @Nullable Versions uncovered;

        Join(long intended, RecordKey key, Versions delta, Stored done) {
            this.intended = intended;
            this.key = key;
            this.delta = delta;
            this.done = done;
        }

        @Override
        public @Nullable Versions next(Versions current) {
            Versions joined = current.join(delta);
            uncovered = joined.valueCount() > delta.valueCount() ? joined.withoutValues() : null;
            if (joined.sameAs(current)) {
                return null;
            }
            before = HintLedger.Entry.of(key, current);
            after = HintLedger.Entry.of(key, joined);
            ledger.replacing(intended, before, after);
            isCounted = true;
            counters.stored += current.isEmpty() ? 1 : 0;
            return joined;
        }

        @Override
        public void done(Verdict verdict) {
            if (isCounted) {
                ledger.replaced(intended, before, after, verdict == Verdict.OK);
            }
            done.done(verdict, verdict == Verdict.OK ? uncovered : null);
        }
    }
}
