package io.kindred.cluster.quorum;

import io.kindred.cluster.message.Guard;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.message.RequestMessage;
import io.kindred.cluster.quorum.Places.State;
import io.kindred.cluster.version.Term;
import io.kindred.cluster.version.Versions;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads one key at R of its N places (Dynamo, sections 4.5 and 4.6): this node first, where it is a replica, then the
 * others in the order of the preference list, those that have only just come last, then stand-ins for replicas that are avoided or have failed. Whoever is
 * late is made up for by the next. Answers after the R-th are used for repair only; the round lives until all that were
 * asked have answered, or the deadline.
 *
 * <p>An update reads under its term: replicas refuse one that is lower than theirs, and those that do not count answer as
 * stand-ins do.
 *
 * <p>A stand-in answers with what it holds, which may be nothing: that counts as an answer, but nothing at all from
 * stand-ins alone does not mean that there is no such key.
 *
 * <ul>
 *   <li>ASKING: an answer that comes while others are still being asked decides nothing. WAITING; or DECIDED, where a replica
 *       says what no further answer can change.
 *   <li>WAITING: for those that were asked. ASKING where one has failed or is late; DECIDED where there are enough, or no more
 *       can come, or the time is up.
 *   <li>DECIDED: the listener has been told. What still comes is for repair; closed when all have answered.
 * </ul>
 */
final class ReadRound extends Request {
    /** So often a request begins again because those that it asked do not hold the key any more. */
    private static final int REROUTES_MAX = 3;

    private enum Stage {
        ASKING,
        WAITING,
        DECIDED
    }

    private final Coordination node;
    private final Needs needs;
    private final int reroutesLeft;
    private final @Nullable Guard guard;
    /** Those that are asked whatever the order, and waited for until they are late. */
    private long[] wanted = new long[0];
    /** Whether nothing is decided before this node's own store has answered, however late it is. */
    private boolean isOwnWanted;

    private final Route route;
    private final int needed;
    private final int neededOwn;
    private final Listener listener;
    private final Places places;
    private final ReadAnswers answers;
    private long sentNanos;
    private Stage stage = Stage.ASKING;
    private boolean isMoved;
    private boolean isUnreadable;
    private boolean isShort;
    private boolean repairsNobody;
    private long deadlineNanos;

    interface Listener {
        void enough(Versions merged);

        /** What a replica holds does not fit into a message. */
        void tooLarge();

        /** Too few can answer, and of those that were asked some have a record that makes no sense. */
        void unreadable();

        /** {@code got} answers came, and no more can. {@code timeout}: the deadline has passed. */
        void failed(int got, int needed, boolean timeout);

        /** A replica knows a greater term than that of the update. */
        default void outranked(Term shown) {
            throw new IllegalStateException("a read without a term was refused for " + shown);
        }
    }

    ReadRound(Coordination node, Route route, Needs needs, Listener listener) {
        this(node, route, needs, listener, REROUTES_MAX, null);
    }

    /** An update's: who asks begins anew by itself where the ring has changed. */
    static ReadRound under(Guard guard, Coordination node, Route route, Needs needs, Listener listener) {
        return new ReadRound(node, route, needs, listener, 0, guard);
    }

    private ReadRound(
            Coordination node, Route route, Needs needs, Listener listener, int reroutesLeft, @Nullable Guard guard) {
        this.reroutesLeft = reroutesLeft;
        this.guard = guard;
        this.needs = needs;
        this.node = node;
        this.route = route;
        this.needed = needs.all();
        this.neededOwn = needs.own();
        this.listener = listener;
        this.places = new Places(node.router(), route, route.serving());
        this.answers =
                new ReadAnswers(places, node.flushStamps().of(route.storageKey().db()));
    }

    void start(long deadline) {
        deadlineNanos = deadline;
        sentNanos = node.clocks().nanos();
        node.requests().open(this, sentNanos, deadline);
        askMore();
        if (id != 0 && !isDecided()) {
            node.requests().hedge(this, sentNanos, patience());
        }
    }

    /**
     * Those are to be among the answers: they have what others may not.
     *
     * @param own whether this node, where it serves, has to be one of them
     */
    ReadRound including(long[] nodes, boolean own) {
        wanted = nodes;
        isOwnWanted = own;
        return this;
    }

    /** What it finds is not sent to those who lack it. */
    ReadRound withoutRepair() {
        repairsNobody = true;
        return this;
    }

    private boolean isDecided() {
        return stage == Stage.DECIDED;
    }

    /** Whether this node's own store is among those that have answered. */
    boolean hasOwnAnswer() {
        return route.serves() && answers.ofReplicas()[route.self()] != null;
    }

    /** What each of the serving replicas has answered by now, by place; null: nothing. */
    @Nullable
    Versions[] answers() {
        return answers.ofReplicas();
    }

    /** Whether those that have answered all have the same. */
    boolean isUniform() {
        return answers.isUniform();
    }

    /** Whether one of them is there, and does not count or cannot read. */
    boolean isShort() {
        return isShort;
    }

