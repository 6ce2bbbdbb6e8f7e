package io.kindred.cluster.sim;

import io.kindred.cluster.core.ClusterAnswer;
import io.kindred.cluster.core.Effects;
import io.kindred.cluster.core.Event;
import io.kindred.cluster.core.NodeViews;
import io.kindred.cluster.core.Renewal;
import io.kindred.cluster.core.ReplicaStore;
import io.kindred.cluster.core.StartState;
import io.kindred.cluster.core.StoreFailure;
import io.kindred.cluster.membership.ChangeRecord;
import io.kindred.cluster.membership.Departure;
import io.kindred.cluster.membership.Member;
import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.Topic;
import io.kindred.cluster.node.EngineStore;
import io.kindred.cluster.ring.Checkpoint;
import io.kindred.engine.EngineFailure;
import io.kindred.engine.ScanStep;
import io.kindred.engine.StorageEngine;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a simulated node does for its core: its disk, its clients and what it sends. */
final class SimEffects implements Effects, ReplicaStore {
    private static final EngineFailure NO_HANDLE =
            new EngineFailure(EngineFailure.Kind.IO, "simulated: too many open files");

    /** How often what the disk has got to goes from the log into tables. */
    private static final double FLUSH_RATE = 0.01;

    private final SimNode node;
    private final SimCluster cluster;
    private final SimSchedule schedule;
    private final SimDialer dialer;
    private final SimRandom random;
    /** Of its own, so that nothing else is drawn otherwise for it. */
    private final SimRandom flushes;

    private final Map<Long, Consumer<Outcome>> clients = new HashMap<>();
    private final Map<Long, Consumer<ClusterAnswer>> askers = new HashMap<>();
    private final Map<Long, Integer> sentTo = new HashMap<>();

    private int openPersists;
    private boolean commitAsked;
    /** What the directory remembers with the next commit. */
    private @Nullable Runnable toRemember;

    private final ArrayDeque<Runnable> remembering = new ArrayDeque<>();
    /** No stamp that was given before the last commit is above this one. */
    private long committedStamp;

    SimEffects(SimNode node, SimCluster cluster, SimDialer dialer, SimRandom random) {
        this.node = node;
        this.cluster = cluster;
        this.schedule = cluster.schedule;
        this.dialer = dialer;
        this.random = random;
        this.flushes = new SimRandom(1_000_003 * node.id);
    }

    /** Another life. */
    void begin() {
        commitAsked = false;
        openPersists = 0;
    }

    /** A client whose node dies never hears of its request again. */
    void died() {
        toRemember = null;
        remembering.clear();
        clients.clear();
        askers.clear();
    }

    /** What is handed to the operating system is in the directory. */
    void rememberCommitted() {
        remembering.forEach(Runnable::run);
    }

    /** As {@link #rememberCommitted}, and what was to go with the next commit. */
    void rememberAll() {
        rememberCommitted();
        if (toRemember != null) {
            toRemember.run();
        }
    }

    long committedStamp() {
        return committedStamp;
    }

    /** What was stamped is not known any more. */
    void forgetStamps() {
        committedStamp = 0;
    }

    void awaitOutcome(long token, Consumer<Outcome> done) {
        clients.put(token, done);
    }

    void awaitAnswer(long token, Consumer<ClusterAnswer> done) {
        askers.put(token, done);
    }

    int awaited() {
        return clients.size() + askers.size();
    }

    int messagesTo(SimNode other) {
        return sentTo.getOrDefault(other.id, 0);
    }

    // --- what a core asks for ---

    @Override
    public void send(long to, Message message) {
        if (to == node.id) {
            throw new IllegalStateException("a node sent to itself");
        }
        cluster.checker.sending(node, to, message);
        sentTo.merge(to, 1, Integer::sum);
        cluster.network.send(node, to, message);
    }

    @Override
    public void persist(byte[] key, byte @Nullable [] value, int countDelta, long note) {
        cluster.checker.persisting(node, key, value);
        node.storage.put(key, value, countDelta, note);
        openPersists++;
        askTurnEnd();
    }

    private void askTurnEnd() {
        if (!commitAsked) {
            commitAsked = true;
            node.later(random.between(1_000, 50_000), "turn", this::endTurn);
        }
    }

    private void endTurn() {
        commitAsked = false;
        int persists = openPersists;
        openPersists = 0;
        int asked = node.life();
        long stamp = node.told(0L, NodeViews::lastStamp);
        Runnable written = toRemember == null ? () -> {} : toRemember;
        toRemember = null;
        remembering.add(written);
        node.storage.engine().commit(failure -> {
            remembering.remove(written);
            if (failure == null) {
                written.run();
            }
            committedStamp = failure == null ? Math.max(committedStamp, stamp) : committedStamp;
            if (node.life() == asked) {
                node.step(new Event.Persisted(persists, failure == null ? null : told(failure)));
            }
        });
        long delay = cluster.syncsEachWrite() ? random.between(100_000, 5_000_000) : random.between(1_000, 20_000);
        node.later(node.stalled ? delay + random.between(0, 3_000_000_000L) : delay, "disk", this::settle);
    }

