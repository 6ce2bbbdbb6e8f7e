package io.kindred.cluster.core;

import io.kindred.cluster.antientropy.ExchangeCore;
import io.kindred.cluster.antientropy.MerkleTrees;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.quorum.LocalReplica;
import io.kindred.cluster.ring.Keyspace;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.CorruptRecordException;
import io.kindred.cluster.version.Versions;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Puts something else in place of what the engine cannot read, or has it given up when all that stands in for it is durable. */
final class Losses implements ExchangeCore.Repairs {
    private final Replica replica;
    private final Bookkeeping books;
    private final MerkleTrees trees;
    private final Journal journal;
    private final CoreOutput output;
    private final int databases;
    private final TreeMap<Long, Consumer<Verdict>> asked = new TreeMap<>();
    private long lastToken;

    Losses(Replica replica, Bookkeeping books, MerkleTrees trees, Journal journal, CoreOutput output, int databases) {
        this.replica = replica;
        this.books = books;
        this.trees = trees;
        this.journal = journal;
        this.output = output;
        this.databases = databases;
    }

    /**
     * Stores a container in place of one that cannot be read. What that one had seen is gone, so the floor leaps over any
     * counter that it may have had.
     */
    @Override
    public void overwrite(RecordKey storageKey, Versions versions, Consumer<Verdict> done) {
        books.dots().leap(storageKey.partition(), versions.clock());
        Versions held = replica.chains().inMemory(storageKey);
        Versions next = books.visibility().visible(storageKey, held == null ? versions : held.join(versions));
        books.unreadable().replaced(storageKey);
        books.records().change(storageKey, held, next, RecordChange.Cause.MENDED, 0, new Mended(done));
    }

    private record Mended(Consumer<Verdict> told) implements LocalReplica.WriteStep {
        @Override
        public @Nullable Versions next(Versions current) {
            return null;
        }

        @Override
        public void done(Verdict verdict) {
            told.accept(verdict);
        }
    }

    @Override
    public void found(RecordKey storageKey, CorruptRecordException damage) {
        books.unreadable().found(storageKey, damage);
    }

    @Override
    public void lost(RecordKey storageKey) {
        books.unreadable().lost(storageKey);
    }

    @Override
    public boolean isLost(RecordKey storageKey) {
        return books.unreadable().isLost(storageKey);
    }

    /** The floor is durable before what is lost is absent. */
    @Override
    public void acceptLoss(int partition, Consumer<Verdict> done) {
        books.dots().leap(partition);
        giveUp(Keyspace.from(partition, 0, 0), Keyspace.end(partition, databases - 1), verdict -> {
            if (verdict == Verdict.OK) {
                // Whatever could not be read of the partition is absent now.
                trees.lostUnknown(partition);
            }
            done.accept(verdict);
        });
    }

    /** Of what is held for a node, or for a datacenter. */
    void acceptLossOfHints(long intended, Consumer<Verdict> done) {
        giveUp(Keyspace.hintsFrom(intended), Keyspace.hintsEnd(intended), done);
    }

    private void giveUp(byte[] from, byte[] to, Consumer<Verdict> done) {
        journal.barrier(verdict -> {
            if (verdict == Verdict.OK) {
                asked.put(++lastToken, done);
                output.effects().acceptLoss(lastToken, from, to);
            } else {
                done.accept(verdict);
            }
        });
    }

    void onAccepted(long token, @Nullable StoreFailure failure) {
        Consumer<Verdict> done = asked.remove(token);
        if (done != null) {
            done.accept(failure == null ? Verdict.OK : failure.verdict());
        }
    }
}