    /** Whether one of those that were asked says that others have the key. */
    boolean isMoved() {
        return isMoved;
    }

    /** Asks until enough are answered or on their way in time, then gives up if they cannot be enough. */
    private void askMore() {
        stage = Stage.ASKING;
        int self = route.serves() ? route.self() : -1;
        if (self >= 0 && places.replica(self) == State.UNASKED && missing() > 0) {
            askSelf(self);
        }
        for (long each : wanted) {
            int place = route.indexOf(each);
            if (place >= 0
                    && place < places.size()
                    && places.replica(place) == State.UNASKED
                    && !node.router().isGone(each)) {
                askReplica(place);
            }
        }
        askReplicas(false);
        askReplicas(true);
        for (int i = 0; i < places.size() && answers.answered() + answers.inTime() < needed && id != 0; i++) {
            if (places.replica(i) == State.UNASKED
                    && i != self
                    && !node.router().isGone(route.writers()[i])) {
                // Late in other requests, so not to be waited for; but what it says counts more than a stand-in.
                askReplica(i);
                answers.askedLate(i);
            }
            boolean idle = !places.isAsked(i) || answers.isLate(i);
            if (idle && !answers.isAnswered(i) && places.standIn(i) != State.FAILED) {
                askStandIn(i);
            }
        }
        if (!isDecided()) {
            stage = Stage.WAITING;
        }
        settle();
    }

    private void askReplicas(boolean fresh) {
        for (int i = 0; i < places.size() && missing() > 0; i++) {
            long replica = route.writers()[i];
            if (places.replica(i) == State.UNASKED
                    && (fresh || !node.router().isFresh(replica))
                    && !node.router().avoids(replica)) {
                askReplica(i);
            }
        }
    }

    private Route routeNow() {
        return node.router().routeOf(route.storageKey(), route.wide());
    }

    private void askReplica(int place) {
        places.replica(place, State.ASKED);
        answers.asked(place, due(route.writers()[place]));
        node.outbox()
                .send(route.writers()[place], new RequestMessage.ReadRequest(id, route.storageKey(), false, guard));
    }

    private void askSelf(int self) {
        places.replica(self, State.ASKED);
        answers.asked(self, due(node.self()));
        boolean counts = node.terms().counts(route.storageKey().partition());
        isShort |= !counts;
        node.replica()
                .read(
                        route.storageKey(),
                        (verdict, versions) -> onReplica(
                                self, verdict == Verdict.OK && !counts ? Verdict.UNCOUNTED : verdict, versions));
    }

    private void askStandIn(int place) {
        long standIn = places.assign(place);
        if (standIn == node.self()) {
            node.hints()
                    .read(
                            route.storageKey(),
                            route.writers(),
                            (verdict, versions) -> onStandIn(place, verdict, versions));
        } else if (standIn != 0) {
            answers.asked(place, due(standIn));
            node.outbox().send(standIn, new RequestMessage.ReadRequest(id, route.storageKey(), true));
        }
    }

    @Override
    public void onReadReply(long from, RequestMessage.ReadReply reply) {
        node.latencies().answered(from, node.clocks().nanos() - sentNanos, route.wide());
        int place = route.indexOf(from);
        if (place >= 0 && place < places.size() && reply.verdict() == Verdict.OLD_TERM && !isDecided()) {
            stage = Stage.DECIDED;
            node.requests().close(this);
            listener.outranked(reply.shown());
            return;
        }
        if (place >= 0) {
            isShort |= reply.verdict() == Verdict.UNCOUNTED || reply.verdict() == Verdict.FAILED;
            if (place < places.size()) {
                onReplica(place, reply.verdict(), reply.versions());
            }
            return;
        }
        int stoodIn = places.standInPlace(from);
        if (stoodIn >= 0) {
            onStandIn(stoodIn, reply.verdict(), reply.versions());
        }
    }

    private void onReplica(int place, Verdict verdict, @Nullable Versions versions) {
        if (id == 0 || places.replica(place) != State.ASKED) {
            return;
        }
        if (verdict == Verdict.TOO_MANY_SIBLINGS && !isDecided()) {
            endTooLarge();
            return;
        }
        if ((verdict != Verdict.OK && verdict != Verdict.UNCOUNTED) || versions == null) {
            isMoved |= verdict == Verdict.NOT_MINE || verdict == Verdict.OLD_RING;
            isUnreadable |= verdict == Verdict.UNREADABLE;
            places.replica(place, State.FAILED);
            goOn();
            return;
        }
        places.replica(place, verdict == Verdict.OK ? State.ANSWERED : State.STANDS_IN);
        answers.byReplica(place, versions);
        settle();
    }

    private void onStandIn(int place, Verdict verdict, @Nullable Versions versions) {
        if (id == 0 || places.standIn(place) != State.ASKED) {
            return;
        }
        if (verdict == Verdict.TOO_MANY_SIBLINGS && !isDecided()) {
            endTooLarge();
            return;
        }
        if (verdict != Verdict.OK || versions == null) {
            // There may be another one.
            places.standIn(place, State.UNASKED);
            goOn();
            return;
        }
        places.standIn(place, State.ANSWERED);
        answers.byStandIn(place, versions);
        settle();
    }

