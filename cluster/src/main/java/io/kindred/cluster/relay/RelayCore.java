package io.kindred.cluster.relay;

import io.kindred.cluster.message.HandoffMessage;
import io.kindred.cluster.message.Record;
import io.kindred.cluster.quorum.Clocks;
import io.kindred.cluster.quorum.HintKeeper;
import io.kindred.cluster.quorum.Outbox;
import io.kindred.cluster.quorum.RemoteCopies;
import io.kindred.cluster.quorum.Request;
import io.kindred.cluster.quorum.Requests;
import io.kindred.cluster.quorum.Router;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.Versions;
import java.util.Arrays;
import java.util.List;

/**
 * Sends each write that this node coordinates to one node of every other datacenter, which spreads it there and answers
 * when W of its replicas have it. A node that refuses or is lost is made up for by the next; where none is left, or the
 * answer does not come in time, the write is kept as a hint for the datacenter.
 *
 * <p>A node that dies with writes under way has made them durable in its own datacenter: the others get them by the next
 * exchange.
 */
public final class RelayCore implements RemoteCopies {
    static final int UNDER_WAY_MAX = 16_384;
    static final long BYTES_UNDER_WAY_MAX = 64L << 20;
    /** So many nodes of a datacenter are tried with one write. */
    private static final int TRIES_MAX = 3;

    /** So far it looks for one that is there: with each write, while a datacenter is away. */
    private static final int WALKED_MAX = 8;

    private static final int OVERHEAD_BYTES = 100;

    private final Outbox outbox;
    private final Requests requests;
    private final Clocks clocks;
    private final Router router;
    private final HintKeeper hints;
    private final RelayCounters counters = new RelayCounters();
    /** Spreads the writes over the nodes of the other datacenter; goes round to below zero in the end. */
    int turn;

    public RelayCore(Outbox outbox, Requests requests, Clocks clocks, Router router, HintKeeper hints) {
        this.outbox = outbox;
        this.requests = requests;
        this.clocks = clocks;
        this.router = router;
        this.hints = hints;
    }

    public RelayCounters counters() {
        return counters;
    }

    @Override
    public void spread(RecordKey storageKey, Versions delta) {
        for (long datacenter : router.remotes()) {
            long bytes = sizeBytes(storageKey, delta);
            boolean isRoom = counters.underWay < UNDER_WAY_MAX && counters.bytesUnderWay + bytes <= BYTES_UNDER_WAY_MAX;
            if (isRoom) {
                new Relay(datacenter, storageKey, delta, bytes).begin();
            } else {
                keep(datacenter, storageKey, delta);
            }
        }
    }

    private static long sizeBytes(RecordKey storageKey, Versions delta) {
        long size = OVERHEAD_BYTES + storageKey.length();
        for (Sibling sibling : delta.siblings()) {
            byte[] value = sibling.value();
            size += value == null ? 0 : value.length;
        }
        return size;
    }

    private void keep(long datacenter, RecordKey storageKey, Versions delta) {
        counters.kept++;
        hints.keep(datacenter, storageKey, delta);
    }

    /** One write on its way to one datacenter. */
    private final class Relay extends Request {
        private final long datacenter;
        private final RecordKey storageKey;
        private final Versions delta;
        private final long bytes;
        private long[] tried = new long[0];

        Relay(long datacenter, RecordKey storageKey, Versions delta, long bytes) {
            this.datacenter = datacenter;
            this.storageKey = storageKey;
            this.delta = delta;
            this.bytes = bytes;
        }

        void begin() {
            counters.underWay++;
            counters.bytesUnderWay += bytes;
            requests.open(this, clocks.nanos());
            tryNext();
        }

        private void tryNext() {
            long node = tried.length < TRIES_MAX ? candidate() : 0;
            if (node == 0) {
                end();
                keep(datacenter, storageKey, delta);
                return;
            }
            tried = Arrays.copyOf(tried, tried.length + 1);
            tried[tried.length - 1] = node;
            outbox.send(node, new HandoffMessage.Relay(id, List.of(new Record(storageKey, delta))));
        }

        /** A replica there, so that no further hop is needed; failing that, any node. */
        private long candidate() {
            long[] writers = router.writersIn(datacenter, storageKey);
            for (int i = 0; i < writers.length; i++) {
                long node = writers[Math.floorMod(turn++, writers.length)];
                if (isFit(node)) {
                    return node;
                }
            }
            long[] walk = router.walkIn(datacenter, storageKey);
            for (int i = 0; i < Math.min(WALKED_MAX, walk.length); i++) {
                if (isFit(walk[i])) {
                    return walk[i];
                }
            }
            return 0;
        }

        private boolean isFit(long node) {
            return !router.avoids(node) && Arrays.stream(tried).noneMatch(before -> before == node);
        }

        private void end() {
            requests.close(this);
            counters.underWay--;
            counters.bytesUnderWay -= bytes;
        }

        @Override
        public void onHandOverAck(long from, HandoffMessage.HandOverAck ack) {
            if (!isLast(from)) {
                return;
            }
            if (ack.refused().isEmpty()) {
                counters.delivered++;
                end();
            } else {
                tryNext();
            }
        }

        private boolean isLast(long node) {
            return tried.length > 0 && tried[tried.length - 1] == node;
        }

        @Override
        protected void onPeerLost(long peer) {
            if (id != 0 && isLast(peer)) {
                tryNext();
            }
        }

        /** Until it answers something, nothing more is sent there: the link may be cut. */
        @Override
        protected void onDeadline() {
            router.late(tried[tried.length - 1]);
            end();
            keep(datacenter, storageKey, delta);
        }
    }
}
