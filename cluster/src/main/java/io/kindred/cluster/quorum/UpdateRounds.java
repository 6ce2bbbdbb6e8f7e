package io.kindred.cluster.quorum;

import io.kindred.cluster.message.Guard;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Dot;
import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.Term;
import io.kindred.cluster.version.Versions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The read-modify-writes of one key at its first live replica. They run in rounds: all that wait when a round begins, in the
 * key's {@link KeyLine}, are called in and share one read quorum, then each is applied to the state that the one before it
 * left, and what else has waited among them begins in its place. What arrives meanwhile waits for the next round, so that
 * each update sees every update that was acknowledged before it was sent. All of one round have the same scope: a local one
 * does not wait for what is read in another datacenter.
 *
 * <p>Rounds and versions are under this node's term of the partition (docs/updates.md), which makes them exact whenever a
 * majority of the key's own replicas answers. Where too many of those are gone, updates are <em>sloppy</em>: as any write,
 * with those that stand in.
 *
 * <p>What has been stored and lacks W is in flight. When it is refused nothing of the key begins until all that is in flight
 * has been settled by the next round: {@link Settlement}.
 *
 * <ul>
 *   <li>IDLE: nothing waits. Updates may be in flight. Then CLAIMING.
 *   <li>CLAIMING: where this node has no term. Then READING.
 *   <li>READING: the round. APPLYING where it has what it needs; CLAIMING where a greater term was shown; PAUSING where the
 *       ring is changing, or a replica was lost.
 *   <li>PAUSING: for a moment. Then CLAIMING.
 *   <li>APPLYING: settles, then runs what waits, one after the other. Then IDLE.
 * </ul>
 */
final class UpdateRounds implements ReadRound.Listener {
    private static final long PAUSE_NANOS = 20_000_000L;
    private static final String NO_MAJORITY = "no majority of the key's own replicas answered in ";
    private static final String TOOK_TOO_LONG = "the key's other updates took too long";
    /** Past so many refusals in a row plain writes are asked to give way. */
    private static final int PATIENT_REFUSALS = 2;

    private enum State {
        IDLE,
        CLAIMING,
        READING,
        PAUSING,
        APPLYING
    }

    private final Coordination node;
    private final KeyLine line;
    private final Consumer<UpdateTurn> anew;
    private final UnrunUpdates unrun;
    private final RecordKey storageKey;
    private final boolean wide;
    private Route route;
    private State state = State.IDLE;
    /** Called in, in line order. */
    private List<Turn> batch = new ArrayList<>();

    private final ArrayDeque<UpdateStep> inFlight = new ArrayDeque<>();
    /** Refused, in line order. */
    private List<UpdateStep> unsettled = new ArrayList<>();
    /** Since an update was acknowledged last. */
    private int refusals;
    /** What those were refused for. */
    private Refusal refusal = Refusal.NONE;
    /** The newest that has made a version. */
    private @Nullable UpdateStep newest;

    private Term term = Term.NONE;
    /** Claims, and reads of this node's own store: what belongs to a former one comes too late. */
    private long asked;

    private @Nullable ReadRound reading;
    /** While this node claims, or reads its own store. */
    private @Nullable Wait waitingFor;
    /** Refused while a round was under way that may not have asked those who refused. */
    private boolean isReadInVain;
    /** Too few of the own replicas count, or can read, though they are there: the next round is sloppy. */
    private boolean isShort;

    /**
     * @param wide whether over all datacenters
     * @param elsewhere takes an update that was not applied because another node is to run it
     * @param anew takes the turn of one that is to be run again
     */
    UpdateRounds(Coordination node, KeyLine line, boolean wide, Consumer<Ticket> elsewhere, Consumer<UpdateTurn> anew) {
        this.node = node;
        this.line = line;
        this.anew = anew;
        this.unrun = new UnrunUpdates(node, elsewhere);
        this.storageKey = line.key();
        this.wide = wide;
        this.route = routeNow();
    }

    /** Begins a round with it. Requires: that none is under way. */
    void add(UpdateTurn turn) {
        batch.add(turn);
        begin();
    }

    private Route routeNow() {
        Route now = node.router().routeOf(storageKey);
        return wide ? node.router().wide(now) : now;
    }

