package io.kindred.cluster.core;

import io.kindred.cluster.antientropy.ScrubTask;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.ring.Keyspace;
import io.kindred.cluster.ring.RecordKey;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Deletes the records of a partition that this node has given up, in small steps. Each record's floor is raised before it
 * goes.
 */
final class Cleaner implements ScrubTask {
    private static final int ENTRIES_A_STEP = 64;

    private final KeyspaceService keyspace;
    private final RecordDrops records;
    private final Losses losses;
    private final int lastDb;
    private @Nullable Job job;

    /** @param from where to read on */
    @SuppressWarnings("ArrayRecordComponent") // Identity is never asked of it.
    private record Job(int partition, BooleanSupplier still, Consumer<Boolean> done, byte[] from) {}

    Cleaner(LocalData data) {
        this.keyspace = data.keyspace();
        this.records = data.drops();
        this.losses = data.losses();
        this.lastDb = data.config().databases() - 1;
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
        job = new Job(partition, still, done, Keyspace.from(partition, 0, 0));
    }

    @Override
    public String name() {
        return "clean";
    }

    @Override
    public boolean isWanted() {
        return job != null;
    }

    @Override
    public long pauseNanos() {
        return 0;
    }

    @Override
    public void step(Consumer<Step> told) {
        Job now = job;
        if (now == null) {
            throw new IllegalStateException("nothing is to be deleted");
        }
        if (!now.still().getAsBoolean()) {
            end(now, false);
            told.accept(Step.of(now.partition(), 0));
            return;
        }
        // The databases of a partition lie one behind the other.
        keyspace.scan(
                now.from(),
                Keyspace.end(now.partition(), lastDb),
                ENTRIES_A_STEP,
                scanned -> onScanned(now, scanned, told));
    }

    private void onScanned(Job now, Event.Scanned scanned, Consumer<Step> told) {
        Drops drops = new Drops(verdict -> {
            boolean ok = scanned.failure() == null && verdict == Verdict.OK;
            if (scanned.failure() == StoreFailure.DAMAGED) {
                // All owners have the partition: what cannot be read of it is to go, like the rest.
                losses.acceptLoss(now.partition(), accepted -> {});
            }
            byte[] next = scanned.next();
            if (!ok || next == null) {
                end(now, ok);
            } else {
                job = new Job(now.partition(), now.still(), now.done(), next);
            }
            told.accept(ok ? Step.of(now.partition(), scanned.keys().size()) : Step.later(now.partition()));
        });
        for (RecordKey key : scanned.keys()) {
            drops.add();
            records.dropUnowned(key, now.still(), drops::dropped);
        }
        drops.end();
    }

    private void end(Job ended, boolean gone) {
        job = null;
        ended.done().accept(gone);
    }
}
