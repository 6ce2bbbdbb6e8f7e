package io.kindred.cluster.quorum;

import io.kindred.cluster.message.Outcome;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Something that waits in a {@link KeyLine}. It is begun, refused, or called in by a round, once. */
abstract class Turn {
    private final int keptBackBy;
    private final long deadlineNanos;
    /** Ends its waiting at its deadline; null: those that it waits for do not take so long. */
    private @Nullable Request limit;

    /** @param keptBackBy the bits of the holds that it waits for */
    Turn(int keptBackBy, long deadlineNanos) {
        this.keptBackBy = keptBackBy;
        this.deadlineNanos = deadlineNanos;
    }

    final int keptBackBy() {
        return keptBackBy;
    }

    final boolean waitsFor(Hold hold) {
        return (keptBackBy & hold.bit()) != 0;
    }

    final long deadlineNanos() {
        return deadlineNanos;
    }

    final void limit(Request now) {
        limit = now;
    }

    final @Nullable Request limit() {
        return limit;
    }

    /** Its turn has come. */
    abstract void begin();

    /** It has waited for too long, or would be one too many. */
    abstract void refuse(String why);

    /** Tells a client that nothing came of its operation. */
    static void refuse(Coordination node, Ticket ticket, String why) {
        node.outbox().reply(ticket.origin(), new Outcome.TryAgain(why + "; nothing was applied"));
    }

    /** An operation, which is begun as it would have been had it not waited. */
    static final class OfTicket extends Turn {
        private final Coordination node;
        private final Ticket ticket;
        private final Consumer<Ticket> begin;

        OfTicket(Coordination node, Ticket ticket, int keptBackBy, Consumer<Ticket> begin) {
            super(keptBackBy, ticket.deadlineNanos());
            this.node = node;
            this.ticket = ticket;
            this.begin = begin;
        }

        Ticket ticket() {
            return ticket;
        }

        @Override
        void begin() {
            begin.accept(ticket);
        }

        @Override
        void refuse(String why) {
            refuse(node, ticket, why);
        }
    }
}
