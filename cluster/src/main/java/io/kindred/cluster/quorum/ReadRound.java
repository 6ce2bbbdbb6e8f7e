package io.kindred.cluster.quorum;

import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.ring.StorageKey;
import io.kindred.cluster.version.Versions;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads one key at R replicas (Dynamo, section 4.5): this node first, where it is one, then the others in the order of
 * the preference list. A replica that fails, is lost or is late is made up for by the next. Answers after the R-th are
 * used for repair only; the round lives until all that were asked have answered, or the deadline.
 */
final class ReadRound extends Request {
    private final Coordination node;
    private final Route route;
    private final int needed;
    private final Listener listener;
    private final @Nullable Versions[] answers;
    private final State[] states;
    private final long flushStamp;
    private int answered;
    private boolean decided;
    private Versions merged = Versions.EMPTY;

    private enum State {
        UNASKED,
        ASKED,
        ANSWERED,
        FAILED
    }

    interface Listener {
        void enough(Versions merged);

        /** {@code got} answers came, and no more can. {@code late}: the deadline has passed. */
        void failed(int got, int needed, boolean late);
    }

    ReadRound(Coordination node, Route route, int needed, Listener listener) {
        this.node = node;
        this.route = route;
        this.needed = needed;
        this.listener = listener;
        this.answers = new @Nullable Versions[route.replicas().length];
        this.states = new State[route.replicas().length];
        this.flushStamp = node.flushStamps().of(StorageKey.db(route.storageKey()));
        Arrays.fill(states, State.UNASKED);
    }

    void start() {
        node.requests().open(this, node.clocks().nanos());
        askMore(needed);
        if (id != 0 && !decided && unasked() > 0) {
            node.requests().hedge(this, node.clocks().nanos());
        }
    }

    /** Asks replicas until {@code wanted} are answered or under way; live ones first. */
    private void askMore(int wanted) {
        if (route.isReplica() && states[route.self()] == State.UNASKED && underWay() < wanted) {
            askSelf();
        }
        for (int i = 0; i < states.length && underWay() < wanted; i++) {
            if (states[i] == State.UNASKED && !node.router().avoids(route.replicas()[i])) {
                states[i] = State.ASKED;
                node.outbox().send(route.replicas()[i], new Message.ReadRequest(id, route.storageKey()));
            }
        }
        giveUpIfHopeless();
    }

    private void askSelf() {
        int self = route.self();
        states[self] = State.ASKED;
        node.replica().read(route.storageKey(), (verdict, versions) -> accept(self, verdict, versions));
    }

    @Override
    protected void onReadReply(long from, Message.ReadReply reply) {
        int index = route.indexOf(from);
        if (index >= 0) {
            accept(index, reply.verdict(), reply.versions());
        }
    }

    private void accept(int index, Verdict verdict, @Nullable Versions versions) {
        if (id == 0 || states[index] == State.ANSWERED) {
            return;
        }
        if (verdict != Verdict.OK || versions == null) {
            fail(index);
            return;
        }
        states[index] = State.ANSWERED;
        answers[index] = versions;
        merged = merged.join(versions.withoutStampsUpTo(flushStamp));
        answered++;
        if (!decided && answered >= needed) {
            decided = true;
            listener.enough(merged);
        }
        finishIfAllAnswered();
    }

    private void fail(int index) {
        if (states[index] != State.ASKED) {
            return;
        }
        states[index] = State.FAILED;
        if (decided) {
            finishIfAllAnswered();
        } else {
            askMore(needed);
        }
    }

    @Override
    protected void onPeerLost(long peer) {
        int index = route.indexOf(peer);
        if (index >= 0) {
            fail(index);
        }
    }

    @Override
    protected void onHedge() {
        if (!decided) {
            node.counters().hedges++;
            askMore(states.length);
        }
    }

    @Override
    protected void onDeadline() {
        if (decided) {
            repair();
        } else {
            decided = true;
            node.counters().timeouts++;
            listener.failed(answered, needed, true);
        }
    }

    private void giveUpIfHopeless() {
        if (!decided && underWay() < needed) {
            decided = true;
            node.requests().close(this);
            listener.failed(answered, needed, false);
        }
    }

    private void finishIfAllAnswered() {
        if (decided && id != 0 && count(State.ASKED) == 0) {
            node.requests().close(this);
            repair();
        }
    }

    private void repair() {
        ReadRepair.repair(node, route, answers, merged);
    }

    private int underWay() {
        return answered + count(State.ASKED);
    }

    private int unasked() {
        return count(State.UNASKED);
    }

    private int count(State state) {
        int count = 0;
        for (State each : states) {
            count += each == state ? 1 : 0;
        }
        return count;
    }
}
