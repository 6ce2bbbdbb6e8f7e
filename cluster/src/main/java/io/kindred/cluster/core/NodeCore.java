package io.kindred.cluster.core;

import io.kindred.cluster.antientropy.ExchangeCore;
import io.kindred.cluster.antientropy.Scrubber;
import io.kindred.cluster.handoff.HandoffCore;
import io.kindred.cluster.handoff.HintLedger;
import io.kindred.cluster.handoff.OwedRanges;
import io.kindred.cluster.keyspace.Question;
import io.kindred.cluster.membership.Holding;
import io.kindred.cluster.membership.Standing;
import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.message.MessageHandler;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.quorum.Clocks;
import io.kindred.cluster.quorum.Coordination;
import io.kindred.cluster.quorum.Coordinator;
import io.kindred.cluster.quorum.DotLender;
import io.kindred.cluster.quorum.FlushStamps;
import io.kindred.cluster.quorum.Latencies;
import io.kindred.cluster.quorum.Origin;
import io.kindred.cluster.quorum.PlainHold;
import io.kindred.cluster.quorum.QuorumCounters;
import io.kindred.cluster.quorum.RepairBudget;
import io.kindred.cluster.quorum.Request;
import io.kindred.cluster.quorum.Requests;
import io.kindred.cluster.quorum.UpdateFunctions;
import io.kindred.cluster.relay.RelayCore;
import io.kindred.cluster.ring.DatacenterRecords;
import io.kindred.cluster.ring.Partitioner;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.term.Terms;
import io.kindred.cluster.transfer.OwnHolding;
import io.kindred.cluster.version.Actor;
import io.kindred.cluster.version.HybridClock;
import io.kindred.cluster.version.Term;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * One node, without threads, sockets, files or clocks. It dispatches each event to the part whose it is, and decides
 * nothing itself: {@link Coordinator} runs requests, {@link ReplicaService} serves other nodes' ones, {@link Replica}
 * keeps the keys, {@link ClusterMembership} knows the members, and {@link Desk} answers for the whole key space.
 *
 * <p>Owned by: one thread.
 */
public final class NodeCore implements MessageHandler {
    private static final String CAST_OUT = "ERR this node was forgotten or replaced; ask another one of the cluster";

    private final Outlet outlet = new Outlet();
    private final Clocks clocks;
    private final Requests requests;
    private final LocalData data;
    private final StampReserve reserve;
    private final Coordinator coordinator;
    private final ReplicaService service;
    private final ReplicaStore store;
    private final ClusterMembership membership;
    private final Desk desk;
    private final Sweeper sweeper;
    private final HandoffCore handoff;
    private final AntiEntropy antiEntropy;
    private final ClusterQueries queries;
    private final Transfers transfers;
    private final Scrubber scrubber;
    private final OwnHolding own;
    private final HintLedger ledger;
    private final OwedRanges owed;
    private final Reaping reaping;
    private final Latencies latencies;
    private final Terms terms;
    private final TermDisk termDisk;
    private final NodeViews views;
    private long wakeNanos = Long.MAX_VALUE;