    private Hold round() {
        return Hold.round(wide);
    }

    private void hold() {
        line.hold(round(), node.clocks().nanos());
    }

    private UpdateTurn turn(UpdateStep.Update update) {
        return new UpdateTurn(node, update, anew);
    }

    private int partition() {
        return storageKey.partition();
    }

    // --- a round ---

    private void begin() {
        state = State.IDLE;
        hold();
        batch.addAll(line.callIn(round()));
        route = routeNow();
        giveUpLate();
        batch.removeIf(turn -> turn instanceof UpdateTurn update && isPutOff(update.update()));
        passOn();
        if (batch.isEmpty() && unsettled.isEmpty()) {
            line.release(round());
            forgetIfIdle();
            return;
        }
        List<UpdateStep.Update> updates = updates();
        if (updates.isEmpty()) {
            term = Term.NONE;
            reading = null;
            apply(Versions.EMPTY, true);
            return;
        }
        boolean isExact = !isShort;
        for (UpdateStep.Update each : updates) {
            isExact &= WriteChance.isExact(node, route, each.ticket().quorum());
        }
        if (!isExact && !isShort && route.sets() != null && isEarly(updates)) {
            // A node of the new ring may not be connected yet.
            pause();
        } else if (isExact) {
            claim(updates);
        } else {
            term = Term.NONE;
            read(updates);
        }
    }

    /** All that the next round is for, in line order. */
    private List<UpdateStep.Update> updates() {
        List<UpdateStep.Update> all = new ArrayList<>();
        unsettled.forEach(step -> all.addAll(step.updates()));
        for (Turn turn : batch) {
            if (turn instanceof UpdateTurn update) {
                all.add(update.update());
            }
        }
        return all;
    }

    private boolean isEarly(List<UpdateStep.Update> updates) {
        long half = node.settings().timeoutNanos() / 2;
        return updates.stream()
                .allMatch(each -> each.ticket().deadlineNanos() - node.clocks().nanos() > half);
    }

    private long deadline(List<UpdateStep.Update> updates) {
        long deadline = node.clocks().nanos() + node.settings().timeoutNanos();
        for (UpdateStep.Update each : updates) {
            deadline = Math.min(deadline, each.ticket().deadlineNanos());
        }
        for (Turn turn : batch) {
            deadline = Math.min(deadline, turn.deadlineNanos());
        }
        line.hold(round(), deadline);
        return deadline;
    }

    private void claim(List<UpdateStep.Update> updates) {
        if (!route.serves()) {
            // Settles what it has stored under the term that it still holds, and claims none any more.
            term = node.terms().held(partition());
            read(updates);
            return;
        }
        state = State.CLAIMING;
        long deadline = deadline(updates);
        long claim = ++asked;
        node.terms().hold(storageKey, refusal.shown(), deadline, how -> {
            if (state != State.CLAIMING || claim != asked) {
                // Its time was up, and others have come since.
                return;
            }
            endWait();
            term = node.terms().held(partition());
            if (how == TermBook.Claimed.HELD && !term.isNone()) {
                read(updates());
            } else {
                isShort = how == TermBook.Claimed.TOO_FEW;
                pause();
            }
        });
        if (state == State.CLAIMING && claim == asked) {
            waitingFor = new Wait(deadline, NO_MAJORITY);
        }
    }

    private void endWait() {
        Wait wait = waitingFor;
        if (wait != null) {
            wait.end();
            waitingFor = null;
        }
    }

    /** For a claim, the disk, or for a moment to pass; no longer than the first of the clients does. */
    private final class Wait extends Request {
        private final String why;

        /** @param why what the clients are told, before the time that it took */
        Wait(long deadlineNanos, String why) {
            this.why = why;
            node.requests().open(this, node.clocks().nanos(), deadlineNanos);
        }

        void end() {
            node.requests().close(this);
        }

        @Override
        protected void onHedge() {
            end();
            begin();
        }

        @Override
        protected void onDeadline() {
            node.counters().timeouts++;
            asked++;
            String what = why + node.settings().timeoutMillis() + " ms";
            UpdateRounds.this.end(update -> unrun.notApplied(update, what));
        }
    }

