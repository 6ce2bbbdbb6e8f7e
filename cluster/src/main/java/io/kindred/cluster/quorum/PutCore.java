package io.kindred.cluster.quorum;

import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.version.Dot;
import io.kindred.cluster.version.VersionVector;
import io.kindred.cluster.version.Versions;
import org.jspecify.annotations.Nullable;

/**
 * One write that does not look at the old value, at a replica of its key: a dot, the local join, and once that is
 * durable the round for W.
 *
 * <p>With a context it supersedes exactly what the context covers. Without one (a plain SET) it supersedes all that is
 * here; and if an acknowledgement shows a sibling that was not, it supersedes that too, once, stamped above it, before
 * it answers.
 */
final class PutCore implements LocalReplica.WriteStep, WriteRound.Listener {
    private final Coordination node;
    private final Ticket ticket;
    private final Operation.Put put;
    private final Route route;
    private final Needs needs;
    private @Nullable WriteRound round;
    private @Nullable DiskDeadline deadline;
    private @Nullable Versions unseen;
    private @Nullable LocalWrite made;
    private boolean tooLate;
    /** Why nothing was written. */
    private @Nullable String refusal;

    private PutCore(Coordination node, Ticket ticket, Operation.Put put, Route route) {
        this.node = node;
        this.ticket = ticket;
        this.put = put;
        this.route = route;
        this.needs = node.settings().writes(ticket.quorum(), route.serving());
    }

    static void start(Coordination node, Ticket ticket, Operation.Put put, Route route) {
        if (node.waitsForOthers(ticket, route)) {
            return;
        }
        node.counters().writes++;
        PutCore core = new PutCore(node, ticket, put, node.scoped(ticket, route));
        if (WriteRound.hasChance(node, core.route, ticket.quorum())) {
            core.write();
        } else {
            String why = "fewer than " + core.needs.all() + " nodes for the key can be reached; nothing was written";
            node.tryAgain(ticket, why);
        }
    }

    private void write() {
        if (route.writers().length == 1) {
            DiskDeadline begun = new DiskDeadline(node, ticket);
            deadline = begun;
            begun.begin();
        } else {
            WriteRound begun = new WriteRound(node, route, ticket.quorum(), this);
            round = begun;
            begun.begin(ticket.deadlineNanos());
        }
        node.replica().write(route.storageKey(), this);
    }

    @Override
    public @Nullable Versions next(Versions current) {
        LocalWrite first = made;
        Versions reported = unseen;
        if (reported != null && first != null) {
            return nextAbove(current.join(reported), first);
        }
        if (ticket.deadlineNanos() - node.clocks().nanos() < 0) {
            tooLate = true;
            return null;
        }
        Versions held = current;
        VersionVector context = put.context();
        String tooMuch = context == null
                ? null
                : SiblingLimits.refusal(node.settings(), held, context, put.value(), SiblingLimits::lengthBytes);
        if (tooMuch != null) {
            refusal = tooMuch;
            node.counters().siblingRefusals++;
            return null;
        }
        LocalWrite.Basis basis = context == null
                ? LocalWrite.Basis.superseding(held, reapMark())
                : LocalWrite.Basis.covering(held, context, reapMark());
        if (context == null && held.valueCount() > 1) {
            node.counters().lwwLosers += held.valueCount() - 1;
        }
        LocalWrite write = LocalWrite.make(
                node, ticket, nextDot(basis), basis, new LocalWrite.Content(put.value(), put.expireAtMillis()));
        made = write;
        return write.stored();
    }

    /**
     * The second write of a plain SET: above the first and what is concurrent with it, and above nothing that came later.
     * If a later write has superseded the first one by now, there is nothing to add.
     */
    private @Nullable Versions nextAbove(Versions held, LocalWrite first) {
        boolean firstLives = held.siblings().stream()
                .anyMatch(sibling -> sibling.dot().equals(first.sibling().dot()));
        if (!firstLives) {
            return null;
        }
        LocalWrite.Basis basis = LocalWrite.Basis.superseding(held, reapMark());
        LocalWrite write = LocalWrite.make(
                node, ticket, nextDot(basis), basis, new LocalWrite.Content(put.value(), put.expireAtMillis()));
        made = write;
        return write.stored();
    }

    private long reapMark() {
        return node.replica().reapMark(route.storageKey());
    }

    @Override
    public boolean isBlind() {
        return true;
    }

    private Dot nextDot(LocalWrite.Basis basis) {
        return node.replica().nextDot(route.storageKey(), basis.held().clock(), basis.context());
    }

    @Override
    public void done(Verdict verdict) {
        LocalWrite write = made;
        WriteRound begun = round;
        DiskDeadline alone = deadline;
        if (alone != null && !alone.end()) {
            return;
        }
        if (verdict == Verdict.OK && !tooLate && write != null) {
            node.spread(ticket, route.storageKey(), write.delta());
            if (begun == null) {
                enough();
            } else {
                begun.proceed(write.delta());
            }
            return;
        }
        boolean answered = begun != null && begun.isOver();
        if (begun != null) {
            begun.abandon();
        }
        if (!answered) {
            refuse(verdict);
        }
    }

    /** A failed local write has left nothing behind, unless it was the second one. */
    private void refuse(Verdict verdict) {
        String error = verdict == Verdict.OK ? refusal : WriteRound.refusal(verdict);
        Outcome outcome;
        if (tooLate) {
            outcome = new Outcome.TryAgain(
                    "the disk took longer than request-timeout-ms to find the key; nothing was written");
        } else if (unseen != null) {
            failed(0, needs.all());
            return;
        } else if (error != null) {
            outcome = new Outcome.Refused(error);
        } else {
            outcome = new Outcome.NoQuorum("the coordinator could not write its log; the write may still take effect");
        }
        node.outbox().reply(ticket.origin(), outcome);
    }

    @Override
    public void enough() {
        LocalWrite write = made;
        if (write == null) {
            throw new IllegalStateException("a round without a write");
        }
        node.outbox().reply(ticket.origin(), new Outcome.Written(write.contextAfter(put.context())));
    }

    @Override
    public void failed(int got, int ofNeeded) {
        node.outbox()
                .reply(
                        ticket.origin(),
                        new Outcome.NoQuorum("got " + got + " of " + ofNeeded + " write acknowledgements in "
                                + node.settings().timeoutMillis() + " ms; the write may still take effect"));
    }

    @Override
    public boolean supersedes(Versions uncovered) {
        if (put.context() != null || unseen != null) {
            return false;
        }
        node.counters().supersededOnAck++;
        unseen = uncovered;
        write();
        return true;
    }
}
