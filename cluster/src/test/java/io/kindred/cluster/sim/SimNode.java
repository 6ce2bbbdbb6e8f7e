package io.kindred.cluster.sim;

import io.kindred.cluster.core.ClusterAnswer;
import io.kindred.cluster.core.ClusterQuery;
import io.kindred.cluster.core.Effects;
import io.kindred.cluster.core.Event;
import io.kindred.cluster.core.NodeCore;
import io.kindred.cluster.core.NodeViews;
import io.kindred.cluster.core.Now;
import io.kindred.cluster.core.Recovered;
import io.kindred.cluster.core.Renewal;
import io.kindred.cluster.core.ReplicaStore;
import io.kindred.cluster.core.StartCheck;
import io.kindred.cluster.core.StartState;
import io.kindred.cluster.core.StoreFailure;
import io.kindred.cluster.membership.ChangeRecord;
import io.kindred.cluster.membership.Departure;
import io.kindred.cluster.membership.Generation;
import io.kindred.cluster.membership.Member;
import io.kindred.cluster.membership.Status;
import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.QuorumSpec;
import io.kindred.cluster.message.Topic;
import io.kindred.cluster.node.EngineStore;
import io.kindred.cluster.quorum.QuorumCounters;
import io.kindred.cluster.ring.Checkpoint;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.ring.Ring;
import io.kindred.cluster.version.Versions;
import io.kindred.engine.EngineFailure;
import io.kindred.engine.ScanStep;
import io.kindred.engine.StorageEngine;
import io.kindred.engine.SyncPolicy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The simulated shell of one core: what NodeLoop is to a real one. */
final class SimNode implements Effects, ReplicaStore {
    private static final int FORESEEN_ONE_IN = 3;
    private static final byte[] NOT_ASKED_FOR = {'?'};
    private static final long WALL_START_MILLIS = 1_700_000_000_000L;
    private static final int FAST_PPM_MAX = 200;
    /** Copies of a node have addresses of their own. */
    private static final int COPY_INDEX = 1_000;

    private static final EngineFailure NO_HANDLE =
            new EngineFailure(EngineFailure.Kind.IO, "simulated: too many open files");

    /** How often what the disk has got to goes from the log into tables. */
    private static final double FLUSH_RATE = 0.01;

    final long id;
    final int index;
    final String datacenter;
    String name;
    private final SimCluster cluster;
    private final SimSchedule schedule;
    private final SimRandom random;
    /** Of its own, so that nothing else is drawn otherwise for it. */
    private final SimRandom flushes;

    SimStorage storage;
    private @Nullable NodeCore core;
    private int life;
    /** Partitions whose trees its starts did not have to build. */
    long treesRestored;

    private int incarnation = 1;
    private List<Long> lives = List.of();
    /** The number of the start that this process began as. */
    private long begunAs;

    private long belongsTo;
    /** The store is not what this node's directory says was there. */
    private boolean foundLess;

    long skewMillis;
    /** Of this life: what the monotonic clock showed at its start, when that was, and by how much too fast it runs. */
    private long originNanos;

    private long startedNanos;
    private long fastPpm;
    /** No stamp that was given before the last commit is above this one. */
    private long committedStamp;

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

    /** It is down, and was stopped rather than killed. */
    private boolean stoppedClean;

    /** What is to happen once it goes on: what came, and what its timers were for. Null: it does not stand still. */
    private @Nullable List<Runnable> backlog;

    private boolean serving;
    private boolean commitAsked;
    private List<Member> remembered = List.of();
    private List<Departure> departures = List.of();
    private Checkpoint checkpoint = Checkpoint.NONE;
    private List<ChangeRecord> records = List.of();
    /** What becomes the above with the next commit. */
    private @Nullable Runnable toRemember;

    private final ArrayDeque<Runnable> remembering = new ArrayDeque<>();

    private List<Member> dialed = List.of();
    final SimLinks links;
    /** Those that have refused it, and are dialed once more. */
    private final Set<Long> redialing = new HashSet<>();

