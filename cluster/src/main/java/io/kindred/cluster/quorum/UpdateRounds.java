package io.kindred.cluster.quorum;

import io.kindred.cluster.message.Guard;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Term;
import io.kindred.cluster.version.Versions;
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

    private final StepsInFlight inFlight = new StepsInFlight();
    /** Refused, in line order. */
    private List<UpdateStep> unsettled = new ArrayList<>();
    /** Since an update was acknowledged last. */
    private int refusals;
    /** What those were refused for. */
    private Refusal refusal = Refusal.NONE;

    private Term term = Term.NONE;
    /** Claims, and reads of this node's own store: what belongs to a former one comes too late. */
    private long asked;

    private @Nullable ReadRound reading;
    /** While this node claims, or reads its own store. */
    private @Nullable RoundWait waitingFor;
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
        return node.router().routeOf(storageKey, wide);
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
        batch.removeIf(turn -> turn instanceof UpdateTurn update && unrun.isPutOff(update.update(), route));
        batch = unrun.passOn(batch, storageKey, route);
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
        boolean isExact = !isShort && UpdateNeeds.isExact(node, updates, route);
        if (!isExact && !isShort && route.sets() != null && UpdateNeeds.isEarly(node, updates)) {
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
            waitingFor = await(deadline, NO_MAJORITY);
        }
    }

    private void endWait() {
        RoundWait wait = waitingFor;
        if (wait != null) {
            wait.end();
            waitingFor = null;
        }
    }

    private RoundWait await(long deadlineNanos, String why) {
        return new RoundWait(node, deadlineNanos, this::begin, () -> {
            asked++;
            String what = why + node.settings().timeoutMillis() + " ms";
            end(update -> unrun.notApplied(update, what));
        });
    }

    private void read(List<UpdateStep.Update> updates) {
        state = State.READING;
        isReadInVain = false;
        reading = null;
        if (route.serving() == 1 && route.self() == 0) {
            if (unsettled.isEmpty()) {
                enough(Versions.EMPTY);
            } else {
                readOwn(Versions.EMPTY);
            }
            return;
        }
        Needs needs = UpdateNeeds.reads(node.settings(), updates, route, !term.isNone());
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
        waitingFor = await(deadline(updates()), "this node's disk has not answered in ");
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
        await(deadline(updates()), NO_MAJORITY).forAMoment(PAUSE_NANOS);
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
        if (inFlight.isOfFormerTerm(term) || inFlight.isSeenMoreBy(answers, term)) {
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
        if (unrun.isPutOff(update, route)) {
            return;
        }
        Route now = node.router().routeOf(storageKey);
        if (!now.serves() && !(found.isExact() && unrun.mayFinish(update, storageKey, now))) {
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
        return inFlight.newest();
    }

    void made(UpdateStep step) {
        inFlight.made(step);
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
        unsettled.addAll(inFlight.takeAll());
    }

    /** A step's version is where it has to be, and with it what it was made upon. */
    void acknowledged(UpdateStep step) {
        inFlight.acknowledged(step);
    }

    /** A step has told its clients. */
    void ended() {
        refusals = 0;
        inFlight.forgetEnded();
        forgetIfIdle();
    }

    private void forgetIfIdle() {
        boolean isOver = state == State.IDLE && batch.isEmpty() && unsettled.isEmpty() && inFlight.isEmpty();
        if (isOver && line.rounds(wide) == this) {
            line.rounds(wide, null);
        }
    }
}