    public NodeCore(
            NodeConfig config,
            Recovered recovered,
            ReplicaStore store,
            UpdateFunctions functions,
            RandomSource random) {
        this.store = store;
        clocks = new Clocks(
                new HybridClock(config.times().clockSkewMaxMillis()),
                recovered.self().start());
        outlet.tellOf(clocks::reading);
        Surroundings surroundings = new Surroundings(clocks, random, outlet);
        Actor actor = new Actor(recovered.self().id(), recovered.self().incarnation());
        KeptState kept = new KeptState(config, actor, store);
        kept.recover(recovered, clocks);
        owed = kept.owed();
        FlushStamps flushStamps = kept.flushStamps();
        long firstRequest = recovered.self().start() << 40;
        requests = new Requests(firstRequest, config.quorums().timeoutNanos());
        Journal journal = new Journal(outlet);
        data = new LocalData(config, surroundings, kept, journal, store, actor);
        Replica replica = data.replica();
        Dots dots = data.books().dots();
        desk = data.desk();
        reserve = new StampReserve(clocks, journal);
        sweeper = new Sweeper(data);
        desk.sweeps(sweeper::isSweeping);
        desk.onFlushed(db -> {
            kept.trees().flushed(db);
            sweeper.sweep(db);
            clocks.goAbove(flushStamps.of(db));
            if (clocks.aheadMillis(flushStamps.of(db)) > 0) {
                outlet.effects()
                        .warn("a flush of database " + db + " is stamped " + clocks.aheadMillis(flushStamps.of(db))
                                + " ms ahead of this node's clock, for some node's clock is, or was, wrong: what this"
                                + " node writes is stamped above that from now on");
            }
        });
        LocalFacts facts = new LocalFacts(flushStamps::all, stamps -> desk.flush(stamps, verdict -> {}));
        own = new OwnHolding(
                recovered.self().id(),
                HoldingDisk.stored(config.partitions(), recovered.meta()),
                new HoldingDisk(journal),
                clocks::nextStamp);
        desk.answersFor(own::holds);
        membership = new ClusterMembership(config, recovered, surroundings, facts, own);
        membership.onFolded((datacenter, ring) -> journal.persistMeta(
                MetaKey.of(
                        ring.isSettled() ? MetaKey.SETTLED : MetaKey.FOLDED, (int) DatacenterRecords.idOf(datacenter)),
                ring.encode()));
        membership
                .history()
                .onStore((hash, told) -> journal.persistMeta(
                        MetaKey.of(MetaKey.RECORDS, 0),
                        MetaKey.value(hash),
                        verdict -> told.accept(verdict == Verdict.OK)));
        membership.start().onRenamed(dots::become);
        RingRouter router = membership.router();
        latencies = new Latencies(config.quorums().lateMaxNanos());
        Handoffs handed = new Handoffs(
                data,
                router,
                recovered.hints(),
                new HandoffCore.Wires(outlet, requests, clocks, router, latencies));
        handoff = handed.core();
        ledger = handed.ledger();
        antiEntropy = new AntiEntropy(
                data,
                new ExchangeCore.Wires(outlet, requests, clocks, router, router, latencies),
                router);
        data.books().unreadable().healer((key, isSenseless) -> {
            if (key.isHint()) {
                handoff.onUnreadable(key);
            } else {
                antiEntropy.exchange().unreadable(key, isSenseless);
            }
        });
        QuorumCounters counters = new QuorumCounters();
        Cleaner cleaner = new Cleaner(data);
        termDisk = new TermDisk(journal, outlet);
        terms = new Terms(
                config.partitions(),
                router.termDatacenter(),
                TermDisk.stored(recovered.meta()),
                termDisk,
                new Terms.Wires(
                        outlet,
                        requests,
                        clocks,
                        router,
                        random::nextInt,
                        partition -> own.isEmptied(partition) && !router.takesWrites(partition)));
        reaping = new Reaping(data, membership, own, antiEntropy.exchange());
        transfers = new Transfers(
                membership,
                own,
                antiEntropy.exchange(),
                new Transfers.Tasks(cleaner, reaping::isPurging),
                surroundings,
                terms,
                config.quorums().timeoutNanos());
        RelayCore relays = new RelayCore(outlet, requests, clocks, router, handed.hints());
        scrubber = new Scrubber(clocks, latencies, List.of(sweeper, cleaner, reaping.reaper(), antiEntropy.builder()));
        Coordination coordination = new Coordination(
                replica,
                handed.hints(),
                router,
                outlet,
                requests,
                clocks,
                config.quorums(),
                counters,
                flushStamps,
                latencies,
                new RepairBudget(),
                relays,
                terms,
                new PlainHold(requests, clocks));
        coordinator = new Coordinator(
                coordination, functions, new DotLender(replica, handed.hints(), router, config.quorums(), counters));
        service = new ReplicaService(data.replica(), journal, coordination, outlet);
        NodeViews.Counted counted = new NodeViews.Counted(
                counters,
                handed.ledger(),
                owed,
                handed.counters(),
                kept.trees(),
                antiEntropy.counters(),
                kept.marks(),
                reaping,
                relays.counters(),
                terms,
                scrubber.counters());
        membership.start().onLacking(transfers.core()::beginAnew);
        views = new NodeViews(config, membership, clocks, counted, data, requests, transfers.core());
        Question question = new Question(outlet, requests, clocks, config.quorums(), router, flushStamps, desk);
        queries = new ClusterQueries(
                question,
                outlet,
                antiEntropy,
                views,
                random,
                new RingChanges(membership),
                new RestoredRecords(coordination, membership.view()));
    }

