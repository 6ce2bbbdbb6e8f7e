package io.kindred.cluster.core;

import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.quorum.FlushStamps;
import io.kindred.cluster.ring.StorageKey;
import java.util.ArrayDeque;

/**
 * Drops what a flush has left behind, one small step after the other, raising each partition's floor before. What it
 * has not come to yet is hidden by the flush stamp already.
 */
final class Sweeper {
    private static final int ENTRIES_A_STEP = 256;

    private final Desk desk;
    private final Replica replica;
    private final FlushStamps flushStamps;
    private final int partitions;
    private final ArrayDeque<Integer> databases = new ArrayDeque<>();
    private boolean busy;
    private int partition;
    private byte[] position = new byte[0];
    private long dropped;

    Sweeper(Desk desk, Replica replica, FlushStamps flushStamps, int partitions) {
        this.desk = desk;
        this.replica = replica;
        this.flushStamps = flushStamps;
        this.partitions = partitions;
    }

    /** Sweeps this database, from its start if it is being swept already. */
    void sweep(int db) {
        if (databases.remove((Integer) db)) {
            partition = 0;
            position = new byte[0];
        }
        databases.add(db);
        step();
    }

    long dropped() {
        return dropped;
    }

    private void step() {
        Integer db = databases.peek();
        if (busy || db == null) {
            return;
        }
        busy = true;
        byte[] from = position.length == 0 ? StorageKey.from(partition, db, 0) : position;
        desk.scan(from, StorageKey.end(partition, db), ENTRIES_A_STEP, this::onScanned);
    }

    private void onScanned(Event.Scanned scanned) {
        for (byte[] key : scanned.keys()) {
            if (StorageKey.isValid(key)) {
                position = key;
                replica.dropIfFlushed(key, () -> dropped++);
            }
        }
        if (scanned.done() || scanned.failure() != null || scanned.keys().isEmpty()) {
            position = new byte[0];
            partition++;
        }
        if (partition == partitions) {
            partition = 0;
            databases.remove();
        }
        replica.barrier(verdict -> resume(verdict));
    }

    /** A failed step leaves its records hidden; the next flush or start sweeps them. */
    private void resume(Verdict verdict) {
        busy = false;
        if (verdict != Verdict.OK) {
            databases.clear();
            return;
        }
        step();
    }

    /** After a start: what an earlier life flushed may not have been swept. */
    void sweepAllFlushed() {
        for (int db = 0; db < flushStamps.databases(); db++) {
            if (flushStamps.of(db) > 0) {
                sweep(db);
            }
        }
    }
}
