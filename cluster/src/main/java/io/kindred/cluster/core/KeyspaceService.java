package io.kindred.cluster.core;

import io.kindred.cluster.keyspace.Deadlines;
import io.kindred.cluster.keyspace.Expiring;
import io.kindred.cluster.keyspace.LocalKeyspace;
import io.kindred.cluster.message.KeyspaceMessage;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.quorum.Clocks;
import io.kindred.cluster.quorum.FlushStamps;
import io.kindred.cluster.quorum.LongMap;
import io.kindred.cluster.ring.Keyspace;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.CorruptRecordException;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.IntPredicate;

/** This node's part of questions about the whole key space: counts, pages of keys, and flush stamps. */
final class KeyspaceService implements LocalKeyspace {
    private final Bookkeeping books;
    private final Journal journal;
    private final ReplicaStore store;
    private final Clocks clocks;
    private final FlushStamps flushStamps;
    /** What of the flush stamps is in the log. */
    private final FlushStamps durable;

    private final HiddenCounts hidden;
    private final Deadlines deadlines;
    private final int partitions;
    private final CoreOutput output;
    private final PageReader.Source pages;
    private final LongMap<Consumer<Event.Scanned>> scans = new LongMap<>();
    private IntConsumer onFlushed = db -> {};
    private IntPredicate holds = partition -> true;
    private IntPredicate sweeping = db -> false;
    private long lastScan;

    KeyspaceService(LocalData data, ReplicaStore store) {
        KeptState kept = data.kept();
        this.books = data.books();
        this.journal = data.journal();
        this.store = store;
        this.flushStamps = kept.flushStamps();
        this.hidden = kept.hidden();
        this.deadlines = kept.deadlines();
        this.durable = kept.flushStamps().copy();
        this.partitions = data.config().partitions();
        this.output = data.context().output();
        this.clocks = data.context().clocks();
        this.pages = new PageReader.Source(
                this::scan, flushStamps, clocks, data.config().quorums().timeoutNanos(), this::showsUnreadable);
    }

    /** While a flush is under way it counts as flushed: what else it may be, other replicas tell. */
    private boolean showsUnreadable(RecordKey storageKey, CorruptRecordException damage) {
        books.unreadable().found(storageKey, damage);
        return !sweeping.test(storageKey.db());
    }

    /** In which databases there is still something that a flush has hidden. */
    void sweeps(IntPredicate isSweeping) {
        sweeping = isSweeping;
    }

    /** Who is told that a database's stamp has risen. */
    void onFlushed(IntConsumer listener) {
        onFlushed = listener;
    }

    /** Of which partitions this node may answer. */
    void answersFor(IntPredicate held) {
        holds = held;
    }

    @Override
    public long count(int db, int[] ofPartitions) {
        return count(db, ofPartitions, clocks.wallMillis());
    }

    long count(int db, int[] ofPartitions, long nowMillis) {
        long keys = 0;
        for (int partition : ofPartitions) {
            int group = Keyspace.group(partition, db);
            long expired = deadlines.at(group, nowMillis).expired();
            keys += Math.max(0, store.count(group) - hidden.of(group) - expired);
        }
        return keys;
    }

    /** Those of these partitions' keys that have a deadline. */
    Expiring expiring(int db, int[] ofPartitions, long nowMillis) {
        Expiring sum = Expiring.NONE;
        for (int partition : ofPartitions) {
            sum = sum.plus(deadlines.at(Keyspace.group(partition, db), nowMillis));
        }
        return sum;
    }

    /** All of these partitions' keys that have a deadline, past and hidden ones too. */
    long deadlinesCounted(int db, int[] ofPartitions) {
        long total = 0;
        for (int partition : ofPartitions) {
            total += deadlines.total(Keyspace.group(partition, db));
        }
        return total;
    }

    long deadlinesSince() {
        return deadlines.since();
    }

    /** What is not held, or not held any more, is not an empty page. */
    @Override
    public void scan(KeyspaceMessage.ScanRequest request, Consumer<KeyspaceMessage.ScanReply> done) {
        if (!holds.test(request.partition())) {
            done.accept(new KeyspaceMessage.ScanReply(request.requestId(), Verdict.NOT_MINE, List.of(), 0, false));
            return;
        }
        new PageReader(pages, request, done).start();
    }

    /** Reads one step of a range of the engine. */
    void scan(byte[] from, byte[] to, int limit, Consumer<Event.Scanned> done) {
        scans.put(++lastScan, done);
        output.effects().scan(lastScan, from, to, limit);
    }

    void onScanned(Event.Scanned scanned) {
        Consumer<Event.Scanned> done = scans.remove(scanned.token());
        if (done == null) {
            throw new IllegalStateException("a scan that nobody asked for: " + scanned.token());
        }
        done.accept(scanned);
    }

    @Override
    public long passed(List<Long> stamps) {
        int last = Math.min(stamps.size(), flushStamps.databases()) - 1;
        long passed = 0;
        for (int db = 0; db <= last; db++) {
            boolean isNew = stamps.get(db) > flushStamps.of(db);
            passed = isNew && clocks.highestGiven() >= stamps.get(db) ? clocks.highestGiven() : passed;
        }
        return passed;
    }

    @Override
    public void flush(List<Long> stamps, Consumer<Verdict> done) {
        int last = Math.min(stamps.size(), flushStamps.databases()) - 1;
        for (int db = 0; db <= last; db++) {
            int database = db;
            long stamp = stamps.get(db);
            boolean raised = flushStamps.raise(db, stamp);
            // A mark that could not be stored counts all the same, and is stored when it is told again.
            if (stamp > durable.of(db)) {
                journal.persistMeta(MetaKey.of(MetaKey.FLUSH, db), MetaKey.value(flushStamps.of(db)));
                journal.barrier(verdict -> stored(verdict, database, stamp));
            }
            if (raised) {
                hide(db);
                onFlushed.accept(db);
            }
        }
        journal.barrier(done);
    }

    private void stored(Verdict verdict, int db, long stamp) {
        if (verdict == Verdict.OK) {
            durable.raise(db, stamp);
        }
    }

    /** The records are still there and counted, but hidden. */
    private void hide(int db) {
        for (int partition = 0; partition < partitions; partition++) {
            int group = Keyspace.group(partition, db);
            long before = hidden.of(group);
            hidden.hideAll(group, store.count(group));
            deadlines.hideAll(group);
            if (hidden.of(group) != before) {
                books.visibility().keep(group);
            }
        }
    }

    /** Whether nothing of this partition's database has a value, hidden or not. */
    boolean hasNoValues(int partition, int db) {
        int group = Keyspace.group(partition, db);
        return store.count(group) == 0 && !hidden.mayHaveElements(group);
    }

    /** What a sweep finds of this partition's database, which the engine does not count. */
    void hasElements(int partition, int db, boolean may) {
        hidden.hasElements(Keyspace.group(partition, db), may);
    }

    /** A sweep has been through this partition's database. */
    void swept(int partition, int db) {
        int group = Keyspace.group(partition, db);
        deadlines.showAll(group);
        if (hidden.of(group) > 0) {
            hidden.clear(group);
            books.visibility().keep(group);
        }
    }
}
