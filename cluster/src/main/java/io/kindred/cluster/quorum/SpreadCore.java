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
public final class SpreadCore implements LocalReplica.WriteStep, WriteRound.Listener {
    private final Versions delta;
    private final WriteRound round;
    private final Consumer<Verdict> told;

    private SpreadCore(Coordination node, Route route, Versions delta, Consumer<Verdict> told) {
        this.delta = delta;
        this.told = told;
        this.round = new WriteRound(node, route, QuorumSpec.DEFAULT, this);
    }

    /** @param told OK when W of the replicas here, or of those that stand in for them, have it durably */
    public static void start(Coordination node, RecordKey storageKey, Versions delta, Consumer<Verdict> told) {
        Route route = node.router().routeOf(storageKey);
        SpreadCore core = new SpreadCore(node, route, delta, told);
        core.round.begin(node.clocks().nanos() + node.settings().timeoutNanos());
        if (route.isReplica()) {
            node.replica().write(storageKey, core);
        } else {
            core.round.proceed(delta);
        }
    }

    @Override
    public @Nullable Versions next(Versions current) {
        if (round.isOver()) {
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
    public void done(Verdict verdict) {
        if (round.isOver()) {
            return;
        }
        if (verdict == Verdict.OK) {
            round.proceed(delta);
        } else {
            round.abandon();
            told.accept(verdict);
        }
    }

    @Override
    public void enough() {
        told.accept(Verdict.OK);
    }

    @Override
    public void failed(int got, int needed) {
        told.accept(Verdict.FAILED);
    }

    @Override
    public boolean supersedes(Versions uncovered) {
        return false;
    }
}
