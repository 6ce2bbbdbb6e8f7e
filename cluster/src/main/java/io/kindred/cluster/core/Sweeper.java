package io.kindred.cluster.core;

import io.kindred.cluster.antientropy.ScrubTask;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.quorum.FlushStamps;
import io.kindred.cluster.ring.StorageKey;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Drops what a flush has left behind, one small step after the other, raising each partition's floor before. What it
 * has not come to yet is hidden by the flush stamp already. A sweep that is through is remembered, so that a start does
 * not repeat it.
 */
final class Sweeper implements ScrubTask {
    private static final int ENTRIES_A_STEP = 64;

    private final Desk desk;
    private final Replica replica;
    private final FlushStamps flushStamps;
    private final FlushStamps swept;
    private final int partitions;
    /** What is still to be swept, the one under way first. */
    private final ArrayDeque<Sweep> sweeps = new ArrayDeque<>();

    /** One database's, up to the stamp that it had when the sweep began. */
    private static final class Sweep {
        final int db;
        final long stamp;
        int partition;
        byte[] from;

        Sweep(int db, long stamp) {
            this.db = db;
            this.stamp = stamp;
            this.from = StorageKey.from(0, db, 0);
        }

        void next() {
            partition++;
            from = StorageKey.from(partition, db, 0);
        }
    }

    /** @param swept per database, the flush stamp up to which a sweep is through */
    Sweeper(Desk desk, Replica replica, FlushStamps flushStamps, FlushStamps swept, int partitions) {
        this.desk = desk;
        this.replica = replica;
        this.flushStamps = flushStamps;
        this.swept = swept;
        this.partitions = partitions;
    }

    /** After a start: what an earlier life flushed and did not sweep. */
    void resume() {
        for (int db = 0; db < flushStamps.databases(); db++) {
            sweep(db);
        }
    }

    /** A sweep of this database that is under way goes on to its end; the new one comes after it. */
    void sweep(int db) {
        if (flushStamps.of(db) > swept.of(db)) {
            sweeps.removeIf(waiting -> waiting.db == db && waiting != sweeps.peek());
            sweeps.add(new Sweep(db, flushStamps.of(db)));
        }
    }

    @Override
    public String name() {
        return "sweep";
    }

    @Override
    public boolean isWanted() {
        return !sweeps.isEmpty();
    }

    @Override
    public long pauseNanos() {
        return 0;
    }

    @Override
    public void step(Consumer<Step> told) {
        Sweep sweep = sweeps.element();
        // Where the engine counts nothing a flush has hidden no value, and what tombstones there are do no harm.
        while (sweep.partition < partitions && desk.countsNothing(sweep.partition, sweep.db)) {
            // What was hidden may have been deleted meanwhile.
            desk.swept(sweep.partition, sweep.db);
            sweep.next();
        }
        if (sweep.partition == partitions) {
            end(sweep);
            told.accept(Step.of(partitions - 1, 0));
            return;
        }
        desk.scan(
                sweep.from,
                StorageKey.end(sweep.partition, sweep.db),
                ENTRIES_A_STEP,
                scanned -> onScanned(sweep, scanned, told));
    }

    private void onScanned(Sweep sweep, Event.Scanned scanned, Consumer<Step> told) {
        Drops drops = new Drops(verdict -> {
            boolean ok = scanned.failure() == null && verdict == Verdict.OK;
            int partition = sweep.partition;
            if (ok) {
                goOn(sweep, scanned.next());
            } else {
                // What is left stays hidden until the disk takes writes again: the partition is swept anew.
                sweep.from = StorageKey.from(sweep.partition, sweep.db, 0);
            }
            told.accept(ok ? Step.of(partition, scanned.keys().size()) : Step.later(partition));
        });
        for (int i = 0; i < scanned.keys().size(); i++) {
            byte[] key = scanned.keys().get(i);
            if (StorageKey.isValid(key)
                    && replica.isFlushed(key, scanned.values().get(i))) {
                drops.add();
                replica.dropIfFlushed(key, drops::dropped);
            }
        }
        drops.end();
    }

    private void goOn(Sweep sweep, byte @Nullable [] next) {
        if (next != null) {
            sweep.from = next;
        } else {
            desk.swept(sweep.partition, sweep.db);
            sweep.next();
        }
    }

    private void end(Sweep sweep) {
        sweeps.remove();
        if (swept.raise(sweep.db, sweep.stamp)) {
            replica.persistMeta(MetaKey.of(MetaKey.SWEPT, sweep.db), MetaKey.value(sweep.stamp));
        }
    }
}
