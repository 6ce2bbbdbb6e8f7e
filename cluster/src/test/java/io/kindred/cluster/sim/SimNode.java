package io.kindred.cluster.sim;

import io.kindred.cluster.core.ClusterAnswer;
import io.kindred.cluster.core.ClusterQuery;
import io.kindred.cluster.core.Event;
import io.kindred.cluster.core.NodeCore;
import io.kindred.cluster.core.NodeViews;
import io.kindred.cluster.core.Now;
import io.kindred.cluster.core.Recovered;
import io.kindred.cluster.membership.ChangeRecord;
import io.kindred.cluster.membership.Departure;
import io.kindred.cluster.membership.Generation;
import io.kindred.cluster.membership.Member;
import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.QuorumSpec;
import io.kindred.cluster.message.Topic;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Versions;
import io.kindred.engine.SyncPolicy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The simulated shell of one core: what NodeLoop is to a real one. */
final class SimNode extends ObservedNode {
    private static final int FORESEEN_ONE_IN = 3;
    private static final byte[] NOT_ASKED_FOR = {'?'};
    private static final long WALL_START_MILLIS = 1_700_000_000_000L;
    private static final int FAST_PPM_MAX = 200;
    /** Copies of a node have addresses of their own. */
    private static final int COPY_INDEX = 1_000;

    final int index;
    final String datacenter;
    private final SimCluster cluster;
    private final SimSchedule schedule;
    private final SimRandom random;
    /** What stays when it dies, but for what is stored. */
    final SimDirectory directory = new SimDirectory();

    private final SimDialer dialer;
    final SimLinks links;
    private final SimEffects effects;

    SimStorage storage;
    final SimScripts scripts = new SimScripts();
    private @Nullable NodeCore core;
    private int life;
    /** Partitions whose trees its starts did not have to build. */
    long treesRestored;

    /** The number of the start that this process began as. */
    private long begunAs;

    long skewMillis;
    /** Of this life: what the monotonic clock showed at its start, when that was, and by how much too fast it runs. */
    private long originNanos;

    private long startedNanos;
    private long fastPpm;
    boolean stalled;
    /** Its disk gets to nothing any more. */
    boolean holdsCommits;
    /** Whatever its memory does not have fails to be read, for the moment. */
    boolean readsFail;

    double weight = 1.0;
    String zone = "";
    /** It has decided to leave the ring. */
    boolean hasLeft;
    /** It and its disk are gone for good. */
    boolean isLost;
    /** How often an older copy of its directory, or an empty store, took the place of what there was. */
    int rewinds;

    /** What is to happen once it goes on: what came, and what its timers were for. Null: it does not stand still. */
    private @Nullable List<Runnable> backlog;

    private boolean serving;
    private long lastToken;
    /** What clients of other nodes published, as {@code channel payload}. */
    final List<String> heard = new ArrayList<>();

    /** For the operator. */
    final List<String> warnings = new ArrayList<>();

    SimNode(SimCluster cluster, int index, String datacenter, SimSchedule schedule, SimRandom random) {
        this(cluster, index + 1, index, datacenter, schedule, random);
    }

    private SimNode(SimCluster cluster, long id, int index, String datacenter, SimSchedule schedule, SimRandom random) {
        super(id);
        this.cluster = cluster;
        this.index = index;
        this.datacenter = datacenter;
        this.schedule = schedule;
        this.random = random;
        this.dialer = new SimDialer(this, cluster.network, random);
        this.links = dialer.links;
        SyncPolicy policy = cluster.syncsEachWrite() ? SyncPolicy.ALWAYS : SyncPolicy.EVERYSEC;
        this.storage = new SimStorage(policy, schedule, random.split(), cluster.memoryMissRate());
        this.effects = new SimEffects(this, cluster, dialer, random);
    }

    boolean isRunning() {
        return core != null;
    }

    @Override
    @Nullable
    NodeViews views() {
        return core == null ? null : core.views();
    }

