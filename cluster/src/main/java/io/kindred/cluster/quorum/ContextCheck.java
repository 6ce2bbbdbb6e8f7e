package io.kindred.cluster.quorum;

import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.QuorumSpec;
import io.kindred.cluster.version.Actor;
import io.kindred.cluster.version.VersionVector;
import io.kindred.cluster.version.Versions;
import java.util.function.Consumer;

/**
 * Keeps out the contexts that another cluster gave out. What such a one covers was never here, so a write with it supersedes
 * nothing, and its actors would stay in the key's clock for ever.
 *
 * <p>It is told by its actors: none of them is of a node that this one has ever heard of, or in the key's clock at any of R
 * replicas. One that is known is enough to believe the rest, which gossip may not have told yet. The replicas are asked
 * only where no actor is of a node that is known here, as with records that were restored from another cluster's backup and
 * not written since: this node may be no replica, or one that lacks the key. What comes for the same key meanwhile waits
 * behind the write.
 */
final class ContextCheck {
    private final Coordination node;
    private final Consumer<Ticket> write;
    private final Consumer<Ticket> begin;

    /**
     * @param write begins a write whose context is believed
     * @param begin begins, as for the first time, what has waited behind it
     */
    ContextCheck(Coordination node, Consumer<Ticket> write, Consumer<Ticket> begin) {
        this.node = node;
        this.write = write;
        this.begin = begin;
    }

    /** True where a write of the same key is being looked at: this one begins behind it. */
    boolean joins(Ticket ticket, Route route) {
        KeyLine line = node.lines().find(route.storageKey());
        if (line == null || !line.isHeld(Hold.CHECKING)) {
            return false;
        }
        line.stand(new Turn.OfTicket(node, ticket, Hold.FOR_CLIENTS, begin));
        return true;
    }

    /** True where it is a write with a context that nobody may know: it begins, or is refused, when replicas have said so. */
    boolean holds(Ticket ticket, Route route) {
        VersionVector context = ticket.operation() instanceof Operation.Put put ? put.context() : null;
        if (context == null || stranger(context) == 0) {
            return false;
        }
        new Asking(ticket, context, node.scoped(ticket, route)).start();
        return true;
    }

    /** One of the nodes that it names, where none of them was ever a member as far as this one knows; 0: there is no such. */
    private long stranger(VersionVector context) {
        long stranger = 0;
        for (VersionVector.Run run : context) {
            stranger = run.actor().nodeId();
            if (node.router().wasEverMember(stranger)) {
                return 0;
            }
        }
        return stranger;
    }

    private final class Asking implements ReadRound.Listener {
        private final Ticket ticket;
        private final VersionVector context;
        private final KeyLine line;
        private final ReadRound round;

        Asking(Ticket ticket, VersionVector context, Route route) {
            this.ticket = ticket;
            this.context = context;
            this.line = node.lines().of(route.storageKey());
            QuorumSpec usual = QuorumSpec.DEFAULT.withScope(ticket.quorum().global());
            this.round = new ReadRound(node, route, node.settings().reads(usual, route.serving()), this);
        }

        void start() {
            line.hold(Hold.CHECKING, ticket.deadlineNanos());
            round.start(ticket.deadlineNanos());
        }

        @Override
        public void enough(Versions merged) {
            boolean isKnown = names(merged);
            for (Versions answer : round.answers()) {
                // Also what a flush has hidden.
                isKnown |= answer != null && names(answer);
            }
            if (isKnown) {
                end(() -> write.accept(ticket));
            } else {
                node.counters().foreignContexts++;
                refuse(new Outcome.Refused(refusal(stranger(context))));
            }
        }

        private boolean names(Versions held) {
            for (VersionVector.Run run : context) {
                Actor actor = run.actor();
                if (held.clock().highest(actor) > 0) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public void tooLarge() {
            refuse(new Outcome.Refused(SiblingLimits.UNREADABLE));
        }

        @Override
        public void unreadable() {
            refuse(Outcome.UNREADABLE);
        }

        @Override
        public void failed(int got, int needed, boolean timeout) {
            end(() -> node.tryAgain(
                    ticket,
                    "got " + got + " of " + needed
                            + " read answers, so that nobody can tell whether the context is of this"
                            + " cluster; nothing was written"));
        }

        private void refuse(Outcome outcome) {
            end(() -> node.outbox().reply(ticket.origin(), outcome));
        }

        private void end(Runnable what) {
            what.run();
            line.release(Hold.CHECKING);
        }
    }

    private static String refusal(long stranger) {
        return "ERR the context is from another cluster: it names node " + String.format("%016x", stranger)
                + ", and no node that was ever a member of this one or is in the key's clock; read the key with"
                + " KIN.GET for its own context";
    }
}
