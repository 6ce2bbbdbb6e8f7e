package io.kindred.backup;

import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.CorruptRecordException;
import io.kindred.cluster.version.Versions;
import io.kindred.cluster.version.VersionsCodec;
import io.kindred.engine.ScanStep;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What all parts together have of each key, in the order of the keys: the join of all containers of it, without what a flush has
 * deleted. All at once, because a part may have a value of which only another one has that it was deleted.
 *
 * <p>A version that an update has made says under which term of which datacenter. The old cluster's terms say nothing about
 * the new one's, so they are given as those of datacenters that the new cluster does not have: they decide among the versions
 * of the backup as they did before, and not between these and what is written later.
 */
final class MergedRecords {
    /**
     * A record.
     *
     * @param element empty: it is the key's head
     */
    record Merged(int db, byte[] key, byte[] element, Versions versions) {}

    private final PriorityQueue<Row> rows = new PriorityQueue<>(Comparator.comparing((Row row) -> row.key));
    private final Map<Integer, Long> flushStamps = new TreeMap<>();
    private final long cluster;

    /** @param cluster that the parts are of */
    MergedRecords(List<Part> parts, long cluster) throws IOException {
        this.cluster = cluster;
        for (Part part : parts) {
            part.flushStamps().forEach((db, stamp) -> flushStamps.merge(db, stamp, Math::max));
            for (Part.Cursor cursor : part.rows()) {
                add(new Row(cursor));
            }
        }
    }

    private static final class Row {
        private final Part.Cursor cursor;
        private RecordKey key = RecordKey.firstOf(0);
        private byte[] value = {};

        Row(Part.Cursor cursor) {
            this.cursor = cursor;
        }

        boolean advance() throws IOException {
            ScanStep.Entry entry = cursor.next();
            if (entry == null) {
                return false;
            }
            RecordKey stored = RecordKey.parse(entry.key());
            if (stored == null) {
                throw new BackupProblem(cursor.part() + ": a key makes no sense");
            }
            key = stored.isHint() ? stored.ofHint() : stored;
            value = entry.value();
            return true;
        }
    }

    private void add(Row row) throws IOException {
        if (row.advance()) {
            rows.add(row);
        }
    }

    /** Null: that was the last one. */
    @Nullable
    Merged next() throws IOException {
        while (true) {
            Row first = rows.poll();
            if (first == null) {
                return null;
            }
            RecordKey key = first.key;
            Versions versions = decode(first);
            add(first);
            for (Row row = rows.peek(); row != null && row.key.equals(key); row = rows.peek()) {
                rows.poll();
                versions = versions.join(decode(row));
                add(row);
            }
            int db = key.db();
            versions = versions.withoutStampsUpTo(flushStamps.getOrDefault(db, 0L));
            if (!versions.siblings().isEmpty()) {
                return new Merged(db, key.key(), key.behindKey(), versions.withTermsOf(this::foreign));
            }
        }
    }

    private static Versions decode(Row row) throws BackupProblem {
        try {
            return VersionsCodec.decode(row.value);
        } catch (CorruptRecordException e) {
            throw new BackupProblem(row.cursor.part() + ": a record makes no sense: " + e.getMessage(), e);
        }
    }

    /** Another number for each datacenter of a cluster, and the same each time; never 0. */
    private long foreign(long datacenter) {
        long mixed = (datacenter ^ cluster) * 0x9e3779b97f4a7c15L;
        mixed = (mixed ^ mixed >>> 32) * 0xd6e8feb86659fd93L;
        return (mixed ^ mixed >>> 32) | 1;
    }
}
