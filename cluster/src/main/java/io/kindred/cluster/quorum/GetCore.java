package io.kindred.cluster.quorum;

import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Versions;
import org.jspecify.annotations.Nullable;

/** One get: a read round, and its merge as the answer. Whether a sibling has expired is for the asker to see. */
final class GetCore implements ReadRound.Listener {
    private final Coordination node;
    private final Ticket ticket;
    private boolean loaded;
    private @Nullable DiskDeadline deadline;

    private GetCore(Coordination node, Ticket ticket) {
        this.node = node;
        this.ticket = ticket;
    }

    static void start(Coordination node, Ticket ticket, Route route) {
        node.counters().reads++;
        Route scoped = node.scoped(ticket, route);
        Needs needs = node.settings().reads(ticket.quorum(), scoped.serving());
        GetCore core = new GetCore(node, ticket);
        if (scoped.serves() && scoped.serving() == 1) {
            core.readHere(scoped);
        } else {
            new ReadRound(node, scoped, needs, core).start(ticket.deadlineNanos());
        }
    }

    /** The only replica is this node: there is no round to keep, and where memory has the key, no deadline either. */
    private void readHere(Route route) {
        node.replica().read(route.storageKey(), this::loadedHere);
        if (!loaded) {
            DiskDeadline begun = new DiskDeadline(node, ticket);
            deadline = begun;
            begun.begin();
        }
    }

    private void loadedHere(Verdict verdict, @Nullable Versions versions) {
        loaded = true;
        DiskDeadline begun = deadline;
        if (begun != null && !begun.end()) {
            return;
        }
        if (verdict == Verdict.OK && versions != null) {
            enough(versions);
        } else if (verdict == Verdict.UNREADABLE) {
            unreadable();
        } else {
            failed(0, 1, false);
        }
    }

    @Override
    public void enough(Versions merged) {
        if (merged.valueCount() > 1) {
            node.counters().siblingReads++;
        }
        RecordKey key = node.router()
                .route(ticket.operation().db(), ticket.operation().key())
                .storageKey();
        Versions found = maySettle(merged) ? merged.settled(node.replica().reapMark(key)) : merged;
        node.outbox().reply(ticket.origin(), new Outcome.Found(found));
    }

    /** Whether a part of it may be gone: one value that never expires is not. */
    private static boolean maySettle(Versions merged) {
        int siblings = merged.siblings().size();
        return siblings > 1 || (siblings == 1 && merged.siblings().get(0).goneAt() != Long.MAX_VALUE);
    }

    @Override
    public void tooLarge() {
        node.outbox().reply(ticket.origin(), new Outcome.Refused(SiblingLimits.UNREADABLE));
    }

    @Override
    public void unreadable() {
        node.outbox().reply(ticket.origin(), Outcome.UNREADABLE);
    }

    @Override
    public void failed(int got, int needed, boolean late) {
        String what = "got " + got + " of " + needed + " read answers";
        if (late) {
            Outcome outcome =
                    new Outcome.NoQuorum(what + " in " + node.settings().timeoutMillis() + " ms");
            node.outbox().reply(ticket.origin(), outcome);
        } else {
            node.tryAgain(ticket, what + ": too few replicas of the key can be reached");
        }
    }
}
