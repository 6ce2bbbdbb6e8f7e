package io.kindred.cluster.sim;

import io.kindred.cluster.core.ClusterAnswer;
import io.kindred.cluster.core.ClusterQuery;
import io.kindred.cluster.core.Effects;
import io.kindred.cluster.core.Event;
import io.kindred.cluster.core.NodeCore;
import io.kindred.cluster.core.Now;
import io.kindred.cluster.core.Recovered;
import io.kindred.cluster.core.ReplicaStore;
import io.kindred.cluster.core.StoreFailure;
import io.kindred.cluster.membership.ChangeRecord;
import io.kindred.cluster.membership.Member;
import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.QuorumSpec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The simulated shell of one core: what NodeLoop is to a real one. */
final class SimNode implements Effects, ReplicaStore {
    /** Where the core keeps the flush stamp of database 0. */
    private static final byte[] FLUSH_FROM = {1, 'X', 0, 0, 0, 0};

    private static final byte[] FLUSH_TO = {1, 'X', 0, 0, 0, 1};
    private static final long WALL_START_MILLIS = 1_700_000_000_000L;

    final long id;
    final int index;
    final String name;
    private final SimCluster cluster;
    private final SimSchedule schedule;
    private final SimRandom random;
    final SimStorage storage = new SimStorage();
    private @Nullable NodeCore core;
    private int life;
    private int incarnation = 1;
    private long generation;
    long skewMillis;
    boolean stalled;
    private boolean serving;
    private boolean commitAsked;
    private List<Member> remembered = List.of();
    private List<ChangeRecord> records = List.of();
    private List<Member> dialed = List.of();
    private final TreeSet<Long> connected = new TreeSet<>();
    private final Map<Long, Consumer<Outcome>> clients = new HashMap<>();
    private final Map<Long, Consumer<ClusterAnswer>> askers = new HashMap<>();
    private final ArrayDeque<Commit> commits = new ArrayDeque<>();
    private long lastToken;

    private record Commit(int writes, int persists) {}

    private int openPersists;

    SimNode(SimCluster cluster, int index, SimSchedule schedule, SimRandom random) {
        this.cluster = cluster;
        this.index = index;
        this.id = index + 1;
        this.name = "n" + (index + 1);
        this.schedule = schedule;
        this.random = random;
    }

    boolean isRunning() {
        return core != null;
    }

    boolean isServing() {
        return core != null && serving;
    }

    // --- life and death ---

    void start() {
        life++;
        generation++;
        serving = false;
        commitAsked = false;
        openPersists = 0;
        connected.clear();
        dialed = List.of();
        Member self = new Member(id, name, "sim", index, index, "", "", 1.0, incarnation, generation, 0);
        List<Recovered.MetaRecord> meta = new ArrayList<>();
        storage.meta().forEach(e -> meta.add(new Recovered.MetaRecord(e.getKey(), e.getValue())));
        boolean holdsData = !storage.containers().isEmpty();
        Recovered recovered = new Recovered(self, remembered, records, holdsData, meta);
        core = new NodeCore(cluster.config(index > 0), recovered, this, SimFunctions.ALL, random.split());
        step(new Event.Started());
        if (index > 0 && !serving) {
            dialed = List.of(cluster.node(0).member());
        }
        checkLinksLater(random.between(1_000, 5_000_000));
        cluster.network.linkChanged();
    }

    boolean knowsAll(int nodes) {
        return core != null && core.views().ring().nodes().size() == nodes && connected.size() == nodes - 1;
    }

    long flushStamp() {
        return storage.range(FLUSH_FROM, FLUSH_TO, 1).stream()
                .mapToLong(e -> ByteBuffer.wrap(e.getValue()).getLong())
                .max()
                .orElse(0);
    }

    List<SimNode> replicasOf(String key) {
        List<SimNode> replicas = new ArrayList<>();
        if (core == null) {
            throw new IllegalStateException("only a running node knows the ring");
        }
        core.views()
                .replicas(0, key.getBytes(StandardCharsets.UTF_8))
                .forEach(line -> replicas.add(cluster.node((int) line.member().id() - 1)));
        return replicas;
    }

    Member member() {
        return new Member(id, name, "sim", index, index, "", "", 1.0, incarnation, generation, 0);
    }

    /** The process dies; what it handed to the operating system is there afterwards. */
    void kill() {
        List<byte[]> gone = storage.undo(storage.commit());
        if (cluster.syncsEachWrite()) {
            // The next start syncs the log that it finds.
            storage.sync(storage.unsyncedWrites());
        }
        die();
        cluster.checker.tailLost(gone);
    }

    /** The machine dies: what was not synced is gone, or, as disks do, only a part of it. */
    void powerLoss() {
        int unsynced = storage.unsyncedWrites();
        int lost = unsynced == 0 ? 0 : (int) random.between(0, unsynced);
        int open = storage.commit();
        List<byte[]> gone = storage.undo(Math.max(open, lost));
        storage.sync(storage.unsyncedWrites());
        die();
        cluster.checker.tailLost(gone);
    }

    private void die() {
        core = null;
        life++;
        incarnation++;
        serving = false;
        commits.clear();
        // A client whose node dies never hears of its request again.
        clients.clear();
        askers.clear();
        cluster.network.linkChanged();
    }

    // --- what happens to it ---