    private final Map<Long, Consumer<Outcome>> clients = new HashMap<>();
    private final Map<Long, Consumer<ClusterAnswer>> askers = new HashMap<>();
    private long lastToken;
    private final Map<Long, Integer> sentTo = new HashMap<>();

    private int openPersists;
    /** What clients of other nodes published, as {@code channel payload}. */
    final List<String> heard = new ArrayList<>();

    /** For the operator. */
    final List<String> warnings = new ArrayList<>();

    SimNode(SimCluster cluster, int index, String datacenter, SimSchedule schedule, SimRandom random) {
        this(cluster, index + 1, index, datacenter, schedule, random);
    }

    private SimNode(SimCluster cluster, long id, int index, String datacenter, SimSchedule schedule, SimRandom random) {
        this.cluster = cluster;
        this.index = index;
        this.datacenter = datacenter;
        this.id = id;
        this.name = "n" + id;
        this.schedule = schedule;
        this.random = random;
        this.links = new SimLinks(this, cluster.network);
        SyncPolicy policy = cluster.syncsEachWrite() ? SyncPolicy.ALWAYS : SyncPolicy.EVERYSEC;
        this.storage = new SimStorage(policy, schedule, random.split(), cluster.memoryMissRate());
        this.flushes = new SimRandom(1_000_003 * id);
    }

    boolean isRunning() {
        return core != null;
    }

    boolean isServing() {
        return core != null && serving;
    }

    /** A member of another cluster looks for one of its own here. */
    void mistaken(long byCluster) {
        step(new Event.Mistaken("m1", "elsewhere:1", byCluster, 99));
    }

    StartState startState() {
        return core == null ? StartState.STARTING : core.views().startState();
    }

    boolean isDoubted() {
        return core != null && core.views().isDoubted();
    }

    int incarnation() {
        return incarnation;
    }

    // --- life and death ---

    void start() {
        if (isLost) {
            return;
        }
        life++;
        lives = new ArrayList<>(lives);
        if (foundLess) {
            incarnation = StartCheck.drawIncarnation(new SimRandom(~(id << 32 | life))::nextInt);
        }
        // Of numbers of its own, so that nothing else is drawn otherwise for it.
        lives.add(lives.isEmpty() ? 1 : generation() + 1 + new SimRandom(id << 32 | life).nextInt(1 << 24));
        begunAs = generation();
        SimRandom clock = new SimRandom(31 * id + generation());
        originNanos = clock.between(0, 3_600_000_000_000L);
        fastPpm = clock.between(0, FAST_PPM_MAX);
        startedNanos = schedule.nowNanos();
        serving = false;
        commitAsked = false;
        openPersists = 0;
        links.clear();
        redialing.clear();
        dialed = List.of();
        Member self = member();
        storage.giveUpHints(Recovered.owingAll(remembered, datacenter, SimCluster.PARTITIONS));
        Recovered recovered = new Recovered(
                self,
                remembered,
                departures,
                checkpoint,
                records,
                storage.meta(),
                storage.hints(),
                storage.replayed(),
                past());
        foundLess = false;
        stoppedClean = false;
        core = new NodeCore(cluster.config(id > 1), recovered, this, SimFunctions.ALL, random.split());
        core.namesRecordsBy(cluster.partitioner);
        step(new Event.Started());
        treesRestored += core.views().trees().restored();
        if (core.views().lastStamp() < committedStamp) {
            throw cluster.violation(
                    name + " starts at " + core.views().lastStamp() + ", and has stamped " + committedStamp);
        }
        if (id > 1 && !serving) {
            dialed = cluster.network.nodes().stream()
                    .filter(other -> other != this && other.generation() > 0 && other.id != id)
                    .map(SimNode::member)
                    .toList();
        }
        checkLinksLater(random.between(1_000, 5_000_000));
        cluster.network.linkChanged();
    }

    private long generation() {
        return lives.isEmpty() ? 0 : lives.get(lives.size() - 1);
    }