    private void read(List<UpdateStep.Update> updates) {
        state = State.READING;
        isReadInVain = false;
        reading = null;
        if (isAlone()) {
            if (unsettled.isEmpty()) {
                enough(Versions.EMPTY);
            } else {
                readOwn(Versions.EMPTY);
            }
            return;
        }
        int reads = 1;
        int own = 0;
        for (UpdateStep.Update each : updates) {
            Needs needs = node.settings().reads(each.ticket().quorum(), route.serving());
            Needs enough = term.isNone() ? needs : needs.exact(route.serving());
            reads = Math.max(reads, enough.all());
            own = Math.max(own, enough.own());
        }
        Needs needs = new Needs(reads, own);
        ReadRound begun = term.isNone()
                ? new ReadRound(node, route, needs, this)
                : ReadRound.under(guard(), node, route, needs, this);
        reading = begun.including(refusal.nodes(), !unsettled.isEmpty());
        begun.start(deadline(updates));
    }

    /** From the third run on plain writes give way. */
    private Guard guard() {
        Guard guard = node.router().guard(storageKey, term);
        return refusals >= PATIENT_REFUSALS ? guard.holding() : guard;
    }

    private boolean isAlone() {
        return route.serving() == 1 && route.self() == 0;
    }

    @Override
    public void enough(Versions merged) {
        Term shown = merged.newestTerm(node.terms().datacenter());
        if (isReadInVain) {
            begin();
        } else if (!term.isNone() && shown.isAbove(term)) {
            // A version that was made under a term that no majority knows, or has shown yet.
            refusal = refusal.and(0, shown, false);
            begin();
        } else if (!term.isNone()
                && (hasMoved(route) || !node.terms().held(partition()).equals(term))) {
            begin();
        } else if (!unsettled.isEmpty() && !route.serves()) {
            readOwn(merged);
        } else {
            ReadRound round = reading;
            apply(merged, round == null || round.hasOwnAnswer());
        }
    }

    /** Nobody else serves the key, or others alone do by now; but what was stored here lives, too, until they have it. */
    private void readOwn(Versions merged) {
        long read = ++asked;
        waitingFor = new Wait(deadline(updates()), "this node's disk has not answered in ");
        node.replica().read(storageKey, (verdict, own) -> {
            if (state != State.READING || read != asked) {
                return;
            }
            endWait();
            if (isReadInVain) {
                begin();
            } else if (own == null) {
                apply(merged, false);
            } else {
                long flushed = node.flushStamps().of(storageKey.db());
                apply(merged.join(own.withoutStampsUpTo(flushed)), true);
            }
        });
    }

    @Override
    public void outranked(Term shown) {
        refusal = refusal.and(0, shown, false);
        node.terms().keep(partition(), shown, verdict -> {});
        begin();
    }

    @Override
    public void tooLarge() {
        Outcome refused = new Outcome.Refused(SiblingLimits.UNREADABLE);
        end(update -> unrun.refuse(update, refused));
    }

    @Override
    public void unreadable() {
        end(update -> unrun.refuse(update, Outcome.UNREADABLE));
    }

    @Override
    public void failed(int got, int needed, boolean timeout) {
        ReadRound round = reading;
        boolean isWorthAPause = !term.isNone() || !unsettled.isEmpty() || (round != null && round.isMoved());
        if (!timeout && isWorthAPause) {
            isShort = !term.isNone() && round != null && round.isShort() && !round.isMoved();
            pause();
        } else {
            String why = "got " + got + " of " + needed + " read answers";
            end(update -> unrun.notApplied(update, why));
        }
    }

    private void pause() {
        state = State.PAUSING;
        Wait wait = new Wait(deadline(updates()), NO_MAJORITY);
        node.requests().hedge(wait, node.clocks().nanos(), PAUSE_NANOS);
    }

    // --- who does not run ---

