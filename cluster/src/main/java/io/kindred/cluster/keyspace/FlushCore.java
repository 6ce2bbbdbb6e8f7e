package io.kindred.cluster.keyspace;

import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.quorum.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Deletes a database by stamp: asks every live node for its clock, then has every one store a stamp one above the
 * highest. Versions stamped at or below it count as deleted wherever they turn up; gossip tells the nodes that were
 * away.
 */
public final class FlushCore extends Request {
    private final Question node;
    private final int db;
    private final Consumer<Boolean> done;
    private final List<Long> awaited = new ArrayList<>();
    private long highest;
    private boolean storing;

    private FlushCore(Question node, int db, Consumer<Boolean> done) {
        this.node = node;
        this.db = db;
        this.done = done;
    }

    /** @param db -1: all of them */
    public static void start(Question node, int db, Consumer<Boolean> done) {
        FlushCore core = new FlushCore(node, db, done);
        core.highest = node.clocks().nextStamp();
        node.requests().open(core, node.clocks().nanos());
        core.askOthers(new Message.ClockRequest(core.id));
        core.storeIfAllAnswered();
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
            highest = Math.max(highest, reply.stamp());
            storeIfAllAnswered();
        } else if (answer instanceof Message.FlushAck ack && storing && awaited.remove((Long) from)) {
            acknowledged(ack.verdict());
        }
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
        done.accept(stored);
    }

    @Override
    protected void onDeadline() {
        done.accept(false);
    }
}