    private void step(Event event) {
        NodeCore running = core;
        if (running != null) {
            long wall = WALL_START_MILLIS + schedule.nowNanos() / 1_000_000 + skewMillis;
            running.step(event, new Now(schedule.nowNanos(), Math.max(0, wall)), this);
            cluster.checker.afterEvent(this);
        }
    }

    private void later(long delayNanos, String what, Runnable action) {
        int asked = life;
        schedule.after(delayNanos, what + index, () -> {
            if (life == asked) {
                action.run();
            }
        });
    }

    void receive(SimNode from, Message message) {
        step(new Event.Received(from.id, message));
    }

    void request(Operation operation, QuorumSpec quorum, Consumer<Outcome> done) {
        clients.put(++lastToken, done);
        step(new Event.Request(lastToken, operation, quorum));
    }

    void ask(ClusterQuery query, Consumer<ClusterAnswer> done) {
        askers.put(++lastToken, done);
        step(new Event.ClusterRequest(lastToken, query));
    }

    void checkLinksLater(long delayNanos) {
        if (core != null) {
            later(delayNanos, "links", this::checkLinks);
        }
    }

    private void checkLinks() {
        for (Member peer : dialed) {
            SimNode other = cluster.network.byId(peer.id());
            boolean up = other != null && other != this && cluster.network.isConnected(this, other);
            if (up && connected.add(peer.id())) {
                step(new Event.PeerConnected(peer.id()));
            } else if (!up && connected.remove(peer.id())) {
                step(new Event.PeerLost(peer.id()));
            }
        }
    }

    // --- effects ---

    @Override
    public void send(long to, Message message) {
        if (to == id) {
            throw new IllegalStateException("a node sent to itself");
        }
        cluster.network.send(this, to, message);
    }

    @Override
    public void persist(byte[] key, byte @Nullable [] value, int countDelta) {
        cluster.checker.persisting(this, key, value);
        storage.put(key, value, countDelta);
        openPersists++;
        if (!commitAsked) {
            commitAsked = true;
            later(random.between(1_000, 50_000), "turn", this::endTurn);
        }
    }

    private void endTurn() {
        commitAsked = false;
        commits.add(new Commit(storage.commit(), openPersists));
        openPersists = 0;
        if (commits.size() == 1) {
            runCommit();
        }
    }

    /** Commits reach the log one after the other. Without synced writes the log is the operating system's word. */
    private void runCommit() {
        long delay = cluster.syncsEachWrite() ? random.between(100_000, 5_000_000) : random.between(1_000, 20_000);
        later(stalled ? delay + random.between(0, 3_000_000_000L) : delay, "commit", this::commitDone);
    }

    private void commitDone() {
        StoreFailure failure = storage.failure;
        if (failure != null) {
            failAll(failure);
            return;
        }
        Commit commit = commits.remove();
        if (cluster.syncsEachWrite()) {
            storage.sync(commit.writes());
        }
        step(new Event.Persisted(commit.persists(), null));
        if (!commits.isEmpty()) {
            runCommit();
        }
    }

    /** One commit failed: everything behind it was built on it, and is undone with it. */
    private void failAll(StoreFailure failure) {
        int persists = openPersists;
        int writes = storage.commit();
        openPersists = 0;
        for (Commit commit : commits) {
            persists += commit.persists();
            writes += commit.writes();
        }
        commits.clear();
        storage.undo(writes);
        step(new Event.Persisted(persists, failure));
    }

    /** What everysec does in the background. */
    void syncAll() {
        int inCommits = 0;
        for (Commit commit : commits) {
            inCommits += commit.writes();
        }
        int synced = storage.unsyncedWrites() - inCommits;
        if (synced > 0 && openPersists == 0) {
            storage.sync(synced);
        }
    }

    @Override
    public void load(long token, byte[] key) {
        // What a disk read gives is what the disk had when it began.
        byte[] value = storage.peek(key);
        later(random.between(20_000, 3_000_000), "load", () -> {
            step(new Event.Loaded(token, value == SimStorage.ABSENT ? null : value, null));
        });
    }

    @Override
    public void scan(long token, byte[] from, byte[] to, int limit) {
        later(random.between(20_000, 1_000_000), "scan", () -> {
            List<byte[]> keys = new ArrayList<>();
            List<byte[]> values = new ArrayList<>();
            storage.range(from, to, limit).forEach(e -> {
                keys.add(e.getKey());
                values.add(e.getValue());
            });
            step(new Event.Scanned(token, keys, values, keys.size() < limit, null));
        });
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
    public void wakeAt(long nanos) {
        if (nanos != Long.MAX_VALUE) {
            later(nanos - schedule.nowNanos(), "tick", () -> step(new Event.Tick()));
        }
    }

    @Override
    public void peers(List<Member> members) {
        dialed = members;
        checkLinksLater(random.between(1_000, 5_000_000));
    }

    @Override
    public void remember(List<Member> members, List<ChangeRecord> changes) {
        remembered = members;
        records = changes;
    }

    @Override
    public void serving() {
        serving = true;
    }

    @Override
    public void note(String line) {
        schedule.note(line);
    }

    // --- store ---

    @Override
    public byte[] absent() {
        return SimStorage.ABSENT;
    }

    /** Memory knows what was written lately; the rest it knows by chance. */
    @Override
    public byte @Nullable [] peek(byte[] key) {
        return random.chance(cluster.memoryMissRate()) && !storage.isUnsynced(key) ? null : storage.peek(key);
    }

    @Override
    public long count(int group) {
        return storage.count(group);
    }
}
