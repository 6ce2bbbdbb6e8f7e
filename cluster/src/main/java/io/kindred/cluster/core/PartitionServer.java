package io.kindred.cluster.core;

import io.kindred.cluster.antientropy.ExchangeNetwork;
import io.kindred.cluster.antientropy.Scrubber;
import io.kindred.cluster.antientropy.TreeSaver;
import io.kindred.cluster.handoff.HandoffCore;
import io.kindred.cluster.keyspace.Question;
import io.kindred.cluster.membership.Standing;
import io.kindred.cluster.quorum.Clocks;
import io.kindred.cluster.quorum.Coordination;
import io.kindred.cluster.quorum.Coordinator;
import io.kindred.cluster.quorum.DotLender;
import io.kindred.cluster.quorum.KeyLines;
import io.kindred.cluster.quorum.Latencies;
import io.kindred.cluster.quorum.PlainHold;
import io.kindred.cluster.quorum.QuorumCounters;
import io.kindred.cluster.quorum.QuorumNetwork;
import io.kindred.cluster.quorum.RepairBudget;
import io.kindred.cluster.quorum.Requests;
import io.kindred.cluster.quorum.ScriptTexts;
import io.kindred.cluster.quorum.UpdateFunctions;
import io.kindred.cluster.relay.RelayCore;
import io.kindred.cluster.term.Terms;
import java.util.BitSet;
import java.util.List;

/**
 * What serves partitions: it coordinates requests, is a replica for other nodes' ones, hands hints over, keeps replicas alike,
 * and moves data as the ring changes. Of the cluster it knows what {@link Cluster} publishes.
 */
final class PartitionServer {
    private final LocalData data;
    private final Cluster cluster;
    private final Clocks clocks;
    private final Requests requests;
    private final Latencies latencies;
    private final QuorumCounters counters = new QuorumCounters();
    private final HandoffPart handoff;
    private final AntiEntropyPart antiEntropy;
    private final TermDisk termDisk;
    private final Terms terms;
    private final Reaping reaping;
    private final TransferPart transfers;
    private final Scrubber scrubber;
    private final RelayCore relays;
    private final Coordination coordination;
    private final Coordinator coordinator;
    private final ReplicaService service;
    private final DeltaService deltas;
    private final ExpiryWatch.Network expiryNetwork;
    private final ScriptTexts scripts;

    PartitionServer(LocalData data, Cluster cluster, Recovered recovered, UpdateFunctions functions) {
        this.data = data;
        this.cluster = cluster;
        this.scripts = functions.scripts();
        NodeConfig config = data.config();
        CoreOutput output = data.context().output();
        RingRouter router = cluster.router();
        clocks = data.context().clocks();
        long firstRequest = recovered.self().start() << 40;
        requests = new Requests(firstRequest, config.quorums().timeoutNanos());
        latencies = new Latencies(config.quorums().lateMaxNanos());
        data.keyspace().answersFor(cluster.own()::holds);
        expiryNetwork = new ExpiryWatch.Network(router, data.replica(), cluster.pubSub(), output);
        cluster.membership().start().onRenamed(data.books().dots()::become);

        handoff = new HandoffPart(
                data, router, recovered.hints(), new HandoffCore.Network(output, requests, clocks, router, latencies));
        antiEntropy = new AntiEntropyPart(
                data, new ExchangeNetwork(output, requests, clocks, router, router, latencies), router);
        data.books().unreadable().healer((key, isSenseless) -> {
            if (key.isHint()) {
                handoff.core().onUnreadable(key);
            } else {
                antiEntropy.exchange().unreadable(key, isSenseless);
            }
        });

        termDisk = new TermDisk(data.journal(), output);
        terms = newTerms(recovered);
        Cleaner cleaner = new Cleaner(data);
        reaping = new Reaping(data, cluster, antiEntropy.exchange());
        transfers = new TransferPart(data, cluster, antiEntropy.exchange(), terms, cleaner, reaping::isPurging);
        cluster.membership().start().onLacking(transfers.core()::beginAnew);
        scrubber = new Scrubber(
                clocks,
                latencies,
                List.of(
                        new TreeSaver(data.kept().trees(), data.store()::seals),
                        data.sweeper(),
                        cleaner,
                        reaping.reaper(),
                        antiEntropy.builder()));

        relays = new RelayCore(output, requests, clocks, router, handoff.hints());
        coordination = newCoordination();
        coordinator = new Coordinator(
                coordination,
                functions,
                new DotLender(data.replica(), handoff.hints(), router, config.quorums(), counters));
        UpdateAdmission admission = new UpdateAdmission(coordination);
        service = new ReplicaService(data.replica(), data.journal(), coordination, admission, output);
        deltas = new DeltaService(data.replica(), coordination, admission, output);
    }

