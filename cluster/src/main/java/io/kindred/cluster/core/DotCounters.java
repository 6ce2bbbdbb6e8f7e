package io.kindred.cluster.core;

import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Actor;
import io.kindred.cluster.version.Floors;
import io.kindred.cluster.version.VersionVector;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Which counters this node may give to new dots: above what a key's container has seen, above what was lent for the key,
 * and above its partition's floor, which remembers counters that no container tells of any more. A counter that was given
 * and undone is burnt: it raises the floor, too.
 */
final class DotCounters {
    private Actor self;
    private final Floors floors;
    /** What of the floors is in the log, or on its way there. */
    private final Floors durable;

    private final LentDots lent;
    /** Partitions whose floor was raised by a dot that was undone or lent, and is not durable yet. */
    private final TreeSet<Integer> burnt = new TreeSet<>();

    private int unsaved;

    /** Stores a partition's floor; {@code done} is told whether it is durable. */
    interface Save {
        void save(int partition, long floor, Consumer<Boolean> done);
    }

    DotCounters(Actor self, int partitions, LentDots lent) {
        this.self = self;
        this.floors = new Floors(partitions);
        this.durable = new Floors(partitions);
        this.lent = lent;
    }

    /** Gives dots of this actor from now on. Floors are of numbers, whoever's they are. */
    void become(Actor actor) {
        self = actor;
    }

    /** A floor that the last life has stored. */
    void recover(int partition, long floor) {
        floors.raise(partition, floor);
        durable.raise(partition, floor);
    }

    long next(RecordKey storageKey, VersionVector held, VersionVector context) {
        long floor = floors.floor(storageKey.partition());
        return VersionVector.nextCounter(held, context, Math.max(floor, lent.highest(storageKey)), self);
    }

    /** As {@link #next}, for a write of another node, whose container comes back or does not. */
    long lend(RecordKey storageKey, VersionVector held, VersionVector context, long nowNanos) {
        long counter = next(storageKey, held, context);
        lent.add(storageKey, counter, nowNanos);
        giveUpLoans(nowNanos);
        return counter;
    }

    /** As {@link #lend}, where no container here will tell of the dot for sure: so the floor does. */
    long lendAsStandIn(RecordKey storageKey, VersionVector held, VersionVector context) {
        long counter = next(storageKey, held, context);
        burn(storageKey.partition(), counter);
        return counter;
    }

    /** Dots that were lent long ago and have not come back count as burnt. */
    void giveUpLoans(long nowNanos) {
        for (LentDots.Loan loan = lent.expired(nowNanos); loan != null; loan = lent.expired(nowNanos)) {
            burn(loan.key().partition(), loan.counter());
        }
    }

    /**
     * A container is written that knows of these dots.
     *
     * @return the counter that had been lent for its key and is not any more; 0: none
     */
    long written(RecordKey storageKey, VersionVector clock) {
        return lent.isEmpty() ? 0 : lent.seen(storageKey, clock.highest(self));
    }

    /** Others may have read the dot before it was undone, so it must not be given again, ever. */
    void burn(int partition, long counter) {
        floors.raise(partition, counter);
        burnt.add(partition);
    }

    /** Before a container is dropped: makes the floor durable ahead of what follows in the log, unless it is already. */
    void keep(int partition, VersionVector clock, Save save) {
        keep(partition, clock.highest(self), save);
    }

    /** As above where the container cannot be read, and may have had counters that nobody else has seen. */
    void keepAbove(int partition, VersionVector clock, long unseenMax, Save save) {
        // What was lost may have been given above the floor that an earlier loss has raised.
        keep(partition, Math.max(clock.highest(self), floors.floor(partition)) + unseenMax, save);
    }

    private void keep(int partition, long counter, Save save) {
        floors.raise(partition, counter);
        if (counter > 0 && durable.raise(partition, floors.floor(partition))) {
            save(partition, save);
        }
    }

    boolean hasBurnt() {
        return !burnt.isEmpty();
    }

    /** The disk takes writes again: the floors that burnt dots have raised go there. */
    void keepBurnt(Save save) {
        List<Integer> partitions = List.copyOf(burnt);
        burnt.clear();
        for (int partition : partitions) {
            durable.raise(partition, floors.floor(partition));
            save(partition, save);
        }
    }

    private void save(int partition, Save save) {
        unsaved++;
        save.save(partition, floors.floor(partition), ok -> {
            unsaved--;
            if (!ok) {
                burnt.add(partition);
            }
        });
    }

    /** Whether a stop now would forget a counter that was given. */
    boolean hasUnsaved() {
        return !burnt.isEmpty() || unsaved > 0 || !lent.isEmpty();
    }
}
