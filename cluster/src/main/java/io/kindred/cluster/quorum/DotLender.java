package io.kindred.cluster.quorum;

import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Dot;
import io.kindred.cluster.version.VersionVector;
import io.kindred.cluster.version.Versions;
import org.jspecify.annotations.Nullable;

/** Gives dots to writes that other nodes coordinate, with what this node has seen of the key. */
public final class DotLender {
    private final LocalReplica replica;
    private final HintKeeper hints;
    private final Router router;
    private final QuorumSettings settings;
    private final QuorumCounters counters;

    public DotLender(
            LocalReplica replica, HintKeeper hints, Router router, QuorumSettings settings, QuorumCounters counters) {
        this.replica = replica;
        this.hints = hints;
        this.router = router;
        this.settings = settings;
        this.counters = counters;
    }

    /** Receives a dot, and the key's container with their lengths in place of its values; both null unless the verdict is {@code OK}. */
    public interface Borrower {
        void lent(Verdict verdict, @Nullable Dot dot, @Nullable Versions held);
    }

    /** As a replica of the key, after every step that the key has waiting. */
    void lend(RecordKey storageKey, VersionVector seen, Borrower borrower) {
        replica.write(storageKey, new Loan(storageKey, null, seen, borrower));
    }

    /** For a key none of whose replicas can be reached: above all that this node holds of it. */
    void lendAsStandIn(RecordKey storageKey, VersionVector seen, Borrower borrower) {
        long[] replicas = router.replicasOf(storageKey);
        hints.read(storageKey, replicas, (verdict, versions) -> {
            if (verdict != Verdict.OK || versions == null) {
                borrower.lent(verdict, null, null);
            } else {
                replica.write(storageKey, new Loan(storageKey, versions, seen, borrower));
            }
        });
    }

    /**
     * @param hinted what is held of the key for its replicas, where this node lends as a stand-in. It may have a container
     *     of its own all the same, from a time when it was a replica.
     */
    private final class Loan implements LocalReplica.WriteStep {
        private final RecordKey storageKey;
        private final @Nullable Versions hinted;
        private final VersionVector seen;
        private final Borrower borrower;
        private @Nullable Dot dot;
        private @Nullable Versions held;

        Loan(RecordKey storageKey, @Nullable Versions hinted, VersionVector seen, Borrower borrower) {
            this.storageKey = storageKey;
            this.hinted = hinted;
            this.seen = seen;
            this.borrower = borrower;
        }

        @Override
        public @Nullable Versions next(Versions current) {
            Versions others = hinted;
            if (others != null) {
                Versions known = current.join(others);
                dot = replica.lendDotAsStandIn(storageKey, known.clock(), seen);
                held = known.withLengths();
                return null;
            }
            // The write is coordinated elsewhere, and the clock cut here: a replica that only merges never cuts it.
            Versions trimmed = current.truncate(settings.clockEntriesMax(), replica.reapMark(storageKey));
            counters.clockPrunes += current.clock().entries() - trimmed.clock().entries();
            dot = replica.lendDot(storageKey, current.clock(), seen);
            held = trimmed.withLengths();
            return trimmed.sameAs(current) ? null : trimmed;
        }

        @Override
        public boolean isBlind() {
            return true;
        }

        @Override
        public void done(Verdict verdict) {
            boolean ok = verdict == Verdict.OK;
            borrower.lent(verdict, ok ? dot : null, ok ? held : null);
        }
    }
}
