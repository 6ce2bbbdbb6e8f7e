package io.kindred.cluster.core;

import io.kindred.cluster.antientropy.ReplayedTrees;
import io.kindred.cluster.membership.ChangeRecord;
import io.kindred.cluster.membership.Departure;
import io.kindred.cluster.membership.Generation;
import io.kindred.cluster.membership.HeldPartitions;
import io.kindred.cluster.membership.Member;
import io.kindred.cluster.message.ClockReading;
import io.kindred.cluster.message.MembershipMessage;
import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.Topic;
import io.kindred.cluster.ring.Checkpoint;
import io.kindred.cluster.ring.DatacenterRecords;
import io.kindred.cluster.sim.SimFunctions;
import io.kindred.cluster.version.VersionsCodec;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One node's core, and a shell of it in which nothing happens but what a transcript says. Its peers are there only as far as
 * they answer pings and what a start asks. What the core does is written down, line by line; what is not about requests
 * (gossip that was not caused by one, the stores of the membership, scans for trees) is answered and left out.
 *
 * <p>A record is durable when the transcript says {@code persisted}, a term when it says {@code synced}. Time stands still but
 * for {@code after}.
 */
final class TranscriptNode implements Effects {
    static final long WALL_START_MILLIS = 1_700_000_000_000L;
    /** How long it takes until peers do not count as just connected any more. */
    private static final long SETTLING_MILLIS = 5_000;
    /** When the transcript begins. */
    static final long WALL_BEGIN_MILLIS = WALL_START_MILLIS + SETTLING_MILLIS;

    static final long PEER_START = 1;

    private static final long NANOS_START = 3_600_000_000_000L;
    private static final long MILLI = 1_000_000L;
    private static final int STEPS_MAX = 10_000;
    private static final long CLUSTER = 7;

    private final TranscriptRing ring;
    private final String self;
    private final TranscriptKeys keys;
    private final TranscriptNotation notation;
    private final TranscriptMessages messages;
    private final NodeCore core;
    private final List<String> written = new ArrayList<>();

    private final TranscriptDisk disk = new TranscriptDisk();
    private final ArrayDeque<Load> loads = new ArrayDeque<>();
    private final ArrayDeque<Long> syncs = new ArrayDeque<>();
    /** What answers the core by itself, once the step has ended. */
    private final ArrayDeque<Event> answers = new ArrayDeque<>();
    /** Peers that do not answer. */
    private final TreeSet<String> mute = new TreeSet<>();

    private long nowNanos = NANOS_START;
    private long wakeNanos = Long.MAX_VALUE;
    private long shownWakeNanos = Long.MAX_VALUE;
    private int shownUnderWay;
    private long recordsHash;
    private boolean isShowing;

    private record Load(long token, byte[] key) {}

    TranscriptNode(TranscriptGiven given) {
        ring = given.ring();
        self = given.node();
        keys = new TranscriptKeys(ring.partition());
        String datacenter = ring.datacenter(self);
        notation = new TranscriptNotation(
                datacenter.isEmpty() ? 0 : DatacenterRecords.idOf(datacenter), line -> written.add("(" + line + ")"));
        messages = new TranscriptMessages(notation, keys, ring, this::reading);
        List<Recovered.MetaRecord> meta = new ArrayList<>(held());
        meta.addAll(given.terms(ring.partition()));
        given.stored().forEach((key, container) -> {
            byte[] bytes =
                    container == null ? new byte[] {-1, 0, -1} : VersionsCodec.encode(notation.versions(container));
            disk.fill(keys.stored(key), bytes);
        });
        given.cold().forEach(key -> disk.cool(keys.stored(key)));
        List<Member> others = ring.nodes().stream()
                .filter(node -> !node.equals(self))
                .map(ring::member)
                .toList();
        Recovered recovered = new Recovered(
                ring.member(self),
                others,
                List.of(),
                Checkpoint.NONE,
                ring.records(),
                meta,
                List.of(),
                ReplayedTrees.NONE,
                new Recovered.Past(CLUSTER, List.of(PEER_START), false, ""));
        core = new NodeCore(given.config(), recovered, disk, SimFunctions.ALL, new NoRandomness());
        begin();
    }

    /** Whatever is drawn is the least. */
    private static final class NoRandomness implements RandomSource {
        @Override
        public int nextInt(int bound) {
            return 0;
        }

        @Override
        public long nextLong() {
            return 0;
        }
    }

    private List<Recovered.MetaRecord> held() {
        List<Recovered.MetaRecord> meta = new ArrayList<>();
        long[] words = ring.words(self);
        for (int word = 0; word < words.length; word++) {
            meta.add(new Recovered.MetaRecord(MetaKey.of(MetaKey.HELD, word), MetaKey.value(words[word])));
        }
        // Its version, and that it has joined.
        meta.add(new Recovered.MetaRecord(MetaKey.of(MetaKey.HOLDING, 0), MetaKey.value(1)));
        meta.add(new Recovered.MetaRecord(MetaKey.of(MetaKey.HOLDING, 1), MetaKey.value(1)));
        return meta;
    }

