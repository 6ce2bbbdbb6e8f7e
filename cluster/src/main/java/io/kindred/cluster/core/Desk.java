package io.kindred.cluster.core;

import io.kindred.cluster.keyspace.LocalDesk;
import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.quorum.FlushStamps;
import io.kindred.cluster.quorum.LongMap;
import io.kindred.cluster.ring.StorageKey;
import io.kindred.cluster.version.CorruptRecordException;
import io.kindred.cluster.version.Versions;
import io.kindred.cluster.version.VersionsCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/** This node's part of questions about the whole key space: counts, pages of keys, and flush stamps. */
final class Desk implements LocalDesk {
    private final Replica replica;
    private final ReplicaStore store;
    private final FlushStamps flushStamps;
    private final CountBases flushed;
    private final int partitions;
    private final Outlet outlet;
    private final LongMap<Consumer<Event.Scanned>> scans = new LongMap<>();
    private IntConsumer onFlushed = db -> {};
    private long lastScan;

    Desk(
            Replica replica,
            ReplicaStore store,
            FlushStamps flushStamps,
            CountBases flushed,
            int partitions,
            Outlet outlet) {
        this.replica = replica;
        this.store = store;
        this.flushStamps = flushStamps;
        this.flushed = flushed;
        this.partitions = partitions;
        this.outlet = outlet;
    }

    /** Who is told that a database's stamp has risen. */
    void onFlushed(IntConsumer listener) {
        onFlushed = listener;
    }

    @Override
    public long count(int db, int[] ofPartitions) {
        long keys = 0;
        for (int partition : ofPartitions) {
            int group = StorageKey.group(partition, db);
            keys += store.count(group) - flushed.base(group);
        }
        return keys;
    }

    @Override
    public void scan(Message.ScanRequest request, Consumer<Message.ScanReply> done) {
        byte[] from = StorageKey.from(request.partition(), request.db(), request.fromHash());
        byte[] to = StorageKey.end(request.partition(), request.db());
        scan(from, to, request.limit(), scanned -> done.accept(page(request, scanned)));
    }

    /** Reads one step of a range of the engine. */
    void scan(byte[] from, byte[] to, int limit, Consumer<Event.Scanned> done) {
        scans.put(++lastScan, done);
        outlet.effects().scan(lastScan, from, to, limit);
    }

    void onScanned(Event.Scanned scanned) {
        Consumer<Event.Scanned> done = scans.remove(scanned.token());
        if (done == null) {
            throw new IllegalStateException("a scan that nobody asked for: " + scanned.token());
        }
        done.accept(scanned);
    }

    private Message.ScanReply page(Message.ScanRequest request, Event.Scanned scanned) {
        if (scanned.failure() != null) {
            return failed(request);
        }
        List<byte[]> keys = new ArrayList<>();
        List<Versions> versions = new ArrayList<>();
        long nextHash = 0;
        for (int i = 0; i < scanned.keys().size(); i++) {
            byte[] key = scanned.keys().get(i);
            if (!StorageKey.isValid(key)) {
                continue;
            }
            try {
                versions.add(VersionsCodec.decode(scanned.values().get(i))
                        .withoutStampsUpTo(flushStamps.of(request.db()))
                        .withoutValues());
            } catch (CorruptRecordException damage) {
                outlet.effects().note("a record cannot be read: " + damage.getMessage());
                return failed(request);
            }
            keys.add(key);
            nextHash = StorageKey.hash(key);
        }
        // Other keys may share the last one's hash: the page is complete below it only.
        return new Message.ScanReply(request.requestId(), Verdict.OK, keys, versions, nextHash, scanned.done());
    }

    private static Message.ScanReply failed(Message.ScanRequest request) {
        return new Message.ScanReply(request.requestId(), Verdict.FAILED, List.of(), List.of(), 0, false);
    }

    @Override
    public void flush(List<Long> stamps, Consumer<Verdict> done) {
        int last = Math.min(stamps.size(), flushStamps.databases()) - 1;
        for (int db = 0; db <= last; db++) {
            if (flushStamps.raise(db, stamps.get(db))) {
                forget(db);
                replica.persistMeta(MetaKey.of(MetaKey.FLUSH, db), MetaKey.value(stamps.get(db)), 0, new Ignored());
                onFlushed.accept(db);
            }
        }
        replica.barrier(done);
    }

    /** What was flushed no longer counts, though the engine goes on counting it: its count becomes the base. */
    private void forget(int db) {
        for (int partition = 0; partition < partitions; partition++) {
            int group = StorageKey.group(partition, db);
            long count = store.count(group);
            if (count != flushed.base(group)) {
                flushed.rebase(group, count);
                replica.persistMeta(MetaKey.of(MetaKey.BASE, group), MetaKey.value(count), 0, new Ignored());
            }
        }
    }

    /** The barrier that follows tells how it went. */
    private static final class Ignored extends Replica.Done {
        @Override
        public void done(Verdict verdict) {}
    }
}
