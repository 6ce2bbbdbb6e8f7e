package io.kindred.cluster.core;

import io.kindred.cluster.antientropy.ReapMarks;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.quorum.Clocks;
import io.kindred.cluster.quorum.Latencies;
import io.kindred.cluster.ring.StorageKey;
import io.kindred.cluster.version.CorruptRecordException;
import io.kindred.cluster.version.Versions;
import io.kindred.cluster.version.VersionsCodec;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Goes once through each partition whose reap mark has risen, and drops what counts as absent since: in small steps, one
 * after the other, with a pause behind each, a longer one while this node's requests take longer than they used to.
 */
final class Reaper {
    private static final int ENTRIES_A_STEP = 256;
    private static final long PAUSE_NANOS = 2_000_000L;
    private static final long STRAINED_PAUSE_NANOS = 200_000_000L;
    private static final long RETRY_NANOS = 1_000_000_000L;

    private final Desk desk;
    private final Replica replica;
    private final ReapMarks marks;
    private final Clocks clocks;
    private final Latencies latencies;
    private final int lastDb;
    private final ReapCounters counters;
    private final TreeSet<Integer> waiting = new TreeSet<>();
    /** By partition, what the last walk has left. */
    private final int[] left;

    private int partition = -1;
    private byte[] from = {};
    private int found;
    private boolean busy;
    private long dueNanos;

    Reaper(Reaping.Parts parts, Clocks clocks, ReapCounters counters) {
        this.desk = parts.desk();
        this.replica = parts.replica();
        this.marks = parts.marks();
        this.clocks = clocks;
        this.latencies = parts.latencies();
        this.lastDb = parts.config().databases() - 1;
        this.left = new int[parts.config().partitions()];
        this.counters = counters;
    }

    /** The partition's mark has risen. */
    void reap(int risen) {
        if (waiting.isEmpty() && partition < 0) {
            dueNanos = clocks.nanos();
        }
        waiting.add(risen);
        counters.partitionsWaiting = waiting.size();
    }

    long nextTickNanos() {
        return busy || (partition < 0 && waiting.isEmpty()) ? Long.MAX_VALUE : dueNanos;
    }

    void onTick() {
        if (busy || clocks.nanos() - dueNanos < 0) {
            return;
        }
        if (partition < 0) {
            Integer next = waiting.pollFirst();
            if (next == null) {
                return;
            }
            partition = next;
            from = StorageKey.from(partition, 0, 0);
            found = 0;
            counters.partitionsWaiting = waiting.size();
            counters.position = partition;
        }
        busy = true;
        desk.scan(from, StorageKey.end(partition, lastDb), ENTRIES_A_STEP, this::onScanned);
    }

    private void onScanned(Event.Scanned scanned) {
        if (scanned.failure() != null) {
            goOn(null, false);
            return;
        }
        Drops drops = new Drops(verdict -> goOn(scanned.next(), verdict == Verdict.OK));
        for (int i = 0; i < scanned.keys().size(); i++) {
            byte[] key = scanned.keys().get(i);
            Versions held = StorageKey.isValid(key) ? decoded(scanned.values().get(i)) : null;
            if (held == null || held.goneAt() == Long.MAX_VALUE) {
                continue;
            }
            if (held.goneAt() <= marks.of(partition)) {
                drops.add();
                boolean expired = held.valueCount() > 0;
                replica.reap(key, (verdict, dropped) -> {
                    count(dropped, expired);
                    drops.dropped(verdict);
                });
            } else if (held.valueCount() == 0) {
                found++;
            }
        }
        drops.end();
    }

    private void count(boolean dropped, boolean expired) {
        if (dropped) {
            counters.expired += expired ? 1 : 0;
            counters.tombstones += expired ? 0 : 1;
        }
    }

    /** What cannot be read is the scrub's to tell of. */
    private static @Nullable Versions decoded(byte[] record) {
        try {
            return VersionsCodec.decode(record);
        } catch (CorruptRecordException damage) {
            return null;
        }
    }

    private void goOn(byte @Nullable [] next, boolean ok) {
        busy = false;
        if (!ok) {
            // From the same place, when the disk may have come back.
            dueNanos = clocks.nanos() + RETRY_NANOS;
            return;
        }
        dueNanos = clocks.nanos() + (latencies.isStrained() ? STRAINED_PAUSE_NANOS : PAUSE_NANOS);
        if (next != null) {
            from = next;
            return;
        }
        counters.tombstonesLeft += found - left[partition];
        left[partition] = found;
        partition = -1;
    }
}