    /** It starts, finds its peers as it knows them, and serves. */
    private void begin() {
        step(new Event.Started());
        for (String node : ring.nodes()) {
            if (!node.equals(self)) {
                connect(node);
            }
        }
        pass(SETTLING_MILLIS * MILLI);
        if (!core.views().isServing()) {
            throw new TranscriptError("the node does not serve: " + core.views().notServingBecause());
        }
        isShowing = true;
    }

    private void connect(String peer) {
        mute.remove(peer);
        long id = TranscriptRing.id(peer);
        step(new Event.PeerConnected(id));
        step(new Event.Received(
                id,
                new MembershipMessage.GossipTell(
                        List.of(ring.member(peer)),
                        null,
                        List.of(),
                        List.of(ring.holding(peer)),
                        recordsHash,
                        CLUSTER)));
    }

    TranscriptMessages messages() {
        return messages;
    }

    /** What was written down since this was last asked. */
    List<String> takeWritten() {
        List<String> taken = List.copyOf(written);
        written.clear();
        return taken;
    }

    // --- what happens ---

    void client(long token, TranscriptWords words) {
        Operation operation = messages.operation(words);
        step(new Event.Request(token, operation, messages.quorum(words)));
    }

    void received(String from, Message message) {
        step(new Event.Received(TranscriptRing.id(from), message));
    }

    /** Peers are not reached any more. */
    void lose(String peer) {
        mute.add(peer);
        step(new Event.PeerLost(TranscriptRing.id(peer)));
    }

    void connectAgain(String peer, boolean isMute) {
        mute.remove(peer);
        if (isMute) {
            mute.add(peer);
        }
        step(new Event.PeerConnected(TranscriptRing.id(peer)));
    }

    /** It takes messages, and answers nothing, pings neither. */
    void mute(String peer) {
        mute.add(peer);
    }

    void persisted(@Nullable StoreFailure failure) {
        step(new Event.Persisted(disk.takeAll(failure != null), failure));
    }

    void synced(@Nullable StoreFailure failure) {
        Long token = syncs.poll();
        if (token == null) {
            throw new TranscriptError("no sync was asked for");
        }
        step(new Event.Synced(token, failure));
    }

    void loaded(@Nullable StoreFailure failure) {
        Load load = loads.poll();
        if (load == null) {
            throw new TranscriptError("nothing is to be loaded");
        }
        if (failure == null) {
            disk.warm(load.key());
        }
        step(new Event.Loaded(load.token(), failure == null ? disk.read(load.key()) : null, failure));
    }

    /** A key's record goes from memory to the tables. */
    void flushed(String name) {
        disk.cool(keys.stored(name));
    }

    /** Time passes; whatever the core wanted to be woken for happens at its time. */
    void pass(long nanos) {
        long until = nowNanos + nanos;
        long begun = nowNanos;
        for (int steps = 0; wakeNanos <= until; steps++) {
            if (steps == STEPS_MAX) {
                throw new TranscriptError("it wakes for ever");
            }
            nowNanos = Math.max(nowNanos, wakeNanos);
            wakeNanos = Long.MAX_VALUE;
            int before = written.size();
            step(new Event.Tick());
            if (written.size() > before) {
                written.add(before, "at " + TranscriptWords.millis(nowNanos - begun) + ":");
            }
        }
        nowNanos = until;
    }

    /** A change record comes. */
    void ringChanges(String from) {
        ChangeRecord change = ring.change();
        List<Member> subject = change.kind() == ChangeRecord.Kind.JOIN
                ? List.of(ring.member(TranscriptRing.name(change.subject())))
                : List.of();
        step(new Event.Received(
                TranscriptRing.id(from),
                new MembershipMessage.GossipTell(subject, null, List.of(change), List.of(), recordsHash, CLUSTER)));
        if (change.kind() == ChangeRecord.Kind.JOIN) {
            isShowing = false;
            step(new Event.PeerConnected(change.subject()));
            isShowing = true;
        }
    }

    /** A node tells that it holds the keys' partition, or does not any more. */
    void holds(String node, boolean holdsKeys) {
        HeldPartitions holding = ring.holding(node, holdsKeys);
        step(new Event.Received(
                TranscriptRing.id(node),
                new MembershipMessage.GossipTell(List.of(), null, List.of(), List.of(holding), recordsHash, CLUSTER)));
    }

    private void step(Event event) {
        one(event);
        for (int steps = 0; !answers.isEmpty() || disk.hasHidden(); steps++) {
            if (steps == STEPS_MAX) {
                throw new TranscriptError("it never comes to rest");
            }
            one(answers.isEmpty() ? new Event.Persisted(disk.takeHidden(), null) : answers.remove());
        }
        if (isShowing) {
            showCounts();
        }
    }

