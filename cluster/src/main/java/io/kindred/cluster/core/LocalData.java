package io.kindred.cluster.core;

import io.kindred.cluster.quorum.Clocks;
import io.kindred.cluster.version.Actor;
import java.util.List;

/** This node's own data: its records, what is kept beside them, and who reads, drops and mends them. */
final class LocalData {
    private final NodeConfig config;
    private final CoreContext in;
    private final KeptState kept;
    private final Journal journal;
    private final ReplicaStore store;
    private final Bookkeeping books;
    private final Replica replica;
    private final RecordDrops drops;
    private final Losses losses;
    private final KeyspaceService keyspace;
    private final Sweeper sweeper;
    private final DeadlineDisk deadlines;
    private final ExpiryWatch expiries;
    private final ChangeTelling changes;

    LocalData(NodeConfig config, CoreContext in, KeptState kept, Journal journal, ReplicaStore store, Actor self) {
        this.config = config;
        this.in = in;
        this.kept = kept;
        this.journal = journal;
        this.store = store;
        kept.trees().keepOn(new TreeDisk(journal));
        deadlines = new DeadlineDisk(kept.deadlines(), kept.flushStamps(), journal, in.clocks());
        Dots dots = new Dots(self, kept.counters(), journal, in.clocks());
        Visibility visibility = new Visibility(kept.flushStamps(), kept.hidden(), journal);
        // What is persisted in the commit of a record is so in this order.
        expiries = new ExpiryWatch(in.clocks());
        changes = new ChangeTelling(in.clocks());
        List<RecordFollower> followers =
                List.of(visibility, deadlines, new TreeFollower(kept.trees()), expiries, changes);
        Records records = new Records(journal, dots, visibility, followers);
        books = new Bookkeeping(
                records, dots, visibility, new UnreadableRecords(in.output(), in.clocks()), kept.marks());
        replica = new Replica(store, in.output(), books);
        drops = new RecordDrops(replica, books);
        losses = new Losses(replica, books, kept.trees(), journal, in.output(), config.databases());
        keyspace = new KeyspaceService(this, store);
        sweeper = new Sweeper(this);
        keyspace.sweeps(sweeper::isSweeping);
        keyspace.onFlushed(this::flushed);
    }

    /** A database's flush stamp has risen. */
    private void flushed(int db) {
        Clocks clocks = in.clocks();
        long stamp = kept.flushStamps().of(db);
        kept.trees().flushed(db);
        changes.all();
        sweeper.sweep(db);
        clocks.goAbove(stamp);
        if (clocks.aheadMillis(stamp) > 0) {
            in.output()
                    .effects()
                    .warn("a flush of database " + db + " is stamped " + clocks.aheadMillis(stamp)
                            + " ms ahead of this node's clock, for some node's clock is, or was, wrong: what this"
                            + " node writes is stamped above that from now on");
        }
    }

    /** What gossip tells of this node's flushes, and what it brings. */
    LocalFacts facts() {
        return new LocalFacts(kept.flushStamps()::all, stamps -> keyspace.flush(stamps, verdict -> {}));
    }

    void onPersisted(Event.Persisted persisted) {
        journal.onPersisted(persisted.count(), persisted.failure());
        if (persisted.failure() == null) {
            books.dots().keepBurnt();
            deadlines.restate();
        }
    }

    NodeConfig config() {
        return config;
    }

    CoreContext context() {
        return in;
    }

    KeptState kept() {
        return kept;
    }

    Journal journal() {
        return journal;
    }

    ReplicaStore store() {
        return store;
    }

    Bookkeeping books() {
        return books;
    }

    Replica replica() {
        return replica;
    }

    RecordDrops drops() {
        return drops;
    }

    Losses losses() {
        return losses;
    }

    KeyspaceService keyspace() {
        return keyspace;
    }

    ChangeTelling changes() {
        return changes;
    }

    ExpiryWatch expiries() {
        return expiries;
    }

    Sweeper sweeper() {
        return sweeper;
    }
}
