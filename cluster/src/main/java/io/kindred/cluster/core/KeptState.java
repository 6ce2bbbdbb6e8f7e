package io.kindred.cluster.core;

import io.kindred.cluster.antientropy.MerkleTrees;
import io.kindred.cluster.antientropy.ReapMarks;
import io.kindred.cluster.handoff.OwedRanges;
import io.kindred.cluster.keyspace.Deadlines;
import io.kindred.cluster.quorum.Clocks;
import io.kindred.cluster.quorum.FlushStamps;
import io.kindred.cluster.version.Actor;
import java.util.ArrayList;
import java.util.List;

/** What a node keeps of its records beside the records, as the last life has left it in node-local ones. */
final class KeptState {
    /** How long a dot that was lent to another node may stay away, in request timeouts. */
    private static final int LOAN_TIMEOUTS = 3;

    private final DotCounters counters;
    private final HiddenCounts hidden = new HiddenCounts();
    private final Deadlines deadlines = new Deadlines();
    private final FlushStamps flushStamps;
    private final FlushStamps swept;
    private final ReapMarks marks;
    private final MerkleTrees trees;
    private final OwedRanges owed = new OwedRanges();

    KeptState(NodeConfig config, Actor self, ReplicaStore store) {
        counters = new DotCounters(
                self,
                config.partitions(),
                new LentDots(LOAN_TIMEOUTS * config.quorums().timeoutNanos()));
        flushStamps = new FlushStamps(config.databases());
        swept = new FlushStamps(config.databases());
        marks = new ReapMarks(config.partitions());
        trees = new MerkleTrees(
                config.partitions(),
                config.partitioner().equals("md5"),
                flushStamps,
                group -> store.count((int) group));
    }

    /** Takes over what the last life has stored; the clocks go on above its stamps. */
    void recover(Recovered recovered, Clocks clocks) {
        trees.restore(recovered.trees());
        if (recovered.meta().isEmpty()) {
            hidden.storeIsNew();
        }
        for (Recovered.MetaRecord record : recovered.meta()) {
            recover(record, clocks);
        }
        DeadlineDisk.recover(recovered, this, clocks.highestWritten());
    }

    private void recover(Recovered.MetaRecord record, Clocks clocks) {
        int number = MetaKey.number(record.key());
        switch (MetaKey.kind(record.key())) {
            case MetaKey.TREES -> trees.restore(number, record.value());
            case MetaKey.TREES_OUTDATED -> trees.restoreOutdated(number, MetaKey.value(record.value()));
            case MetaKey.FLOOR -> counters.recover(number, MetaKey.value(record.value()));
            case MetaKey.FLUSH -> recoverFlush(number, MetaKey.value(record.value()), clocks);
            case MetaKey.CLOCK -> StampReserve.recover(clocks, number, MetaKey.value(record.value()));
            case MetaKey.REAP -> marks.raise(number, MetaKey.value(record.value()));
            case MetaKey.HIDDEN -> hidden.hideAll(number, MetaKey.value(record.value()));
            case MetaKey.OWED -> owed.add(MetaKey.owed(record.key()));
            case MetaKey.SWEPT -> {
                if (number < swept.databases()) {
                    swept.raise(number, MetaKey.value(record.value()));
                }
            }
            default -> {
                // Terms, holdings, deadlines and records of the ring: others read them.
            }
        }
    }

    private void recoverFlush(int db, long stamp, Clocks clocks) {
        if (db < flushStamps.databases()) {
            flushStamps.raise(db, stamp);
            clocks.goAbove(stamp);
        }
    }

    DotCounters counters() {
        return counters;
    }

    HiddenCounts hidden() {
        return hidden;
    }

    Deadlines deadlines() {
        return deadlines;
    }

    FlushStamps flushStamps() {
        return flushStamps;
    }

    /** By database, the flush stamp up to which a sweep is through. */
    FlushStamps swept() {
        return swept;
    }

    ReapMarks marks() {
        return marks;
    }

    /** What a clean stop stores of trees that have changed since they were stored. */
    List<Recovered.MetaRecord> treeRecords() {
        List<Recovered.MetaRecord> records = new ArrayList<>();
        for (int partition = 0; partition < trees.partitions(); partition++) {
            byte[] record = trees.record(partition);
            if (record != null) {
                records.add(new Recovered.MetaRecord(MetaKey.of(MetaKey.TREES, partition), record));
            }
        }
        return records;
    }

    /** What a clean stop deletes. */
    List<byte[]> staleTreeKeys() {
        List<byte[]> keys = new ArrayList<>();
        for (int partition = 0; partition < trees.partitions(); partition++) {
            if (trees.isStale(partition)) {
                keys.add(MetaKey.of(MetaKey.TREES, partition));
            }
        }
        return keys;
    }

    MerkleTrees trees() {
        return trees;
    }

    OwedRanges owed() {
        return owed;
    }
}