    private void one(Event event) {
        core.step(event, new Now(nowNanos, wallMillis()), this);
        core.wake(this);
    }

    private void showCounts() {
        int underWay = core.views().requestsUnderWay();
        if (underWay != shownUnderWay) {
            shownUnderWay = underWay;
            written.add("under way: " + underWay);
        }
        long wake = core.nextRequestTickNanos();
        if (wake != shownWakeNanos) {
            shownWakeNanos = wake;
            if (wake != Long.MAX_VALUE) {
                written.add("wake in " + TranscriptWords.millis(wake - nowNanos));
            }
        }
    }

    private long wallMillis() {
        return WALL_START_MILLIS + (nowNanos - NANOS_START) / MILLI;
    }

    /** All clocks show the same. */
    private ClockReading reading() {
        return new ClockReading(PEER_START, nowNanos, wallMillis());
    }

    // --- effects ---

    private void show(String line) {
        if (isShowing) {
            written.add(line);
        }
    }

    @Override
    public void send(long to, Message message) {
        String node = TranscriptNotation.node(to);
        if (message instanceof MembershipMessage.Gossip gossip) {
            recordsHash = gossip.recordsHash();
        } else if (message instanceof MembershipMessage.GossipTell tell) {
            recordsHash = tell.recordsHash();
        } else if (message instanceof MembershipMessage.Ping ping && !mute.contains(node)) {
            answers.add(
                    new Event.Received(to, new MembershipMessage.Pong(ping.number(), 0, ping.sentNanos(), reading())));
        } else if (message instanceof MembershipMessage.StartAsked asked && !mute.contains(node)) {
            answers.add(new Event.Received(to, new MembershipMessage.StartKnown(asked.start(), List.of(PEER_START))));
        }
        String text = messages.text(message);
        boolean isKnown = text != null && text.equals("news") && written.contains(node + " <- news");
        if (text != null && !isKnown) {
            show(node + " <- " + text);
        }
    }

    @Override
    public void persist(byte[] key, byte @Nullable [] value, int countDelta, long note) {
        String text = persistText(key, value);
        if (text != null) {
            show("persist " + text);
        }
        disk.write(key, value, countDelta, text != null && isShowing);
    }

    /** Null: it is not shown. */
    private @Nullable String persistText(byte[] key, byte @Nullable [] value) {
        String name = keys.nameOfStored(key);
        if (name != null) {
            return name + " " + (value == null ? "dropped" : notation.versions(VersionsCodec.decode(value)));
        }
        return switch (MetaKey.kind(key)) {
            case MetaKey.TERM ->
                MetaKey.number(key) == ring.partition() && value != null
                        ? "term "
                                + TranscriptNotation.term(TermDisk.stored(List.of(new Recovered.MetaRecord(key, value)))
                                        .get(0)
                                        .term())
                        : null;
            case MetaKey.FLOOR -> value == null ? null : "floor " + MetaKey.value(value);
            case MetaKey.OWED ->
                "owed to " + TranscriptNotation.node(MetaKey.owed(key).intended());
            default -> null;
        };
    }

    @Override
    public void sync(long token) {
        if (isShowing) {
            show("sync");
            syncs.add(token);
        } else {
            answers.add(new Event.Synced(token, null));
        }
    }

    @Override
    public void load(long token, byte[] key) {
        show("load " + keys.nameOfStored(key));
        loads.add(new Load(token, key));
    }

    @Override
    public void scan(long token, byte[] from, byte[] to, int limit) {
        answers.add(disk.scan(token, from, to, limit));
    }

    @Override
    public void acceptLoss(long token, byte[] from, byte[] to) {
        throw new TranscriptError("no transcript is about losses");
    }

    @Override
    public void reply(long token, Outcome outcome) {
        show("client " + token + " <- " + messages.text(outcome));
    }

    @Override
    public void answer(long token, ClusterAnswer answer) {
        throw new TranscriptError("no transcript is about the whole key space");
    }

    @Override
    public void published(Topic channel, byte[] payload) {
        throw new TranscriptError("no transcript is about what is published");
    }

    @Override
    public void wakeAt(long nanos) {
        wakeNanos = Math.min(wakeNanos, nanos);
    }

    @Override
    public void peers(List<Member> members) {}

    @Override
    public void redial(long peer) {}

    @Override
    public void remember(
            List<Member> members, List<Departure> departures, Checkpoint checkpoint, List<ChangeRecord> records) {}

    @Override
    public void serving() {}

    @Override
    public void renewed(Renewal renewal) {
        throw new TranscriptError("the node is another one: start " + Generation.ofStart(renewal.start()));
    }

    @Override
    public void belongs(long cluster) {}

    @Override
    public void notServing(StartState state, String why) {
        throw new TranscriptError("the node does not serve any more: " + why);
    }

    @Override
    public void startOver(List<String> seeds, String replaces) {}

    @Override
    public void note(String line) {}

    @Override
    public void warn(String line) {}
}
