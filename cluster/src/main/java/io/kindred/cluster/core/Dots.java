package io.kindred.cluster.core;

import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.quorum.Clocks;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Actor;
import io.kindred.cluster.version.Dot;
import io.kindred.cluster.version.VersionVector;
import io.kindred.cluster.version.Versions;
import java.util.function.Consumer;

/** The dots that this node gives, and the floors that keep one from being given twice, in the log. */
final class Dots {
    /** No key is written so often without any other replica hearing of it. */
    private static final long UNSEEN_COUNTERS_MAX = 1 << 20;

    private Actor self;
    private final DotCounters counters;
    private final Journal journal;
    private final Clocks clocks;

    Dots(Actor self, DotCounters counters, Journal journal, Clocks clocks) {
        this.self = self;
        this.counters = counters;
        this.journal = journal;
        this.clocks = clocks;
    }

    /** Gives dots of this actor from now on. */
    void become(Actor actor) {
        self = actor;
        counters.become(actor);
    }

    Dot next(RecordKey key, VersionVector held, VersionVector context) {
        return new Dot(self, counters.next(key, held, context));
    }

    Dot lend(RecordKey key, VersionVector held, VersionVector context) {
        return new Dot(self, counters.lend(key, held, context, clocks.nanos()));
    }

    Dot lendAsStandIn(RecordKey key, VersionVector held, VersionVector context) {
        return new Dot(self, counters.lendAsStandIn(key, held, context));
    }

    void giveUpLoans() {
        counters.giveUpLoans(clocks.nanos());
    }

    /**
     * A container is written.
     *
     * @return the counter of a dot of this node that it has seen and the one before it had not, or that had been lent for it
     *     and is not any more; 0: there is none
     */
    long written(RecordKey key, Versions before, Versions after) {
        long highest = after.clock().highest(self);
        long made = highest > before.clock().highest(self) ? highest : 0;
        return Math.max(made, counters.written(key, after.clock()));
    }

    /** Others may have read a dot before it was undone, so it must not be given again. */
    void burn(int partition, long counter) {
        counters.burn(partition, counter);
    }

    /** Before a container is dropped: the log keeps the order, so it is never gone while its counters could be given again. */
    void keep(int partition, VersionVector clock) {
        counters.keep(partition, clock, this::save);
    }

    /** A container of this partition may be lost: the floor leaps over any counter that it may have had. */
    void leap(int partition) {
        leap(partition, VersionVector.EMPTY);
    }

    /** As {@link #leap(int)}, where others have told of this clock. */
    void leap(int partition, VersionVector clock) {
        counters.keepAbove(partition, clock, UNSEEN_COUNTERS_MAX, this::save);
    }

    /** The disk takes writes: the floors that burnt dots have raised go there. */
    void keepBurnt() {
        if (counters.hasBurnt()) {
            counters.keepBurnt(this::save);
        }
    }

    /** Whether a stop now would forget a burnt dot: the next start has to be another incarnation. */
    boolean hasUnsavedFloors() {
        return counters.hasUnsaved();
    }

    private void save(int partition, long floor, Consumer<Boolean> told) {
        journal.persistMeta(
                MetaKey.of(MetaKey.FLOOR, partition),
                MetaKey.value(floor),
                verdict -> told.accept(verdict == Verdict.OK));
    }
}
