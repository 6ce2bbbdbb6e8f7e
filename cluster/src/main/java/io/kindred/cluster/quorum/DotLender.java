package io.kindred.cluster.quorum;

import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.version.Dot;
import io.kindred.cluster.version.VersionVector;
import io.kindred.cluster.version.Versions;
import org.jspecify.annotations.Nullable;

/** Gives dots to writes that other nodes coordinate, with what this node has seen of the key. */
public final class DotLender {
    private final LocalReplica replica;
    private final HintKeeper hints;
    private final Router router;

    public DotLender(LocalReplica replica, HintKeeper hints, Router router) {
        this.replica = replica;
        this.hints = hints;
        this.router = router;
    }

    /** Receives a dot, and the key's container without its values; both null unless the verdict is {@code OK}. */
    public interface Borrower {
        void lent(Verdict verdict, @Nullable Dot dot, @Nullable Versions held);
    }

    /** As a replica of the key, after every step that the key has waiting. */
    void lend(byte[] storageKey, VersionVector seen, Borrower borrower) {
        replica.write(storageKey, new Loan(storageKey, seen, borrower));
    }

    /** For a key none of whose replicas can be reached: above what this node holds for them. */
    void lendAsStandIn(byte[] storageKey, VersionVector seen, Borrower borrower) {
        long[] replicas = router.replicasOf(storageKey);
        hints.read(storageKey, replicas, (verdict, versions) -> {
            if (verdict != Verdict.OK || versions == null) {
                borrower.lent(verdict, null, null);
            } else {
                Dot dot = replica.lendDotAsStandIn(storageKey, versions.clock(), seen);
                borrower.lent(Verdict.OK, dot, versions.withoutValues());
            }
        });
    }

    private final class Loan implements LocalReplica.WriteStep {
        private final byte[] storageKey;
        private final VersionVector seen;
        private final Borrower borrower;
        private @Nullable Dot dot;
        private @Nullable Versions held;

        Loan(byte[] storageKey, VersionVector seen, Borrower borrower) {
            this.storageKey = storageKey;
            this.seen = seen;
            this.borrower = borrower;
        }

        @Override
        public @Nullable Versions next(Versions current) {
            dot = replica.lendDot(storageKey, current.clock(), seen);
            held = current.withoutValues();
            return null;
        }

        @Override
        public void done(Verdict verdict) {
            boolean ok = verdict == Verdict.OK;
            borrower.lent(verdict, ok ? dot : null, ok ? held : null);
        }
    }
}