    /** Runs one event to its end. */
    public void step(Event event, Now now, Effects effects) {
        outlet.begin(effects);
        clocks.advance(now.nanos(), now.wallMillis());
        reserve.before();
        dispatch(event);
        if (membership.router().isTouched()) {
            BitSet touched = membership.router().takeTouched();
            antiEntropy.followRing(touched);
            transfers.core().follow(touched);
        }
        reserve.after();
        termDisk.sync();
    }

    /** Has keys name records otherwise, as a simulation does. Requires: that it is called before the first event. */
    public void namesRecordsBy(Partitioner partitioner) {
        membership.router().useKeys(partitioner);
    }

    /**
     * Says which keys the next requests are about, in their order, most likely: the first {@code count}. It changes nothing but
     * the time that these take.
     */
    public void foresee(int db, byte[][] keys, int count) {
        store.foresee(membership.router().foresee(db, keys, count), count);
    }

    private void dispatch(Event event) {
        if (event instanceof Event.Request request) {
            onRequest(request);
        } else if (event instanceof Event.Received received) {
            membership.watch().heard(received.from());
            received.message().deliver(received.from(), this);
        } else if (event instanceof Event.Persisted persisted) {
            data.onPersisted(persisted);
        } else if (event instanceof Event.Synced synced) {
            termDisk.onSynced(synced.token(), synced.failure());
        } else if (event instanceof Event.Loaded loaded) {
            data.replica().chains().onLoaded(loaded.token(), loaded.value(), loaded.failure());
        } else if (event instanceof Event.LossAccepted accepted) {
            data.losses().onAccepted(accepted.token(), accepted.failure());
        } else if (event instanceof Event.Scanned scanned) {
            desk.onScanned(scanned);
        } else if (event instanceof Event.ClusterRequest request) {
            queries.ask(request.token(), request.query());
        } else if (event instanceof Event.PeerConnected peer) {
            membership.onPeerConnected(peer.peer());
            handoff.onPeerBack(peer.peer());
        } else if (event instanceof Event.Refused refused) {
            membership.onRefused(refused);
        } else if (event instanceof Event.Mistaken mistaken) {
            membership.start().onMistaken(mistaken);
        } else if (event instanceof Event.PeerLost peer) {
            membership.onPeerLost(peer.peer());
            coordinator.onPeerLost(peer.peer());
        } else if (event instanceof Event.Tick) {
            requests.onTick(clocks.nanos());
            // Behind the requests: what those have left undone by now is owed.
            membership.view().owe(oldestDebtStamp(), clocks.tellStamp());
            latencies.onTick(clocks.nanos());
            membership.onTick();
            handoff.onTick();
            antiEntropy.onTick();
            reaping.onTick();
            transfers.core().onTick();
            scrubber.onTick();
            data.books().dots().giveUpLoans();
        } else if (event instanceof Event.Started) {
            antiEntropy.onStarted();
            reaping.onStarted();
            own.begin(() -> membership.held(own.told()));
            membership.onStarted();
            sweeper.resume();
        }
    }

