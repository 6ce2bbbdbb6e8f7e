package io.kindred.cluster.quorum;

import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.version.Versions;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Sends a write that is durable here to the other replicas and waits for W durable acknowledgements, this node's own
 * among them. It lives on after the W-th until every replica has answered or the deadline, so that the owners that
 * missed the write are known at its end.
 */
final class WriteRound extends Request {
    private final Coordination node;
    private final Route route;
    private final int needed;
    private final Listener listener;
    private final State[] states;
    private int acknowledged;
    private boolean decided;

    private enum State {
        UNASKED,
        ASKED,
        ACKNOWLEDGED,
        FAILED
    }

    interface Listener {
        void enough();

        /** {@code got} acknowledgements came, and no more can. */
        void failed(int got, int needed);

        /**
         * A replica has live siblings that the write did not cover. True: the listener writes again above them, and
         * this round is over.
         */
        boolean supersedes(Versions uncovered);
    }

    WriteRound(Coordination node, Route route, int needed, Listener listener) {
        this.node = node;
        this.route = route;
        this.needed = needed;
        this.listener = listener;
        this.states = new State[route.replicas().length];
        Arrays.fill(states, State.UNASKED);
        states[route.self()] = State.ACKNOWLEDGED;
        acknowledged = 1;
    }

    void start(Versions delta) {
        node.requests().open(this, node.clocks().nanos());
        for (int i = 0; i < states.length; i++) {
            if (states[i] == State.UNASKED && !node.router().avoids(route.replicas()[i])) {
                states[i] = State.ASKED;
                node.outbox().send(route.replicas()[i], new Message.Replicate(id, route.storageKey(), delta));
            }
        }
        decideIfEnough();
        failIfHopeless();
        finishIfAllAnswered();
    }

    @Override
    protected void onReplicateAck(long from, Message.ReplicateAck ack) {
        int index = route.indexOf(from);
        if (index < 0 || states[index] != State.ASKED) {
            return;
        }
        if (ack.verdict() != Verdict.OK) {
            fail(index);
            return;
        }
        states[index] = State.ACKNOWLEDGED;
        Versions uncovered = ack.uncovered();
        if (!decided && uncovered != null && listener.supersedes(uncovered)) {
            decided = true;
            node.requests().close(this);
            return;
        }
        acknowledged++;
        decideIfEnough();
        finishIfAllAnswered();
    }

    @Override
    protected void onPeerLost(long peer) {
        int index = route.indexOf(peer);
        if (index >= 0) {
            fail(index);
        }
    }

    private void fail(int index) {
        if (states[index] == State.ASKED) {
            states[index] = State.FAILED;
            failIfHopeless();
            finishIfAllAnswered();
        }
    }

    @Override
    protected void onDeadline() {
        if (!decided) {
            decided = true;
            node.counters().timeouts++;
            listener.failed(acknowledged, needed);
        }
    }

    private void decideIfEnough() {
        if (!decided && acknowledged >= needed) {
            decided = true;
            listener.enough();
        }
    }

    private void failIfHopeless() {
        if (!decided && acknowledged + asked() < needed) {
            decided = true;
            listener.failed(acknowledged, needed);
        }
    }

    private void finishIfAllAnswered() {
        if (decided && asked() == 0) {
            node.requests().close(this);
        }
    }

    private int asked() {
        int count = 0;
        for (State state : states) {
            count += state == State.ASKED ? 1 : 0;
        }
        return count;
    }

    /** Whether enough replicas are live for a write to have a chance; asked before anything is applied. */
    static boolean hasChance(Coordination node, Route route, int needed) {
        int live = 0;
        for (int i = 0; i < route.replicas().length; i++) {
            live += i == route.self() || !node.router().avoids(route.replicas()[i]) ? 1 : 0;
        }
        return live >= needed;
    }

    static @Nullable String refusal(Verdict verdict) {
        return switch (verdict) {
            case FULL ->
                "MISCONF the disk of the coordinating node is full and took the write back; make room and retry.";
            case TOO_MANY_SIBLINGS ->
                "ERR the key has max-siblings concurrent values; read them with KIN.GET and write their merge with KIN.PUT";
            default -> null;
        };
    }
}
