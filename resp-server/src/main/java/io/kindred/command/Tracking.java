package io.kindred.command;

import io.kindred.cluster.message.QuorumSpec;
import io.kindred.cluster.message.Reply;
import io.kindred.cluster.message.Topic;
import io.kindred.cluster.pubsub.ChangedKeys;
import io.kindred.metrics.MetricSet;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * CLIENT TRACKING: which clients of this node keep copies of which keys, and who tells them that a copy is old. Replicas tell the
 * nodes that have such clients what they change ({@link ChangedKeys}); a read that is kept is answered by as many own replicas as
 * each acknowledged write has one of. So what a read has not seen is told of behind it.
 *
 * <p>A key is told of once, then it is forgotten until it is read again. An invalidation that comes while a read of the key is under
 * way comes once more behind its reply. Whatever may have kept this node from hearing of a change (a member lost, the ring changed, a
 * number left out) gives all copies up.
 *
 * <p>Owned by: the loop thread.
 */
public final class Tracking {
    public static final MetricSet<Tracking> METRICS = MetricSet.<Tracking>of(Tracking.class)
            .counter("tracking_invalidations", "Messages that told a client that copies are old.", t -> t.told)
            .counter("tracking_given_up", "Times that all copies of all clients were given up.", t -> t.givenUp)
            .build();

    private static final long KEYS_MAX = 1_000_000;
    private static final Reply INVALIDATE = Reply.bulk("invalidate");
    private static final Reply MESSAGE = Reply.bulk("message");
    private static final byte[] CHANNEL = "__redis__:invalidate".getBytes(StandardCharsets.US_ASCII);

    private PubSubPort port = new PubSubPort() {
        @Override
        public void subscribe(List<Topic> topics, Answer<Reply> answer) {
            answer.done(Reply.OK);
        }

        @Override
        public void unsubscribed(List<Topic> topics) {}

        @Override
        public void publish(Topic channel, byte[] payload) {}
    };

    private final Set<Session> clients = new LinkedHashSet<>();
    /** In the order in which they were read: the first ones are forgotten where there are too many. */
    private final Map<Key, Set<Session>> keys = new LinkedHashMap<>();

    private final TrackedDeadlines deadlines = new TrackedDeadlines();
    /** Those of {@link #clients} that are told of all keys that they cover. */
    private final Set<Session> broadcast = new LinkedHashSet<>();
    /** Under way. */
    private final Set<TrackedRead> reads = new LinkedHashSet<>();

    private final Map<Long, Long> numbers = new HashMap<>();
    private LongFunction<@Nullable Session> sessions = id -> null;
    private ReadQuorums quorums = (asked, db, key) -> asked;
    private long keysMax = KEYS_MAX;
    private boolean subscribed;
    private long told;
    private long givenUp;