    /** Nobody answers a node that was forgotten: its clients are told at once rather than at their deadlines. */
    private void onRequest(Event.Request request) {
        if (membership.isCastOut(membership.view().self().id())) {
            outlet.reply(Origin.client(request.token()), new Outcome.Refused(CAST_OUT));
        } else if (!membership.isServing()) {
            outlet.reply(
                    Origin.client(request.token()),
                    new Outcome.Refused("LOADING " + membership.start().why()));
        } else {
            coordinator.start(request.token(), request.operation(), request.quorum());
        }
    }

    /**
     * Asks for the next tick where it is earlier than the one that was asked for. To be called behind every step, or once behind
     * several that follow each other at once.
     */
    public void wake(Effects effects) {
        long next = Math.min(Math.min(nextRequestTickNanos(), membership.nextTickNanos()), handoff.nextTickNanos());
        next = Math.min(next, Math.min(antiEntropy.nextTickNanos(), reaping.nextTickNanos()));
        next = Math.min(next, Math.min(transfers.core().nextTickNanos(), scrubber.nextTickNanos()));
        boolean askedIsOver = clocks.nanos() >= wakeNanos;
        if (next < wakeNanos || askedIsOver) {
            wakeNanos = next;
            effects.wakeAt(next);
        }
    }

    /** When an answer to a request of this node is next overdue, or a little earlier; {@code Long.MAX_VALUE}: never. */
    long nextRequestTickNanos() {
        return requests.nextTickNanos();
    }

    /** Of hints it is known; whatever else is owed may be as old as can be. */
    private long oldestDebtStamp() {
        return transfers.core().isOwing() || owed.size() > 0 ? Standing.DEBT_OF_ANY_AGE : ledger.oldestStamp();
    }

    /** What people and clients may see of this node. */
    public NodeViews views() {
        return views;
    }

    // --- messages ---

    @Override
    public void onStartAsked(long from, Message.StartAsked message) {
        membership.onStartAsked(from, message);
    }

    @Override
    public void onStartKnown(long from, Message.StartKnown message) {
        membership.onStartKnown(from, message);
    }

    @Override
    public void onJoinRequest(long from, Message.JoinRequest message) {
        membership.onJoinRequest(from, message);
    }

    @Override
    public void onJoinRefused(long from, Message.JoinRefused message) {
        membership.onJoinRefused(message);
    }

    @Override
    public void onGossip(long from, Message.Gossip message) {
        membership.onGossip(from, message);
    }

    @Override
    public void onGossipAsk(long from, Message.GossipAsk message) {
        membership.onGossipAsk(from, message);
    }

    @Override
    public void onGossipTell(long from, Message.GossipTell message) {
        List<Holding> possible = message.holdings().stream()
                .filter(held -> held.isPossible(views.partitions()))
                .toList();
        if (possible.size() < message.holdings().size()) {
            outlet.effects().note("ignored a holding that " + views.nameOf(from) + " told of: there are none like it");
        }
        membership.onGossipTell(
                from,
                new Message.GossipTell(
                        message.members(),
                        message.checkpoint(),
                        message.records(),
                        possible,
                        message.recordsHash(),
                        message.cluster()));
    }

    @Override
    public void onPing(long from, Message.Ping message) {
        membership.watch().onPing(from, message);
    }

    @Override
    public void onPong(long from, Message.Pong message) {
        membership.watch().onPong(from, message);
    }

    /** Whoever runs the core sees to it that fewer writes are begun. */
    @Override
    public void onPressure(long from, Message.Pressure message) {}

    /** What another node names is checked before it becomes an index: all nodes of a cluster have the same numbers. */
    private void ignore(long from, Message message) {
        outlet.effects()
                .note("ignored a " + message.getClass().getSimpleName() + " of " + views.nameOf(from)
                        + ": no such database or partition");
    }