    boolean isServing() {
        return core != null && serving;
    }

    void nowServing(boolean isServing) {
        serving = isServing;
    }

    /** A member of another cluster looks for one of its own here. */
    void mistaken(long byCluster) {
        step(new Event.Mistaken("m1", "elsewhere:1", byCluster, 99));
    }

    int incarnation() {
        return directory.incarnation();
    }

    // --- life and death ---

    void start() {
        if (isLost) {
            return;
        }
        life++;
        directory.begin(id, life);
        begunAs = generation();
        SimRandom clock = new SimRandom(31 * id + generation());
        originNanos = clock.between(0, 3_600_000_000_000L);
        fastPpm = clock.between(0, FAST_PPM_MAX);
        startedNanos = schedule.nowNanos();
        serving = false;
        effects.begin();
        dialer.begin();
        Member self = member();
        SimDirectory.Remembered known = directory.remembered();
        storage.giveUpHints(Recovered.owingAll(known.members(), datacenter, SimCluster.PARTITIONS));
        Recovered recovered = new Recovered(
                self,
                known.members(),
                known.departures(),
                known.checkpoint(),
                known.records(),
                storage.meta(),
                storage.hints(),
                storage.replayed(),
                directory.past());
        directory.wasRead();
        scripts.forgetAll();
        core = new NodeCore(cluster.config(id > 1), recovered, effects, new SimFunctions(scripts), random.split());
        core.namesRecordsBy(cluster.partitioner);
        step(new Event.Started());
        treesRestored += core.views().trees().restored();
        if (core.views().lastStamp() < effects.committedStamp()) {
            throw cluster.violation(
                    name + " starts at " + core.views().lastStamp() + ", and has stamped " + effects.committedStamp());
        }
        if (id > 1 && !serving) {
            dialer.toDial(cluster.network.nodes().stream()
                    .filter(other -> other != this && other.generation() > 0 && other.id != id)
                    .map(SimNode::member)
                    .toList());
        }
        dialer.checkLinksLater(random.between(1_000, 5_000_000));
        cluster.network.linkChanged();
    }

    private long generation() {
        return directory.generation();
    }

    long begunAs() {
        return begunAs;
    }

    /** Requests that nobody has answered. */
    int unanswered() {
        return effects.awaited() + told(0, NodeViews::requestsUnderWay);
    }

    boolean knowsAll(int nodes) {
        return core != null && core.views().members().size() == nodes && links.size() == nodes - 1;
    }

    /** Whether something that it had on the disk cannot be read, or that was given up and is being made good. */
    boolean isDamaged() {
        boolean hasRotten = storage.damagedKeys() > 0 || damagedPartitions() > 0;
        // Exchanges may be owed in place of hints.
        return !isLost && (hasRotten || cluster.rots() && rangesOwed() > 0);
    }

    List<SimNode> replicasOf(String key) {
        List<SimNode> replicas = new ArrayList<>();
        if (core == null) {
            throw new IllegalStateException("only a running node knows the ring");
        }
        core.views().replicas(0, key.getBytes(StandardCharsets.UTF_8)).stream()
                .filter(line -> !line.standsIn())
                .forEach(line -> replicas.add(cluster.node((int) line.member().id() - 1)));
        return replicas;
    }

    Member member() {
        return new Member(
                id,
                name,
                "sim",
                index,
                index,
                zone,
                datacenter,
                weight,
                directory.incarnation(),
                Generation.ofStart(generation()),
                0);
    }

    /** Whether it is to be in the ring in the end. */
    boolean isMember() {
        return !hasLeft && !isLost;
    }

    /** The newest change record that it knows of. */
    ChangeRecord newestRecord() {
        return Collections.max(directory.remembered().records());
    }

    int messagesTo(SimNode other) {
        return effects.messagesTo(other);
    }

