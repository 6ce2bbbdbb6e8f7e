package io.kindred.cluster.quorum;

import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.QuorumSpec;
import io.kindred.cluster.message.Reply;
import io.kindred.cluster.version.Dot;
import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.Term;
import io.kindred.cluster.version.VersionVector;
import io.kindred.cluster.version.Versions;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One version that updates make, on its way: made from what their round has found and what is here by now, stored, and
 * spread until W have it. One version mostly stands for one update; one that is written again stands for all whose effects
 * are in it.
 *
 * <p>Its states are those of every {@link WriteCore}. Where nothing changed, but the round's answers were not alike, what was
 * found is spread; where what was seen is what a step before has made, it follows that one.
 */
final class UpdateStep extends WriteCore implements LocalReplica.WriteStep {
    /**
     * An update that waits for its client to be told.
     *
     * @param wasStored whether a former version of it is in some store, where it does not count: until the update has run
     *     again nobody can say that it was not applied
     */
    record Update(Ticket ticket, byte[][] args, UpdateFunction function, boolean wasStored) {
        Update(Ticket ticket, Operation.Update operation, UpdateFunction function) {
            this(ticket, operation.args(), function, false);
        }

        /** Run again, it is stamped anew. */
        Update again(Clocks clocks, boolean isStored) {
            return new Update(ticket.stamped(clocks.nextStamp()), args, function, wasStored || isStored);
        }
    }

    /** An update that has been run, and what its client is told once W have it. */
    record Run(Update update, Reply reply) {}

    /**
     * What the line's round has found.
     *
     * @param term none: the update is sloppy
     * @param isUniform whether all who answered have the same
     * @param isAlone whether nobody was asked, for nobody else has the key
     */
    record Found(Route route, Versions read, Term term, boolean isUniform, boolean isAlone) {
        boolean isExact() {
            return !term.isNone();
        }
    }

    private final UpdateRounds rounds;
    private final Found found;
    private final Ticket ticket;
    /** What it waits for is enough for all that it stands for. */
    private final QuorumSpec quorum;
    /** Nobody that it stands for waits longer. */
    private long deadlineNanos;
    /** Of these three one: see {@link Aim}. */
    private final @Nullable Update update;

    private final @Nullable Sibling former;
    private final @Nullable Dot told;

    private final List<Run> runs = new ArrayList<>(1);
    private final List<UpdateStep> followers = new ArrayList<>(0);
    private @Nullable Versions spread;
    private @Nullable UpdateStep followed;
    private @Nullable Refusal refusal;
    /** W have it, or what it followed. */
    private boolean isAcknowledged;

    /**
     * What a step is for: one of these.
     *
     * @param update null where a version is written again, or has to be told of
     * @param former is written again
     * @param told the version that has taken effect, as what the round has found says
     */
    private record Aim(
            @Nullable Update update,
            @Nullable Sibling former,
            @Nullable Dot told) {}

    private UpdateStep(Coordination node, UpdateRounds rounds, Found found, Ticket ticket, QuorumSpec quorum, Aim aim) {
        super(node, found.route(), ticket.quorum().global());
        this.rounds = rounds;
        this.found = found;
        this.ticket = ticket;
        this.quorum = quorum;
        this.deadlineNanos = ticket.deadlineNanos();
        this.update = aim.update();
        this.former = aim.former();
        this.told = aim.told();
    }

    /** Runs an update. */
    static UpdateStep of(Coordination node, UpdateRounds rounds, Found found, Update update) {
        Ticket ticket = update.ticket();
        return new UpdateStep(node, rounds, found, ticket, ticket.quorum(), new Aim(update, null, null));
    }

    /** Writes a version again that counts, for all whose effects are in it; there is at least one. */
    static UpdateStep again(Coordination node, UpdateRounds rounds, Found found, Sibling former, List<Run> runs) {
        return of(node, rounds, found, runs, new Aim(null, former, null));
    }

    /** What was found says that a version has taken effect: W are to have it before that is told. */
    static UpdateStep confirming(Coordination node, UpdateRounds rounds, Found found, Dot told, List<Run> runs) {
        return of(node, rounds, found, runs, new Aim(null, null, told));
    }

