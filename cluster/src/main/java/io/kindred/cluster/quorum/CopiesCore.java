package io.kindred.cluster.quorum;

import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.message.QuorumSpec;
import io.kindred.cluster.message.RequestMessage;
import io.kindred.cluster.version.Versions;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Counts the replicas of a key that have all that any of them has. Each is asked once, behind what was sent to it before. A
 * write that W have acknowledged is in one of the answers as soon as there are more of them than N - W: with fewer nobody knows,
 * and the count is 0.
 */
public final class CopiesCore extends Request {
    private final Coordination node;
    private final Route route;
    private final IntConsumer told;
    private final List<Long> awaited = new ArrayList<>();
    private final List<Versions> answers = new ArrayList<>();
    private boolean isHereAwaited;
    private boolean isAsking = true;
    private boolean isOver;

    private CopiesCore(Coordination node, Route route, IntConsumer told) {
        this.node = node;
        this.route = route;
        this.told = told;
    }

    /** @param told the count, once */
    public static void start(Coordination node, int db, byte[] key, IntConsumer told) {
        Route route = node.router().route(db, key);
        CopiesCore core = new CopiesCore(node, route, told);
        node.requests().open(core, node.clocks().nanos());
        core.ask();
    }

    private void ask() {
        for (int i = 0; i < route.serving(); i++) {
            long replica = route.writers()[i];
            if (i == route.self()) {
                isHereAwaited = true;
                node.replica().read(route.storageKey(), this::loadedHere);
            } else if (!node.router().isGone(replica)) {
                awaited.add(replica);
                node.outbox().send(replica, new RequestMessage.ReadRequest(id, route.storageKey(), false));
            }
        }
        isAsking = false;
        endIfAll();
    }

    private void loadedHere(Verdict verdict, @Nullable Versions versions) {
        isHereAwaited = false;
        answered(verdict, versions);
    }

    @Override
    public void onReadReply(long from, RequestMessage.ReadReply reply) {
        if (awaited.remove(from)) {
            answered(reply.verdict(), reply.versions());
        }
    }

    private void answered(Verdict verdict, @Nullable Versions versions) {
        if (verdict == Verdict.OK && versions != null) {
            answers.add(versions);
        }
        endIfAll();
    }

    @Override
    protected void onPeerLost(long peer) {
        if (awaited.remove(peer)) {
            endIfAll();
        }
    }

    @Override
    protected void onDeadline() {
        end();
    }

    private void endIfAll() {
        if (!isAsking && !isHereAwaited && awaited.isEmpty()) {
            end();
        }
    }

    private void end() {
        if (isOver) {
            return;
        }
        isOver = true;
        node.requests().close(this);
        int w = node.settings().writes(QuorumSpec.DEFAULT, route.serving()).all();
        told.accept(answers.size() > route.serving() - w ? alike() : 0);
    }

    private int alike() {
        Versions all = Versions.EMPTY;
        for (Versions each : answers) {
            all = all.join(each);
        }
        int count = 0;
        for (Versions each : answers) {
            count += each.sameAs(all) ? 1 : 0;
        }
        return count;
    }
}