    /** Others may have less of the key, but what they have is not all that was written. */
    private void endTooLarge() {
        stage = Stage.DECIDED;
        node.requests().close(this);
        listener.tooLarge();
    }

    private void goOn() {
        if (isDecided()) {
            settle();
        } else if (stage != Stage.ASKING) {
            askMore();
        }
    }

    @Override
    protected void onPeerLost(long peer) {
        int place = route.indexOf(peer);
        if (place >= 0 && place < places.size() && place != route.self()) {
            onReplica(place, Verdict.FAILED, null);
        }
        int stoodIn = places.standInPlace(peer);
        if (stoodIn >= 0) {
            onStandIn(stoodIn, Verdict.FAILED, null);
        }
    }

    /** Whoever has not answered by now is late; others are asked as well. */
    @Override
    protected void onHedge() {
        boolean news = false;
        long now = node.clocks().nanos();
        for (int i = 0; i < places.size(); i++) {
            if (answers.isOverdue(i, now)) {
                news |= answers.passBy(i);
                markLate(i);
            }
        }
        if (isDecided()) {
            return;
        }
        if (news) {
            node.counters().hedges++;
            askMore();
        }
        // What was asked meanwhile, or holds an empty answer back, is looked at again.
        if (id != 0 && !isDecided()) {
            node.requests().hedge(this, node.clocks().nanos(), patience());
        }
    }

    private void markLate(int place) {
        if (places.replica(place) == State.ASKED && place != route.self()) {
            node.router().late(route.writers()[place]);
        }
        if (places.standIn(place) == State.ASKED && places.standInNode(place) != node.self()) {
            node.router().late(places.standInNode(place));
        }
    }

    private long due(long asked) {
        return node.clocks().nanos() + node.latencies().lateAfter(asked);
    }

    private long patience() {
        return answers.patienceNanos(node.clocks().nanos());
    }

    @Override
    protected void onDeadline() {
        if (isDecided()) {
            repair();
        } else {
            stage = Stage.DECIDED;
            node.counters().timeouts++;
            listener.failed(answers.answered(), needed, true);
        }
    }

    private void settle() {
        if (stage == Stage.ASKING) {
            return;
        }
        if (!isDecided() && isEnough()) {
            stage = Stage.DECIDED;
            node.counters().readRounds.record(node.clocks().nanos() - sentNanos);
            listener.enough(answers.merged());
        }
        if (!isDecided() && id != 0 && isHopeless() && !askTheLate()) {
            stage = Stage.DECIDED;
            node.requests().close(this);
            if (beginsAgain()) {
                return;
            }
            if (isUnreadable) {
                listener.unreadable();
            } else {
                listener.failed(answers.answered(), needed, false);
            }
            return;
        }
        if (isDecided() && id != 0 && !places.anyAsked()) {
            node.requests().close(this);
            repair();
        }
    }

    /** Whoever does not hold the key any more has told who does: they are asked instead. */
    private boolean beginsAgain() {
        Route now = isMoved ? routeNow() : route;
        boolean isOther = now.serving() != route.serving() || !Arrays.equals(now.writers(), route.writers());
        if (!isOther || now.serving() == 0 || reroutesLeft == 0) {
            return false;
        }
        Needs enough = new Needs(Math.min(needs.all(), now.serving()), Math.min(needs.own(), now.serving()));
        new ReadRound(node, now, enough, listener, reroutesLeft - 1, null).start(deadlineNanos);
        return true;
    }

    /** Replicas that were passed by because they are late are better than nobody. True: that gives hope again. */
    private boolean askTheLate() {
        for (int i = 0; i < places.size(); i++) {
            long replica = route.writers()[i];
            if (places.replica(i) == State.UNASKED
                    && i != route.self()
                    && !node.router().isGone(replica)) {
                askReplica(i);
                answers.askedLate(i);
            }
        }
        return !isHopeless();
    }

    private boolean isEnough() {
        if (isOwnWanted && route.serves() && places.replica(route.self()) == State.ASKED) {
            return false;
        }
        for (long each : wanted) {
            int place = route.indexOf(each);
            if (place >= 0 && place < places.size() && places.replica(place) == State.ASKED && !answers.isLate(place)) {
                return false;
            }
        }
        int own = places.ownAnswered();
        return answers.answered() >= needed
                && own >= neededOwn
                && (own > 0 || !answers.merged().isEmpty());
    }

    private boolean isHopeless() {
        return places.possible() < needed || places.ownPossible() < neededOwn || !places.anyAsked();
    }

    private void repair() {
        if (!repairsNobody) {
            ReadRepair.repair(node, route, answers.ofReplicas(), answers.merged());
        }
    }

    /** How many more replicas to ask. */
    private int missing() {
        return Math.max(needed, neededOwn) - answers.ownInTime();
    }
}