    /** Stored ones whose time is up: nobody can tell any more. */
    private void giveUpLate() {
        // Where others have the key by now, only a term that is still held can tell.
        boolean isGone = !route.serves() && node.terms().held(partition()).isNone();
        List<UpdateStep> left = new ArrayList<>();
        for (UpdateStep step : unsettled) {
            boolean isLate = isGone;
            for (UpdateStep.Update each : step.updates()) {
                isLate |= each.ticket().deadlineNanos() - node.clocks().nanos() <= 0;
            }
            if (!isLate) {
                left.add(step);
            } else if (step.dot() == null) {
                step.updates().forEach(each -> batch.add(0, turn(each)));
            } else {
                unrun.giveUp(step.updates(), "its time was up before enough replicas had it again");
            }
        }
        unsettled = left;
    }

    private boolean isPutOff(UpdateStep.Update update) {
        Ticket ticket = update.ticket();
        if (!update.wasStored() && node.waitsForOthers(ticket, route)) {
            return true;
        }
        boolean late = ticket.deadlineNanos() - node.clocks().nanos() <= 0;
        boolean chance = WriteChance.isThere(node, route, ticket.quorum());
        if (late || !chance) {
            String why = late ? TOOK_TOO_LONG : "too few nodes for the key can be reached";
            unrun.notApplied(update, why);
        }
        return late || !chance;
    }

    /**
     * What has not been stored is for the first live replica, in this node's own view; but for what was passed on to here, if
     * this node serves the key. It may be that its asker alone has lost an earlier one: were updates run here as well, the
     * term would go to and fro.
     */
    private void passOn() {
        Route now = node.router().routeOf(storageKey);
        int first = Coordinator.firstLive(node.router(), now);
        if (first >= 0 && now.writers()[first] == node.self()) {
            return;
        }
        List<Turn> mine = new ArrayList<>();
        for (Turn turn : batch) {
            if (turn instanceof UpdateTurn one
                    && !(one.update().ticket().isPassedOn() && route.serves())
                    && !mayFinish(one.update(), now)) {
                unrun.passOn(one.update());
            } else {
                mine.add(turn);
            }
        }
        batch = mine;
    }

    /**
     * Whether one whose former version took no effect runs again here, although others serve the key by now: as long as a write
     * of it must reach this node, and nobody has run updates under a greater term. To others it cannot be passed on, for some of
     * them may come to build on the former version.
     */
    private boolean mayFinish(UpdateStep.Update update, Route now) {
        return update.wasStored()
                && now.isReplica()
                && !node.terms().held(partition()).isNone();
    }

    /** The round has come to nothing: what waits for its updates goes on in any case. */
    private void end(Consumer<UpdateStep.Update> tell) {
        state = State.APPLYING;
        isShort = false;
        for (UpdateStep step : unsettled) {
            if (step.dot() == null) {
                step.updates().forEach(tell);
            } else {
                unrun.giveUp(step.updates(), "too few of the key's own replicas answered, and some have refused it");
            }
        }
        unsettled = new ArrayList<>();
        refusal = Refusal.NONE;
        List<Turn> round = batch;
        batch = new ArrayList<>();
        for (Turn turn : round) {
            if (turn instanceof UpdateTurn update) {
                tell.accept(update.update());
            } else {
                turn.begin();
            }
        }
        begin();
    }

    // --- applying ---

    /** @param isOwnKnown whether what is stored here is among what was found */
    private void apply(Versions merged, boolean isOwnKnown) {
        state = State.APPLYING;
        isShort = false;
        ReadRound round = reading;
        @Nullable
        Versions[] answers =
                round == null ? new @Nullable Versions[0] : round.answers().clone();
        UpdateStep.Found found =
                new UpdateStep.Found(route, merged, term, round == null || round.isUniform(), round == null);
        reading = null;
        if (isOfFormerTerm() || showsMore(answers)) {
            moveToUnsettled();
        }
        settle(found, answers, isOwnKnown);
        List<Turn> turns = batch;
        batch = new ArrayList<>();
        for (int i = 0; i < turns.size(); i++) {
            if (!unsettled.isEmpty()) {
                batch.addAll(turns.subList(i, turns.size()));
                break;
            }
            if (turns.get(i) instanceof UpdateTurn update) {
                run(found, update.update());
            } else {
                turns.get(i).begin();
            }
        }
        if (unsettled.isEmpty()) {
            refusal = Refusal.NONE;
        }
        begin();
    }

