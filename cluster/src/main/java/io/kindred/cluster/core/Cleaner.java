package io.kindred.cluster.core;

import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.quorum.Clocks;
import io.kindred.cluster.quorum.Latencies;
import io.kindred.cluster.ring.StorageKey;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Deletes the records of a partition that this node has given up: in small steps, one at a time, with pauses while this
 * node's own requests take longer than they used to. Each record's floor is raised before it goes.
 */
final class Cleaner {
    private static final int ENTRIES_A_STEP = 256;
    private static final long PAUSE_NANOS = 50_000_000L;

    private final Desk desk;
    private final Replica replica;
    private final Clocks clocks;
    private final Latencies latencies;
    private final int databases;
    private @Nullable Job job;
    private boolean paused;
    private long resumeAtNanos;
    private long deleted;

    private record Job(int partition, BooleanSupplier still, Consumer<Boolean> done, int db, byte[] from) {
        Job at(int newDb, byte[] newFrom) {
            return new Job(partition, still, done, newDb, newFrom);
        }
    }

    Cleaner(Desk desk, Replica replica, Clocks clocks, Latencies latencies, int databases) {
        this.desk = desk;
        this.replica = replica;
        this.clocks = clocks;
        this.latencies = latencies;
        this.databases = databases;
    }

    /** Records that have gone since the start. */
    long deleted() {
        return deleted;
    }

    /**
     * Deletes one partition. One at a time.
     *
     * @param still whether that is still wanted
     * @param done true: nothing is left of it
     */
    void delete(int partition, BooleanSupplier still, Consumer<Boolean> done) {
        if (job != null) {
            throw new IllegalStateException("one partition at a time");
        }
        job = new Job(partition, still, done, 0, StorageKey.from(partition, 0, 0));
        step();
    }

    long nextTickNanos() {
        return paused ? resumeAtNanos : Long.MAX_VALUE;
    }

    void onTick() {
        if (paused && clocks.nanos() - resumeAtNanos >= 0) {
            paused = false;
            step();
        }
    }

    private void step() {
        Job now = job;
        if (now == null) {
            return;
        }
        if (!now.still().getAsBoolean()) {
            end(now, false);
        } else if (now.db() == databases) {
            end(now, true);
        } else {
            desk.scan(
                    now.from(),
                    StorageKey.end(now.partition(), now.db()),
                    ENTRIES_A_STEP,
                    scanned -> onScanned(now, scanned));
        }
    }

    private void end(Job ended, boolean gone) {
        job = null;
        ended.done().accept(gone);
    }

    private void onScanned(Job now, Event.Scanned scanned) {
        if (scanned.failure() != null) {
            end(now, false);
            return;
        }
        Step step = new Step(now, scanned.next());
        for (byte[] key : scanned.keys()) {
            if (StorageKey.isValid(key)) {
                step.missing++;
                replica.dropUnowned(key, now.still(), step::dropped);
            }
        }
        step.dropped(Verdict.OK);
    }

    /** The drops of one scan step; the next one follows when all of them are durable. */
    private final class Step {
        private final Job of;
        private final byte @Nullable [] next;
        /** One more than the drops under way, until all of them have been asked for. */
        private int missing = 1;

        private Verdict worst = Verdict.OK;

        Step(Job of, byte @Nullable [] next) {
            this.of = of;
            this.next = next;
        }

        void dropped(Verdict verdict) {
            worst = verdict == Verdict.OK ? worst : verdict;
            missing--;
            if (missing > 0) {
                deleted += verdict == Verdict.OK ? 1 : 0;
                return;
            }
            byte[] rest = next;
            if (worst != Verdict.OK) {
                end(of, false);
                return;
            }
            job = rest != null
                    ? of.at(of.db(), rest)
                    : of.at(of.db() + 1, StorageKey.from(of.partition(), of.db() + 1, 0));
            goOn();
        }
    }

    private void goOn() {
        if (latencies.isStrained()) {
            paused = true;
            resumeAtNanos = clocks.nanos() + PAUSE_NANOS;
        } else {
            step();
        }
    }
}
