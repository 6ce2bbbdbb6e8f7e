package io.kindred.cluster.quorum;

import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Term;
import java.util.function.Consumer;

/** The terms of this node's partitions, in its datacenter; docs/updates.md has the protocol. */
public interface TermBook {
    /** What stands for the datacenter in {@link io.kindred.cluster.version.TermMark}. */
    long datacenter();

    /** The newest term that is known here. */
    Term kept(int partition);

    /** The term that this node runs the partition's updates under; none: it has to claim one first. */
    Term held(int partition);

    /** Whether this node counts as one of the partition's own replicas. */
    boolean counts(int partition);

    /** Keeps a term that somebody has shown, unless a greater one is kept. Told {@code OK} once that is on the disk for good. */
    void keep(int partition, Term shown, Consumer<Verdict> told);

    /**
     * Claims, unless this node holds a term that is not below {@code above}.
     *
     * @param storageKey any of the partition
     */
    void hold(RecordKey storageKey, Term above, long deadlineNanos, Consumer<Claimed> told);

    /** How a claim has ended. */
    enum Claimed {
        HELD,
        /** Too many of the own replicas are gone, or time was up. */
        NOT_NOW,
        /** Too many of them are there, and do not count, or their disks fail. */
        TOO_FEW
    }
}