    /** When a node owed nothing that is through with leaving, as this one knows after a start, too. */
    Departure.Moment settledAsStored(SimNode other) {
        return directory.remembered().departures().stream()
                .filter(left -> left.id() == other.id && left.isOver())
                .map(Departure::settled)
                .findAny()
                .orElse(Departure.Moment.NEVER);
    }

    /** The process dies and its disk with it. */
    void lose() {
        List<SimStorage.Reverted> gone = storage.loss();
        isLost = true;
        die();
        storage = new SimStorage(SyncPolicy.ALWAYS, schedule, random.split(), 0);
        effects.forgetStamps();
        cluster.checker.diskLost(this, gone);
    }

    /** A clean stop: everything written is made durable, so the next start is the same actor. */
    void stop() {
        NodeCore stopping = core;
        if (stopping != null) {
            for (Recovered.MetaRecord record : stopping.views().treeRecords()) {
                storage.put(record.key(), record.value(), 0);
            }
            stopping.views().staleTreeKeys().forEach(key -> storage.put(key, null, 0));
        }
        effects.rememberAll();
        storage.engine().commit(failure -> {});
        boolean sameActor = core != null && !core.views().mustRaiseIncarnation();
        die();
        storage.kill();
        directory.endedClean(sameActor);
    }

    /** All that its data directory has. */
    record Copy(SimStorage.Content content, SimDirectory directory) {}

    /** A process of its own from a copy of this node's directory, not started yet. */
    SimNode beside(Copy copy) {
        SimNode beside = new SimNode(cluster, id, COPY_INDEX + index, datacenter, schedule, random.split());
        beside.zone = zone;
        beside.weight = weight;
        beside.putBack(copy);
        cluster.checker.deadlines.copied(this, beside);
        return beside;
    }

    /** Of a directory that is at rest, or of one that a process runs on: a start takes that for a stop that was not clean. */
    Copy copy() {
        return new Copy(storage.content(), directory.copy(isRunning()));
    }

    /** An older copy of its directory is put in the place of what there is. Requires: it is not running. */
    void putBack(Copy copy) {
        cluster.checker.diskLost(this, restore(copy));
    }

    /** It dies, and an older copy of its directory is there: as if the machine had lost more of its log than it may. */
    void rewind(Copy copy) {
        kill();
        cluster.checker.logTailLost(this, restore(copy));
    }

    /** Whether all terms that are not in a copy are its own claims. */
    boolean hasGrantedNothingSince(Copy copy) {
        Map<byte[], byte[]> before = copy.content().terms();
        return storage.content().terms().entrySet().stream()
                .filter(term -> !Arrays.equals(before.get(term.getKey()), term.getValue()))
                .allMatch(term -> ByteBuffer.wrap(term.getValue()).getLong(Long.BYTES) == id);
    }

    private List<SimStorage.Reverted> restore(Copy copy) {
        List<SimStorage.Reverted> gone = replaceStorage(copy.content());
        directory.putBack(copy.directory());
        return gone;
    }

    /** Its store is gone, or an older one was put back; what its directory says of itself is there. Requires: it is not running. */
    void loseStore() {
        List<SimStorage.Reverted> gone = replaceStorage(SimStorage.Content.NONE);
        directory.loseStore();
        cluster.checker.diskLost(this, gone);
    }

    private List<SimStorage.Reverted> replaceStorage(SimStorage.Content content) {
        rewinds++;
        Map<RecordKey, Versions> before = storage.containers();
        SyncPolicy policy = cluster.syncsEachWrite() ? SyncPolicy.ALWAYS : SyncPolicy.EVERYSEC;
        storage = new SimStorage(policy, schedule, random.split(), cluster.memoryMissRate());
        storage.fill(content);
        // What it has stamped since is not known any more, and what it stamps from now on is of another actor.
        effects.forgetStamps();
        return SimStorage.reverted(before, storage.containers());
    }

    /** The process dies; what it handed to the operating system is there afterwards. */
    void kill() {
        effects.rememberCommitted();
        storage.kill();
        die();
    }