    ScriptTexts scripts() {
        return scripts;
    }

    private Terms newTerms(Recovered recovered) {
        RingRouter router = cluster.router();
        return new Terms(
                data.config().partitions(),
                router.termDatacenter(),
                TermDisk.stored(recovered.meta()),
                termDisk,
                new Terms.Network(
                        data.context().output(),
                        requests,
                        clocks,
                        router,
                        data.context().random()::nextInt,
                        partition -> cluster.own().isEmptied(partition)
                                && !cluster.view().takesWrites(partition)));
    }

    private Coordination newCoordination() {
        KeyLines lines = new KeyLines(requests, clocks, counters);
        return new Coordination(
                new QuorumNetwork(
                        cluster.router(), data.context().output(), requests, clocks, latencies, new RepairBudget()),
                new Coordination.OwnCopies(
                        data.replica(), handoff.hints(), data.kept().flushStamps()),
                new Coordination.KeyTurns(terms, new PlainHold(lines), lines),
                relays,
                data.config().quorums(),
                counters);
    }

    // --- events ---

    void onStarted() {
        reaping.onStarted();
    }

    void onPeerConnected(long peer) {
        handoff.core().onPeerBack(peer);
    }

    void onPeerLost(long peer) {
        coordinator.onPeerLost(peer);
    }

    /** Requests that are over come to their end, and may leave something that is owed. */
    void endRequests() {
        requests.onTick(clocks.nanos());
        latencies.onTick(clocks.nanos());
    }

    /** What goes on beside the requests takes a step. */
    void onTick() {
        handoff.core().onTick();
        antiEntropy.onTick();
        reaping.onTick();
        transfers.core().onTick();
        scrubber.onTick();
        data.books().dots().giveUpLoans();
        data.expiries().onTick(expiryNetwork);
    }

    long nextTickNanos() {
        long next = Math.min(requests.nextTickNanos(), handoff.core().nextTickNanos());
        next = Math.min(next, Math.min(antiEntropy.nextTickNanos(), reaping.nextTickNanos()));
        next = Math.min(next, data.expiries().nextTickNanos());
        return Math.min(next, Math.min(transfers.core().nextTickNanos(), scrubber.nextTickNanos()));
    }

    /** The cluster is seen otherwise, as far as these partitions are concerned. */
    void follow(BitSet partitions) {
        antiEntropy.followRing(partitions);
        transfers.core().follow(partitions);
    }

    /** At the end of a step. */
    void endStep() {
        termDisk.sync();
    }

    /** Of hints it is known; whatever else is owed may be as old as can be. */
    long oldestDebtStamp() {
        return transfers.core().isOwing() || data.kept().owed().size() > 0
                ? Standing.DEBT_OF_ANY_AGE
                : handoff.ledger().oldestStamp();
    }

    // --- its parts ---

    PubSubPart pubSub() {
        return cluster.pubSub();
    }

    LocalData data() {
        return data;
    }

    Requests requests() {
        return requests;
    }

    QuorumCounters counters() {
        return counters;
    }

    HandoffPart handoff() {
        return handoff;
    }

    AntiEntropyPart antiEntropy() {
        return antiEntropy;
    }

    Terms terms() {
        return terms;
    }

    TermDisk termDisk() {
        return termDisk;
    }

    Reaping reaping() {
        return reaping;
    }

    TransferPart transfers() {
        return transfers;
    }

    Scrubber scrubber() {
        return scrubber;
    }

    RelayCore relays() {
        return relays;
    }

    /** What the requests of this node's clients work with. */
    Coordination coordination() {
        return coordination;
    }

    Coordinator coordinator() {
        return coordinator;
    }

    DeltaService deltas() {
        return deltas;
    }

    ReplicaService service() {
        return service;
    }

    /** How the whole key space is asked about. */
    Question question() {
        return new Question(
                new Question.Network(data.context().output(), requests, clocks, cluster.router()),
                data.config().quorums(),
                data.kept().flushStamps(),
                data.keyspace());
    }
}
