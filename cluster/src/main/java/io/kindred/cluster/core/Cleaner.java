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
    private final int lastDb;
    private @Nullable Job job;
    private boolean paused;
    private long resumeAtNanos;

    /** @param from where to read on; null: nothing is left */
    @SuppressWarnings("ArrayRecordComponent") // Identity is never asked of it.
    private record Job(int partition, BooleanSupplier still, Consumer<Boolean> done, byte @Nullable [] from) {}

    Cleaner(Desk desk, Replica replica, Clocks clocks, Latencies latencies, int databases) {
        this.desk = desk;
        this.replica = replica;
        this.clocks = clocks;
        this.latencies = latencies;
        this.lastDb = databases - 1;
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
        job = new Job(partition, still, done, StorageKey.from(partition, 0, 0));
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
        byte[] from = now.from();
        if (!now.still().getAsBoolean()) {
            end(now, false);
        } else if (from == null) {
            end(now, true);
        } else {
            // The databases of a partition lie one behind the other.
            desk.scan(
                    from, StorageKey.end(now.partition(), lastDb), ENTRIES_A_STEP, scanned -> onScanned(now, scanned));
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
        Drops drops = new Drops(verdict -> dropped(now, scanned.next(), verdict));
        for (byte[] key : scanned.keys()) {
            if (StorageKey.isValid(key)) {
                drops.add();
                replica.dropUnowned(key, now.still(), drops::dropped);
            }
        }
        drops.end();
    }

    private void dropped(Job now, byte @Nullable [] next, Verdict verdict) {
        if (verdict != Verdict.OK) {
            end(now, false);
            return;
        }
        job = new Job(now.partition(), now.still(), now.done(), next);
        goOn();
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