    record Key(byte[] bytes) {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key that && Arrays.equals(bytes, that.bytes);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(bytes);
        }
    }

    /** How a read has to be answered whose reply is kept. */
    @FunctionalInterface
    public interface ReadQuorums {
        /** Null: its reply cannot be kept. */
        @Nullable
        QuorumSpec of(QuorumSpec asked, int db, byte[] key);
    }

    /** How other nodes are told that somebody here keeps copies. */
    public void toldBy(PubSubPort others) {
        port = others;
    }

    /** Whether any client of this node keeps copies. */
    boolean isAny() {
        return subscribed;
    }

    public void sessionsBy(LongFunction<@Nullable Session> find) {
        sessions = find;
    }

    public void quorumsBy(ReadQuorums reads) {
        quorums = reads;
    }

    /** {@code tracking-table-max-keys}; 0: the default. */
    public void keysMax(long most) {
        keysMax = most == 0 ? KEYS_MAX : most;
        bound();
    }

    public int clients() {
        return clients.size();
    }

    public int keys() {
        return keys.size();
    }

    public long items() {
        return clients.stream()
                .mapToLong(client -> client.tracked().keys().size())
                .sum();
    }

    public long prefixes() {
        return clients.stream()
                .mapToLong(client -> client.tracked().prefixes().size())
                .sum();
    }

    /** The other nodes can be reached from now on. */
    public void tellAll() {
        if (subscribed) {
            port.subscribe(List.of(ChangedKeys.TOPIC), LaterReply.of(reply -> {}, reply -> reply));
        }
    }

    // --- clients ---

    /** Answers when the other nodes know that somebody here keeps copies. */
    public void begin(Session session, TrackedClient.Options options, Answer<Reply> answer) {
        session.tracked().use(options);
        clients.add(session);
        if (options.broadcast()) {
            broadcast.add(session);
        }
        session.tracking(this);
        if (subscribed) {
            answer.done(Reply.OK);
        } else {
            subscribed = true;
            port.subscribe(List.of(ChangedKeys.TOPIC), answer);
        }
    }

    public void end(Session session) {
        session.tracked().keys().forEach(key -> forget(key, session));
        session.tracked().reset();
        broadcast.remove(session);
        if (clients.remove(session)) {
            session.tracking(null);
        }
        if (clients.isEmpty() && subscribed) {
            subscribed = false;
            keys.clear();
            deadlines.clear();
            numbers.clear();
            port.unsubscribed(List.of(ChangedKeys.TOPIC));
        }
    }

    private void forget(Key key, Session session) {
        Set<Session> keepers = keys.get(key);
        if (keepers != null && keepers.remove(session) && keepers.isEmpty()) {
            keys.remove(key);
            deadlines.forget(key);
        }
    }

    // --- reads ---

    /**
     * A command begins, of a client whose copies are tracked: until {@link Session#readsBy} is told otherwise, what it reads is
     * read so that it may be kept.
     *
     * @return where its reply goes
     */
    ReplySink begin(CommandSpec spec, Session session, byte[][] args, ReplySink sink) {
        TrackedClient client = session.tracked();
        if (spec.name().startsWith("client|")) {
            return sink;
        }
        client.commandBegins(session.transaction().isOpen());
        if (!client.keepsReads()) {
            return sink;
        }
        TrackedRead read = new TrackedRead(this, session, sink);
        if (spec.name().equals("exec")) {
            session.transaction()
                    .queued()
                    .forEach(queued -> addKeys(read, queued.command().spec(), queued.args()));
        } else {
            addKeys(read, spec, args);
        }
        if (read.keys().isEmpty()) {
            return sink;
        }
        // Before its keys are kept: there may be too many, and one of its own is given up for another.
        reads.add(read);
        QuorumSpec quorum = spec.has(CommandSpec.Flag.READONLY) ? quorum(read, session) : null;
        if (quorum == null) {
            read.isOld();
        } else {
            read.keys().forEach(key -> keep(key, session));
            session.readsBy(quorum);
        }
        return read;
    }

    /** Those of commands that write are not kept; what scripts and transactions have read is told of as old at once. */
    private static void addKeys(TrackedRead read, CommandSpec spec, byte[][] args) {
        CommandSpec.KeyPositions positions = spec.keys();
        if (positions == null || !positions.areKeys() || spec.has(CommandSpec.Flag.WRITE)) {
            return;
        }
        for (int i = 0; i < positions.count(args); i++) {
            read.keys().add(new Key(args[positions.at(i)]));
        }
    }

    private @Nullable QuorumSpec quorum(TrackedRead read, Session session) {
        QuorumSpec asked = session.quorum();
        QuorumSpec strongest = asked;
        for (Key key : read.keys()) {
            strongest = stronger(strongest, quorums.of(asked, session.db(), key.bytes()));
        }
        return strongest;
    }

    /** Null: one of them cannot be kept. */
    private static @Nullable QuorumSpec stronger(@Nullable QuorumSpec one, @Nullable QuorumSpec other) {
        if (one == null || other == null) {
            return null;
        }
        return other.r() > one.r() || other.pr() > one.pr() ? other : one;
    }

    private void keep(Key key, Session session) {
        keys.computeIfAbsent(key, same -> new LinkedHashSet<>(2)).add(session);
        session.tracked().keys().add(key);
        bound();
    }

    private void bound() {
        while (keys.size() > keysMax) {
            invalidate(keys.keySet().iterator().next());
        }
    }

    void ended(TrackedRead read) {
        reads.remove(read);
    }

    /** What was read is old already. */
    void tellOld(Session session, List<Key> old) {
        push(
                session,
                Reply.array(old.stream().map(key -> Reply.bulk(key.bytes())).toList()));
    }

    /** A value was read that goes by itself. */
    void expires(byte[] key, long atMillis) {
        Key name = new Key(key);
        if (keys.containsKey(name)) {
            deadlines.add(name, atMillis);
        }
    }

    /** Tells of what is over by now. */
    public void expire(long nowMillis) {
        List<Key> due = deadlines.due(nowMillis);
        while (!due.isEmpty()) {
            due.forEach(this::invalidate);
            due = deadlines.due(nowMillis);
        }
    }

    // --- what changes ---

    /** A node has told what it has changed, or this one. */
    public void changed(ChangedKeys changed) {
        boolean isNext = true;
        if (changed.process() != 0 && changed.number() != 0) {
            Long before = numbers.put(changed.process(), changed.number());
            isNext = before != null && changed.number() == before + 1;
        }
        if (changed.isAll() || !isNext) {
            giveUpAll();
            return;
        }
        for (byte[] bytes : changed.keys()) {
            invalidate(new Key(bytes));
        }
    }

    private void invalidate(Key key) {
        Set<Session> keepers = keys.remove(key);
        deadlines.forget(key);
        reads.forEach(read -> read.changed(key));
        if (keepers == null && broadcast.isEmpty()) {
            return;
        }
        Reply old = Reply.array(List.of(Reply.bulk(key.bytes())));
        if (keepers != null) {
            for (Session session : keepers) {
                session.tracked().keys().remove(key);
                push(session, old);
            }
        }
        for (Session session : List.copyOf(broadcast)) {
            if (session.tracked().covers(key.bytes())) {
                push(session, old);
            }
        }
    }

    private void giveUpAll() {
        givenUp++;
        keys.clear();
        deadlines.clear();
        reads.forEach(TrackedRead::isOld);
        for (Session session : List.copyOf(clients)) {
            session.tracked().keys().clear();
            push(session, Reply.NIL_ARRAY);
        }
    }

    /** @param what keys; nil: all */
    private void push(Session session, Reply what) {
        told++;
        long redirect = session.tracked().redirect();
        Session target = redirect == 0 ? session : sessions.apply(redirect);
        if (target == null) {
            if (session.tracked().breaks() && session.identity().protocol() == 3) {
                session.push(new Reply.Push(List.of(Reply.bulk("tracking-redir-broken"), Reply.integer(redirect))));
            }
        } else if (target.identity().protocol() == 3) {
            target.push(new Reply.Push(List.of(INVALIDATE, what == Reply.NIL_ARRAY ? Reply.NIL : what)));
        } else if (redirect != 0 && target.subscriptions().has(new Topic(Topic.Kind.CHANNEL, CHANNEL))) {
            target.push(new Reply.Push(List.of(MESSAGE, Reply.bulk(CHANNEL), what)));
        }
    }
}