    private static UpdateStep of(Coordination node, UpdateRounds rounds, Found found, List<Run> runs, Aim aim) {
        Ticket last =
                runs.get(runs.size() - 1).update().again(node.clocks(), true).ticket();
        QuorumSpec quorum = last.quorum();
        for (Run run : runs) {
            QuorumSpec its = run.update().ticket().quorum();
            quorum = node.settings().strongest(quorum, its, found.route().writers().length);
        }
        UpdateStep step = new UpdateStep(node, rounds, found, last, quorum, aim);
        step.runs.addAll(runs);
        for (Run run : runs) {
            long its = run.update().ticket().deadlineNanos();
            step.deadlineNanos = its - step.deadlineNanos < 0 ? its : step.deadlineNanos;
        }
        return step;
    }

    void start() {
        if (isAlone()) {
            awaitDisk(updates().stream().map(Update::ticket).toList(), deadlineNanos);
        } else {
            awaitW(
                    quorum,
                    deadlineNanos,
                    found.isExact() ? node.router().guard(route.storageKey(), found.term()) : null);
        }
        if (told != null && !route.isReplica()) {
            spread = found.read();
            stored();
        } else {
            node.replica().write(route.storageKey(), this);
        }
    }

    // --- what its rounds ask ---

    boolean isDone() {
        return state() == State.DONE;
    }

    /** Whether it may still be refused. */
    boolean isInFlight() {
        return state() == State.MAKING || state() == State.SPREADING;
    }

    /** The updates that it stands for, run or not. */
    List<Update> updates() {
        Update only = update;
        return only != null ? List.of(only) : runs.stream().map(Run::update).toList();
    }

    List<Run> runs() {
        return runs;
    }

    /** The version that was stored; null: none. */
    @Nullable
    Dot dot() {
        LocalWrite write = made();
        return write == null ? told : write.sibling().dot();
    }

    /** Whether its version was made under some term. */
    boolean isExact() {
        return found.isExact();
    }

    /** Whether its version was made under this term, which is one. */
    boolean isUnder(Term term) {
        return !term.isNone() && found.term().equals(term);
    }

    /** What it was made upon, and itself. */
    VersionVector covers() {
        LocalWrite write = made();
        return write == null ? VersionVector.EMPTY : write.delta().clock();
    }

    /** Its rounds settle it: nobody is waited for any more. */
    void cancel() {
        state(State.CANCELLED);
        endWaiting();
    }

    /** Whether a container is what this step has left. */
    private boolean hasLeft(Versions held) {
        LocalWrite write = made();
        return write != null && write.stored().sameAs(held);
    }

    // --- making ---

    @Override
    public @Nullable Versions next(Versions current) {
        if (state() != State.MAKING) {
            // Refused meanwhile; or the disk took so long to find the key that the asker has been told.
            return null;
        }
        Refusal why = found.isExact() ? refusalHere(current) : null;
        if (why != null) {
            refusal = why;
            return null;
        }
        long flushed = node.flushStamps().of(route.storageKey().db());
        Versions held = current.join(found.read().withoutStampsUpTo(flushed));
        if (told != null) {
            spread = held;
            return held.sameAs(current) ? null : held;
        }
        return former != null ? writeAgain(held, former) : run(current, held);
    }

    private @Nullable Refusal refusalHere(Versions current) {
        Versions read = found.isAlone() ? null : found.read();
        return LocalRefusal.of(node.terms(), route.storageKey(), found.term(), current, read);
    }

    private @Nullable Versions writeAgain(Versions held, Sibling counted) {
        Sibling counting = held.counting();
        if (counting == null || !counting.dot().equals(counted.dot())) {
            refusal = Refusal.NONE;
            return null;
        }
        return write(held, new LocalWrite.Content(counted.value(), counted.expireAtMillis()));
    }

    private @Nullable Versions run(Versions current, Versions held) {
        Update only = update;
        if (only == null) {
            throw new IllegalStateException("a step without an update");
        }
        long nowMillis = node.clocks().wallMillis();
        long reapMark = node.replica().reapMark(route.storageKey());
        UpdateFunction.Result applied =
                only.function().apply(only.args(), LiveValue.of(held.settled(reapMark), nowMillis), nowMillis);
        runs.add(new Run(only, applied.reply()));
        UpdateFunction.Change change = applied.change();
        if (change != null) {
            if (held.valueCount() > 1) {
                node.counters().lwwLosers += held.valueCount() - 1;
            }
            return write(held, new LocalWrite.Content(change.value(), change.expireAtMillis()));
        }
        UpdateStep before = rounds.newest();
        boolean isOfBefore = before != null && (before.isInFlight() || before.isAcknowledged) && before.hasLeft(held);
        boolean isAlike = found.isUniform() && held.sameAs(found.read());
        if (before != null && isOfBefore && meetsNeedsOf(this, before)) {
            followed = before;
        } else if (isOfBefore || (found.isExact() && !found.isAlone() && !isAlike)) {
            spread = held;
        }
        return held.sameAs(current) ? null : held;
    }

