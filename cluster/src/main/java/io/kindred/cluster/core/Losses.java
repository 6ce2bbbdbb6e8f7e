package io.kindred.cluster.core;

import io.kindred.cluster.antientropy.ExchangeCore;
import io.kindred.cluster.message.Message.Verdict;
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
    private final Outlet outlet;
    private final int databases;
    private final TreeMap<Long, Consumer<Verdict>> asked = new TreeMap<>();
    private long lastToken;

    Losses(Replica replica, Outlet outlet, int databases) {
        this.replica = replica;
        this.outlet = outlet;
        this.databases = databases;
    }

    @Override
    public void overwrite(RecordKey storageKey, Versions versions, Consumer<Verdict> done) {
        replica.overwrite(storageKey, versions, done);
    }

    @Override
    public void found(RecordKey storageKey, CorruptRecordException damage) {
        replica.unreadable().found(storageKey, damage);
    }

    @Override
    public void lost(RecordKey storageKey) {
        replica.unreadable().lost(storageKey);
    }

    @Override
    public boolean isLost(RecordKey storageKey) {
        return replica.unreadable().isLost(storageKey);
    }

    /** The floor is durable before what is lost is absent. */
    @Override
    public void acceptLoss(int partition, Consumer<Verdict> done) {
        replica.leapFloor(partition);
        giveUp(Keyspace.from(partition, 0, 0), Keyspace.end(partition, databases - 1), verdict -> {
            if (verdict == Verdict.OK) {
                replica.lost(partition);
            }
            done.accept(verdict);
        });
    }

    /** Of what is held for a node, or for a datacenter. */
    void acceptLossOfHints(long intended, Consumer<Verdict> done) {
        giveUp(Keyspace.hintsFrom(intended), Keyspace.hintsEnd(intended), done);
    }

    private void giveUp(byte[] from, byte[] to, Consumer<Verdict> done) {
        replica.barrier(verdict -> {
            if (verdict == Verdict.OK) {
                asked.put(++lastToken, done);
                outlet.effects().acceptLoss(lastToken, from, to);
            } else {
                done.accept(verdict);
            }
        });
    }

    void onAccepted(long token, @Nullable StoreFailure failure) {
        Consumer<Verdict> done = asked.remove(token);
        if (done != null) {
            done.accept(failure == null ? Verdict.OK : Replica.verdict(failure));
        }
    }
}
