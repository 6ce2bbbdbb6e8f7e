package io.kindred.cluster.core;

import io.kindred.cluster.antientropy.ScrubTask;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.quorum.FlushStamps;
import io.kindred.cluster.ring.Keyspace;
import io.kindred.cluster.ring.RecordKey;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Drops what a flush has left behind, one small step after the other, raising each partition's floor before. What it
 * has not come to yet is hidden by the flush stamp already. A sweep that is through is remembered, so that a start does
 * not repeat it.
 *
 * <p>A record that cannot be read does not stop it. It is come back to until other replicas have mended it, so that one
 * can see whether it was flushed, or nobody can read it: then the flush takes it along.
 */
final class Sweeper implements ScrubTask {
    private static final int ENTRIES_A_STEP = 64;
    /** So many records that cannot be read are remembered; past them the sweep goes through everything once more. */
    private static final int UNREADABLE_MAX = 1_000;

    private final KeyspaceService keyspace;
    private final RecordDrops records;
    private final Journal journal;
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
        final TreeSet<RecordKey> unreadable = new TreeSet<>();
        boolean isAgain;

        Sweep(int db, long stamp) {
            this.db = db;
            this.stamp = stamp;
            this.from = Keyspace.from(0, db, 0);
        }

        void addUnreadable(RecordKey key) {
            if (unreadable.size() < UNREADABLE_MAX) {
                unreadable.add(key);
            } else {
                isAgain = true;
            }
        }

        void again() {
            isAgain = false;
            partition = 0;
            from = Keyspace.from(0, db, 0);
        }

        boolean isAtStart() {
            return Arrays.equals(from, Keyspace.from(partition, db, 0));
        }

        void next() {
            partition++;
            from = Keyspace.from(partition, db, 0);
        }
    }

    Sweeper(LocalData data) {
        this.keyspace = data.keyspace();
        this.records = data.drops();
        this.journal = data.journal();
        this.flushStamps = data.kept().flushStamps();
        this.swept = data.kept().swept();
        this.partitions = data.config().partitions();
    }

    /** After a start: what an earlier life flushed and did not sweep. */
    void resume() {
        for (int db = 0; db < flushStamps.databases(); db++) {
            sweep(db);
        }
    }

    /** A sweep of this database that is under way goes on to its end; the new one comes after it. */
    void sweep(int db) {
        if (isSweeping(db)) {
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
        // Where nothing has a value a flush has hidden none, and what tombstones there are do no harm.
        while (sweep.partition < partitions && sweep.isAtStart() && keyspace.hasNoValues(sweep.partition, sweep.db)) {
            // What was hidden may have been deleted meanwhile.
            keyspace.swept(sweep.partition, sweep.db);
            sweep.next();
        }
        if (sweep.partition == partitions) {
            settle(sweep, told);
            return;
        }
        if (sweep.isAtStart()) {
            // What is written from now on says so, and what is there is come to.
            keyspace.hasElements(sweep.partition, sweep.db, false);
        }
        keyspace.scan(
                sweep.from,
                Keyspace.end(sweep.partition, sweep.db),
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
                sweep.from = Keyspace.from(sweep.partition, sweep.db, 0);
                keyspace.hasElements(sweep.partition, sweep.db, true);
            }
            told.accept(ok ? Step.of(partition, scanned.keys().size()) : Step.later(partition));
        });
        for (int i = 0; i < scanned.keys().size(); i++) {
            RecordKey key = scanned.keys().get(i);
            RecordDrops.Left left = records.leftOf(key, scanned.values().get(i));
            if (key.hasElement() && left != RecordDrops.Left.LESS) {
                keyspace.hasElements(sweep.partition, sweep.db, true);
            }
            switch (left) {
                case LESS -> {
                    drops.add();
                    records.dropIfFlushed(key, drops::dropped);
                }
                case UNREADABLE -> sweep.addUnreadable(key);
                case ALL -> {}
            }
        }
        drops.end();
    }

    /** Comes back to what could not be read. What still cannot be waits, and lets the next sweep go first. */
    private void settle(Sweep sweep, Consumer<Step> told) {
        if (sweep.unreadable.isEmpty()) {
            if (sweep.isAgain) {
                sweep.again();
            } else {
                end(sweep);
            }
            told.accept(Step.of(partitions - 1, 0));
            return;
        }
        Drops drops = new Drops(verdict -> {
            if (!sweep.unreadable.isEmpty()) {
                sweeps.remove(sweep);
                sweeps.add(sweep);
            }
            told.accept(sweep.unreadable.isEmpty() ? Step.of(partitions - 1, 0) : Step.later(partitions - 1));
        });
        for (RecordKey key : List.copyOf(sweep.unreadable)) {
            drops.add();
            records.dropIfFlushed(key, verdict -> {
                if (verdict == Verdict.OK) {
                    sweep.unreadable.remove(key);
                }
                drops.dropped(verdict);
            });
        }
        drops.end();
    }

    /** Whether what a flush has hidden of a database is still there. */
    boolean isSweeping(int db) {
        return flushStamps.of(db) > swept.of(db);
    }

    private void goOn(Sweep sweep, byte @Nullable [] next) {
        if (next != null) {
            sweep.from = next;
        } else {
            keyspace.swept(sweep.partition, sweep.db);
            sweep.next();
        }
    }

    private void end(Sweep sweep) {
        sweeps.remove(sweep);
        if (swept.raise(sweep.db, sweep.stamp)) {
            journal.persistMeta(MetaKey.of(MetaKey.SWEPT, sweep.db), MetaKey.value(sweep.stamp));
        }
    }
}