    private Recovered.Past past() {
        boolean lacksRing =
                belongsTo != 0 && records.isEmpty() && checkpoint.records().isNone();
        return new Recovered.Past(belongsTo, lives, foundLess || lacksRing, "");
    }

    /** Requests that nobody has answered. */
    int unanswered() {
        return clients.size() + askers.size() + (core == null ? 0 : core.views().requestsUnderWay());
    }

    boolean knowsAll(int nodes) {
        return core != null && core.views().members().size() == nodes && links.size() == nodes - 1;
    }

    /** The members that it does not think to be up. */
    String awayMembers() {
        NodeCore running = core;
        return running == null
                ? ""
                : running.views().members().stream()
                        .filter(line -> line.status() == Status.SUSPECT || line.status() == Status.DOWN)
                        .map(line -> line.member().name() + " is " + line.status())
                        .collect(Collectors.joining(", "));
    }

    /** Whom its reaping waits for, and the marks that it has. */
    String reapingState() {
        NodeCore running = core;
        return running == null
                ? name + " is dead"
                : name + " waits for " + running.views().reapBlockedBy() + ", is at "
                        + running.views().reapMark(0) + " fetching "
                        + running.views().partitionsFetching() + " parting "
                        + running.views().partitionsParting();
    }

    long hintsHeld() {
        return core == null ? 0 : core.views().hints().hints();
    }

    /** What it has put in place of records, given up and owes, because it took them for lost. */
    long takenForLost() {
        if (core == null) {
            return 0;
        }
        return core.views().exchange().recordsMended
                + core.views().exchange().lossesAccepted
                + core.views().exchange().damagedPartitions
                + core.views().exchange().unreadableKeys
                + core.views().handoff().lost
                + core.views().owedRanges();
    }

    long sloppyWrites() {
        return core == null ? 0 : core.views().counters().sloppyWrites;
    }

    long termClaims() {
        return core == null ? 0 : core.views().terms().won;
    }

    /** What it has counted in this life. */
    QuorumCounters counters() {
        return core == null ? new QuorumCounters() : core.views().counters();
    }

    int rangesOwed() {
        return core == null ? 0 : core.views().owedRanges();
    }

    /** Whether something that it had on the disk cannot be read, or that was given up and is being made good. */
    boolean isDamaged() {
        boolean hasRotten = storage.damagedKeys() > 0 || damagedPartitions() > 0;
        // Exchanges may be owed in place of hints.
        return !isLost && (hasRotten || cluster.rots() && rangesOwed() > 0);
    }

    /** Records here that no replica can read. */
    int lostRecords() {
        return core == null ? 0 : core.views().lostRecords();
    }

    long recordsMended() {
        return core == null ? 0 : core.views().exchange().recordsMended;
    }

    long damagedPartitions() {
        return core == null ? 0 : core.views().exchange().damagedPartitions;
    }

    /** Trees that are missing or in doubt, and times that a scrub has found one to be wrong. */
    long treesWrong() {
        return core == null ? 0 : core.views().exchange().scrubMismatches;
    }

    int treesBuilding() {
        return core == null ? 0 : core.views().trees().building();
    }

