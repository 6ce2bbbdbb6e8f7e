package io.kindred.cluster.handoff;

import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.quorum.Clocks;
import io.kindred.cluster.quorum.Latencies;
import io.kindred.cluster.quorum.Outbox;
import io.kindred.cluster.quorum.Request;
import io.kindred.cluster.quorum.Requests;
import io.kindred.cluster.quorum.Router;
import io.kindred.cluster.ring.StorageKey;
import io.kindred.cluster.version.CorruptRecordException;
import io.kindred.cluster.version.Versions;
import io.kindred.cluster.version.VersionsCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
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
    static final int BATCH_HINTS_MAX = 128;
    static final int BATCH_BYTES_MAX = 256 << 10;
    static final int BATCH_BYTES_MIN = 4 << 10;
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
    private final HandoffCounters counters;
    private final Consumer<String> note;
    private final TreeMap<Long, Session> sessions = new TreeMap<>();
    /** Nodes whose last session failed: when to try again, and how long it was waited. */
    private final TreeMap<Long, Retry> retries = new TreeMap<>();

    private long lastStarted;

    private record Retry(long atNanos, long waitedNanos) {}

    /** Where a handoff sends to, and when. */
    public record Wires(Outbox outbox, Requests requests, Clocks clocks, Router router, Latencies latencies) {}

    /** What there is to hand over. */
    public record Store(HintLedger ledger, Hints hints, HintRange range, HandoffCounters counters) {}

    /** @param note tells the operator */
    public HandoffCore(Wires wires, Store store, Consumer<String> note) {
        this.outbox = wires.outbox();
        this.requests = wires.requests();
        this.clocks = wires.clocks();
        this.router = wires.router();
        this.latencies = wires.latencies();
        this.ledger = store.ledger();
        this.hints = store.hints();
        this.range = store.range();
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
                session.read();
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
    }

    private void startSessions(long now) {
        for (Long intended = ledger.nextIntended(null); intended != null; intended = ledger.nextIntended(intended)) {
            Retry retry = retries.get(intended);
            if (retry == null || now - retry.atNanos() >= 0) {
                start(intended);
            }
        }
    }

    private void start(long intended) {
        long receiver = router.heirOf(intended);
        if (sessions.size() < SESSIONS_MAX
                && !sessions.containsKey(intended)
                && receiver != router.self()
                && !router.avoids(receiver)) {
            Session session = new Session(intended, receiver);
            sessions.put(intended, session);
            session.read();
        }
    }

    /** One node's hints, from the first to the last. */
    private final class Session extends Request {
        private final long intended;
        private final long receiver;
        private byte[] from;
        private int batchBytesMax = BATCH_BYTES_MAX;
        private long pauseNanos;
        private long delivered;
        private boolean paused;
        private long resumeAtNanos;
        private final List<byte[]> hintKeys = new ArrayList<>();
        private final List<Versions> sent = new ArrayList<>();
        private byte @Nullable [] next;

        Session(long intended, long receiver) {
            this.intended = intended;
            this.receiver = receiver;
            this.from = StorageKey.hintsFrom(intended);
        }

        void read() {
            range.read(from, StorageKey.hintsEnd(intended), BATCH_HINTS_MAX, this::send);
        }

        private void send(HintRange.Page page) {
            hintKeys.clear();
            sent.clear();
            if (page.failed()) {
                fail("its hints cannot be read");
                return;
            }
            next = page.next();
            List<byte[]> storageKeys = new ArrayList<>();
            long bytes = 0;
            for (int i = 0; i < page.keys().size(); i++) {
                byte[] key = page.keys().get(i);
                Versions versions = decode(page.values().get(i));
                if (versions == null || !StorageKey.isHint(key)) {
                    continue;
                }
                long size = HintLedger.sizeBytes(key, versions);
                if (!hintKeys.isEmpty() && bytes + size > batchBytesMax) {
                    next = key;
                    break;
                }
                bytes += size;
                hintKeys.add(key);
                sent.add(versions);
                storageKeys.add(StorageKey.ofHint(key));
            }
            if (storageKeys.isEmpty()) {
                goOn();
                return;
            }
            requests.open(this, clocks.nanos());
            counters.batches++;
            outbox.send(receiver, new Message.HandOver(id, storageKeys, List.copyOf(sent)));
        }

        private @Nullable Versions decode(byte[] value) {
            try {
                return VersionsCodec.decode(value);
            } catch (CorruptRecordException damage) {
                note.accept("a hint cannot be read: " + damage.getMessage());
                return null;
            }
        }

        @Override
        public void onAnswer(long peer, Message answer) {
            if (peer != receiver || !(answer instanceof Message.HandOverAck ack)) {
                return;
            }
            requests.close(this);
            if (ack.verdict() != Verdict.OK) {
                fail("it answers " + ack.verdict());
                return;
            }
            for (int i = 0; i < hintKeys.size(); i++) {
                hints.delivered(hintKeys.get(i), sent.get(i));
            }
            delivered += hintKeys.size();
            retries.remove(intended);
            batchBytesMax = Math.max(BATCH_BYTES_MIN, Math.min(BATCH_BYTES_MAX, ack.creditBytes()));
            goOn();
        }

        private void goOn() {
            byte[] rest = next;
            if (rest == null) {
                end();
                return;
            }
            from = rest;
            pauseNanos = latencies.isStrained()
                    ? Math.min(PAUSE_MAX_NANOS, Math.max(PAUSE_MIN_NANOS, pauseNanos * 2))
                    : pauseNanos / 2 < PAUSE_MIN_NANOS ? 0 : pauseNanos / 2;
            if (pauseNanos == 0) {
                read();
            } else {
                paused = true;
                resumeAtNanos = clocks.nanos() + pauseNanos;
            }
        }

        private void end() {
            sessions.remove(intended);
            if (delivered > 0) {
                note.accept("handed " + delivered + " hints over to " + router.nameOf(receiver));
            }
        }

        private void fail(String why) {
            Retry before = retries.get(intended);
            long wait = before == null ? RETRY_MIN_NANOS : Math.min(RETRY_MAX_NANOS, before.waitedNanos() * 2);
            retries.put(intended, new Retry(clocks.nanos() + wait, wait));
            if (before == null) {
                note.accept("handing hints over to " + router.nameOf(receiver) + " has to wait: " + why);
            }
            end();
        }

        @Override
        protected void onPeerLost(long peer) {
            if (peer == receiver && id != 0) {
                requests.close(this);
                fail("its connection is lost");
            }
        }

        @Override
        protected void onDeadline() {
            router.late(receiver);
            fail("it does not answer");
        }
    }
}
