package io.kindred.cluster.keyspace;

import io.kindred.cluster.message.KeyspaceMessage;
import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.quorum.PeerClocks;
import io.kindred.cluster.quorum.Request;
import io.kindred.cluster.version.HybridClock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Deletes a database by stamp: asks every live node for its clocks, then has every one store a stamp {@link #LEAD_MILLIS}
 * above the highest. Versions stamped at or below it count as deleted wherever they turn up, whatever clock stamped them;
 * gossip tells the nodes that were away.
 *
 * <p>Who stores the stamp goes on above it, so what is written from then on is there, also where the stamp is far ahead of
 * the clocks. Until then nothing may be stamped above it: it may be made of an old value, and would outlive the flush. So
 * the stamp leads by more than it takes to store it, and a node that has given a stamp above it all the same says so
 * instead of storing it: a greater one is taken.
 *
 * <p>A node whose own wall clock is ahead of the median of all refuses, for the operator to see to it. Nor is a stamp stored
 * that is too far ahead of that median: hybrid clocks would stand still for so long, and tombstones stay.
 */
public final class FlushCore extends Request {
    private static final long LEAD_MILLIS = 200;
    /** A greater stamp is taken at most so often. */
    private static final int TAKEN_MAX = 5;
    /** So far ahead of the median of the wall clocks a flush may be stamped: clocks that are wrong by a day can be flushed. */
    static final long AHEAD_MAX_MILLIS = 2 * 86_400_000L;

    private final Question node;
    private final int db;
    private final Consumer<Ended> done;
    private final long begunMillis;
    private final List<Long> awaited = new ArrayList<>();
    /** How far the others' wall clocks are ahead of this node's, at most. */
    private final List<Long> othersAheadMillis = new ArrayList<>();

    private long highest;
    private long whoseHighest;
    private boolean storing;
    private int taken;

    /** How a flush ended. */
    public enum Result {
        STORED,
        /** Not by every live node, as far as it is known. */
        NOT_STORED,
        /** Nothing was: this node's clock is wrong. */
        CLOCK_AHEAD,
        /** Nothing was: a node has, or has given, a stamp that is too far ahead. */
        STAMP_AHEAD
    }

    /**
     * How it ended.
     *
     * @param whose the node whose clock or stamp is ahead; 0: none
     * @param aheadMillis of the median of the clocks
     */
    public record Ended(Result result, long whose, long aheadMillis) {}

    private FlushCore(Question node, int db, Consumer<Ended> done) {
        this.node = node;
        this.begunMillis = node.clocks().wallMillis();
        this.db = db;
        this.done = done;
    }

    /** @param db -1: all of them */
    public static void start(Question node, int db, Consumer<Ended> done) {
        FlushCore core = new FlushCore(node, db, done);
        core.highest = Math.max(node.clocks().stampOfAll(), core.newestFlush());
        core.whoseHighest = node.partitions().self();
        node.requests().open(core, node.clocks().nanos());
        core.askOthers(new KeyspaceMessage.ClockRequest(core.id));
        core.storeIfAllAnswered();
    }

    private long newestFlush() {
        long newest = 0;
        for (int i = 0; i < node.flushStamps().databases(); i++) {
            newest = isFlushed(i) ? Math.max(newest, node.flushStamps().of(i)) : newest;
        }
        return newest;
    }

    private boolean isFlushed(int database) {
        return db < 0 || db == database;
    }

    private void askOthers(Message message) {
        for (long live : node.partitions().liveNodes()) {
            if (live != node.partitions().self()) {
                awaited.add(live);
                node.outbox().send(live, message);
            }
        }
    }

    @Override
    public void onClockReply(long from, KeyspaceMessage.ClockReply reply) {
        if (!storing && awaited.remove((Long) from)) {
            othersAheadMillis.add(reply.wallMillis() - begunMillis);
            if (reply.stamp() > highest) {
                highest = reply.stamp();
                whoseHighest = from;
            }
            storeIfAllAnswered();
        }
    }

    @Override
    public void onFlushAck(long from, KeyspaceMessage.FlushAck ack) {
        if (storing && awaited.remove((Long) from)) {
            if (ack.passed() > 0) {
                takeAbove(ack.passed());
            } else {
                acknowledged(ack.verdict());
            }
        }
    }

    private void storeIfAllAnswered() {
        if (!awaited.isEmpty()) {
            return;
        }
        long aheadMillis = PeerClocks.aheadOfMedianMillis(
                othersAheadMillis.stream().mapToLong(Long::longValue).toArray());
        long stampAheadMillis = HybridClock.millis(highest) - begunMillis + aheadMillis;
        if (aheadMillis > node.clocks().skewMaxMillis()) {
            end(new Ended(Result.CLOCK_AHEAD, node.partitions().self(), aheadMillis));
        } else if (stampAheadMillis > AHEAD_MAX_MILLIS) {
            end(new Ended(Result.STAMP_AHEAD, whoseHighest, stampAheadMillis));
        } else {
            storing = true;
            store();
        }
    }

    private void store() {
        List<Long> stamps = new ArrayList<>();
        for (int i = 0; i < node.flushStamps().databases(); i++) {
            long current = node.flushStamps().of(i);
            long stamp = Math.max(highest, current) + HybridClock.ofMillis(LEAD_MILLIS);
            stamps.add(isFlushed(i) ? stamp : current);
        }
        askOthers(new KeyspaceMessage.Flush(id, stamps));
        awaited.add(node.partitions().self());
        long passed = node.keyspace().passed(stamps);
        if (passed > 0) {
            takeAbove(passed);
            return;
        }
        long asked = id;
        node.keyspace().flush(stamps, verdict -> acknowledgedHere(asked, verdict));
    }

    /** What some have stored by now is raised. Under a new id: who acknowledges the former stamp does not know of this one. */
    private void takeAbove(long passed) {
        if (++taken > TAKEN_MAX) {
            end(new Ended(Result.NOT_STORED, 0, 0));
            return;
        }
        highest = Math.max(highest, passed);
        awaited.clear();
        node.requests().open(this, node.clocks().nanos());
        store();
    }

    private void acknowledgedHere(long asked, Verdict verdict) {
        if (id == asked && awaited.remove((Long) node.partitions().self())) {
            acknowledged(verdict);
        }
    }

    private void acknowledged(Verdict verdict) {
        if (verdict != Verdict.OK) {
            end(new Ended(Result.NOT_STORED, 0, 0));
        } else if (awaited.isEmpty()) {
            end(new Ended(Result.STORED, 0, 0));
        }
    }

    /** A node that is gone learns the stamp by gossip when it is back. */
    @Override
    protected void onPeerLost(long peer) {
        if (!awaited.remove((Long) peer)) {
            return;
        }
        if (!storing) {
            storeIfAllAnswered();
        } else if (awaited.isEmpty()) {
            end(new Ended(Result.STORED, 0, 0));
        }
    }

    private void end(Ended ended) {
        node.requests().close(this);
        done.accept(ended);
    }

    @Override
    protected void onDeadline() {
        done.accept(new Ended(Result.NOT_STORED, 0, 0));
    }
}
