package io.kindred.cluster.term;

import io.kindred.cluster.version.Term;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a node knows of the term of one partition. Owned by: {@link Terms}. */
final class PartitionTerm {
    final int partition;
    /** The newest one that is known: nothing is done under a lower one. */
    Term kept = Term.NONE;
    /** On the disk for good; only this may be told. */
    Term durable = Term.NONE;
    /** This node's, from when a majority has granted it until a greater one is known. None of an earlier life. */
    Term held = Term.NONE;
    /** Who served the partition before this node, while it has not met enough of them to count; none: it counts. */
    List<Long> formers = List.of();

    /** Rises with each change of the two. */
    long version;

    long versionOnDisk;
    /** When {@link #kept} was granted here in this life. */
    long grantedNanos;

    boolean isGranted;
    boolean isSaving;

    @Nullable
    ClaimCore claim;

    final List<Waiter> waiters = new ArrayList<>(1);

    /** Who waits for a version to be on the disk. */
    record Waiter(long version, Consumer<Boolean> told) {}

    PartitionTerm(int partition) {
        this.partition = partition;
    }

    /** A greater term ends what this node holds. */
    void raise(Term term) {
        if (term.isAbove(kept)) {
            kept = term;
            version++;
            isGranted = false;
            held = Term.NONE;
        }
    }

    /** Whether the node counts as one of the partition's own replicas. */
    boolean counts() {
        return formers.isEmpty();
    }

    void await(List<Long> awaited) {
        if (!formers.equals(awaited)) {
            formers = List.copyOf(awaited);
            version++;
        }
    }
}
