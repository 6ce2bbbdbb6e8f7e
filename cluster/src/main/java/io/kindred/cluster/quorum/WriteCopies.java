package io.kindred.cluster.quorum;

import io.kindred.cluster.message.Guard;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.message.Record;
import io.kindred.cluster.message.RequestMessage;
import io.kindred.cluster.version.Versions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one {@link WriteRound} sends to whom, and what this node keeps for those that nobody has it for. */
final class WriteCopies {
    private final Coordination node;
    private final Route route;
    private final @Nullable Guard guard;
    private final List<Record> written;

    WriteCopies(Coordination node, Route route, @Nullable Guard guard, List<Record> written) {
        this.node = node;
        this.route = route;
        this.guard = guard;
        this.written = written;
    }

    /** The records, of one partition, which a replica has all of, or none. */
    List<Record> written() {
        return written;
    }

    void toReplica(int place, long requestId) {
        node.outbox().send(route.writers()[place], new RequestMessage.Deltas(requestId, written, 0, guard));
    }

    /** As any versions that a replica lacks: nobody waits for it. */
    void asRepair(int place) {
        node.outbox().send(route.writers()[place], new RequestMessage.Deltas(0, written, 0, null));
    }

    /** To all that are not avoided. */
    void asRepairs() {
        for (int i = 0; i < route.writers().length; i++) {
            if (i != route.self() && !node.router().avoids(route.writers()[i])) {
                asRepair(i);
            }
        }
    }

    void toStandIn(long standIn, int place, long requestId) {
        node.outbox().send(standIn, new RequestMessage.Deltas(requestId, written, route.writers()[place], null));
    }

    /** This node stands in itself: it has a hint for each record, and tells when the last of them is stored. */
    void toSelf(int place, HintKeeper.Stored stored) {
        HintKeeper.Stored each = new LastOfSeveral(written.size(), stored);
        written.forEach(one -> node.hints().store(route.writers()[place], one.key(), one.versions(), each));
    }

    /** For a replica that nobody has it for. */
    void keep(int place) {
        written.forEach(each -> node.hints().keep(route.writers()[place], each.key(), each.versions()));
    }

    private static final class LastOfSeveral implements HintKeeper.Stored {
        private final HintKeeper.Stored whole;
        private int missing;
        private Verdict worst = Verdict.OK;

        LastOfSeveral(int count, HintKeeper.Stored whole) {
            this.missing = count;
            this.whole = whole;
        }

        @Override
        public void done(Verdict verdict, @Nullable Versions uncovered) {
            worst = verdict == Verdict.OK ? worst : verdict;
            if (--missing == 0) {
                whole.done(worst, uncovered);
            }
        }
    }
}
