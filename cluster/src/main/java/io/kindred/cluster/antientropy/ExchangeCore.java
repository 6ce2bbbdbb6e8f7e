package io.kindred.cluster.antientropy;

import io.kindred.cluster.handoff.OwedRanges;
import io.kindred.cluster.message.ExchangeMessage;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.message.Range;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.CorruptRecordException;
import io.kindred.cluster.version.Versions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * When to exchange what with whom. Of two nodes the one with the smaller id asks, every interval, for all partitions that
 * they share. A node asks out of turn for what it owes ({@link DebtPayer}), for what its scrub doubts, and when it is told
 * to. At most {@value #SESSIONS_MAX} sessions are under way, one with each node.
 */
public final class ExchangeCore {
    static final int SESSIONS_MAX = 2;
    private static final long OWED_RETRY_NANOS = 1_000_000_000L;

    private final ExchangeParts parts;
    private final ExchangeService service;
    private final Throttle throttle;
    private final KeyMender mender;
    private final DamagedPartitions damaged;
    private final DebtPayer payer;
    private final long intervalNanos;
    private final Consumer<String> note;
    private final ExchangeNotes notes;
    /** What is asked for and not under way yet, by node. */
    private final TreeMap<Long, ExchangeAsk> asks = new TreeMap<>();

    private final TreeMap<Long, ExchangeSession> sessions = new TreeMap<>();
    /** What their sessions are for. */
    private final TreeMap<Long, ExchangeAsk> begunAsks = new TreeMap<>();
    /** Peers whose last session was about a partition of which everything was asked for. */
    private final TreeSet<Long> blindLast = new TreeSet<>();
    /** Of single keys. */
    private final List<ExchangeSession> keySessions = new ArrayList<>();
    /** Nodes to which a key is on its way in parts. */
    private final TreeSet<Long> giving = new TreeSet<>();
    /** Why the last exchange with a node failed. */
    private final TreeMap<Long, String> failures = new TreeMap<>();

    private long nextRoundNanos;
    private long nextOwedNanos;
    private boolean begun;
    private Listener listener = (peer, begunNanos, partitions) -> {};

    /** What is done about records that cannot be read. */
    public interface Repairs {
        /** Stores a container in place of one that cannot be read. */
        void overwrite(RecordKey storageKey, Versions versions, Consumer<Verdict> done);

        /** Gives up what cannot be read of a partition. */
        void acceptLoss(int partition, Consumer<Verdict> done);

        /** A record was come upon that cannot be decoded. */
        void found(RecordKey storageKey, CorruptRecordException damage);

        /** No replica can read this one: whoever writes it writes over it. */
        void lost(RecordKey storageKey);

        boolean isLost(RecordKey storageKey);
    }

    /** What this node owes to others, and what forgets a debt durably. */
    public record Debts(OwedRanges owed, Consumer<OwedRanges.Range> forget) {}

    /**
     * What a repair has done.
     *
     * @param nodes with how many nodes it was exchanged, and with how many it could not be
     */
    public record Repaired(int nodes, int failed, int partitions, long keysCompared, long keysSent, long keysTaken) {
        static final Repaired NOTHING = new Repaired(0, 0, 0, 0, 0, 0);

        Repaired plus(ExchangeSession session) {
            boolean ended = session.failure == null;
            return new Repaired(
                    nodes + (ended ? 1 : 0),
                    failed + (ended ? 0 : 1),
                    partitions + session.compared.size(),
                    keysCompared + session.tally.keysCompared,
                    keysSent + session.tally.keysSent,
                    keysTaken + session.tally.keysTaken);
        }
    }

    /** Who wants to know what has been exchanged. */
    public interface Listener {
        /** All that either node had of these partitions at {@code begunNanos} the other has, too. */
        void compared(long peer, long begunNanos, Set<Integer> partitions);
    }

    public void listen(Listener told) {
        listener = told;
    }

    /** @param note tells the operator */
    public ExchangeCore(
            ExchangeNetwork network,
            ExchangedData data,
            Debts debts,
            ExchangeCounters counters,
            long intervalNanos,
            Consumer<String> note) {
        TreeReader reader =
                new TreeReader(data.range(), data.trees().lanes(), data.flushStamps(), data.marks(), data.repairs());
        this.parts = new ExchangeParts(network, data, reader, counters);
        this.mender = new KeyMender(parts, note);
        this.damaged = new DamagedPartitions(
                parts, mender, note, (peer, partition) -> ask(peer).unreadable.add(partition));
        this.service = new ExchangeService(parts, this::give);
        this.throttle = new Throttle(
                network.clocks(), network.latencies(), network.requests().timeoutNanos());
        this.payer = new DebtPayer(parts, debts, (peer, partition, told) -> {
            ExchangeAsk ask = ask(peer);
            ask.partitions.add(partition);
            if (told != null) {
                ask.told.add(told);
            }
        });
        this.intervalNanos = intervalNanos;
        this.note = note;
        this.notes = new ExchangeNotes(note);
    }

    // --- when ---

    public long nextTickNanos() {
        if (!begun) {
            return parts.clocks().nanos();
        }
        long next = Math.min(nextRoundNanos, throttle.nextTickNanos());
        if (payer.owes() || mender.size() > 0 || damaged.size() > 0) {
            next = Math.min(next, nextOwedNanos);
        }
        for (ExchangeSession session : sessions.values()) {
            next = Math.min(next, session.nextTickNanos());
        }
        for (ExchangeSession session : keySessions) {
            next = Math.min(next, session.nextTickNanos());
        }
        return next;
    }

    public void onTick() {
        long now = parts.clocks().nanos();
        if (!begun) {
            begun = true;
            nextRoundNanos = now + intervalNanos;
            nextOwedNanos = now + OWED_RETRY_NANOS;
        }
        throttle.onTick();
        List.copyOf(sessions.values()).forEach(ExchangeSession::onTick);
        List.copyOf(keySessions).forEach(ExchangeSession::onTick);
        if (now - nextRoundNanos >= 0) {
            nextRoundNanos = now + intervalNanos;
            askRound();
        }
        if (now - nextOwedNanos >= 0) {
            nextOwedNanos = now + OWED_RETRY_NANOS;
            payer.payDebts();
            mender.retry();
            damaged.onTick();
        }
        startSessions();
    }

    /**
     * Of two nodes of a datacenter the one with the smaller id asks; so each pair of them exchanges once an interval. Between
     * datacenters, over longer links, it is enough that one node of each asks all replicas elsewhere: of those that serve
     * the partition, the one with the smallest id that is there. (One of all would do, if each link were as good as its
     * neighbours.)
     */
    private void askRound() {
        long self = parts.partitions().self();
        shared((partition, peer) -> {
                    // Who has yet to fetch a partition, or gives it up, exchanges it by itself.
                    long[] serving = parts.partitions().serving(partition);
                    boolean isNear = contains(parts.partitions().replicas(partition), peer);
                    return isNear
                            ? self < peer && contains(serving, self) && contains(serving, peer)
                            : self == smallestThere(partition)
                                    && contains(parts.partitions().far(partition), peer);
                })
                .forEach((peer, partitions) -> ask(peer).partitions.addAll(partitions));
    }

    private long smallestThere(int partition) {
        long self = parts.partitions().self();
        return Arrays.stream(parts.partitions().serving(partition))
                .filter(id -> id == self || !parts.router().isGone(id))
                .min()
                .orElse(0);
    }

    private interface Wanted {
        boolean isWanted(int partition, long peer);
    }

    /** By node, the partitions that it has in common with this one. */
    private TreeMap<Long, List<Integer>> shared(Wanted wanted) {
        long self = parts.partitions().self();
        TreeMap<Long, List<Integer>> shared = new TreeMap<>();
        for (int partition = 0; partition < parts.trees().partitions(); partition++) {
            if (!contains(parts.partitions().replicas(partition), self)) {
                continue;
            }
            for (long replica : parts.partitions().everywhere(partition)) {
                if (replica != self && wanted.isWanted(partition, replica)) {
                    shared.computeIfAbsent(replica, id -> new ArrayList<>()).add(partition);
                }
            }
        }
        return shared;
    }

    static boolean contains(long[] nodes, long node) {
        return Arrays.stream(nodes).anyMatch(id -> id == node);
    }

    private ExchangeAsk ask(long peer) {
        return asks.computeIfAbsent(peer, id -> new ExchangeAsk());
    }

    /**
     * The records of a partition are not what was written: whoever else has it is asked.
     *
     * @param unreadable whether not even their keys can be read, so that the trees say nothing
     */
    public void doubt(int partition, boolean unreadable) {
        if (unreadable) {
            damaged.begin(partition);
        } else {
            distrust(partition);
        }
        startSessions();
    }

    private void distrust(int partition) {
        long self = parts.partitions().self();
        for (long replica : parts.partitions().everywhere(partition)) {
            if (replica != self) {
                ExchangeAsk ask = ask(replica);
                ask.partitions.add(partition);
                ask.distrusted.add(partition);
            }
        }
    }

    /**
     * A key's record cannot be read.
     *
     * @param isSenseless it is there, so that nothing is waited for before the others are asked
     */
    public void unreadable(RecordKey storageKey, boolean isSenseless) {
        if (mender.add(storageKey)) {
            damaged.renew(storageKey.partition());
            if (isSenseless) {
                mender.tryNow(storageKey);
            }
        }
    }

    private void startSessions() {
        for (Long peer : List.copyOf(asks.keySet())) {
            if (sessions.size() >= SESSIONS_MAX) {
                return;
            }
            if (!sessions.containsKey(peer)) {
                ExchangeAsk ask = asks.remove(peer);
                if (ask != null) {
                    start(peer, ask);
                }
            }
        }
    }

    private ExchangeAsk next(long peer, ExchangeAsk ask) {
        ExchangeAsk later = ask.takeLater(blindLast.contains(peer));
        if (later != null) {
            asks.put(peer, later);
        }
        return ask;
    }

    private void start(long peer, ExchangeAsk whole) {
        ExchangeAsk ask = parts.router().isGone(peer) ? whole : next(peer, whole);
        if (ask.unreadable.isEmpty()) {
            blindLast.remove(peer);
        } else {
            blindLast.add(peer);
        }
        int[] partitions = ask.partitions.stream().mapToInt(Integer::intValue).toArray();
        long debtsUntil = payer.last();
        long begunNanos = parts.clocks().nanos();
        ExchangeSession session = new ExchangeSession(parts, peer, partitions, ask.doubts(), ended -> {
            sessions.remove(peer);
            begunAsks.remove(peer);
            ended(ended, debtsUntil);
            tellThoseWhoOwe(ask, ended);
            listener.compared(peer, begunNanos, ended.compared);
            ask.told.forEach(told -> told.accept(ended));
            startSessions();
        });
        sessions.put(peer, session);
        begunAsks.put(peer, ask);
        if (parts.router().isGone(peer)) {
            session.giveUp("it cannot be reached");
        } else {
            session.begin();
        }
    }

    private void ended(ExchangeSession session, long debtsUntil) {
        if (session.failure == null) {
            parts.counters().rounds++;
            failures.remove(session.peer);
        } else {
            parts.counters().failures++;
            noteFailure(session);
        }
        damaged.ended(session);
        payer.compared(session, debtsUntil);
        notes.ended(
                session.peer,
                parts.router().nameOf(session.peer),
                session.tally,
                parts.clocks().nanos());
    }

    /** Once, until it is another reason or there is none. */
    private void noteFailure(ExchangeSession session) {
        String why = String.valueOf(session.failure);
        if (!why.equals(failures.put(session.peer, why))) {
            note.accept("an exchange with " + parts.router().nameOf(session.peer) + " ended early: " + why);
        }
    }

    // --- for other nodes' debts ---

    /** A node that owes this one's peer something and has no part in it asks this one, which has. */
    public void onExchangeAsked(long from, ExchangeMessage.ExchangeAsked request) {
        boolean possible = request.partition() >= 0
                && request.partition() < parts.trees().partitions()
                && request.with() != parts.partitions().self()
                && contains(parts.partitions().everywhere(request.partition()), request.with())
                && contains(
                        parts.partitions().replicas(request.partition()),
                        parts.partitions().self());
        if (!possible) {
            parts.send(from, new ExchangeMessage.ExchangeDone(request.requestId(), Verdict.NOT_MINE), 10);
            return;
        }
        OwedRanges.Range owedBy = new OwedRanges.Range(from, request.partition());
        ExchangeAsk begunAsk = begunAsks.get(request.with());
        boolean isUnderWay = begunAsk != null && Objects.equals(begunAsk.waiting.get(owedBy), request.requestId());
        if (!isUnderWay) {
            // Another question is about a newer debt, which the session under way may not pay.
            ExchangeAsk ask = ask(request.with());
            ask.partitions.add(request.partition());
            ask.waiting.put(owedBy, request.requestId());
            startSessions();
        }
    }

    private void tellThoseWhoOwe(ExchangeAsk ask, ExchangeSession session) {
        ask.waiting.forEach((owedBy, requestId) -> {
            Verdict verdict = session.compared.contains(owedBy.partition()) ? Verdict.OK : Verdict.FAILED;
            parts.send(owedBy.intended(), new ExchangeMessage.ExchangeDone(requestId, verdict), 10);
        });
    }

    // --- for transfers ---

    /**
     * Makes partitions equal here and at a peer, soon; tells which of them are.
     *
     * @param isTaking also of which all that the peer has is here, where it takes no more of them itself
     */
    public void exchange(long peer, Collection<Integer> partitions, boolean isTaking, Consumer<Set<Integer>> equal) {
        ExchangeAsk ask = ask(peer);
        ask.partitions.addAll(partitions);
        ask.told.add(session -> equal.accept(isTaking ? session.taken : session.compared));
        startSessions();
    }

    // --- on demand ---

    /** Exchanges all that this node shares with others, now. */
    public void repair(Consumer<Repaired> done) {
        TreeMap<Long, List<Integer>> shared = shared((partition, peer) -> true);
        ExchangeRepair repair = new ExchangeRepair(shared.size(), done);
        shared.forEach((peer, partitions) -> {
            ExchangeAsk ask = ask(peer);
            ask.partitions.addAll(partitions);
            ask.told.add(repair::add);
        });
        repair.begun();
        startSessions();
    }

    /** Exchanges one key with its other replicas, now. Requires: this node is one itself. */
    public void repair(RecordKey storageKey, Consumer<Repaired> done) {
        long self = parts.partitions().self();
        long[] others = Arrays.stream(parts.router().everywhere(storageKey))
                .filter(id -> id != self)
                .toArray();
        ExchangeRepair repair = new ExchangeRepair(others.length, done);
        for (long other : others) {
            exchangeKey(other, storageKey, repair::add);
        }
        repair.begun();
        startSessions();
    }

    private void exchangeKey(long other, RecordKey storageKey, Consumer<ExchangeSession> told) {
        long hash = storageKey.hash();
        Range only = new Range(storageKey.partition(), parts.trees().lanes().of(storageKey), hash, hash);
        ExchangeSession session = new ExchangeSession(parts, other, new int[0], ExchangeAsk.Doubts.NONE, ended -> {
            keySessions.remove(ended);
            ended(ended, 0);
            told.accept(ended);
        });
        keySessions.add(session);
        if (parts.router().isGone(other)) {
            session.giveUp("it cannot be reached");
        } else {
            session.begin(only);
        }
    }

    /** One such key at a time to each node: whoever misses another of them asks again. */
    private void give(long to, RecordKey storageKey) {
        if (giving.add(to)) {
            note.accept("a key of partition " + storageKey.partition() + " is too large for one message: "
                    + parts.router().nameOf(to) + " gets it in parts");
            exchangeKey(to, storageKey, ended -> giving.remove(to));
        }
    }

    // --- what other nodes ask ---

    public void onTreeRoots(long from, ExchangeMessage.TreeRoots message) {
        service.onTreeRoots(from, message);
    }

    public void onTreeLanes(long from, ExchangeMessage.TreeLanes message) {
        service.onTreeLanes(from, message);
    }

    public void onTreeSums(long from, ExchangeMessage.TreeSums message) {
        service.onTreeSums(from, message);
    }

    public void onBucketKeys(long from, ExchangeMessage.BucketKeys message) {
        throttle.pass(() -> service.onBucketKeys(from, message));
    }

    public void onBucketSums(long from, ExchangeMessage.BucketSums message) {
        throttle.pass(() -> service.onBucketSums(from, message));
    }

    public void onExchangeObjects(long from, ExchangeMessage.ExchangeObjects message) {
        throttle.pass(() -> service.onExchangeObjects(from, message));
    }
}