    private void run(UpdateStep.Found found, UpdateStep.Update update) {
        if (isPutOff(update)) {
            return;
        }
        Route now = node.router().routeOf(storageKey);
        if (!now.serves() && !(found.isExact() && mayFinish(update, now))) {
            // It has been settled here, and is to run anew, where the key is by now.
            unrun.passOn(update);
            return;
        }
        node.counters().updates++;
        node.counters().sloppyUpdates += found.isExact() ? 0 : 1;
        start(UpdateStep.of(node, this, found, update));
    }

    void start(UpdateStep step) {
        inFlight.add(step);
        step.start();
    }

    /**
     * Whether what is in flight is of a term that this node has lost since: others may have run updates meanwhile that have
     * covered it without having seen what it did, and what is built on theirs does not acknowledge it.
     */
    private boolean isOfFormerTerm() {
        UpdateStep last = newest;
        return last != null
                && !term.isNone()
                && last.isInFlight()
                && last.isExact()
                && last.dot() != null
                && !last.isUnder(term);
    }

    /** Whether a replica holds something that it would refuse what is in flight for. */
    private boolean showsMore(@Nullable Versions[] answers) {
        UpdateStep last = newest;
        Dot dot = last == null || !last.isInFlight() ? null : last.dot();
        if (last == null || dot == null || term.isNone()) {
            return false;
        }
        for (Versions answer : answers) {
            // Who has it no more has seen something that was made upon it; who has it may have been brought something
            // beside it.
            if (answer == null || (answer.clock().covers(dot) && !answer.hasLive(dot))) {
                continue;
            }
            for (Sibling sibling : answer.siblings()) {
                if (!last.covers().covers(sibling.dot())) {
                    return true;
                }
            }
        }
        return false;
    }

    private void settle(UpdateStep.Found found, @Nullable Versions[] answers, boolean isOwnKnown) {
        if (unsettled.isEmpty()) {
            return;
        }
        List<UpdateStep> refused = unsettled;
        unsettled = new ArrayList<>();
        List<Turn> rest = new ArrayList<>();
        new Settler(node, this, unrun, found)
                .settle(refused, answers, isOwnKnown)
                .forEach(each -> rest.add(turn(each)));
        rest.addAll(batch);
        batch = rest;
    }

    // --- what steps tell ---

    /** The step that has made the newest version here; it may have ended by now. */
    @Nullable
    UpdateStep newest() {
        return newest;
    }

    void made(UpdateStep step) {
        newest = step;
    }

    /** Whether a write of the key must now reach nodes that it need not have reached by a former route. */
    boolean hasMoved(Route former) {
        return RouteSets.isMore(routeNow(), former);
    }

    /** What is in flight is settled before anything else of the key begins. */
    void refused(Refusal why) {
        node.counters().updatesRefused++;
        refusals++;
        refusal = refusal.and(why);
        if (why.shown().isAbove(node.terms().kept(partition()))) {
            node.terms().keep(partition(), why.shown(), verdict -> {});
        }
        moveToUnsettled();
        if (state == State.IDLE) {
            begin();
        } else if (state == State.READING) {
            isReadInVain = true;
        }
    }

    private void moveToUnsettled() {
        for (UpdateStep step : inFlight) {
            if (!step.isDone()) {
                step.cancel();
                unsettled.add(step);
            }
        }
        inFlight.clear();
    }

    /** A step's version is where it has to be, and with it what it was made upon. */
    void acknowledged(UpdateStep step) {
        if (step.dot() == null || inFlight.peek() == step) {
            return;
        }
        for (UpdateStep before : List.copyOf(inFlight)) {
            if (before == step) {
                return;
            }
            before.enoughBy(step);
        }
    }

    /** A step has told its clients. */
    void ended() {
        refusals = 0;
        while (!inFlight.isEmpty() && inFlight.element().isDone()) {
            inFlight.remove();
        }
        if (inFlight.size() > 1) {
            // One that waits for more replicas than those behind it does not keep these.
            inFlight.removeIf(UpdateStep::isDone);
        }
        forgetIfIdle();
    }

    private void forgetIfIdle() {
        boolean isOver = state == State.IDLE && batch.isEmpty() && unsettled.isEmpty() && inFlight.isEmpty();
        if (isOver && line.rounds(wide) == this) {
            line.rounds(wide, null);
        }
    }
}
