package io.kindred.cluster.quorum;

import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.version.Versions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A put at a replica of its key: a dot, the local join, and once that is durable the round for W. */
final class PutCore extends PutWrite implements LocalReplica.WriteStep {
    private boolean tooLate;
    /** Why nothing was written. */
    private @Nullable String refusal;

    private PutCore(Coordination node, Ticket ticket, Operation.Put put, Route route) {
        super(node, ticket, put, route);
    }

    static void start(Coordination node, Ticket ticket, Operation.Put put, Route route) {
        if (node.waitsForOthers(ticket, route)) {
            return;
        }
        node.counters().writes++;
        PutCore core = new PutCore(node, ticket, put, node.scoped(ticket, route));
        if (WriteChance.isThere(node, core.route, ticket.quorum())) {
            core.write();
        } else {
            String why = "fewer than " + core.needs.all() + " nodes for the key can be reached; nothing was written";
            node.tryAgain(ticket, why);
        }
    }

    private void write() {
        if (isAlone()) {
            awaitDisk(List.of(ticket()), ticket().deadlineNanos());
        } else {
            awaitW(ticket().quorum(), ticket().deadlineNanos(), null);
        }
        node.replica().write(route.storageKey(), this);
    }

    @Override
    void makeAgain() {
        write();
    }

    @Override
    public @Nullable Versions next(Versions current) {
        Versions known = known(current);
        if (isSecond() && isFirstSuperseded(known)) {
            return null;
        }
        if (!isSecond()) {
            if (ticket().deadlineNanos() - node.clocks().nanos() < 0) {
                tooLate = true;
                return null;
            }
            refusal = tooMuch(known, SiblingLimits::lengthBytes);
            if (refusal != null) {
                return null;
            }
        }
        LocalWrite.Basis basis = basis(known);
        return make(ticket(), node.replica().nextDot(route.storageKey(), known.clock(), basis.context()), basis)
                .stored();
    }

    @Override
    public boolean isBlind() {
        return true;
    }

    @Override
    boolean isMade() {
        return !tooLate && super.isMade();
    }

    /** A failed local write has left nothing behind, unless it was the second one. */
    @Override
    void refused(Verdict verdict) {
        String error = verdict == Verdict.OK ? refusal : WriteChance.refusal(verdict);
        if (tooLate) {
            tell(new Outcome.TryAgain(
                    "the disk took longer than request-timeout-ms to find the key; nothing was written"));
        } else if (isSecond()) {
            failed(0, needs.all());
        } else if (error != null) {
            tell(new Outcome.Refused(error));
        } else {
            tell(new Outcome.NoQuorum("the coordinator could not write its log; the write may still take effect"));
        }
    }

    @Override
    void tell(Outcome outcome) {
        node.outbox().reply(ticket().origin(), outcome);
    }
}