    /** What is still being gathered for the next commit is closed first, so that a failure meets it as one. */
    private void settle() {
        if (node.holdsCommits) {
            return;
        }
        if (openPersists > 0) {
            endTurn();
        }
        node.storage.settle();
        if (flushes.chance(FLUSH_RATE)) {
            node.storage.flush();
        }
    }

    @Override
    public void sync(long token) {
        int asked = node.life();
        long delay = random.between(100_000, 5_000_000);
        node.later(
                node.stalled ? delay + random.between(0, 3_000_000_000L) : delay,
                "sync",
                () -> node.storage.engine().sync(failure -> {
                    if (node.life() == asked) {
                        node.step(new Event.Synced(token, failure == null ? null : told(failure)));
                    }
                }));
    }

    @Override
    public void load(long token, byte[] key) {
        long delay = random.between(20_000, 3_000_000);
        int asked = node.life();
        node.later(delay, "load", () -> {
            node.storage.engine().read(key, (read, damage) -> {
                if (node.life() == asked) {
                    EngineFailure failure = node.readsFail ? NO_HANDLE : damage;
                    byte[] value = node.readsFail ? null : read;
                    StoreFailure why = failure == null ? null : told(failure);
                    node.step(new Event.Loaded(token, value == StorageEngine.ABSENT ? null : value, why));
                }
            });
            node.storage.engine().flushReads();
        });
    }

    @Override
    public void scan(long token, byte[] from, byte[] to, int limit) {
        // What is found is from some moment between the question and the answer.
        long before = random.chance(0.5) ? 0 : random.between(20_000, 1_000_000);
        long after = random.between(20_000, 1_000_000);
        int asked = node.life();
        node.later(
                before,
                "scan",
                () -> node.storage.engine().scan(from, to, limit, (read, damage) -> {
                    if (node.life() == asked) {
                        EngineFailure failure = node.readsFail ? NO_HANDLE : damage;
                        ScanStep found = node.readsFail ? null : read;
                        node.later(after, "scanned", () -> node.step(scanned(token, found, failure)));
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
        int asked = node.life();
        node.later(
                random.between(20_000, 1_000_000),
                "given up",
                () -> node.storage.engine().acceptLoss(from, to, failure -> {
                    if (node.life() == asked) {
                        node.step(new Event.LossAccepted(token, null));
                    }
                }));
    }

    @Override
    public void reply(long token, Outcome outcome) {
        Consumer<Outcome> client = clients.remove(token);
        if (client == null) {
            throw new IllegalStateException("a second reply to one request");
        }
        schedule.after(0, "reply" + node.index, () -> client.accept(outcome));
    }

    @Override
    public void answer(long token, ClusterAnswer answer) {
        Consumer<ClusterAnswer> asker = askers.remove(token);
        if (asker == null) {
            throw new IllegalStateException("a second answer to one question");
        }
        schedule.after(0, "answer" + node.index, () -> asker.accept(answer));
    }

    @Override
    public void published(Topic channel, byte[] payload) {
        node.heard.add(
                new String(channel.name(), StandardCharsets.UTF_8) + " " + new String(payload, StandardCharsets.UTF_8));
    }

    @Override
    public void wakeAt(long nanos) {
        if (nanos != Long.MAX_VALUE) {
            node.later(nanos - node.nanos(), "tick", () -> node.step(new Event.Tick()));
        }
    }

    @Override
    public void peers(List<Member> members) {
        dialer.dialOnly(members);
    }

    @Override
    public void redial(long peer) {
        dialer.redial(peer);
    }

    @Override
    public void remember(List<Member> members, List<Departure> left, Checkpoint from, List<ChangeRecord> since) {
        SimDirectory.Remembered what = new SimDirectory.Remembered(members, left, from, since);
        toRemember = () -> {
            node.directory.remember(what);
            cluster.records.addAll(since);
        };
        askTurnEnd();
    }

    @Override
    public void serving() {
        node.nowServing(true);
    }

    @Override
    public void renewed(Renewal renewal) {
        node.directory.renew(renewal);
    }

    @Override
    public void belongs(long to) {
        node.directory.belongs(to);
    }

    @Override
    public void notServing(StartState state, String why) {
        node.nowServing(false);
        schedule.note(node.name + " is " + state.text() + ": " + why);
        if (state == StartState.COPY) {
            node.later(0, "let go", dialer::letGo);
        }
    }

    @Override
    public void startOver(List<String> seeds, String replaces) {}

    @Override
    public void note(String line) {
        schedule.note(line);
    }

    @Override
    public void warn(String line) {
        node.warnings.add(line);
        schedule.note(line);
    }

    // --- what it reads at once ---

    @Override
    public <T> @Nullable T peek(byte[] key, View<T> view) {
        return new EngineStore(node.storage.engine()).peek(key, view);
    }

    @Override
    public long seals() {
        return node.storage.engine().seals();
    }

    @Override
    public long count(int group) {
        return node.storage.engine().count(group);
    }
}
