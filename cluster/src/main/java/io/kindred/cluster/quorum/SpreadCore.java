package io.kindred.cluster.quorum;

import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.message.QuorumSpec;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Versions;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One write of another datacenter, at the node here that was given it: joined where this node is a replica, and sent on to
 * the key's other replicas in this datacenter. As with a write of a client here, what a replica misses is kept for it.
 */
public final class SpreadCore extends WriteCore implements LocalReplica.WriteStep {
    private final Versions delta;
    private final Consumer<Verdict> told;

    private SpreadCore(Coordination node, Route route, Versions delta, Consumer<Verdict> told) {
        super(node, route, true);
        this.delta = delta;
        this.told = told;
    }

    /** @param told OK when W of the replicas here, or of those that stand in for them, have it durably */
    public static void start(Coordination node, RecordKey storageKey, Versions delta, Consumer<Verdict> told) {
        Route route = node.router().routeOf(storageKey);
        SpreadCore core = new SpreadCore(node, route, delta, told);
        long deadlineNanos = node.clocks().nanos() + node.settings().timeoutNanos();
        core.awaitW(QuorumSpec.DEFAULT, deadlineNanos, null);
        if (route.isReplica()) {
            node.replica().write(storageKey, core);
        } else {
            core.spread(delta);
        }
    }

    @Override
    public @Nullable Versions next(Versions current) {
        if (state() == State.DONE) {
            // The disk took so long to find the key that somebody else was given it: by now it may have been deleted.
            return null;
        }
        Versions joined = current.join(delta);
        return joined.sameAs(current) ? null : joined;
    }

    @Override
    public boolean isBlind() {
        return true;
    }

    @Override
    boolean isMade() {
        return true;
    }

    @Override
    void stored() {
        spread(delta);
    }

    @Override
    void refused(Verdict verdict) {
        state(State.DONE);
        told.accept(verdict);
    }

    @Override
    public void enough() {
        state(State.DONE);
        told.accept(Verdict.OK);
    }

    @Override
    public void failed(int got, int needed) {
        state(State.DONE);
        told.accept(Verdict.FAILED);
    }
}
