package io.kindred.cluster.core;

import io.kindred.cluster.antientropy.ExchangeCore;
import io.kindred.cluster.antientropy.ExchangeCounters;
import io.kindred.cluster.antientropy.ExchangeNetwork;
import io.kindred.cluster.antientropy.ExchangedData;
import io.kindred.cluster.antientropy.MerkleTrees;
import io.kindred.cluster.antientropy.RecordRange;
import io.kindred.cluster.antientropy.ScrubTask;
import io.kindred.cluster.antientropy.TreeBuilder;
import io.kindred.cluster.quorum.Route;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Consumer;

/** The trees, what builds them and what exchanges by them, as parts of a node. */
final class AntiEntropyPart {
    private final MerkleTrees trees;
    private final TreeBuilder builder;
    private final ExchangeCore exchange;
    private final ExchangeCounters counters = new ExchangeCounters();
    private final ExchangeNetwork network;
    private final Journal journal;
    private final RingRouter router;
    private boolean follows;

    AntiEntropyPart(LocalData data, ExchangeNetwork network, RingRouter router) {
        KeptState kept = data.kept();
        CoreOutput output = data.context().output();
        this.trees = kept.trees();
        this.network = network;
        this.journal = data.journal();
        this.router = router;
        RecordRange range = (from, to, limit, done) -> data.keyspace()
                .scan(
                        from,
                        to,
                        limit,
                        scanned -> done.accept(new RecordRange.Page(
                                scanned.keys(), scanned.values(), scanned.next(), scanned.verdict())));
        exchange = new ExchangeCore(
                network,
                new ExchangedData(trees, range, kept.flushStamps(), kept.marks(), data.replica(), data.losses()),
                new ExchangeCore.Debts(kept.owed(), debt -> journal.forget(MetaKey.owed(debt))),
                counters,
                data.config().exchangeIntervalNanos(),
                line -> output.effects().note(line));
        builder = new TreeBuilder(
                new TreeBuilder.Work(trees, range, data.losses()),
                counters,
                line -> output.effects().note(line),
                exchange::doubt);
    }

    ExchangeCore exchange() {
        return exchange;
    }

    /** Builds and verifies the trees. */
    ScrubTask builder() {
        return builder;
    }

    ExchangeCounters counters() {
        return counters;
    }

    /** Something about these partitions has changed. */
    void followRing(BitSet partitions) {
        if (!router.ring().isEmpty()) {
            follows = true;
            trees.own(router, partitions);
        }
    }

    void onTick() {
        if (!follows) {
            return;
        }
        exchange.onTick();
    }

    long nextTickNanos() {
        return !follows ? Long.MAX_VALUE : exchange.nextTickNanos();
    }

    void repair(ClusterQuery.Repair query, Consumer<ClusterAnswer> done) {
        byte[] key = query.key();
        if (key == null) {
            exchange.repair(counts -> done.accept(new ClusterAnswer.Repaired(counts)));
            return;
        }
        Route route = network.router().route(query.db(), key);
        if (!route.serves()) {
            List<String> names = new ArrayList<>();
            for (long id : route.writers()) {
                names.add(network.router().nameOf(id));
            }
            done.accept(new ClusterAnswer.Failed(
                    "ERR this node holds no replica of that key; ask one of " + String.join(", ", names)));
        } else {
            exchange.repair(route.storageKey(), counts -> done.accept(new ClusterAnswer.Repaired(counts)));
        }
    }
}
