package io.kindred.cluster.node;

import io.kindred.cluster.core.ClusterAnswer;
import io.kindred.cluster.core.ClusterQuery;
import io.kindred.cluster.core.Event;
import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.OutcomeCallback;
import io.kindred.cluster.message.Overload;
import io.kindred.cluster.message.QuorumSpec;
import io.kindred.cluster.message.Topic;
import java.util.List;
import java.util.function.Consumer;

/**
 * The way in for clients. Every call is to be made on the loop's thread, and every answer comes there. A call made from
 * within a callback is taken up when the step that called back has ended.
 */
public final class NodeClient {

    /** Requests in flight; past it a request is turned away, with nothing applied. */
    static final int CALLS_MAX = 1 << 20;

    private static final Outcome OVERLOADED =
            new Outcome.TryAgain("this node has " + CALLS_MAX + " requests under way");
    private static final Outcome NO_ROOM = new Outcome.Refused(Overload.ERROR);
    private static final Outcome STOPPED = new Outcome.TryAgain("this node is stopping");
    private static final Outcome CUT_OFF =
            new Outcome.NoQuorum("this node stopped before the answer; a write may still take effect");

    private final NodeLoop node;
    private PublicationListener publications = (channel, payload) -> {};
    private final CallTable calls = new CallTable(CALLS_MAX);

    NodeClient(NodeLoop node) {
        this.node = node;
    }

    /** Runs an operation; {@code callback} is called once. Arrays are handed over. */
    public void execute(Operation operation, QuorumSpec quorum, OutcomeCallback callback) {
        node.requireLoop();
        if (node.isStopped()) {
            callback.done(STOPPED);
        } else if (calls.isFull()) {
            callback.done(OVERLOADED);
        } else if (!(operation instanceof Operation.Get) && node.refusesWrite()) {
            callback.done(NO_ROOM);
        } else {
            node.deliver(new Event.Request(calls.add(callback), operation, quorum));
        }
    }

    /** See {@link io.kindred.cluster.core.NodeCore#foresee}. */
    public void foresee(int db, byte[][] keys, int count) {
        node.foresee(db, keys, count);
    }

    /** Asks about, or orders, the whole cluster; {@code callback} is called once. */
    public void ask(ClusterQuery query, AnswerCallback callback) {
        node.requireLoop();
        if (node.isStopped()) {
            callback.done(new ClusterAnswer.Failed("TRYAGAIN this node is stopping"));
        } else if (calls.isFull()) {
            callback.done(new ClusterAnswer.Failed("TRYAGAIN this node has " + CALLS_MAX + " requests under way"));
        } else if (query instanceof ClusterQuery.Restore && node.refusesWrite()) {
            callback.done(new ClusterAnswer.Failed(Overload.ERROR));
        } else {
            node.deliver(new Event.ClusterRequest(calls.add(callback), query));
        }
    }

    /** Requests under way. */
    public int inFlight() {
        return calls.size();
    }

    /**
     * Who is told, on the loop, that no more writes should be begun for now, and that they may be again: a write that comes
     * all the same is run as long as there is room, and refused when there is none.
     */
    public void onWritesHeld(Consumer<Boolean> listener) {
        node.gate().listen(listener);
    }

    /** Sends what a client has published to the other nodes where somebody listens. The bytes are handed over. */
    public void publish(Topic channel, byte[] payload) {
        node.requireLoop();
        node.deliver(new Event.Publish(channel, payload));
    }

    /** Nobody here has subscribed to these any more. */
    public void unsubscribed(List<Topic> topics) {
        node.requireLoop();
        node.deliver(new Event.Unsubscribed(topics));
    }

    /** Who is told, on the loop and within a step, what clients of other nodes have published. */
    public void onPublished(PublicationListener listener) {
        publications = listener;
    }

    void published(Topic channel, byte[] payload) {
        publications.published(channel, payload);
    }

    void reply(long token, Outcome outcome) {
        if (calls.take(token) instanceof OutcomeCallback callback) {
            callback.done(outcome);
        }
    }

    void answer(long token, ClusterAnswer answer) {
        if (calls.take(token) instanceof AnswerCallback callback) {
            callback.done(answer);
        }
    }

    void cutOff() {
        calls.takeAll(caller -> {
            if (caller instanceof OutcomeCallback callback) {
                callback.done(CUT_OFF);
            } else if (caller instanceof AnswerCallback callback) {
                callback.done(new ClusterAnswer.Failed("TRYAGAIN this node stopped before the answer"));
            }
        });
    }
}
