package io.kindred.cluster.core;

import io.kindred.cluster.message.Guard;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.quorum.Coordination;
import io.kindred.cluster.quorum.Router;
import io.kindred.cluster.quorum.TermBook;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Term;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Whether this node, as a replica, lets an update read or write, and for what its answer counts. */
final class UpdateAdmission {
    private final Coordination node;
    private final Router router;
    private final TermBook terms;

    UpdateAdmission(Coordination node) {
        this.node = node;
        this.router = node.router();
        this.terms = node.terms();
    }

    /**
     * Whether an update may read or write here: not from an older ring, and not under a lower term. A greater one is kept
     * first. Replicas of other datacenters have terms of their own.
     */
    void admit(long from, Guard guard, RecordKey key, Consumer<Verdict> refused, Runnable admitted) {
        int partition = key.partition();
        if (isFar(guard)) {
            admitted.run();
        } else if (router.isOld(guard, key)) {
            router.redirect(from, key);
            refused.accept(Verdict.OLD_RING);
        } else {
            terms.keep(partition, guard.term(), kept -> {
                if (kept != Verdict.OK) {
                    refused.accept(kept);
                } else if (isOutranked(guard, partition)) {
                    refused.accept(Verdict.OLD_TERM);
                } else {
                    admitted.run();
                }
            });
        }
    }

    /** Whether an update comes from a datacenter that has terms of its own. */
    boolean isFar(Guard guard) {
        return guard.datacenter() != node.terms().datacenter();
    }

    boolean isOutranked(Guard guard, int partition) {
        return terms.kept(partition).isAbove(guard.term());
    }

    /** What a replica that does not count as one of the key's own says of what it has done. */
    Verdict counted(Verdict verdict, @Nullable Guard guard, RecordKey key) {
        boolean asOwn = (guard != null && isFar(guard)) || terms.counts(key.partition());
        return verdict != Verdict.OK || asOwn ? verdict : Verdict.UNCOUNTED;
    }

    /** The term that a refusal shows. */
    Term shown(Verdict refusal, RecordKey key) {
        return refusal == Verdict.OLD_TERM ? terms.kept(key.partition()) : Term.NONE;
    }
}
