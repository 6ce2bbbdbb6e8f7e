package io.kindred.cluster.quorum;

import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.version.Dot;
import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.VersionVector;
import io.kindred.cluster.version.Versions;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A write that does not look at the old value.
 *
 * <p>With a context it supersedes exactly what the context covers. Without one (a plain SET) it supersedes all that is
 * held; and if an acknowledgement shows a sibling that was not, it supersedes that too, once, stamped above it, before
 * it answers.
 */
abstract class PutWrite extends WriteCore {
    final Needs needs;
    /** Whose value is written. */
    private Ticket ticket;

    private Operation.Put put;
    /** What the second write of a plain SET has to supersede: the first one, and what was concurrent with it. */
    private @Nullable Versions above;

    PutWrite(Coordination node, Ticket ticket, Operation.Put put, Route route) {
        super(node, route, ticket.quorum().global());
        this.ticket = ticket;
        this.put = put;
        this.needs = node.settings().writes(ticket.quorum(), route.serving());
    }

    final Ticket ticket() {
        return ticket;
    }

    final Operation.Put put() {
        return put;
    }

    /** It is the value of another plain SET, with the same quorum, that is written. */
    final void becomes(Ticket other, Operation.Put its) {
        ticket = other;
        put = its;
    }

    final boolean isSecond() {
        return above != null;
    }

    /** What the next dot has to be above. */
    final VersionVector seen() {
        VersionVector given = put.context() == null ? VersionVector.EMPTY : put.context();
        Versions before = above;
        return before == null ? given : given.join(before.clock());
    }

    /** All that is known, given what the one has who gives the dot. */
    final Versions known(Versions held) {
        Versions before = above;
        return before == null ? held : held.join(before);
    }

    /** Whether a later write has superseded the first one by now: then there is nothing to add. */
    final boolean isFirstSuperseded(Versions known) {
        LocalWrite first = made();
        if (above == null || first == null) {
            return false;
        }
        for (Sibling sibling : known.siblings()) {
            if (sibling.dot().equals(first.sibling().dot())) {
                return false;
            }
        }
        return true;
    }

    /** Why it would be a sibling too many; null: it would not. */
    final @Nullable String tooMuch(Versions known, ToLongFunction<Sibling> lengthBytes) {
        VersionVector context = put.context();
        String why = context == null
                ? null
                : SiblingLimits.refusal(node.settings(), known, context, put.value(), lengthBytes);
        node.counters().siblingRefusals += why == null ? 0 : 1;
        return why;
    }

    final LocalWrite.Basis basis(Versions known) {
        long reapMark = node.replica().reapMark(route.storageKey());
        VersionVector context = put.context();
        if (context != null) {
            return LocalWrite.Basis.covering(known, context, reapMark);
        }
        if (!isSecond() && known.valueCount() > 1) {
            node.counters().lwwLosers += known.valueCount() - 1;
        }
        return LocalWrite.Basis.superseding(known, reapMark);
    }

    /** @param stamped the ticket, perhaps with a later stamp */
    final LocalWrite make(Ticket stamped, Dot dot, LocalWrite.Basis basis) {
        LocalWrite.Content content = new LocalWrite.Content(put.value(), put.expireAtMillis());
        LocalWrite write = LocalWrite.make(node, stamped, put.db(), dot, basis, content);
        made(write);
        return write;
    }

    @Override
    public final boolean supersedes(Versions uncovered) {
        LocalWrite first = made();
        if (put.context() != null || above != null || first == null) {
            return false;
        }
        node.counters().supersededOnAck++;
        above = first.stored().join(uncovered);
        state(State.MAKING);
        makeAgain();
        return true;
    }

    /** Above what an acknowledgement has shown. */
    abstract void makeAgain();

    @Override
    public final void enough() {
        LocalWrite write = made();
        if (write == null) {
            throw new IllegalStateException("a round without a write");
        }
        state(State.DONE);
        written(write);
    }

    void written(LocalWrite write) {
        tell(new Outcome.Written(write.contextAfter(put.context())));
    }

    @Override
    public final void failed(int got, int ofNeeded) {
        state(State.DONE);
        tell(new Outcome.NoQuorum("got " + got + " of " + ofNeeded + " write acknowledgements in "
                + node.settings().timeoutMillis() + " ms; the write may still take effect"));
    }

    /** All who wait for it; it is over. */
    abstract void tell(Outcome outcome);
}
