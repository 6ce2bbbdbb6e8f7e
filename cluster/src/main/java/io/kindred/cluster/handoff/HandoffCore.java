package io.kindred.cluster.handoff;

import io.kindred.cluster.message.HandoffMessage;
import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.message.Record;
import io.kindred.cluster.message.SizeLimits;
import io.kindred.cluster.quorum.Clocks;
import io.kindred.cluster.quorum.Latencies;
import io.kindred.cluster.quorum.Outbox;
import io.kindred.cluster.quorum.Request;
import io.kindred.cluster.quorum.Requests;
import io.kindred.cluster.quorum.Router;
import io.kindred.cluster.ring.Keyspace;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.CorruptRecordException;
import io.kindred.cluster.version.SplitVersions;
import io.kindred.cluster.version.Versions;
import io.kindred.cluster.version.VersionsCodec;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Hands over what is held for nodes that are back, one session a node, at most {@value #SESSIONS_MAX} at a time.
 *
 * <p>A session reads its node's range in key order, sends a batch, waits until the node has all of it durably, deletes
 * what was sent, and goes on behind it. A hint is deleted by its acknowledgement alone, so whatever ends a session (a
 * lost connection, a late answer, a full disk at the other end), the next one takes up where it stopped. Batches are as
 * large as the receiver's last acknowledgement allows, and pauses between them grow while this node's own requests take
 * longer than they used to.
 */
public final class HandoffCore {
    static final int SESSIONS_MAX = 2;
    public static final int BATCH_HINTS_MAX = 128;
    static final int BATCH_BYTES_MAX = 256 << 10;
    static final int BATCH_BYTES_MIN = 4 << 10;
    private static final int UNREADABLE_MAX = 1_000;
    private static final long PAUSE_MIN_NANOS = 5_000_000L;
    private static final long PAUSE_MAX_NANOS = 200_000_000L;
    private static final long RETRY_MIN_NANOS = 500_000_000L;
    private static final long RETRY_MAX_NANOS = 16_000_000_000L;

    private final Outbox outbox;
    private final Requests requests;
    private final Clocks clocks;
    private final Router router;
    private final Latencies latencies;
    private final HintLedger ledger;
    private final Hints hints;
    private final HintRange range;
    private final LostHints lost;
    private final HandoffCounters counters;
    private final Consumer<String> note;
    private final TreeMap<Long, Session> sessions = new TreeMap<>();
    /** Nodes whose last session did not hand over everything. */
    private final TreeMap<Long, Retry> retries = new TreeMap<>();
    /** Keys of hints that make no sense, to be deleted once something is owed in their place. */
    private final TreeSet<RecordKey> unreadable = new TreeSet<>();

    private long lastStarted;
    private long lastIntended;

    /** When to try again, how long it was waited, and how large a batch may be then. */
    private record Retry(long atNanos, long waitedNanos, int batchBytesMax) {
        static final Retry NONE = new Retry(0, 0, BATCH_BYTES_MAX);
    }

    /**
     * A hint to send, or a part of one.
     *
     * @param whole the hint, to be deleted with the last part's acknowledgement; null: there are more parts behind this one
     */
    private record Held(
            RecordKey key, Versions versions, @Nullable Versions whole) {}

    /** Where a handoff sends to, and when. */
    public record Network(Outbox outbox, Requests requests, Clocks clocks, Router router, Latencies latencies) {}

    /** What there is to hand over. */
    public record Store(HintLedger ledger, Hints hints, HintRange range, LostHints lost, HandoffCounters counters) {}

    /** @param note tells the operator */
    public HandoffCore(Network network, Store store, Consumer<String> note) {
        this.outbox = network.outbox();
        this.requests = network.requests();
        this.clocks = network.clocks();
        this.router = network.router();
        this.latencies = network.latencies();
        this.ledger = store.ledger();
        this.hints = store.hints();
        this.range = store.range();
        this.lost = store.lost();
        this.counters = store.counters();
        this.note = note;
    }

    /** When {@link #onTick} has something to do; {@code Long.MAX_VALUE}: nothing is held, or all of it waits for an answer. */
    public long nextTickNanos() {
        long next =
                ledger.hints() > 0 && sessions.size() < SESSIONS_MAX ? lastStarted + RETRY_MIN_NANOS : Long.MAX_VALUE;
        for (Session session : sessions.values()) {
            if (session.paused) {
                next = Math.min(next, session.resumeAtNanos);
            }
        }
        return next;
    }

    public void onTick() {
        long now = clocks.nanos();
        for (Session session : List.copyOf(sessions.values())) {
            if (session.paused && now - session.resumeAtNanos >= 0) {
                session.paused = false;
                session.goOn();
            }
        }
        if (ledger.hints() > 0 && now - lastStarted >= RETRY_MIN_NANOS) {
            lastStarted = now;
            startSessions(now);
        }
    }

    /** A node that can be reached again need not wait for its turn. */
    public void onPeerBack(long peer) {
        retries.remove(peer);
        if (ledger.holdsFor(peer)) {
            start(peer);
        }
        long datacenter = router.datacenterOfNode(peer);
        if (ledger.holdsFor(datacenter)) {
            retries.remove(datacenter);
            start(datacenter);
        }
    }

    /** A hint is damaged. */
    public void onUnreadable(RecordKey hintKey) {
        if (unreadable.size() < UNREADABLE_MAX) {
            unreadable.add(hintKey);
        }
        replaceLost(hintKey.intended());
    }

    /** An exchange is owed in their place: those that make no sense go. */
    private void dropUnreadable(long intended) {
        List<RecordKey> replaced =
                unreadable.stream().filter(key -> key.intended() == intended).toList();
        replaced.forEach(unreadable::remove);
        replaced.forEach(hints::dropUnreadable);
    }

    private void replaceLost(long intended) {
        lost.replace(intended, clocks.nanos(), partitions -> {
            dropUnreadable(intended);
            note.accept("hints for " + router.nameOf(intended) + " could not be read: it is owed an exchange of its "
                    + partitions + " partitions instead");
        });
    }

    /** Goes on behind the node that was begun with last, so that each gets its turn. */
    private void startSessions(long now) {
        List<Long> waiting = new ArrayList<>();
        for (HintLedger.Debt debt : ledger.debts()) {
            waiting.add(debt.intended());
        }
        Collections.rotate(waiting, -1 - waiting.indexOf(lastIntended));
        for (long intended : waiting) {
            Retry retry = retries.get(intended);
            if (retry == null || now - retry.atNanos() >= 0) {
                start(intended);
            }
        }
    }

    private void start(long intended) {
        long receiver = router.heirOf(intended);
        boolean isThere = receiver != router.self() && !router.avoids(receiver);
        boolean isOut = receiver == router.self() || router.isOut(receiver);
        if (sessions.size() < SESSIONS_MAX && !sessions.containsKey(intended) && (isThere || isOut)) {
            lastIntended = intended;
            Session session = new Session(intended, receiver, retries.get(intended));
            sessions.put(intended, session);
            session.goOn();
        }
    }

    private static boolean contains(long[] nodes, long node) {
        for (long each : nodes) {
            if (each == node) {
                return true;
            }
        }
        return false;
    }

    /** One node's hints, from the first to the last. */
    private final class Session extends Request {
        private final long intended;
        private final long receiver;
        /** The receiver is any node of it, and spreads what it gets. */
        private final boolean toDatacenter;

        private final Retry before;
        /** What was read and not sent yet. */
        private final ArrayDeque<Held> page = new ArrayDeque<>();
        /** What was sent and not acknowledged yet. */
        private final List<Held> sent = new ArrayList<>();

        /** The last hint of which a part was refused: all of it is sent again by a later session. */
        private @Nullable RecordKey partlyRefused;

        private int batchBytesMax;
        private long pauseNanos;
        private long delivered;
        private long refiled;
        private long left;
        private long found;
        private final long changesBefore;
        private boolean paused;
        private long resumeAtNanos;
        /** Where to read on; null: all has been read. */
        private byte @Nullable [] from;

        Session(long intended, long receiver, @Nullable Retry before) {
            this.intended = intended;
            this.receiver = receiver;
            this.toDatacenter = router.isDatacenter(intended);
            this.before = before == null ? Retry.NONE : before;
            this.batchBytesMax = this.before.batchBytesMax();
            this.from = Keyspace.hintsFrom(intended);
            this.changesBefore = ledger.changes(intended);
        }

        void goOn() {
            byte[] rest = from;
            if (!page.isEmpty()) {
                send();
            } else if (rest != null) {
                range.read(rest, Keyspace.hintsEnd(intended), BATCH_HINTS_MAX, this::take);
            } else {
                end();
            }
        }

        private void take(HintRange.Page found) {
            if (!found.isRead()) {
                fail("its hints cannot be read");
                if (found.verdict() == Verdict.DAMAGED) {
                    replaceLost(intended);
                }
                return;
            }
            from = found.next();
            this.found += found.keys().size();
            for (int i = 0; i < found.keys().size(); i++) {
                RecordKey key = found.keys().get(i);
                Versions versions = decode(key, found.values().get(i));
                if (versions != null && key.isHint()) {
                    take(new Held(key, versions, versions));
                }
            }
            goOn();
        }

        /** What the receiver has no part in any more is kept for those who have. */
        private void take(Held hint) {
            RecordKey storageKey = hint.key().ofHint();
            boolean isTheirs = toDatacenter
                    || (receiver != router.self()
                            && !router.isOut(receiver)
                            && contains(router.everywhere(storageKey), receiver));
            if (isTheirs) {
                addInParts(hint);
            } else if (router.isInRing(storageKey)) {
                hints.refile(hint.key(), hint.versions(), heirs(storageKey), router.self());
                refiled++;
            }
        }

        /** What has outgrown a message is handed over sibling by sibling: it must not keep what is behind it for ever. */
        private void addInParts(Held hint) {
            List<Versions> parts = SplitVersions.of(hint.versions(), SizeLimits.PART_BYTES_MAX);
            counters.inParts += parts.size() > 1 ? 1 : 0;
            for (int i = 0; i < parts.size(); i++) {
                page.add(new Held(hint.key(), parts.get(i), i == parts.size() - 1 ? hint.versions() : null));
            }
        }

        /** Who has the part of the intended one: if it was of another datacenter, that. */
        private long[] heirs(RecordKey storageKey) {
            long datacenter = router.datacenterOfNode(intended);
            for (long other : router.remotes()) {
                if (other == datacenter) {
                    return new long[] {datacenter};
                }
            }
            return router.replicasOf(storageKey);
        }

        private @Nullable Versions decode(RecordKey key, byte[] value) {
            try {
                return VersionsCodec.decode(value);
            } catch (CorruptRecordException damage) {
                note.accept("a hint cannot be read: " + damage.getMessage());
                onUnreadable(key);
                return null;
            }
        }

        private void send() {
            List<Record> records = new ArrayList<>();
            sent.clear();
            long bytes = 0;
            for (Held next = page.peek(); next != null; next = page.peek()) {
                bytes += HintLedger.sizeBytes(next.key(), next.versions());
                if (!sent.isEmpty() && bytes > batchBytesMax) {
                    break;
                }
                sent.add(page.remove());
                records.add(new Record(next.key().ofHint(), next.versions()));
            }
            requests.open(this, clocks.nanos());
            counters.batches++;
            outbox.send(
                    receiver,
                    toDatacenter ? new HandoffMessage.Relay(id, records) : new HandoffMessage.HandOver(id, records));
        }

        @Override
        public void onHandOverAck(long peer, HandoffMessage.HandOverAck ack) {
            if (peer != receiver) {
                return;
            }
            requests.close(this);
            Set<Integer> refused = new TreeSet<>(ack.refused());
            for (int i = 0; i < sent.size(); i++) {
                Held hint = sent.get(i);
                if (refused.contains(i)) {
                    partlyRefused = hint.key();
                } else if (hint.whole() != null && !hint.key().equals(partlyRefused)) {
                    hints.delivered(hint.key(), hint.whole());
                    delivered++;
                }
            }
            left += refused.size();
            batchBytesMax = Math.max(BATCH_BYTES_MIN, Math.min(BATCH_BYTES_MAX, ack.creditBytes()));
            // One node refuses for itself, a datacenter for a key's replicas: others may be better off.
            // So is a key whose record cannot be read there: what is behind it goes on.
            boolean isOfKeys = toDatacenter || ack.verdict() == Message.Verdict.UNREADABLE;
            if (refused.size() >= sent.size() && !isOfKeys) {
                fail("it answers " + ack.verdict());
            } else {
                pauseThenGoOn();
            }
        }

        private void pauseThenGoOn() {
            latencies.worked();
            pauseNanos = latencies.isStrained()
                    ? Math.min(PAUSE_MAX_NANOS, Math.max(PAUSE_MIN_NANOS, pauseNanos * 2))
                    : pauseNanos / 2 < PAUSE_MIN_NANOS ? 0 : pauseNanos / 2;
            if (pauseNanos == 0) {
                goOn();
            } else {
                paused = true;
                resumeAtNanos = clocks.nanos() + pauseNanos;
            }
        }

        /** What was refused is tried again by a later session, after a while. */
        private void end() {
            sessions.remove(intended);
            if (found == 0) {
                ledger.foundNone(intended, changesBefore);
            }
            if (left == 0) {
                retries.remove(intended);
            } else {
                retryLater(batchBytesMax);
            }
            noteDelivered();
        }

        private void fail(String why) {
            sessions.remove(intended);
            if (before == Retry.NONE) {
                note.accept("handing hints over to " + router.nameOf(receiver) + " has to wait: " + why);
            }
            retryLater(batchBytesMax);
            noteDelivered();
        }

        private void noteDelivered() {
            if (refiled > 0) {
                note.accept(refiled + " hints for " + router.nameOf(intended) + " go to those who have its part now");
            }
            if (delivered > 0) {
                note.accept("handed " + delivered + " hints over to " + router.nameOf(receiver));
            }
        }

        private void retryLater(int bytesMax) {
            long wait = delivered > 0
                    ? RETRY_MIN_NANOS
                    : Math.min(RETRY_MAX_NANOS, Math.max(RETRY_MIN_NANOS, before.waitedNanos() * 2));
            retries.put(intended, new Retry(clocks.nanos() + wait, wait, bytesMax));
        }

        @Override
        protected void onPeerLost(long peer) {
            if (peer == receiver && id != 0) {
                requests.close(this);
                fail("its connection is lost");
            }
        }

        /** Perhaps it was too much at once. */
        @Override
        protected void onDeadline() {
            batchBytesMax = Math.max(BATCH_BYTES_MIN, batchBytesMax / 2);
            fail("it does not answer");
        }
    }
}