    private Versions write(Versions held, LocalWrite.Content content) {
        long reapMark = node.replica().reapMark(route.storageKey());
        LocalWrite.Basis basis = LocalWrite.Basis.under(found.term(), held, reapMark);
        Dot dot = node.replica().nextDot(route.storageKey(), held.clock(), basis.context());
        LocalWrite write = LocalWrite.make(node, ticket, route.storageKey().db(), dot, basis, content);
        made(write);
        spread = write.delta();
        rounds.made(this);
        return write.stored();
    }

    @Override
    boolean isMade() {
        return true;
    }

    @Override
    void stored() {
        Refusal why = refusal;
        Versions delta = spread;
        UpdateStep before = followed;
        if (why != null) {
            rounds.refused(why);
        } else if (delta != null && !isAlone()) {
            spread(delta);
        } else if (before != null && !before.isDone()) {
            state(State.FOLLOWING);
            endWaiting();
            before.followers.add(this);
        } else {
            endWaiting();
            LocalWrite write = made();
            if (write != null) {
                sendFar(write);
            }
            enough();
        }
    }

    @Override
    void refused(Verdict verdict) {
        Refusal why = refusal;
        if (why != null) {
            rounds.refused(why);
            return;
        }
        String error = WriteChance.refusal(verdict);
        Outcome outcome = error != null
                ? new Outcome.Refused(error)
                : new Outcome.NoQuorum(
                        "the coordinator could not read or write the key; the update may still take effect");
        tell(outcome);
        end();
    }

    @Override
    void over() {
        end();
    }

    // --- the end ---

    @Override
    public void enough() {
        if (found.isExact() && spread != null && rounds.hasMoved(route)) {
            rounds.refused(Refusal.NONE.and(0, Term.NONE, true));
            return;
        }
        acknowledge();
    }

    private void acknowledge() {
        rounds.acknowledged(this);
        for (Run run : runs) {
            node.outbox().reply(run.update().ticket().origin(), new Outcome.Updated(run.reply()));
        }
        isAcknowledged = true;
        List<UpdateStep> behind = List.copyOf(followers);
        end();
        behind.forEach(UpdateStep::ledToEnough);
    }

    /** Whether enough for one step is enough for another. */
    private boolean meetsNeedsOf(UpdateStep step, UpdateStep met) {
        return node.settings().isMetBy(step.quorum, met.quorum, route.writers().length);
    }

    /**
     * What was made upon this one's version is acknowledged: so is this one, wherever its own version has come to, unless it
     * waits for more.
     */
    void enoughBy(UpdateStep later) {
        Dot dot = dot();
        if (state() == State.SPREADING && dot != null && later.covers().covers(dot) && meetsNeedsOf(this, later)) {
            endWaiting();
            acknowledge();
        }
    }

    private void ledToEnough() {
        if (state() == State.FOLLOWING) {
            enough();
        }
    }

    private void ledToFailure(int got, int needed) {
        if (state() == State.FOLLOWING) {
            failed(got, needed);
        }
    }

    @Override
    public void failed(int got, int needed) {
        tell(new Outcome.NoQuorum("got " + got + " of " + needed + " write acknowledgements in "
                + node.settings().timeoutMillis() + " ms; the update may still take effect"));
        List<UpdateStep> behind = List.copyOf(followers);
        end();
        behind.forEach(step -> step.ledToFailure(got, needed));
    }

    private void tell(Outcome outcome) {
        for (Update each : updates()) {
            node.outbox().reply(each.ticket().origin(), outcome);
        }
    }

    private void end() {
        state(State.DONE);
        rounds.ended();
    }

    @Override
    public void refused(Refusal why) {
        rounds.refused(why);
    }
}
