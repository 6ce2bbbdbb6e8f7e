package io.kindred.cluster.core;

import io.kindred.cluster.keyspace.Deadlines;
import io.kindred.cluster.keyspace.Deadlines.Bucket;
import io.kindred.cluster.keyspace.Deadlines.Change;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.quorum.Clocks;
import io.kindred.cluster.quorum.FlushStamps;
import io.kindred.cluster.ring.Keyspace;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a node keeps how many keys have which deadlines: one node-local record for each bucket, with how many keys it has (4
 * bytes), how many of them a flush has hidden (4), and the flush stamp of the database at that time (8). A flush hides all
 * keys of a database and writes none of these: what was stored under an older stamp is hidden.
 */
final class DeadlineDisk implements Deadlines.Disk, RecordFollower {
    private static final int VALUE_BYTES = 2 * Integer.BYTES + Long.BYTES;

    private final Deadlines deadlines;
    private final FlushStamps flushStamps;
    private final Journal journal;
    private final Clocks clocks;

    DeadlineDisk(Deadlines deadlines, FlushStamps flushStamps, Journal journal, Clocks clocks) {
        this.deadlines = deadlines;
        this.flushStamps = flushStamps;
        this.journal = journal;
        this.clocks = clocks;
    }

    @Override
    public void changed(RecordChange change) {
        boolean isUnknown = change.before() == null && change.cause() == RecordChange.Cause.MENDED;
        long from = deadlines.counted(change.winnerBefore());
        long to = deadlines.counted(change.winnerAfter());
        if (!isUnknown && (from != Deadlines.NEVER || to != Deadlines.NEVER)) {
            deadlines.moved(change.key().group(), from, change.wasHidden(), to, clocks.wallMillis(), this);
        }
    }

    /** The disk takes writes: what it did not take before is stored. */
    void restate() {
        if (deadlines.isDoubtful()) {
            deadlines.restate(this);
        }
    }

    @Override
    public void put(Change change) {
        byte[] key = MetaKey.deadlines(change.bucket());
        journal.persistMeta(key, value(change.bucket()), verdict -> {
            if (verdict != Verdict.OK) {
                deadlines.undone(change);
            }
        });
    }

    private byte @Nullable [] value(Bucket bucket) {
        if (bucket.equals(Deadlines.SINCE)) {
            return MetaKey.value(deadlines.since());
        }
        int count = deadlines.count(bucket);
        return count == 0
                ? null
                : ByteBuffer.allocate(VALUE_BYTES)
                        .putInt(count)
                        .putInt(deadlines.hidden(bucket))
                        .putLong(flushStamps.of(Keyspace.dbOf(bucket.group())))
                        .array();
    }

    /**
     * Takes what an earlier life has stored, once it is known what flushes have hidden.
     *
     * @param kept no stamp of what is stored is above it
     */
    static void recover(Recovered recovered, KeptState into, long kept) {
        List<Recovered.MetaRecord> buckets = new ArrayList<>();
        boolean isCounted = false;
        for (Recovered.MetaRecord record : recovered.meta()) {
            if (MetaKey.kind(record.key()) != MetaKey.DEADLINES) {
                continue;
            }
            if (MetaKey.deadlines(record.key()).equals(Deadlines.SINCE)) {
                into.deadlines().since(MetaKey.value(record.value()));
                isCounted = true;
            } else {
                buckets.add(record);
            }
        }
        if (isCounted) {
            buckets.forEach(record -> recover(record, into));
        } else {
            into.deadlines()
                    .beginAfter(
                            kept,
                            buckets.stream()
                                    .map(record -> MetaKey.deadlines(record.key()))
                                    .toList());
        }
    }

    private static void recover(Recovered.MetaRecord record, KeptState into) {
        Bucket bucket = MetaKey.deadlines(record.key());
        ByteBuffer value = ByteBuffer.wrap(record.value());
        int count = value.getInt();
        int hidden = value.getInt();
        boolean isAllHidden = value.getLong() < into.flushStamps().of(Keyspace.dbOf(bucket.group()));
        boolean isSwept = into.hidden().of(bucket.group()) == 0;
        into.deadlines().recover(bucket, count, isSwept ? 0 : isAllHidden ? count : hidden);
    }
}
