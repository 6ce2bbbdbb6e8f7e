package io.kindred.cluster.quorum;

import io.kindred.cluster.message.Guard;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.message.QuorumSpec;
import io.kindred.cluster.message.Record;
import io.kindred.cluster.message.RequestMessage;
import io.kindred.cluster.quorum.Places.State;
import io.kindred.cluster.version.Term;
import io.kindred.cluster.version.Versions;
import io.kindred.cluster.version.VersionsCodec;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Spreads a write over its N places and waits until W of them have it durably (Dynamo, sections 4.5 and 4.6); while the
 * ring changes, over all places of its route, and until W of each set have it.
 *
 * <p>A replica that is avoided, lost or refuses is stood in for at once by the next healthy node of the walk; one that is
 * late, as soon as it is and W is not met yet. Where nobody is left to stand in, this node keeps the write for it. The
 * round lives on after W until every place has answered or the deadline, and then keeps the write for every replica
 * that nobody has it for.
 *
 * <p>An update's round, under a term, waits for a majority of each set's own replicas, for as long as they are not gone; only
 * then do stand-ins count, and the update is sloppy. A replica may refuse it: where too few are left then, the listener is
 * told why, and the round is over.
 *
 * <p>Where this node is a replica the round begins with its own write under way; {@link #proceed} says that it is
 * durable. So the deadline holds for a slow disk too.
 *
 * <ul>
 *   <li>STORING: nothing was sent yet. SENDING; DECIDED where the disk took too long.
 *   <li>SENDING: an answer that comes while places are still being asked decides nothing. WAITING.
 *   <li>WAITING: for acknowledgements. DECIDED where W have it, or cannot have it, or the time is up, or replicas have refused;
 *       AWAITING_NEWS where too few are left while the ring changes.
 *   <li>AWAITING_NEWS: for a moment; then SENDING, by the ring as it is by then, if need be in a round of its own.
 *   <li>DECIDED: the listener has been told, or does not want to be. Closed when all places have answered.
 * </ul>
 */
final class WriteRound extends Request {
    /** About as long as it takes to be connected to, or told of, a node that has just come into the ring. */
    private static final long ASK_AGAIN_NANOS = 20_000_000L;

    private enum Stage {
        STORING,
        SENDING,
        WAITING,
        AWAITING_NEWS,
        DECIDED
    }

    private final Coordination node;
    private final Route route;
    private final QuorumSpec quorum;
    private final @Nullable Guard guard;
    private WriteNeeds needs;
    /** Whether stand-ins do not count. */
    private boolean isExact;

    private @Nullable Refusal refusal;
    private final Listener listener;
    private final Places places;
    /** Null: nothing was sent yet. */
    private @Nullable WriteCopies copies;

    private long sentNanos;
    /** Before this nobody who was asked is late. */
    private long hedgeNanos;

    private long deadlineNanos;
    private Stage stage = Stage.STORING;
    /** What goes on in place of this one, by a newer route. */
    private @Nullable WriteRound successor;

    private boolean sloppy;

    interface Listener {
        void enough();

        /** {@code got} acknowledgements came, and no more can, or not in time. */
        void failed(int got, int needed);

        /**
         * A replica has live siblings that the write did not cover. True: the listener writes again above them, and
         * this round is over.
         */
        boolean supersedes(Versions uncovered);

        /** Replicas have refused an update, and too few others are left. */
        default void refused(Refusal why) {
            throw new IllegalStateException("a write without a term was refused: " + why);
        }
    }

    WriteRound(Coordination node, Route route, QuorumSpec quorum, Listener listener) {
        this(node, route, quorum, listener, null);
    }

    /** @param guard of an update under a term; null: nobody refuses it */
    WriteRound(Coordination node, Route route, QuorumSpec quorum, Listener listener, @Nullable Guard guard) {
        this.node = node;
        this.route = route;
        this.quorum = quorum;
        this.guard = guard;
        this.isExact = guard != null;
        this.needs = isExact
                ? WriteNeeds.exact(node.settings(), quorum, route)
                : WriteNeeds.of(node.settings(), quorum, route);
        this.listener = listener;
        this.places = new Places(node.router(), route, route.writers().length);
    }

    void begin(long deadlineNanos) {
        this.deadlineNanos = deadlineNanos;
        if (route.isReplica()) {
            places.replica(route.self(), State.ASKED);
        }
        node.requests().open(this, node.clocks().nanos(), deadlineNanos);
    }

    /** The listener waits for nothing any more, nor is told anything. */
    void abandon() {
        WriteRound next = successor;
        if (next != null) {
            next.abandon();
        }
        stage = Stage.DECIDED;
        node.requests().close(this);
    }

    /** Whether the listener has been told how it ended. */
    boolean isOver() {
        WriteRound next = successor;
        return next == null ? isDecided() : next.isOver();
    }

    private boolean isDecided() {
        return stage == Stage.DECIDED;
    }

    /** Sends; what this node itself is a replica of is durable here by now. */
    void proceed(Versions written) {
        proceed(List.of(new Record(route.storageKey(), written)));
    }

    /** As {@link #proceed(Versions)}, with several records of the route's partition, which a replica has all of, or none. */
    void proceed(List<Record> written) {
        WriteCopies made = new WriteCopies(node, route, guard, written);
        copies = made;
        if (id == 0) {
            // The disk here took longer than the client waited.
            made.asRepairs();
            return;
        }
        for (int i = 0; i < written.size(); i++) {
            node.requests().weigh(this, VersionsCodec.sizeBytes(written.get(i).versions()));
        }
        sentNanos = node.clocks().nanos();
        if (route.isReplica()) {
            boolean counts = node.terms().counts(route.storageKey().partition());
            places.replica(route.self(), counts ? State.ANSWERED : State.STANDS_IN);
        }
        stage = Stage.SENDING;
        for (int i = 0; i < places.size(); i++) {
            if (places.replica(i) == State.UNASKED) {
                askReplica(i, made);
            }
        }
        if (!isDecided()) {
            stage = Stage.WAITING;
        }
        settle();
        if (id != 0 && stage != Stage.AWAITING_NEWS && places.anyAsked()) {
            hedgeAfter(sentNanos, patience());
        }
    }

    private void hedgeAfter(long nowNanos, long patienceNanos) {
        hedgeNanos = nowNanos + patienceNanos;
        node.requests().hedge(this, nowNanos, patienceNanos);
    }

    private void askReplica(int place, WriteCopies made) {
        long replica = route.writers()[place];
        // Whoever is only late is waited for where nobody may stand in.
        boolean isPassedBy =
                isExact ? node.router().isGone(replica) : node.router().avoids(replica);
        if (isPassedBy) {
            places.replica(place, State.SKIPPED);
            askStandIn(place, made);
        } else {
            places.replica(place, State.ASKED);
            made.toReplica(place, id);
        }
    }

    /** True if there was another one to ask. */
    private boolean askStandIn(int place, WriteCopies made) {
        long standIn = places.assign(place);
        if (standIn == node.self()) {
            made.toSelf(place, (verdict, uncovered) -> onStandIn(place, verdict, uncovered));
        } else if (standIn != 0) {
            made.toStandIn(standIn, place, id);
        }
        return standIn != 0;
    }

    @Override
    public void onDeltasAck(long from, RequestMessage.DeltasAck ack) {
        int place = route.indexOf(from);
        if (place >= 0) {
            noteRefusal(place, ack);
        }
        answered(from, place, ack.verdict(), ack.uncovered());
    }

    @Override
    protected void onAcknowledged(long from) {
        answered(from, route.indexOf(from), Verdict.OK, null);
    }

    private void answered(long from, int place, Verdict verdict, @Nullable Versions uncovered) {
        node.latencies().answered(from, node.clocks().nanos() - sentNanos, route.wide());
        int stoodIn = place >= 0 ? -1 : places.standInPlace(from);
        if (place >= 0) {
            onReplica(place, verdict, uncovered);
        } else if (stoodIn >= 0) {
            onStandIn(stoodIn, verdict, uncovered);
        }
    }

    private void noteRefusal(int place, RequestMessage.DeltasAck ack) {
        Verdict verdict = ack.verdict();
        boolean isRule = verdict == Verdict.OLD_TERM || verdict == Verdict.UNCOVERED || verdict == Verdict.OLD_RING;
        if (isRule && places.replica(place) == State.ASKED) {
            Refusal before = refusal == null ? Refusal.NONE : refusal;
            refusal = before.and(route.writers()[place], ack.shown(), verdict == Verdict.OLD_RING);
        }
    }

    private void onReplica(int place, Verdict verdict, @Nullable Versions uncovered) {
        if (places.replica(place) != State.ASKED) {
            return;
        }
        if (verdict == Verdict.OK || verdict == Verdict.UNCOUNTED) {
            places.replica(place, verdict == Verdict.OK ? State.ANSWERED : State.STANDS_IN);
            acknowledged(uncovered);
        } else if (refusal != null && refusal.isBy(route.writers()[place])) {
            places.replica(place, State.FAILED);
            settle();
        } else {
            if (verdict == Verdict.NOT_MINE) {
                places.refuse(place);
            }
            failReplica(place);
        }
    }

    private void failReplica(int place) {
        places.replica(place, State.FAILED);
        WriteCopies made = copies;
        boolean isWanted = !places.isRefused(place) || needs.isOfTarget(place);
        if (made != null && isWanted && places.standIn(place) == State.UNASKED) {
            askStandIn(place, made);
        }
        settle();
    }

    private void onStandIn(int place, Verdict verdict, @Nullable Versions uncovered) {
        if (id == 0 || places.standIn(place) != State.ASKED) {
            return;
        }
        WriteCopies made = copies;
        if (verdict == Verdict.OK) {
            places.standIn(place, State.ANSWERED);
            if (!sloppy) {
                sloppy = true;
                node.counters().sloppyWrites++;
            }
            acknowledged(uncovered);
        } else if (made != null) {
            places.standIn(place, State.FAILED);
            askStandIn(place, made);
            settle();
        }
    }

    private void acknowledged(@Nullable Versions uncovered) {
        if (!isDecided() && uncovered != null && listener.supersedes(uncovered)) {
            stage = Stage.DECIDED;
            node.requests().close(this);
            return;
        }
        settle();
    }

    @Override
    protected void onPeerLost(long peer) {
        int place = route.indexOf(peer);
        if (place >= 0 && place != route.self() && places.replica(place) == State.ASKED) {
            failReplica(place);
        }
        int stoodIn = places.standInPlace(peer);
        if (stoodIn >= 0) {
            onStandIn(stoodIn, Verdict.FAILED, null);
        }
    }

    /** Whoever has not answered by now is late; while W is not met, somebody else is asked as well. */
    @Override
    protected void onHedge() {
        WriteCopies made = copies;
        if (made == null || node.clocks().nanos() - hedgeNanos < 0) {
            return;
        }
        if (stage == Stage.AWAITING_NEWS) {
            askAgain(made);
            return;
        }
        boolean asked = false;
        for (int i = 0; i < places.size() && id != 0; i++) {
            if (i == route.self() || places.isAnswered(i)) {
                continue;
            }
            if (places.replica(i) == State.ASKED) {
                node.router().late(route.writers()[i]);
            }
            if (places.standIn(i) == State.ASKED && places.standInNode(i) != node.self()) {
                node.router().late(places.standInNode(i));
            }
            boolean isWanted = !places.isRefused(i) || needs.isOfTarget(i);
            if (!isDecided() && !isExact && isWanted && places.standIn(i) != State.FAILED) {
                asked |= askStandIn(i, made);
            }
        }
        settle();
        if (asked && id != 0 && !isDecided()) {
            node.counters().hedges++;
            hedgeAfter(node.clocks().nanos(), patience());
        }
    }

    private long patience() {
        return places.patienceNanos(node.latencies());
    }

    @Override
    protected void onDeadline() {
        if (!isDecided()) {
            stage = Stage.DECIDED;
            node.counters().timeouts++;
            fail();
        }
        keepForTheRest();
    }

    /** Decides where that is possible by now, and ends when there is nothing left to wait for. */
    private void settle() {
        if (stage == Stage.SENDING) {
            return;
        }
        if (!isDecided() && needs.isMet(places)) {
            enough();
        }
        if (!isDecided() && isHopeless()) {
            Refusal why = refusal;
            if (why != null) {
                stage = Stage.DECIDED;
                node.requests().close(this);
                listener.refused(why);
                return;
            }
            relax();
        }
        if (!isDecided() && isHopeless() && !askTheLate() && !awaitNews()) {
            stage = Stage.DECIDED;
            fail();
        }
        if (isDecided() && id != 0 && !places.anyAsked()) {
            node.requests().close(this);
            keepForTheRest();
        }
    }

    private void enough() {
        stage = Stage.DECIDED;
        node.counters().writeRounds.record(node.clocks().nanos() - sentNanos);
        listener.enough();
    }

    /** Too many of the key's own replicas are gone: those that stand in for them count after all. */
    private void relax() {
        if (isExact && copies != null) {
            isExact = false;
            node.counters().sloppyUpdates++;
            needs = WriteNeeds.of(node.settings(), quorum, route);
            if (needs.isMet(places)) {
                enough();
            }
        }
    }

    private void fail() {
        int set = needs.unmet(places);
        listener.failed(needs.answered(places, set), needs.all(set));
    }

    private boolean isHopeless() {
        return needs.isHopeless(places);
    }

    /** Replicas that were passed by because they are late are better than nobody. True: that gives hope again. */
    private boolean askTheLate() {
        WriteCopies made = copies;
        for (int i = 0; i < places.size() && made != null && id != 0; i++) {
            long replica = route.writers()[i];
            if (places.replica(i) == State.SKIPPED && !node.router().isGone(replica)) {
                places.replica(i, State.ASKED);
                made.toReplica(i, id);
            }
        }
        return !isHopeless();
    }

    /**
     * True while the ring changes: a node of the new ring may not be connected yet, or not have heard that it takes the key's
     * writes. In a moment all who have not answered are asked again.
     */
    private boolean awaitNews() {
        if (id == 0 || copies == null || !(isChanging() || places.isAnyRefused())) {
            return false;
        }
        if (stage != Stage.AWAITING_NEWS) {
            stage = Stage.AWAITING_NEWS;
            for (int i = 0; i < places.size(); i++) {
                if (places.isRefused(i)) {
                    node.router().compareRings(route.writers()[i]);
                }
            }
            hedgeAfter(node.clocks().nanos(), ASK_AGAIN_NANOS);
        }
        return true;
    }

    private boolean isChanging() {
        return route.sets() != null;
    }

    private void askAgain(WriteCopies made) {
        Route scoped = node.router().routeOf(route.storageKey(), route.wide());
        boolean isOther = !Arrays.equals(scoped.writers(), route.writers());
        if (isOther && guard != null) {
            stage = Stage.DECIDED;
            node.requests().close(this);
            listener.refused(Refusal.NONE.and(0, Term.NONE, true));
            return;
        }
        // Where this node is a replica by the new one only, nothing is stored here yet.
        if (isOther && (route.isReplica() || !scoped.isReplica())) {
            stage = Stage.DECIDED;
            node.requests().close(this);
            WriteRound anew = new WriteRound(node, scoped, quorum, listener);
            successor = anew;
            anew.begin(deadlineNanos);
            anew.proceed(made.written());
            return;
        }
        stage = Stage.SENDING;
        places.forgetRefusals();
        for (int i = 0; i < places.size(); i++) {
            if (!places.isAnswered(i) && !places.isAsked(i)) {
                askReplica(i, made);
            }
        }
        if (!isDecided()) {
            stage = Stage.WAITING;
        }
        settle();
        if (id != 0 && stage != Stage.AWAITING_NEWS && places.anyAsked()) {
            hedgeAfter(node.clocks().nanos(), patience());
        }
    }

    private void keepForTheRest() {
        WriteCopies made = copies;
        for (int i = 0; i < places.size() && made != null; i++) {
            boolean isWanted = !places.isRefused(i) || needs.isOfTarget(i);
            if (refusal != null && refusal.isBy(route.writers()[i])) {
                // Others have it by now, so it is as any version that this replica lacks.
                made.asRepair(i);
            } else if (i != route.self() && isWanted && !places.isAnswered(i)) {
                made.keep(i);
            }
        }
    }
}
