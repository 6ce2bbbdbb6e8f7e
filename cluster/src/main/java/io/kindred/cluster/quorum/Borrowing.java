package io.kindred.cluster.quorum;

import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.message.RequestMessage;
import io.kindred.cluster.version.Dot;
import io.kindred.cluster.version.VersionVector;
import io.kindred.cluster.version.Versions;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Asks for a dot for a write of a node that is no replica of its key: the first live replica, the next one as soon as one is
 * late or refuses, and where no replica is left a stand-in. The first dot counts; one that is lent and never used does no
 * harm.
 */
final class Borrowing extends Request {
    private final Coordination node;
    private final DotLender own;
    private final Route route;
    private final VersionVector seen;
    private final Listener listener;
    private final long[] walk;
    /** Where to go on looking for lenders. */
    private int next;

    private Lender[] asked = new Lender[0];
    private boolean passedByLate;
    /** The newest flush that a lender knows of. */
    private long flushStamp;

    private boolean isOver;

    /** Told once. */
    interface Listener {
        /**
         * @param held what the lender has of the key, with lengths in place of values
         * @param flushStamp the newest flush that a lender knows of
         */
        void lent(Dot dot, Versions held, long flushStamp);

        void notLent(String why);
    }

    /** One node that was asked for a dot. */
    private static final class Lender {
        final long node;
        final long sinceNanos;
        final long patienceNanos;
        boolean answered;

        Lender(long node, long sinceNanos, long patienceNanos) {
            this.node = node;
            this.sinceNanos = sinceNanos;
            this.patienceNanos = patienceNanos;
        }
    }

    /**
     * @param own lends this node's dots, where it stands in
     * @param seen what the dot has to be above, whatever the lender knows
     */
    Borrowing(Coordination node, DotLender own, Route route, VersionVector seen, Listener listener) {
        this.node = node;
        this.own = own;
        this.route = route;
        this.seen = seen;
        this.listener = listener;
        this.walk = node.router().walk(route.storageKey());
    }

    void start(long deadlineNanos) {
        node.requests().open(this, node.clocks().nanos(), deadlineNanos);
        askNext();
    }

    /** Asks the next node that can lend a dot; true if there was one. */
    private boolean askNext() {
        while (next < walk.length) {
            long candidate = walk[next++];
            if (!node.router().avoids(candidate)) {
                ask(candidate);
                return true;
            }
            passedByLate |= !node.router().isGone(candidate);
        }
        if (passedByLate) {
            // Nobody is in time: then those that are late are better than nobody.
            passedByLate = false;
            for (long candidate : route.writers()) {
                if (!node.router().isGone(candidate) && lender(candidate) == null) {
                    ask(candidate);
                }
            }
        }
        if (!isOver && !anyAsked()) {
            giveUp("no replica of the key can be reached");
        }
        return false;
    }

    private void ask(long candidate) {
        long patience = node.latencies().lateAfter(candidate);
        Lender lender = new Lender(candidate, node.clocks().nanos(), patience);
        asked = Arrays.copyOf(asked, asked.length + 1);
        asked[asked.length - 1] = lender;
        if (candidate == node.self()) {
            own.lendAsStandIn(route.storageKey(), seen, (verdict, dot, held) -> lent(lender, verdict, dot, held));
            return;
        }
        boolean standIn = route.indexOf(candidate) < 0;
        node.outbox().send(candidate, new RequestMessage.DotRequest(id, route.storageKey(), seen, standIn));
        node.requests().hedge(this, lender.sinceNanos, patience);
    }

    private @Nullable Lender lender(long candidate) {
        for (Lender each : asked) {
            if (each.node == candidate) {
                return each;
            }
        }
        return null;
    }

    @Override
    public void onDotReply(long from, RequestMessage.DotReply reply) {
        Lender lender = lender(from);
        if (lender != null) {
            node.latencies().answered(from, node.clocks().nanos() - lender.sinceNanos, false);
            flushStamp = Math.max(flushStamp, reply.flushStamp());
            lent(lender, reply.verdict(), reply.dot(), reply.held());
        }
    }

    private void lent(Lender from, Verdict verdict, @Nullable Dot dot, @Nullable Versions held) {
        if (isOver || from.answered) {
            return;
        }
        from.answered = true;
        if (verdict == Verdict.OK && dot != null && held != null && isNew(dot, held)) {
            end();
            listener.lent(dot, held, flushStamp);
        } else if (!anyAsked()) {
            askNext();
        }
    }

    /** A lender that names a dot that was given before has lost its mind; its dots are of no use. */
    private boolean isNew(Dot dot, Versions held) {
        return !held.clock().covers(dot) && !seen.covers(dot);
    }

    private boolean anyAsked() {
        for (Lender each : asked) {
            if (!each.answered) {
                return true;
            }
        }
        return false;
    }

    @Override
    protected void onPeerLost(long peer) {
        Lender lender = lender(peer);
        if (lender != null) {
            lent(lender, Verdict.FAILED, null, null);
        }
    }

    @Override
    protected void onHedge() {
        boolean late = false;
        for (Lender each : asked) {
            long waited = node.clocks().nanos() - each.sinceNanos;
            if (!each.answered && waited >= each.patienceNanos) {
                node.router().late(each.node);
                late = true;
            }
        }
        if (late && askNext()) {
            node.counters().hedges++;
        }
    }

    @Override
    protected void onDeadline() {
        node.counters().timeouts++;
        giveUp("no replica of the key answered in " + node.settings().timeoutMillis() + " ms");
    }

    private void giveUp(String why) {
        end();
        listener.notLent(why);
    }

    private void end() {
        isOver = true;
        node.requests().close(this);
    }
}