    /** The machine dies: what was not synced is gone. */
    void powerLoss() {
        List<SimStorage.Reverted> gone = storage.powerLoss();
        if (!cluster.syncsEachWrite()) {
            effects.forgetStamps();
        }
        cluster.checker.logTailLost(this, gone);
        die();
    }

    private void die() {
        core = null;
        life++;
        directory.ended();
        serving = false;
        resume();
        effects.died();
        cluster.network.ended(this);
    }

    /** Another number after each start and each death. */
    int life() {
        return life;
    }

    /** Stands still, as a process does that is stopped: its connections stay, and what comes waits. */
    void pause() {
        if (core != null && backlog == null) {
            backlog = new ArrayList<>();
        }
    }

    void resume() {
        List<Runnable> waiting = backlog;
        if (waiting != null) {
            backlog = null;
            cluster.pausedNow();
            waiting.forEach(action -> later(0, "resumed", action));
            cluster.network.linkChanged();
        }
    }

    boolean isPaused() {
        return backlog != null;
    }

    private void whenGoing(Runnable action) {
        if (backlog == null) {
            action.run();
        } else {
            backlog.add(action);
        }
    }

    // --- what happens to it ---

    void step(Event event) {
        NodeCore running = core;
        if (running != null) {
            long sloppyBefore = running.views().counters().sloppyUpdates;
            running.step(event, new Now(nanos(), Math.max(0, wallMillis())), effects);
            running.wake(effects);
            if (running.views().counters().sloppyUpdates > sloppyBefore) {
                cluster.values.sloppyNow();
            }
            cluster.checker.afterEvent(this);
        }
    }

    /** Its monotonic clock: no two nodes', nor two lives', agree. */
    long nanos() {
        long lived = schedule.nowNanos() - startedNanos;
        return originNanos + lived + lived * fastPpm / 1_000_000;
    }

    long wallMillis() {
        return WALL_START_MILLIS + schedule.nowNanos() / 1_000_000 + skewMillis;
    }

    void later(long delayNanos, String what, Runnable action) {
        int asked = life;
        schedule.after(delayNanos, what + index, () -> {
            if (life == asked) {
                whenGoing(action);
            }
        });
    }

    void receive(SimNode from, Message message) {
        receive(from, List.of(message));
    }

    void receive(SimNode from, List<Message> frame) {
        whenGoing(() -> step(new Event.Received(from.id, frame)));
    }

    void request(Operation operation, QuorumSpec quorum, Consumer<Outcome> done) {
        long token = ++lastToken;
        effects.awaitOutcome(token, done);
        whenGoing(() -> {
            if (core != null && token % FORESEEN_ONE_IN == 0) {
                core.foresee(operation.db(), new byte[][] {NOT_ASKED_FOR, operation.key()}, 2);
            }
            step(new Event.Request(token, operation, quorum));
        });
    }

    void ask(ClusterQuery query, Consumer<ClusterAnswer> done) {
        long token = ++lastToken;
        effects.awaitAnswer(token, done);
        whenGoing(() -> step(new Event.ClusterRequest(token, query)));
    }

    void publish(Topic channel, String payload) {
        whenGoing(() -> step(new Event.Publish(channel, payload.getBytes(StandardCharsets.UTF_8))));
    }

    void unsubscribe(Topic topic) {
        whenGoing(() -> step(new Event.Unsubscribed(List.of(topic))));
    }

    void checkLinksLater(long delayNanos) {
        dialer.checkLinksLater(delayNanos);
    }

    /** The connection that it made to this node is not there any more. */
    void lost(long peer) {
        dialer.lost(peer);
    }

    boolean dials(SimNode other) {
        return dialer.dials(other);
    }

    @Override
    public String toString() {
        return name;
    }

    void after(long delayNanos, Runnable action) {
        later(delayNanos, "asked", action);
    }
}
