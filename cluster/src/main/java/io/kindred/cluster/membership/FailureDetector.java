package io.kindred.cluster.membership;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * This node's own view of the others: whom it hears and whom it had better not wait for.
 *
 * <p>Three things are watched. Of every member, the silence since the last sign of life, against a bound that follows how
 * regularly its heartbeats (a neighbour's answers to pings) come. Of a few, the neighbours in the order of ids, the
 * answers to direct pings: no message at all for three pings makes a suspect. And of those that requests are sent to,
 * {@link #late} answers: such a peer is avoided at once and pinged, until a ping that was sent since is answered or a
 * second has passed.
 *
 * <p>A suspect is {@link #avoids avoided}. Past {@code suspectAfterNanos} without any sign of life it is also
 * {@link #accused}, which other members hear of.
 *
 * <p>The hot path is {@link #avoids} and {@link #heard}: a binary search and a few compares.
 */
public final class FailureDetector {
    public static final long PING_INTERVAL_NANOS = 400_000_000L;
    /** How many neighbours are pinged, half on each side. */
    static final int NEIGHBOURS_MAX = 8;
    /** How many others are, because their answers were late. */
    static final int LATE_PROBED_MAX = 8;

    private static final int MISSES_MIN = 3;
    private static final long MISSING_NANOS = 3 * PING_INTERVAL_NANOS;
    private static final int REDIAL_MISSES_MIN = 4;
    private static final long REDIAL_NANOS = 5 * PING_INTERVAL_NANOS;
    /** How long a node whose answer was overdue is left alone, if it answers nothing else. */
    private static final long LATE_NANOS = 1_000_000_000L;
    /** How long it is pinged afterwards. */
    private static final long LATE_PROBED_NANOS = 5_000_000_000L;

    /** How long a node counts as fresh. */
    private static final long FRESH_NANOS = 3_000_000_000L;

    private static final long LATE_PING_NANOS_MIN = 50_000_000L;
    /** A tick that comes later than this says that this node itself was not running. */
    private static final long STALL_NANOS_MIN = 300_000_000L;
    /** A heartbeat takes longer to come round where there are more members than one message tells of. */
    private static final int MEMBERS_A_BEAT = 64;
    /** How much longer than its bound a member may be silent that is no neighbour. */
    private static final int STALE_FACTOR = 2;

    private static final int ACCUSED_FACTOR = 4;

    private final long intervalNanos;
    private final long suspectAfterNanos;
    private static final int FEW = 8;

    private long[] ids = {};
    private Liveness[] peers = {};
    private long pings;
    private long changes;
    private long suspicions;
    private long stalls;

    public FailureDetector(long gossipIntervalNanos, long suspectAfterNanos) {
        this.intervalNanos = gossipIntervalNanos;
        this.suspectAfterNanos = suspectAfterNanos;
    }

    /** Begins to watch a member. */
    public void add(long id, long selfId, long nowNanos) {
        int at = Arrays.binarySearch(ids, id);
        if (at >= 0) {
            return;
        }
        at = -at - 1;
        ids = Arrays.copyOf(ids, ids.length + 1);
        peers = Arrays.copyOf(peers, peers.length + 1);
        System.arraycopy(ids, at, ids, at + 1, ids.length - 1 - at);
        System.arraycopy(peers, at, peers, at + 1, peers.length - 1 - at);
        ids[at] = id;
        peers[at] = new Liveness(id, arrivals(nowNanos), nowNanos);
        chooseNeighbours(selfId, nowNanos);
    }

    /** Ends to watch a member. */
    public void remove(long id, long selfId, long nowNanos) {
        int at = Arrays.binarySearch(ids, id);
        if (at < 0) {
            return;
        }
        int behind = ids.length - 1 - at;
        System.arraycopy(ids, at + 1, ids, at, behind);
        System.arraycopy(peers, at + 1, peers, at, behind);
        ids = Arrays.copyOf(ids, ids.length - 1);
        peers = Arrays.copyOf(peers, peers.length - 1);
        chooseNeighbours(selfId, nowNanos);
    }

    private Arrivals arrivals(long nowNanos) {
        return new Arrivals(intervalNanos, intervalNanos * (1 + ids.length / MEMBERS_A_BEAT), nowNanos);
    }

    /** The nearest by id on both sides, around the end: so everybody is watched by as many as he watches. */
    private void chooseNeighbours(long selfId, long nowNanos) {
        int self = -Arrays.binarySearch(ids, selfId) - 1;
        int each = NEIGHBOURS_MAX / 2;
        for (int i = 0; i < peers.length; i++) {
            int after = Math.floorMod(i - self, peers.length);
            boolean near = after < each || after >= peers.length - each;
            if (near != peers[i].neighbour) {
                peers[i].neighbour = near;
                peers[i].arrivals = arrivals(nowNanos);
            }
        }
    }

    // --- signs of life ---

    /** Any message of the member itself. */
    public void heard(long id, long nowNanos) {
        Liveness peer = find(id);
        if (peer != null) {
            peer.aliveNanos = nowNanos;
            peer.unheardPings = 0;
            recover(peer);
        }
    }

    /** A newer heartbeat, by whatever way: it lives, which does not mean that this node can reach it. */
    public void beat(long id, long nowNanos) {
        Liveness peer = find(id);
        if (peer != null) {
            peer.aliveNanos = nowNanos;
            if (!peer.neighbour) {
                peer.arrivals.arrived(nowNanos);
            }
            if (!missesPings(peer, nowNanos)) {
                recover(peer);
            }
        }
    }

    private void recover(Liveness peer) {
        if (peer.stale) {
            peer.stale = false;
            settle(peer);
        }
    }

    public void connected(long id, long nowNanos) {
        Liveness peer = find(id);
        if (peer != null) {
            peer.lost = false;
            peer.unansweredPings = 0;
            peer.freshUntilNanos = nowNanos + FRESH_NANOS;
            peer.isFresh = true;
            settle(peer);
            heard(id, nowNanos);
        }
    }

    public void lost(long id) {
        Liveness peer = find(id);
        if (peer != null) {
            peer.lost = true;
            settle(peer);
        }
    }

    /** What the members have agreed on. */
    public void agreed(long id, boolean down) {
        Liveness peer = find(id);
        if (peer != null && peer.down != down) {
            peer.down = down;
            settle(peer);
        }
    }

    private void settle(Liveness peer) {
        boolean avoided = peer.lost || peer.stale || peer.down;
        changes += avoided == peer.avoided ? 0 : 1;
        peer.avoided = avoided;
    }

    /** Rises whenever a member begins or ceases to be {@link #isDoubted}. */
    public long changes() {
        return changes;
    }

    // --- late answers ---

    /** An answer of this member is overdue. True: it is to be pinged now. */
    public boolean late(long id, long nowNanos) {
        Liveness peer = find(id);
        if (peer == null) {
            return false;
        }
        boolean due = nowNanos - peer.lastPingNanos >= LATE_PING_NANOS_MIN;
        peer.late = true;
        peer.lateNanos = nowNanos;
        peer.latePing = due ? pings + 1 : peer.lastPing;
        peer.probedUntilNanos = nowNanos + LATE_PROBED_NANOS;
        return due;
    }

    /** It answered a request. */
    public void answered(long id) {
        Liveness peer = find(id);
        if (peer != null) {
            peer.late = false;
        }
    }

    // --- pings ---

    /** A ping is about to be sent: its number. */
    public long ping(long id, long nowNanos) {
        pings++;
        Liveness peer = find(id);
        if (peer != null) {
            peer.lastPing = pings;
            peer.lastPingNanos = nowNanos;
            peer.firstUnheardNanos = peer.unheardPings++ == 0 ? nowNanos : peer.firstUnheardNanos;
            peer.firstUnansweredNanos = peer.unansweredPings++ == 0 ? nowNanos : peer.firstUnansweredNanos;
        }
        return pings;
    }

    public void ponged(long id, long ping, long nowNanos) {
        Liveness peer = find(id);
        if (peer != null) {
            if (peer.neighbour) {
                peer.arrivals.arrived(nowNanos);
            }
            peer.unansweredPings = 0;
            peer.late = peer.late && ping < peer.latePing;
        }
    }

    /** Whom to ping now. */
    public List<Long> toPing(long nowNanos) {
        List<Long> probed = new ArrayList<>();
        int late = 0;
        for (Liveness peer : peers) {
            if (peer.neighbour || (isProbed(peer, nowNanos) && late++ < LATE_PROBED_MAX)) {
                probed.add(peer.id);
            }
        }
        return probed;
    }

    /** Whose connection has carried no answer for so long that it may be dead, though nothing has said so. */
    public List<Long> toRedial(long nowNanos) {
        List<Long> silent = new ArrayList<>();
        for (Liveness peer : peers) {
            if (!peer.lost
                    && peer.unansweredPings >= REDIAL_MISSES_MIN
                    && nowNanos - peer.firstUnansweredNanos >= REDIAL_NANOS) {
                peer.unansweredPings = 0;
                silent.add(peer.id);
            }
        }
        return silent;
    }

    // --- time ---

    /**
     * Looks at who has fallen silent.
     *
     * @param dueNanos when this was to be called
     */
    public void tick(long dueNanos, long nowNanos) {
        long stalled = nowNanos - dueNanos;
        if (stalled >= STALL_NANOS_MIN) {
            stalls++;
            forgive(stalled, nowNanos);
        }
        for (Liveness peer : peers) {
            boolean wasStale = peer.stale;
            peer.stale = wasStale || isSilent(peer, nowNanos);
            if (peer.stale && !wasStale) {
                suspicions++;
                settle(peer);
            }
        }
    }

    /** This node was paused or starved: nobody else has been silent for that time. */
    private void forgive(long nanos, long nowNanos) {
        for (Liveness peer : peers) {
            peer.aliveNanos = Math.min(nowNanos, peer.aliveNanos + nanos);
            peer.arrivals.forgive(nanos, nowNanos);
            peer.unheardPings = 0;
            peer.unansweredPings = 0;
            peer.late = false;
        }
    }

    private static boolean isSilent(Liveness peer, long nowNanos) {
        return (missesPings(peer, nowNanos) && nowNanos - peer.firstUnheardNanos >= MISSING_NANOS)
                || nowNanos - peer.aliveNanos > boundNanos(peer, STALE_FACTOR);
    }

    /** Of those that are not pinged only gossip tells, by detours that vary with the draw of peers: they get more time. */
    private static long boundNanos(Liveness peer, int factor) {
        return peer.arrivals.boundNanos() * (peer.neighbour ? 1 : factor);
    }

    private static boolean missesPings(Liveness peer, long nowNanos) {
        return peer.unheardPings >= MISSES_MIN && isProbed(peer, nowNanos);
    }

    private static boolean isProbed(Liveness peer, long nowNanos) {
        return peer.neighbour || peer.probedUntilNanos - nowNanos > 0;
    }

    // --- the verdict ---

    /** Whether not to wait for this node just now. */
    public boolean avoids(long id, long nowNanos) {
        Liveness peer = find(id);
        return peer == null || peer.avoided || (peer.late && nowNanos - peer.lateNanos < LATE_NANOS);
    }

    /** Whether it has been connected to only just now: a process that has just started is slow. */
    public boolean isFresh(long id, long nowNanos) {
        Liveness peer = find(id);
        if (peer == null || !peer.isFresh) {
            return peer == null;
        }
        peer.isFresh = nowNanos - peer.freshUntilNanos < 0;
        return peer.isFresh;
    }

    /** As {@link #avoids}, but for a late answer, which says nothing of whether it is there. */
    public boolean isDoubted(long id) {
        Liveness peer = find(id);
        return peer == null || peer.avoided;
    }

    /** Whom to accuse: who has given no sign of life for too long. Neighbours first, then by id. */
    public List<Long> accused(long nowNanos) {
        List<Long> accused = new ArrayList<>();
        for (int pass = 0; pass < 2; pass++) {
            for (Liveness peer : peers) {
                if (accused.size() < Beat.ACCUSED_MAX && peer.neighbour == (pass == 0) && isAccusable(peer, nowNanos)) {
                    accused.add(peer.id);
                }
            }
        }
        return accused;
    }

    private boolean isAccusable(Liveness peer, long nowNanos) {
        long bound = Math.max(suspectAfterNanos, boundNanos(peer, ACCUSED_FACTOR));
        return peer.avoided && nowNanos - peer.aliveNanos > bound;
    }

    /** How often a member became a suspect of this node, its connection's losses left out. */
    public long suspicions() {
        return suspicions;
    }

    /** How often this node itself was not running for a while. */
    public long stalls() {
        return stalls;
    }

    private @Nullable Liveness find(long id) {
        if (ids.length > FEW) {
            int at = Arrays.binarySearch(ids, id);
            return at < 0 ? null : peers[at];
        }
        // Several times per request: going through a few is quicker than a search.
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] == id) {
                return peers[i];
            }
        }
        return null;
    }
}
