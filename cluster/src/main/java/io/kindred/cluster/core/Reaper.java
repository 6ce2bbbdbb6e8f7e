package io.kindred.cluster.core;

import io.kindred.cluster.antientropy.ReapMarks;
import io.kindred.cluster.antientropy.ScrubTask;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.ring.Keyspace;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.transfer.OwnPartitions;
import io.kindred.cluster.version.CorruptRecordException;
import io.kindred.cluster.version.Versions;
import io.kindred.cluster.version.VersionsCodec;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Goes once through each partition whose reap mark has risen, and drops what counts as absent since. */
final class Reaper implements ScrubTask {
    private static final int ENTRIES_A_STEP = 256;
    private static final long PAUSE_NANOS = 2_000_000L;

    private final KeyspaceService keyspace;
    private final RecordDrops records;
    private final ReapMarks marks;
    private final int lastDb;
    private final ReapCounters counters;
    private final OwnPartitions own;
    private final TreeSet<Integer> waiting = new TreeSet<>();
    /** By partition, what the last walk has left. */
    private final int[] left;

    private int partition = -1;
    private byte[] from = {};
    private int found;

    Reaper(LocalData data, OwnPartitions own, ReapCounters counters) {
        this.keyspace = data.keyspace();
        this.records = data.drops();
        this.marks = data.kept().marks();
        this.lastDb = data.config().databases() - 1;
        this.left = new int[data.config().partitions()];
        this.counters = counters;
        this.own = own;
    }

    /** The partition's mark has risen. */
    void reap(int risen) {
        waiting.add(risen);
        counters.partitionsWaiting = waiting.size();
    }

    /**
     * Whether a partition is older here than its mark says: this node has found less than it had, and took the mark over from
     * another owner. Whatever is settled by it the owners have, or it was deleted: so it goes from here before anybody
     * is given it.
     */
    boolean isPurging(int asked) {
        return isOlder(asked) && (asked == partition || waiting.contains(asked));
    }

    private boolean isOlder(int asked) {
        return own.isDoubted() && !own.holds(asked);
    }

    @Override
    public String name() {
        return "reap";
    }

    @Override
    public boolean isWanted() {
        return partition >= 0 || !waiting.isEmpty();
    }

    @Override
    public long pauseNanos() {
        return PAUSE_NANOS;
    }

    @Override
    public void step(Consumer<Step> told) {
        if (partition < 0) {
            partition = waiting.first();
            waiting.remove(partition);
            from = Keyspace.from(partition, 0, 0);
            found = 0;
            counters.partitionsWaiting = waiting.size();
        }
        keyspace.scan(from, Keyspace.end(partition, lastDb), ENTRIES_A_STEP, scanned -> onScanned(scanned, told));
    }

    private void onScanned(Event.Scanned scanned, Consumer<Step> told) {
        Drops drops = new Drops(verdict -> {
            // What failed is tried again from the same place, when the disk may have come back.
            boolean ok = scanned.failure() == null && verdict == Verdict.OK;
            int where = partition;
            if (ok) {
                goOn(scanned.next());
            }
            told.accept(ok ? Step.of(where, scanned.keys().size()) : Step.later(where));
        });
        for (int i = 0; i < scanned.keys().size(); i++) {
            RecordKey key = scanned.keys().get(i);
            Versions held = decoded(scanned.values().get(i));
            if (held != null && isOlder(partition) && held.newestStamp() <= marks.of(partition)) {
                drops.add();
                records.dropSettled(key, (verdict, dropped) -> drops.dropped(verdict));
                continue;
            }
            if (held == null || held.goneAt() == Long.MAX_VALUE) {
                continue;
            }
            if (held.goneAt() <= marks.of(partition)) {
                drops.add();
                boolean expired = held.winner() != null;
                records.reap(key, (verdict, dropped) -> {
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

    private void goOn(byte @Nullable [] next) {
        if (next != null) {
            from = next;
            return;
        }
        counters.tombstonesLeft += found - left[partition];
        left[partition] = found;
        partition = -1;
    }
}
