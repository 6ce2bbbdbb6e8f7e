package io.kindred.cluster.node;

import io.kindred.cluster.core.ClusterAnswer;
import io.kindred.cluster.core.Effects;
import io.kindred.cluster.core.Event;
import io.kindred.cluster.core.NodeCore;
import io.kindred.cluster.core.Now;
import io.kindred.cluster.core.RandomSource;
import io.kindred.cluster.core.Renewal;
import io.kindred.cluster.core.StartState;
import io.kindred.cluster.core.StoreFailure;
import io.kindred.cluster.membership.ChangeRecord;
import io.kindred.cluster.membership.Departure;
import io.kindred.cluster.membership.Member;
import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.Topic;
import io.kindred.cluster.ring.Checkpoint;
import io.kindred.cluster.wire.LocalNode;
import io.kindred.cluster.wire.MembershipCodec.Remembered;
import io.kindred.cluster.wire.NetLoop;
import io.kindred.cluster.wire.PeerTransport;
import io.kindred.cluster.wire.TransportConfig;
import io.kindred.cluster.wire.TransportStats;
import io.kindred.cluster.wire.tls.Tls;
import io.kindred.engine.EngineFailure;
import io.kindred.engine.StorageEngine;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs one core on one event-loop thread, which is also the storage engine's owner and the thread that reads clients
 * and peers.
 *
 * <p>Events are stepped as they come: a client's request inside the call that makes it, a peer's message inside the
 * read that brings it. What a step asks of the engine is done at once, in memory; the first effect of a turn that has
 * to reach a disk or a socket puts one task at the end of the loop's queue, which runs when everything that this turn
 * read has been stepped: one {@code commit} for all of its writes, whose acknowledgement is stepped too, then one
 * hand-off of reads, then one write a peer. So requests that arrive together share an append, and their answers go out
 * together.
 *
 * <p>A turn may have hundreds of steps. The clock is read at its first one, after every {@link #STEPS_PER_CLOCK_MAX}, and
 * behind a commit; the next tick is planned at its end.
 *
 * <p>Steps never nest. An event that arises within one (a callback that asks again, a connection that is refused at
 * once) waits until it has ended.
 *
 * <p>Owned by: the event loop, apart from the constructor, {@link #bind} and {@link #client}.
 */
public final class NodeLoop {

    private static final System.Logger LOG = System.getLogger(NodeLoop.class.getName());
    /** A commit's acknowledgement may ask for more writes; past so many rounds they wait for the next turn. */
    private static final int COMMITS_PER_TURN_MAX = 4;
    /** So many steps of one turn are told the same time. */
    private static final int STEPS_PER_CLOCK_MAX = 32;

    /**
     * What a node runs with, beside its core and engine.
     *
     * @param tls between nodes; null: they talk in the clear
     */
    public record Setup(
            LocalNode self,
            TransportConfig transport,
            RandomSource random,
            NodeClock clock,
            NodeHost host,
            @Nullable Tls tls) {
        /** In the clear. */
        public Setup(LocalNode self, TransportConfig transport, RandomSource random, NodeClock clock, NodeHost host) {
            this(self, transport, random, clock, host, null);
        }
    }

    private final EventLoop loop;
    private final NodeCore core;
    private final StorageEngine engine;
    private final long selfId;
    private final NodeClock clock;
    private final NodeHost host;
    private final PeerTransport transport;
    private final NodeClient client = new NodeClient(this);
    private final WakeTimer timer;
    private final LoopEffects effects = new LoopEffects();
    private final StepOutput output = new StepOutput();
    private final ArrayDeque<Event> arisen = new ArrayDeque<>();
    private final Commits commits = new Commits();
    private final PeerEvents peers;
    private final WriteGate gate;
    private final Runnable turnEnd = this::endTurn;

    private boolean stepping;
    private boolean stopped;
    private boolean turnEndAsked;
    private Now now = new Now(0, 0);
    private int stepsSinceClock;
    private boolean engineWritten;
    private int persistsOfTurn;
    private final StoreTroubles troubles = new StoreTroubles();
    private long eventCount;
    private long turnCount;
    private long commitCount;
    private long persistCount;
    private long refusedForRoom;
    private boolean lastCommitFailed;

    /** The engine must have been opened with {@link NetLoop#loop} as its owner. */
    public NodeLoop(NetLoop net, NodeCore core, StorageEngine engine, Setup setup) {
        this.loop = net.loop();
        this.core = core;
        this.engine = engine;
        this.selfId = setup.self().nodeId();
        this.clock = setup.clock();
        this.host = setup.host();
        this.peers = new PeerEvents(
                this,
                new PeerEvents.Sight(loop, engine, core.views(), clock),
                listener -> new PeerTransport(net, setup.self(), setup.transport(), setup.random(), listener));
        this.transport = peers.transport();
        this.gate = peers.gate();
        if (setup.tls() != null) {
            transport.secure(setup.tls());
        }
        this.timer = new WakeTimer(loop, clock, this::tick);
    }

    /** Begins to listen to peers; gives the port. Not to be called on the loop, which it waits for. */
    public int bind(String clusterHost, int clusterPort) throws IOException {
        return transport.bind(clusterHost, clusterPort);
    }

    /** Starts the core, and dials the seeds until it takes part in the ring. */
    public void start(List<InetSocketAddress> seeds) {
        requireLoop();
        deliver(new Event.Started());
        for (InetSocketAddress seed : seeds) {
            transport.dialSeed(seed.getHostString(), seed.getPort());
        }
    }

    public NodeClient client() {
        return client;
    }

    public TransportStats transportStats() {
        requireLoop();
        return transport.stats();
    }

    public LoopStats stats() {
        requireLoop();
        return new LoopStats(
                eventCount,
                turnCount,
                commitCount,
                persistCount,
                troubles.count(),
                client.inFlight(),
                refusedForRoom + peers.refusedForRoom(),
                peers.parkedReads(),
                lastCommitFailed);
    }

    /**
     * Ends: no further event reaches the core, connections are closed, and clients that wait are told that it stopped.
     * The engine stays open, for its owner to close.
     */
    public void stop() {
        requireLoop();
        if (stopped) {
            return;
        }
        stopped = true;
        timer.cancel();
        transport.close();
        client.cutOff();
    }

    boolean isStopped() {
        return stopped;
    }

    NodeHost host() {
        return host;
    }

    WriteGate gate() {
        return gate;
    }

    /** Whether a write that is begun now may find no room; counted. */
    boolean refusesWrite() {
        boolean full = engine.isFull();
        refusedForRoom += full ? 1 : 0;
        return full;
    }

    void requireLoop() {
        if (!loop.inEventLoop()) {
            throw new IllegalStateException(
                    "called on " + Thread.currentThread().getName() + ", not on the loop");
        }
    }

    // --- steps ---

    /** Steps the core, now or when the step under way has ended. */
    void deliver(Event event) {
        if (stopped) {
            return;
        }
        if (stepping) {
            arisen.addLast(event);
            return;
        }
        stepping = true;
        try {
            step(event);
        } finally {
            stepping = false;
        }
    }

    /** Not within a step. */
    void foresee(int db, byte[][] keys, int count) {
        if (!stopped && !stepping) {
            core.foresee(db, keys, count);
        }
    }

    private void step(Event first) {
        Event event = first;
        while (event != null && !stopped) {
            try {
                eventCount++;
                core.step(event, timeOfStep(), effects);
                while (!output.isEmpty()) {
                    output.tellOne(client);
                }
            } catch (Throwable e) {
                fail("a " + event.getClass().getSimpleName() + " event", e);
            }
            event = arisen.pollFirst();
        }
    }

    /** Read in each turn anew, and behind what may have blocked in it; a tick has to see that its time has come. */
    private Now timeOfStep() {
        askTurnEnd();
        if (stepsSinceClock >= STEPS_PER_CLOCK_MAX) {
            stepsSinceClock = 0;
            now = new Now(clock.nanos(), clock.wallMillis());
        }
        stepsSinceClock++;
        return now;
    }

    private void readClockAnew() {
        stepsSinceClock = STEPS_PER_CLOCK_MAX;
    }

    private void tick() {
        readClockAnew();
        deliver(new Event.Tick());
    }

    /**
     * The one catch-all of a node. A core that threw may hold half a change, and nothing says what it would do next: it
     * is stopped rather than trusted.
     */
    private void fail(String what, Throwable cause) {
        LOG.log(System.Logger.Level.ERROR, "stopping the node: " + what + " ended in an error", cause);
        stopped = true;
        timer.cancel();
        host.fatal(what, cause);
    }

    // --- turns ---

    /** Something is to reach a disk or a socket. */
    void askTurnEnd() {
        if (!turnEndAsked) {
            turnEndAsked = true;
            readClockAnew();
            loop.execute(turnEnd);
        }
    }

    private void endTurn() {
        if (stopped) {
            return;
        }
        try {
            turnCount++;
            peers.resumeReads();
            boolean wrote = engineWritten;
            for (int round = 0; round < COMMITS_PER_TURN_MAX && engineWritten; round++) {
                commit();
            }
            engine.flushReads();
            core.wake(effects);
            // What is asked for from here on waits for the end of another turn.
            turnEndAsked = false;
            transport.flush();
            if (wrote) {
                gate.look();
            }
        } catch (Throwable e) {
            fail("the end of a turn", e);
        }
        if (engineWritten) {
            askTurnEnd();
        }
    }

    private void commit() {
        engineWritten = false;
        commits.add(persistsOfTurn);
        commitCount++;
        persistCount += persistsOfTurn;
        persistsOfTurn = 0;
        engine.commit(this::committed);
    }

    private void committed(@Nullable EngineFailure failure) {
        readClockAnew();
        int persists = commits.removeOldest();
        lastCommitFailed = failure != null;
        StoreFailure told = failure == null ? null : troubles.ofWrite(failure);
        if (persists > 0) {
            deliver(new Event.Persisted(persists, told));
        }
    }

    /** What a step asks for. */
    private final class LoopEffects implements Effects {
        @Override
        public void send(long to, Message message) {
            if (to == selfId) {
                throw new IllegalStateException(
                        "a message to itself: " + message.getClass().getSimpleName());
            }
            transport.send(to, message);
            askTurnEnd();
        }

        @Override
        public void persist(byte[] key, byte @Nullable [] value, int countDelta, long note) {
            if (value == null) {
                engine.delete(key, countDelta, note);
            } else {
                engine.put(key, value, countDelta, note);
            }
            persistsOfTurn++;
            engineWritten = true;
            askTurnEnd();
        }

        @Override
        public void sync(long token) {
            engine.sync(
                    failure -> deliver(new Event.Synced(token, failure == null ? null : troubles.ofWrite(failure))));
        }

        @Override
        public void load(long token, byte[] key) {
            engine.read(key, (value, failure) -> {
                byte[] found = value == StorageEngine.ABSENT ? null : value;
                deliver(new Event.Loaded(token, found, troubles.ofRead(failure)));
            });
            askTurnEnd();
        }

        @Override
        public void scan(long token, byte[] from, byte[] to, int limit) {
            new ScanRun(engine, token, to, limit, this::scanned).from(from);
            askTurnEnd();
        }

        private void scanned(Event.Scanned scanned, @Nullable EngineFailure failure) {
            if (failure != null) {
                troubles.note(failure);
            }
            deliver(scanned);
        }

        @Override
        public void acceptLoss(long token, byte[] from, byte[] to) {
            engine.acceptLoss(from, to, failure -> {
                if (failure != null) {
                    troubles.note(failure);
                }
                deliver(new Event.LossAccepted(token, troubles.ofRead(failure)));
            });
        }

        @Override
        public void reply(long token, Outcome outcome) {
            output.reply(token, outcome);
        }

        @Override
        public void answer(long token, ClusterAnswer answer) {
            output.answer(token, answer);
        }

        @Override
        public void published(Topic channel, byte[] payload) {
            client.published(channel, payload);
        }

        @Override
        public void wakeAt(long nanos) {
            timer.wakeAt(nanos);
        }

        @Override
        public void peers(List<Member> members) {
            transport.peers(members);
        }

        @Override
        public void redial(long peer) {
            transport.redial(peer);
        }

        @Override
        public void remember(
                List<Member> members, List<Departure> departures, Checkpoint checkpoint, List<ChangeRecord> records) {
            StoredState.remember(engine, new Remembered(members, departures, checkpoint, records));
            engineWritten = true;
            askTurnEnd();
        }

        @Override
        public void serving() {
            transport.forgetSeeds();
            host.serving();
        }

        @Override
        public void renewed(Renewal renewal) {
            try {
                host.renewed(renewal);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void belongs(long cluster) {
            try {
                host.belongs(cluster);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            transport.belong(cluster);
        }

        @Override
        public void notServing(StartState state, String why) {
            host.notServing(state, why);
            if (state == StartState.COPY) {
                transport.letGo();
            }
        }

        @Override
        public void startOver(List<String> seeds, String replaces) {
            host.startOver(seeds, replaces);
        }

        @Override
        public void note(String line) {
            LOG.log(System.Logger.Level.INFO, line);
        }

        @Override
        public void warn(String line) {
            LOG.log(System.Logger.Level.WARNING, line);
        }
    }
}
