package io.kindred.cluster.keyspace;

import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.quorum.Request;
import io.kindred.cluster.version.HybridClock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Deletes a database by stamp: asks every live node for its clock, then has every one store a stamp one above the
 * highest. Versions stamped at or below it count as deleted wherever they turn up; gossip tells the nodes that were
 * away.
 *
 * <p>A stamp that is far ahead of the clocks is never stored: what is written afterwards is stamped just above it, and so
 * would be what was written before the next flush, which could not tell the two apart. So nothing is flushed while a
 * node's clock is wrong, or while something may be kept that was stamped by a wrong one.
 */
public final class FlushCore extends Request {
    private final Question node;
    private final int db;
    private final Consumer<Ended> done;
    private final long begunMillis;
    private final List<Long> awaited = new ArrayList<>();
    private long highest;
    private boolean storing;

    /**
     * How it ended.
     *
     * @param wrongClock the node whose clock differs too much, so that nothing was stored; 0: none
     * @param aheadMillis by how much; negative where it is behind
     */
    public record Ended(boolean stored, long wrongClock, long aheadMillis) {}

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
        long aheadMillis = node.clocks().aheadMillis(core.highest);
        if (aheadMillis > 0) {
            done.accept(new Ended(false, node.partitions().self(), aheadMillis));
            return;
        }
        node.requests().open(core, node.clocks().nanos());
        core.askOthers(new Message.ClockRequest(core.id));
        core.storeIfAllAnswered();
    }

    private long newestFlush() {
        long newest = 0;
        for (int i = 0; i < node.flushStamps().databases(); i++) {
            newest = db < 0 || db == i ? Math.max(newest, node.flushStamps().of(i)) : newest;
        }
        return newest;
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
    public void onAnswer(long from, Message answer) {
        if (answer instanceof Message.ClockReply reply && !storing && awaited.remove((Long) from)) {
            takeClock(from, reply.stamp());
        } else if (answer instanceof Message.FlushAck ack && storing && awaited.remove((Long) from)) {
            acknowledged(ack.verdict());
        }
    }

    /** Of two clocks that differ nobody knows which one is wrong: this node's own may be. */
    private void takeClock(long from, long stamp) {
        long aheadMillis = node.clocks().aheadMillis(stamp);
        long behindMillis = begunMillis - HybridClock.millis(stamp);
        if (aheadMillis > 0 || behindMillis > node.clocks().skewMaxMillis()) {
            node.requests().close(this);
            done.accept(new Ended(false, from, aheadMillis > 0 ? aheadMillis : -behindMillis));
            return;
        }
        highest = Math.max(highest, stamp);
        storeIfAllAnswered();
    }

    private void storeIfAllAnswered() {
        if (!awaited.isEmpty()) {
            return;
        }
        storing = true;
        List<Long> stamps = new ArrayList<>();
        for (int i = 0; i < node.flushStamps().databases(); i++) {
            long current = node.flushStamps().of(i);
            stamps.add(db < 0 || db == i ? Math.max(highest, current) + 1 : current);
        }
        askOthers(new Message.Flush(id, stamps));
        awaited.add(node.partitions().self());
        node.desk().flush(stamps, this::acknowledgedHere);
    }

    private void acknowledgedHere(Verdict verdict) {
        if (id != 0 && awaited.remove((Long) node.partitions().self())) {
            acknowledged(verdict);
        }
    }

    private void acknowledged(Verdict verdict) {
        if (verdict != Verdict.OK) {
            end(false);
        } else if (awaited.isEmpty()) {
            end(true);
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
            end(true);
        }
    }

    private void end(boolean stored) {
        node.requests().close(this);
        done.accept(new Ended(stored, 0, 0));
    }

    @Override
    protected void onDeadline() {
        done.accept(new Ended(false, 0, 0));
    }
}
