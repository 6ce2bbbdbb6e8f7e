package io.kindred.cluster.core;

import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.quorum.Clocks;
import io.kindred.cluster.quorum.Origin;
import io.kindred.cluster.quorum.UpdateFunctions;
import io.kindred.cluster.ring.Partitioner;
import io.kindred.cluster.version.Actor;
import io.kindred.cluster.version.HybridClock;
import java.util.List;

/**
 * One node, without threads, sockets, files or clocks. It dispatches each event to the part whose it is, and decides
 * nothing itself: {@link Cluster} knows the members and the ring, {@link PartitionServer} serves what clients and other nodes
 * ask for, {@link LocalData} has this node's records, and {@link NodeMessages} takes the messages.
 *
 * <p>Owned by: one thread.
 */
public final class NodeCore {
    private static final String CAST_OUT = "ERR this node was forgotten or replaced; ask another one of the cluster";

    private final Events events = new Events();
    private final CoreOutput output = new CoreOutput();
    private final ReplicaStore store;
    private final Clocks clocks;
    private final StampReserve reserve;
    private final LocalData data;
    private final Cluster cluster;
    private final ClusterMembership membership;
    private final PartitionServer server;
    private final PubSubPart pubSub;
    private final NodeMessages messages;
    private final NodeViews views;
    private final ClusterQueries queries;
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
        output.tellOf(clocks::reading);
        CoreContext in = new CoreContext(clocks, random, output);
        Actor self = new Actor(recovered.self().id(), recovered.self().incarnation());
        KeptState kept = new KeptState(config, self, store);
        kept.recover(recovered, clocks);
        Journal journal = new Journal(output);
        reserve = new StampReserve(clocks, journal);
        data = new LocalData(config, in, kept, journal, store, self);
        cluster = new Cluster(config, recovered, in, journal, data.facts());
        membership = cluster.membership();
        pubSub = cluster.pubSub();
        server = new PartitionServer(data, cluster, recovered, functions);
        messages = new NodeMessages(cluster, server);
        views = new NodeViews(cluster, server);
        queries = new ClusterQueries(cluster, server, views);
    }

    /** Runs one event to its end. */
    public void step(Event event, Now now, Effects effects) {
        output.begin(effects);
        clocks.advance(now.nanos(), now.wallMillis());
        reserve.before();
        event.deliver(events);
        follow();
        data.changes().endStep(pubSub, output);
        server.endStep();
        output.endStep();
    }

    /** What has just happened may have changed the ring, and taken the clock further. */
    private void follow() {
        if (cluster.router().isTouched()) {
            server.follow(cluster.router().takeTouched());
            data.changes().allHere(pubSub, output);
        }
        reserve.after();
    }

    /** Has keys name records otherwise, as a simulation does. Requires: that it is called before the first event. */
    public void namesRecordsBy(Partitioner partitioner) {
        cluster.router().useKeys(partitioner);
    }

    /**
     * Says which keys the next requests are about, in their order, most likely: the first {@code count}. It changes nothing but
     * the time that these take.
     */
    public void foresee(int db, byte[][] keys, int count) {
        store.foresee(cluster.router().foresee(db, keys, count), count);
    }

    /**
     * Asks for the next tick where it is earlier than the one that was asked for. To be called behind every step, or once behind
     * several that follow each other at once.
     */
    public void wake(Effects effects) {
        long next = Math.min(membership.nextTickNanos(), server.nextTickNanos());
        next = Math.min(
                next, Math.min(pubSub.core().nextTickNanos(), data.changes().nextTickNanos()));
        boolean askedIsOver = clocks.nanos() >= wakeNanos;
        if (next < wakeNanos || askedIsOver) {
            wakeNanos = next;
            effects.wakeAt(next);
        }
    }

    /** When an answer to a request of this node is next overdue, or a little earlier; {@code Long.MAX_VALUE}: never. */
    long nextRequestTickNanos() {
        return server.requests().nextTickNanos();
    }

    /** Has keys that expire told of, on the channels of the keys and of the event; neither: they are not. */
    public void tellExpired(boolean keyspace, boolean keyevent) {
        data.expiries().use(keyspace, keyevent);
    }

    /** What people and clients may see of this node. */
    public NodeViews views() {
        return views;
    }

    /** The part whose it is has each. */
    private final class Events implements EventHandler {
        @Override
        public void onStarted(Event.Started event) {
            server.onStarted();
            cluster.onStarted();
            data.sweeper().resume();
        }

        /** Nobody answers a node that was forgotten: its clients are told at once rather than at their deadlines. */
        @Override
        public void onRequest(Event.Request request) {
            if (cluster.roster().isSelfCastOut()) {
                output.reply(Origin.client(request.token()), new Outcome.Refused(CAST_OUT));
            } else if (!membership.isServing()) {
                output.reply(
                        Origin.client(request.token()),
                        new Outcome.Refused("LOADING " + membership.start().why()));
            } else {
                server.coordinator().start(request.token(), request.operation(), request.quorum());
            }
        }

        @Override
        public void onClusterRequest(Event.ClusterRequest request) {
            queries.ask(request.token(), request.query());
        }

        @Override
        public void onReceived(Event.Received event) {
            membership.watch().heard(event.from());
            List<Message> received = event.messages();
            for (int i = 0; i < received.size(); i++) {
                if (i > 0) {
                    follow();
                }
                received.get(i).deliver(event.from(), messages);
            }
        }

        @Override
        public void onPublish(Event.Publish publish) {
            pubSub.core().publish(publish.channel(), publish.payload());
        }

        @Override
        public void onUnsubscribed(Event.Unsubscribed gone) {
            pubSub.core().unsubscribe(gone.topics());
            data.changes().look(pubSub);
        }

        @Override
        public void onPersisted(Event.Persisted persisted) {
            data.onPersisted(persisted);
        }

        @Override
        public void onSynced(Event.Synced synced) {
            server.termDisk().onSynced(synced.token(), synced.failure());
        }

        @Override
        public void onLoaded(Event.Loaded loaded) {
            data.replica().chains().onLoaded(loaded.token(), loaded.value(), loaded.failure());
        }

        @Override
        public void onScanned(Event.Scanned scanned) {
            data.keyspace().onScanned(scanned);
        }

        @Override
        public void onLossAccepted(Event.LossAccepted accepted) {
            data.losses().onAccepted(accepted.token(), accepted.failure());
        }

        @Override
        public void onPeerConnected(Event.PeerConnected connected) {
            membership.onPeerConnected(connected.peer());
            server.onPeerConnected(connected.peer());
            pubSub.core().onConnected(connected.peer());
        }

        @Override
        public void onPeerLost(Event.PeerLost lost) {
            membership.onPeerLost(lost.peer());
            server.onPeerLost(lost.peer());
            pubSub.core().onLost(lost.peer());
            data.changes().allHere(pubSub, output);
        }

        @Override
        public void onRefused(Event.Refused refused) {
            membership.onRefused(refused);
        }

        @Override
        public void onMistaken(Event.Mistaken mistaken) {
            membership.start().onMistaken(mistaken);
        }

        @Override
        public void onTick(Event.Tick tick) {
            server.endRequests();
            // What those have left undone by now is owed.
            membership.view().own().owe(server.oldestDebtStamp(), clocks.tellStamp());
            membership.onTick();
            server.onTick();
            pubSub.onTick();
            data.changes().onTick(pubSub);
        }
    }
}