    private boolean hasDatabase(int db) {
        return db >= 0 && db < views.config().databases();
    }

    private boolean hasPartition(int partition) {
        return partition >= 0 && partition < views.partitions();
    }

    /**
     * Whether a request comes of a node that was forgotten, and tells it so. What it reads it would join with its own old
     * values, and give that to its clients, and to replicas as a repair.
     */
    private boolean isRefused(long from) {
        if (!membership.isCastOut(from)) {
            return false;
        }
        membership.router().compareRings(from);
        return true;
    }

    @Override
    public void onForward(long from, Message.Forward message) {
        if (!hasDatabase(message.operation().db())) {
            ignore(from, message);
            return;
        }
        membership.start().whenSettled(() -> coordinator.onForward(from, message));
    }

    @Override
    public void onForwardReply(long from, Message.ForwardReply message) {
        coordinator.onForwardReply(from, message);
    }

    @Override
    public void onReadRequest(long from, Message.ReadRequest message) {
        if (isRefused(from)) {
            outlet.send(from, new Message.ReadReply(message.requestId(), Verdict.NOT_MINE, null));
            return;
        }
        membership.start().whenSettled(() -> service.onReadRequest(from, message));
    }

    @Override
    public void onReadReply(long from, Message.ReadReply message) {
        membership.router().answered(from);
        coordinator.onReadReply(from, message);
    }

    @Override
    public void onReplicate(long from, Message.Replicate message) {
        if (isRefused(from)) {
            service.refuse(from, message);
            return;
        }
        service.onReplicate(from, message);
    }

    @Override
    public void onReplicateAck(long from, Message.ReplicateAck message) {
        membership.router().answered(from);
        coordinator.onReplicateAck(from, message);
    }

    @Override
    public void onDotRequest(long from, Message.DotRequest message) {
        if (isRefused(from)) {
            outlet.send(from, new Message.DotReply(message.requestId(), Verdict.NOT_MINE, null, null, 0));
            return;
        }
        membership.start().whenSettled(() -> coordinator.onDotRequest(from, message));
    }

    @Override
    public void onDotReply(long from, Message.DotReply message) {
        membership.router().answered(from);
        answered(from, message.requestId(), message);
    }

    @Override
    public void onTermClaim(long from, Message.TermClaim message) {
        if (!hasPartition(message.partition())) {
            ignore(from, message);
        } else if (isRefused(from)) {
            outlet.send(from, new Message.TermReply(message.requestId(), Verdict.NOT_MINE, Term.NONE, 0));
        } else {
            terms.onClaim(from, message);
        }
    }

    @Override
    public void onTermReply(long from, Message.TermReply message) {
        membership.router().answered(from);
        answered(from, message.requestId(), message);
    }

    @Override
    public void onTermsRequest(long from, Message.TermsRequest message) {
        if (!isRefused(from)) {
            terms.onTermsRequest(from, message);
        }
    }

    @Override
    public void onTermsReply(long from, Message.TermsReply message) {
        membership.router().answered(from);
        answered(from, message.requestId(), message);
    }

    @Override
    public void onHandOver(long from, Message.HandOver message) {
        if (membership.isCastOut(from)) {
            // Nobody has waited for what it still has: by now that may be what was deleted.
            return;
        }
        service.onHandOver(from, message);
    }

    @Override
    public void onRelay(long from, Message.Relay message) {
        if (!membership.isCastOut(from)) {
            service.onRelay(from, message);
        }
    }

    @Override
    public void onHandOverAck(long from, Message.HandOverAck message) {
        membership.router().answered(from);
        answered(from, message.requestId(), message);
    }

    @Override
    public void onTreeRoots(long from, Message.TreeRoots message) {
        antiEntropy.exchange().onTreeRoots(from, message);
    }

    @Override
    public void onTreeRootsReply(long from, Message.TreeRootsReply message) {
        answered(from, message.requestId(), message);
    }