    long flushStamp() {
        return core == null ? 0 : core.views().flushStamp(0);
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
                incarnation,
                Generation.ofStart(generation()),
                0);
    }

    /** Whether it is to be in the ring in the end. */
    boolean isMember() {
        return !hasLeft && !isLost;
    }

    /** The ring that all records that it knows lead to; null: it is not running. */
    @Nullable
    Ring ring() {
        return core == null ? null : core.views().ring();
    }

    NodeViews.ChangeRecords changeRecords() {
        return core == null
                ? new NodeViews.ChangeRecords(0, 0, 0, 0)
                : core.views().changeRecords();
    }

    /** The newest change record that it knows of. */
    ChangeRecord newestRecord() {
        return Collections.max(records);
    }

    boolean hasInRing(SimNode other) {
        return core != null && core.views().isInRing(other.id);
    }

    /** Those that it lists, and how they are. */
    String members() {
        NodeCore running = core;
        return running == null
                ? ""
                : running.views().members().stream()
                        .map(line -> line.member().name() + " " + line.status().text())
                        .collect(Collectors.joining(", "));
    }

    List<String> reapingWaitsFor() {
        return core == null ? List.of() : core.views().reapBlockedBy();
    }

    int messagesTo(SimNode other) {
        return sentTo.getOrDefault(other.id, 0);
    }

    /** When a node owed nothing that is through with leaving, as this one knows after a start, too. */
    Departure.Moment settledAsStored(SimNode other) {
        return departures.stream()
                .filter(left -> left.id() == other.id && left.isOver())
                .map(Departure::settled)
                .findAny()
                .orElse(Departure.Moment.NEVER);
    }

    String nameOf(SimNode other) {
        return core == null ? "" : core.views().nameOf(other.id);
    }

    boolean dials(SimNode other) {
        return dialed.stream().anyMatch(member -> member.id() == other.id);
    }

    int partitionsOwnedBy(SimNode other) {
        return core == null ? 0 : core.views().ring().owned(other.id);
    }

    /** Partitions that it knows to be on their way, or has to take or to give away. */
    int partitionsMoving() {
        return core == null
                ? 0
                : core.views().partitionsInTransfer()
                        + core.views().partitionsFetching()
                        + core.views().partitionsParting();
    }

    /** What it tells of itself; null: it is not there. */
    @Nullable
    NodeViews views() {
        return core == null ? null : core.views();
    }

    /** Partitions that it holds, and does not count in as a replica of their own. */
    int partitionsUncounted() {
        return core == null ? 0 : core.views().partitionsUncounted();
    }

    String moving() {
        return core == null
                ? name + " is not running"
                : name + ": " + core.views().partitionsInTransfer() + " in transfer, "
                        + core.views().partitionsFetching() + " to fetch, "
                        + core.views().partitionsParting() + " to give away, "
                        + core.views().transfers();
    }

    /** The process dies and its disk with it. */
    void lose() {
        List<SimStorage.Reverted> gone = storage.loss();
        isLost = true;
        die();
        storage = new SimStorage(SyncPolicy.ALWAYS, schedule, random.split(), 0);
        committedStamp = 0;
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
        remembering.forEach(Runnable::run);
        if (toRemember != null) {
            toRemember.run();
        }
        storage.engine().commit(failure -> {});
        boolean sameActor = core != null && !core.views().mustRaiseIncarnation();
        die();
        storage.kill();
        stoppedClean = true;
        incarnation -= sameActor ? 1 : 0;
    }

    /** All that its data directory has. */
    record Copy(
            SimStorage.Content content,
            int incarnation,
            List<Long> lives,
            long belongsTo,
            List<Member> remembered,
            List<Departure> departures,
            Checkpoint checkpoint,
            List<ChangeRecord> records,
            boolean stoppedClean) {}

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
        return new Copy(
                storage.content(),
                isRunning() ? incarnation + 1 : incarnation,
                lives,
                belongsTo,
                remembered,
                departures,
                checkpoint,
                records,
                stoppedClean && !isRunning());
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
        incarnation = copy.incarnation();
        lives = copy.lives();
        belongsTo = copy.belongsTo();
        remembered = copy.remembered();
        departures = copy.departures();
        checkpoint = copy.checkpoint();
        records = copy.records();
        stoppedClean = copy.stoppedClean();
        return gone;
    }

    /** Its store is gone, or an older one was put back; what its directory says of itself is there. Requires: it is not running. */
    void loseStore() {
        List<SimStorage.Reverted> gone = replaceStorage(SimStorage.Content.NONE);
        remembered = List.of();
        departures = List.of();
        checkpoint = Checkpoint.NONE;
        records = List.of();
        foundLess = true;
        cluster.checker.diskLost(this, gone);
    }

    private List<SimStorage.Reverted> replaceStorage(SimStorage.Content content) {
        rewinds++;
        Map<RecordKey, Versions> before = storage.containers();
        SyncPolicy policy = cluster.syncsEachWrite() ? SyncPolicy.ALWAYS : SyncPolicy.EVERYSEC;
        storage = new SimStorage(policy, schedule, random.split(), cluster.memoryMissRate());
        storage.fill(content);
        // What it has stamped since is not known any more, and what it stamps from now on is of another actor.
        committedStamp = 0;
        return SimStorage.reverted(before, storage.containers());
    }

    /** The process dies; what it handed to the operating system is there afterwards. */
    void kill() {
        remembering.forEach(Runnable::run);
        storage.kill();
        die();
    }

    /** The machine dies: what was not synced is gone. */
    void powerLoss() {
        List<SimStorage.Reverted> gone = storage.powerLoss();
        committedStamp = cluster.syncsEachWrite() ? committedStamp : 0;
        cluster.checker.logTailLost(this, gone);
        die();
    }

    private void die() {
        core = null;
        toRemember = null;
        remembering.clear();
        life++;
        incarnation++;
        serving = false;
        resume();
        // A client whose node dies never hears of its request again.
        clients.clear();
        askers.clear();
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

    private void step(Event event) {
        NodeCore running = core;
        if (running != null) {
            long sloppyBefore = running.views().counters().sloppyUpdates;
            running.step(event, new Now(nanos(), Math.max(0, wallMillis())), this);
            running.wake(this);
            if (running.views().counters().sloppyUpdates > sloppyBefore) {
                cluster.values.sloppyNow();
            }
            cluster.checker.afterEvent(this);
        }
    }

    long reapMark(RecordKey storageKey) {
        return core == null ? 0 : core.views().reapMark(storageKey.partition());
    }

    /** Its monotonic clock: no two nodes', nor two lives', agree. */
    private long nanos() {
        long lived = schedule.nowNanos() - startedNanos;
        return originNanos + lived + lived * fastPpm / 1_000_000;
    }

    long wallMillis() {
        return WALL_START_MILLIS + schedule.nowNanos() / 1_000_000 + skewMillis;
    }

    private void later(long delayNanos, String what, Runnable action) {
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
        clients.put(token, done);
        whenGoing(() -> {
            if (core != null && token % FORESEEN_ONE_IN == 0) {
                core.foresee(operation.db(), new byte[][] {NOT_ASKED_FOR, operation.key()}, 2);
            }
            step(new Event.Request(token, operation, quorum));
        });
    }

    void ask(ClusterQuery query, Consumer<ClusterAnswer> done) {
        long token = ++lastToken;
        askers.put(token, done);
        whenGoing(() -> step(new Event.ClusterRequest(token, query)));
    }

    void publish(Topic channel, String payload) {
        whenGoing(() -> step(new Event.Publish(channel, payload.getBytes(StandardCharsets.UTF_8))));
    }

    void unsubscribe(Topic topic) {
        whenGoing(() -> step(new Event.Unsubscribed(List.of(topic))));
    }

    void checkLinksLater(long delayNanos) {
        if (core != null) {
            later(delayNanos, "links", this::checkLinks);
        }
    }

    private void checkLinks() {
        for (Member peer : dialed) {
            if (peer.id() == id) {
                continue;
            }
            if (links.has(peer.id())) {
                if (!links.isUp(peer.id())) {
                    lost(peer.id());
                }
            } else {
                dial(peer);
            }
        }
    }

    private void dialAgain(Member peer) {
        if (redialing.add(peer.id())) {
            later(random.between(200_000_000, 1_000_000_000), "dial", () -> {
                redialing.remove(peer.id());
                checkLinks();
            });
        }
    }

    private void dial(Member peer) {
        switch (links.dial(peer)) {
            case CONNECTED -> step(new Event.PeerConnected(peer.id()));
            case REFUSED -> {
                SimNode there = cluster.network.at(peer.clusterPort());
                SimNode other = there == null ? null : there.links.anotherOf(this);
                if (other != null) {
                    step(new Event.Refused(peer.id(), other.begunAs, "another process is " + name));
                }
                dialAgain(peer);
            }
            case ASKED -> dialAgain(peer);
            case UNREACHABLE -> {}
        }
    }

    /** The connection that it made to this node is not there any more. */
    void lost(long peer) {
        if (links.remove(peer)) {
            step(new Event.PeerLost(peer));
        }
    }

    @Override
    public String toString() {
        return name;
    }

    void after(long delayNanos, Runnable action) {
        later(delayNanos, "asked", action);
    }

    // --- effects ---

    @Override
    public void send(long to, Message message) {
        if (to == id) {
            throw new IllegalStateException("a node sent to itself");
        }
        cluster.checker.sending(this, to, message);
        sentTo.merge(to, 1, Integer::sum);
        cluster.network.send(this, to, message);
    }

    @Override
    public void persist(byte[] key, byte @Nullable [] value, int countDelta, long note) {
        cluster.checker.persisting(this, key, value);
        storage.put(key, value, countDelta, note);
        openPersists++;
        askTurnEnd();
    }

    private void askTurnEnd() {
        if (!commitAsked) {
            commitAsked = true;
            later(random.between(1_000, 50_000), "turn", this::endTurn);
        }
    }

    private void endTurn() {
        commitAsked = false;
        int persists = openPersists;
        openPersists = 0;
        int asked = life;
        long stamp = core == null ? 0 : core.views().lastStamp();
        Runnable written = toRemember == null ? () -> {} : toRemember;
        toRemember = null;
        remembering.add(written);
        storage.engine().commit(failure -> {
            remembering.remove(written);
            if (failure == null) {
                written.run();
            }
            committedStamp = failure == null ? Math.max(committedStamp, stamp) : committedStamp;
            if (life == asked) {
                step(new Event.Persisted(persists, failure == null ? null : told(failure)));
            }
        });
        long delay = cluster.syncsEachWrite() ? random.between(100_000, 5_000_000) : random.between(1_000, 20_000);
        later(stalled ? delay + random.between(0, 3_000_000_000L) : delay, "disk", this::settle);
    }

    /** What is still being gathered for the next commit is closed first, so that a failure meets it as one. */
    private void settle() {
        if (holdsCommits) {
            return;
        }
        if (openPersists > 0) {
            endTurn();
        }
        storage.settle();
        if (flushes.chance(FLUSH_RATE)) {
            storage.flush();
        }
    }

    @Override
    public void sync(long token) {
        int asked = life;
        long delay = random.between(100_000, 5_000_000);
        later(
                stalled ? delay + random.between(0, 3_000_000_000L) : delay,
                "sync",
                () -> storage.engine().sync(failure -> {
                    if (life == asked) {
                        step(new Event.Synced(token, failure == null ? null : told(failure)));
                    }
                }));
    }

    @Override
    public void load(long token, byte[] key) {
        long delay = random.between(20_000, 3_000_000);
        int asked = life;
        later(delay, "load", () -> {
            storage.engine().read(key, (read, damage) -> {
                if (life == asked) {
                    EngineFailure failure = readsFail ? NO_HANDLE : damage;
                    byte[] value = readsFail ? null : read;
                    StoreFailure why = failure == null ? null : told(failure);
                    step(new Event.Loaded(token, value == StorageEngine.ABSENT ? null : value, why));
                }
            });
            storage.engine().flushReads();
        });
    }

    @Override
    public void scan(long token, byte[] from, byte[] to, int limit) {
        // What is found is from some moment between the question and the answer.
        long before = random.chance(0.5) ? 0 : random.between(20_000, 1_000_000);
        long after = random.between(20_000, 1_000_000);
        int asked = life;
        later(
                before,
                "scan",
                () -> storage.engine().scan(from, to, limit, (read, damage) -> {
                    if (life == asked) {
                        EngineFailure failure = readsFail ? NO_HANDLE : damage;
                        ScanStep found = readsFail ? null : read;
                        later(after, "scanned", () -> step(scanned(token, found, failure)));
                    }
                }));
    }

    private static StoreFailure told(EngineFailure failure) {
        return switch (failure.kind()) {
            case DISK_FULL -> StoreFailure.FULL;
            case CORRUPT -> StoreFailure.DAMAGED;
            case IO, OVERLOADED -> StoreFailure.FAILED;
        };
    }

    private static Event.Scanned scanned(long token, @Nullable ScanStep found, @Nullable EngineFailure failure) {
        if (found == null) {
            StoreFailure why = failure == null ? StoreFailure.FAILED : told(failure);
            return Event.Scanned.failed(token, why);
        }
        List<byte[]> keys = new ArrayList<>();
        List<byte[]> values = new ArrayList<>();
        found.entries().forEach(entry -> {
            keys.add(entry.key());
            values.add(entry.value());
        });
        return Event.Scanned.found(token, keys, values, found.next());
    }

    @Override
    public void acceptLoss(long token, byte[] from, byte[] to) {
        int asked = life;
        later(
                random.between(20_000, 1_000_000),
                "given up",
                () -> storage.engine().acceptLoss(from, to, failure -> {
                    if (life == asked) {
                        step(new Event.LossAccepted(token, null));
                    }
                }));
    }

    @Override
    public void reply(long token, Outcome outcome) {
        Consumer<Outcome> client = clients.remove(token);
        if (client == null) {
            throw new IllegalStateException("a second reply to one request");
        }
        schedule.after(0, "reply" + index, () -> client.accept(outcome));
    }

    @Override
    public void answer(long token, ClusterAnswer answer) {
        Consumer<ClusterAnswer> asker = askers.remove(token);
        if (asker == null) {
            throw new IllegalStateException("a second answer to one question");
        }
        schedule.after(0, "answer" + index, () -> asker.accept(answer));
    }

    @Override
    public void published(Topic channel, byte[] payload) {
        heard.add(
                new String(channel.name(), StandardCharsets.UTF_8) + " " + new String(payload, StandardCharsets.UTF_8));
    }

    @Override
    public void wakeAt(long nanos) {
        if (nanos != Long.MAX_VALUE) {
            later(nanos - nanos(), "tick", () -> step(new Event.Tick()));
        }
    }

    @Override
    public void peers(List<Member> members) {
        dialed = members;
        // Whose connection is given up is not told of as lost.
        links.retain(members.stream().map(Member::id).toList());
        checkLinksLater(random.between(1_000, 5_000_000));
    }

    @Override
    public void redial(long peer) {
        later(0, "redial", () -> {
            if (links.has(peer)) {
                lost(peer);
                checkLinksLater(random.between(50_000_000, 500_000_000));
            }
        });
    }

    @Override
    public void remember(List<Member> members, List<Departure> left, Checkpoint from, List<ChangeRecord> since) {
        toRemember = () -> {
            remembered = members;
            departures = left;
            checkpoint = from;
            records = since;
            cluster.records.addAll(since);
        };
        askTurnEnd();
    }

    @Override
    public void serving() {
        serving = true;
    }

    @Override
    public void renewed(Renewal renewal) {
        incarnation = renewal.incarnation();
        lives = renewal.lives();
    }

    @Override
    public void belongs(long to) {
        belongsTo = to;
    }

    @Override
    public void notServing(StartState state, String why) {
        serving = false;
        schedule.note(name + " is " + state.text() + ": " + why);
        if (state == StartState.COPY) {
            later(0, "let go", this::letGo);
        }
    }

    /** Closes all connections, those that it let in, too. */
    private void letGo() {
        List<Long> peers = links.peers();
        links.clear();
        peers.forEach(peer -> step(new Event.PeerLost(peer)));
        cluster.network.ended(this);
    }

    @Override
    public void startOver(List<String> seeds, String replaces) {}

    @Override
    public void note(String line) {
        schedule.note(line);
    }

    @Override
    public void warn(String line) {
        warnings.add(line);
        schedule.note(line);
    }

    // --- store ---

    @Override
    public <T> @Nullable T peek(byte[] key, View<T> view) {
        return new EngineStore(storage.engine()).peek(key, view);
    }

    @Override
    public long seals() {
        return storage.engine().seals();
    }

    @Override
    public long count(int group) {
        return storage.engine().count(group);
    }
}