    @Override
    public void onTreeLanes(long from, Message.TreeLanes message) {
        antiEntropy.exchange().onTreeLanes(from, message);
    }

    @Override
    public void onTreeLanesReply(long from, Message.TreeLanesReply message) {
        answered(from, message.requestId(), message);
    }

    @Override
    public void onTreeSums(long from, Message.TreeSums message) {
        antiEntropy.exchange().onTreeSums(from, message);
    }

    @Override
    public void onTreeSumsReply(long from, Message.TreeSumsReply message) {
        answered(from, message.requestId(), message);
    }

    @Override
    public void onBucketKeys(long from, Message.BucketKeys message) {
        antiEntropy.exchange().onBucketKeys(from, message);
    }

    @Override
    public void onBucketKeysReply(long from, Message.BucketKeysReply message) {
        answered(from, message.requestId(), message);
    }

    @Override
    public void onBucketSums(long from, Message.BucketSums message) {
        antiEntropy.exchange().onBucketSums(from, message);
    }

    @Override
    public void onBucketSumsReply(long from, Message.BucketSumsReply message) {
        answered(from, message.requestId(), message);
    }

    @Override
    public void onExchangeObjects(long from, Message.ExchangeObjects message) {
        if (membership.isCastOut(from)) {
            return;
        }
        antiEntropy.exchange().onExchangeObjects(from, message);
    }

    @Override
    public void onExchangeObjectsReply(long from, Message.ExchangeObjectsReply message) {
        answered(from, message.requestId(), message);
    }

    @Override
    public void onExchangeAsked(long from, Message.ExchangeAsked message) {
        antiEntropy.exchange().onExchangeAsked(from, message);
    }

    @Override
    public void onExchangeDone(long from, Message.ExchangeDone message) {
        answered(from, message.requestId(), message);
    }

    @Override
    public void onCountRequest(long from, Message.CountRequest message) {
        if (!hasDatabase(message.db()) || !Arrays.stream(message.partitions()).allMatch(this::hasPartition)) {
            ignore(from, message);
            return;
        }
        outlet.send(from, new Message.CountReply(message.requestId(), desk.count(message.db(), message.partitions())));
    }

    @Override
    public void onCountReply(long from, Message.CountReply message) {
        answered(from, message.requestId(), message);
    }

    @Override
    public void onScanRequest(long from, Message.ScanRequest message) {
        if (!hasDatabase(message.db()) || !hasPartition(message.partition()) || message.limit() < 1) {
            ignore(from, message);
            return;
        }
        desk.scan(message, reply -> {
            if (reply.verdict() == Verdict.NOT_MINE) {
                membership.router().redirect(from, RecordKey.firstOf(message.partition()));
            }
            outlet.send(from, reply);
        });
    }

    @Override
    public void onScanReply(long from, Message.ScanReply message) {
        answered(from, message.requestId(), message);
    }

    @Override
    public void onClockRequest(long from, Message.ClockRequest message) {
        outlet.send(from, new Message.ClockReply(message.requestId(), clocks.stampOfAll(), clocks.wallMillis()));
    }

    @Override
    public void onClockReply(long from, Message.ClockReply message) {
        answered(from, message.requestId(), message);
    }

    @Override
    public void onFlush(long from, Message.Flush message) {
        long passed = desk.passed(message.flushStamps());
        if (passed > 0) {
            outlet.send(from, new Message.FlushAck(message.requestId(), Verdict.OK, passed));
            return;
        }
        desk.flush(
                message.flushStamps(),
                verdict -> outlet.send(from, new Message.FlushAck(message.requestId(), verdict, 0)));
    }

    @Override
    public void onFlushAck(long from, Message.FlushAck message) {
        answered(from, message.requestId(), message);
    }

    private void answered(long from, long requestId, Message message) {
        Request request = requests.find(requestId);
        if (request != null) {
            request.onAnswer(from, message);
        }
    }
}
