package io.kindred.cluster.quorum;

import io.kindred.cluster.message.Guard;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.Reply;
import io.kindred.cluster.message.SizeLimits;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Term;
import io.kindred.cluster.version.Versions;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A read-modify-write of several keys of one partition, at their first live replica: nobody sees some of its changes without
 * the others, and no update of these keys comes between what it reads and what it writes. It stands in the lines of all of its
 * keys, reads them under this node's term of the partition, runs its function, stores all edits in one commit and spreads them
 * as one {@link io.kindred.cluster.message.RequestMessage.Deltas}, which each replica joins all or none. The lines are its own until
 * W have it.
 *
 * <p>It is refused as the updates of one key are ({@link UpdateRounds}), and settled by the same rules ({@link
 * GroupSettlement}): it is written again where it has taken effect, runs again where it has not, and else nobody can say what
 * came of it.
 *
 * <ul>
 *   <li>WAITING: in the lines of its keys, and until updates there that are in flight have ended. CLAIMING; DONE where its time
 *       is up, or another node is to run it.
 *   <li>CLAIMING: where this node has no term. READING.
 *   <li>READING: MAKING where it has what it needs; CLAIMING where a greater term was shown; PAUSING where the ring is changing,
 *       or a replica was lost.
 *   <li>PAUSING: for a moment. Then CLAIMING.
 *   <li>MAKING: in the chains of its keys. SPREADING; WAITING where the function asks for more keys; CLAIMING where this node's
 *       own store refuses it.
 *   <li>SPREADING: W awaited. DONE; CLAIMING where it is refused.
 *   <li>DONE: the client has been told, and others have the lines.
 * </ul>
 */
final class GroupUpdate implements GroupRead.Listener, WriteRound.Listener {
    private static final long PAUSE_NANOS = 20_000_000L;
    /** Past so many refusals plain writes are asked to give way. */
    private static final int PATIENT_REFUSALS = 2;

    /** So often it begins anew for keys that nobody has named. */
    private static final int ANEW_MAX = 100;

    private static final String NOT_KNOWN = "; the update may still take effect";
    private static final String TOO_LARGE = "OOM what a transaction or script changes, or answers, is more than "
            + SizeLimits.READ_BYTES_MAX + " bytes; nothing was applied";
    private static final String TOO_MANY_MORE =
            "ERR a script touches more than " + ANEW_MAX + " keys that it does not name; nothing was applied";

    private enum State {
        WAITING,
        CLAIMING,
        READING,
        PAUSING,
        MAKING,
        SPREADING,
        DONE
    }

    private final Coordination node;
    private final GroupFunction function;
    private final Consumer<Ticket> elsewhere;
    private final Deadline deadline = new Deadline();
    private Ticket ticket;
    private final GroupLines lines;
    private State state = State.WAITING;
    private Route route;
    private Term term = Term.NONE;
    /** What belongs to a former one comes too late. */
    private int attempt;

    private int anew;
    private int refusals;
    private Refusal refusal = Refusal.NONE;
    /** Too few of the own replicas count, or can read, though they are there: the next round is sloppy. */
    private boolean isShort;
    /** Whether a version of it is in some store. */
    private boolean wasStored;
    /** What it has stored and is to be settled. */
    private @Nullable GroupStep unsettled;

    private @Nullable GroupRead reading;
    private @Nullable GroupStep making;
    private @Nullable WriteRound round;
    private Reply reply = Reply.NIL;

    private GroupUpdate(
            Coordination node, Ticket ticket, GroupFunction function, Consumer<Ticket> elsewhere, Route route) {
        this.node = node;
        this.ticket = ticket;
        this.lines = new GroupLines(node, ticket.deadlineNanos(), this::begin, this::notApplied);
        this.function = function;
        this.elsewhere = elsewhere;
        this.route = route;
    }

    /** @param elsewhere takes it if it was not applied, for another node is to run it */
    static void start(Coordination node, Ticket ticket, GroupFunction function, Consumer<Ticket> elsewhere) {
        Operation operation = ticket.operation();
        Route route = node.router().route(operation.db(), operation.key());
        GroupUpdate update = new GroupUpdate(node, ticket, function, elsewhere, route);
        node.counters().groupUpdates++;
        node.requests().open(update.deadline, node.clocks().nanos(), ticket.deadlineNanos());
        update.stand(update.lines.stand(((Operation.GroupUpdate) operation).keys()));
    }

    /** While anything but W is waited for. */
    private final class Deadline extends Request {
        @Override
        protected void onHedge() {
            if (state == State.PAUSING) {
                begin();
            }
        }

        @Override
        protected void onDeadline() {
            node.counters().timeouts++;
            notApplied(
                    "the keys could not be had, or read, in " + node.settings().timeoutMillis() + " ms");
        }
    }

    private void stand(@Nullable String error) {
        if (error != null) {
            end(new Outcome.Refused(error));
        }
    }

    private List<RecordKey> keys() {
        return lines.keys();
    }

    // --- a round ---

    private void begin() {
        attempt++;
        endReading();
        Route now = node.router().routeOf(keys().get(0));
        route = ticket.quorum().global() ? node.router().wide(now) : now;
        if (ticket.deadlineNanos() - node.clocks().nanos() <= 0) {
            notApplied("the keys' other operations took too long");
        } else if (!wasStored && node.waitsForOthers(ticket, now)) {
            leave();
        } else if (!WriteChance.isThere(node, route, ticket.quorum())) {
            notApplied("too few nodes for the keys can be reached");
        } else if (isForAnother(now)) {
            passOn();
        } else if (!isShort && WriteChance.isExact(node, route, ticket.quorum())) {
            claim();
        } else if (!isShort && route.sets() != null && isEarly()) {
            // A node of the new ring may not be connected yet.
            pause();
        } else {
            term = Term.NONE;
            read();
        }
    }

    private void endReading() {
        GroupRead begun = reading;
        if (begun != null) {
            begun.cancel();
        }
        reading = null;
    }

    private boolean isForAnother(Route now) {
        int first = Coordinator.firstLive(node.router(), now);
        boolean isHere = first >= 0 && now.writers()[first] == node.self();
        return !isHere && !(ticket.isPassedOn() && now.serves()) && !(wasStored && now.isReplica());
    }

    private void passOn() {
        if (wasStored) {
            notApplied("other nodes have the keys by now");
        } else {
            leave();
            elsewhere.accept(ticket);
        }
    }

    private boolean isEarly() {
        return ticket.deadlineNanos() - node.clocks().nanos() > node.settings().timeoutNanos() / 2;
    }

    private void claim() {
        int partition = keys().get(0).partition();
        if (!route.serves()) {
            // Settles what it has stored under the term that it still holds, and claims none any more.
            term = node.terms().held(partition);
            if (term.isNone()) {
                notApplied("other nodes have the keys by now");
            } else {
                read();
            }
            return;
        }
        state = State.CLAIMING;
        int claim = attempt;
        node.terms().hold(keys().get(0), refusal.shown(), ticket.deadlineNanos(), how -> {
            if (state != State.CLAIMING || claim != attempt) {
                return;
            }
            term = node.terms().held(partition);
            if (how == TermBook.Claimed.HELD && !term.isNone()) {
                read();
            } else {
                isShort = how == TermBook.Claimed.TOO_FEW;
                pause();
            }
        });
    }

    private void pause() {
        state = State.PAUSING;
        node.requests().hedge(deadline, node.clocks().nanos(), PAUSE_NANOS);
    }

    private void read() {
        state = State.READING;
        if (route.serving() == 1 && route.self() == 0 && unsettled == null) {
            List<GroupRead.Found> alone = new ArrayList<>();
            keys().forEach(each -> alone.add(GroupRead.Found.ALONE));
            make(alone);
            return;
        }
        Needs needs = node.settings().reads(ticket.quorum(), route.serving());
        Guard guard = null;
        if (!term.isNone()) {
            needs = needs.exact(route.serving());
            guard = node.router().guard(keys().get(0), term);
            guard = refusals >= PATIENT_REFUSALS ? guard.holding() : guard;
        }
        GroupRead begun = new GroupRead(node, route, keys(), this);
        reading = begun;
        begun.start(needs, guard, refusal, wasStored, ticket.deadlineNanos());
    }

    @Override
    public void read(List<GroupRead.Found> found) {
        Term newest = Term.NONE;
        for (GroupRead.Found each : found) {
            newest = newest.max(each.merged().newestTerm(node.terms().datacenter()));
        }
        boolean isHeld = node.terms().held(keys().get(0).partition()).equals(term);
        if (!term.isNone() && newest.isAbove(term)) {
            refusal = refusal.and(0, newest, false);
            begin();
        } else if (!term.isNone() && (hasMoved() || !isHeld)) {
            begin();
        } else if (unsettled != null) {
            settle(unsettled, found);
        } else {
            make(found);
        }
    }

    @Override
    public void outranked(Term shown) {
        refusal = refusal.and(0, shown, false);
        node.terms().keep(keys().get(0).partition(), shown, verdict -> {});
        begin();
    }

    @Override
    public void failed(String what, boolean isTimeout, boolean isShortOf) {
        if (isTimeout) {
            notApplied(what);
        } else {
            isShort = !term.isNone() && isShortOf;
            pause();
        }
    }

    @Override
    public void refused(Outcome.Refused why) {
        if (wasStored) {
            notApplied("the keys could not be read again");
        } else {
            end(why);
        }
    }

    private boolean hasMoved() {
        Route now = node.router().routeOf(keys().get(0));
        return RouteSets.isMore(route.wide() ? node.router().wide(now) : now, route);
    }

    // --- making ---

    private GroupStep.Input input(List<GroupRead.Found> found) {
        return new GroupStep.Input(ticket, keys(), found, term);
    }

    private void make(List<GroupRead.Found> found) {
        isShort = false;
        node.counters().sloppyUpdates += term.isNone() ? 1 : 0;
        start(GroupStep.running(node, input(found), function, this::made));
    }

    private void start(GroupStep step) {
        state = State.MAKING;
        making = step;
        step.start();
    }

    private void settle(GroupStep stored, List<GroupRead.Found> found) {
        GroupSettlement settlement = GroupSettlement.of(stored.made(), found);
        boolean isServing = node.router().routeOf(keys().get(0)).serves();
        ticket = ticket.stamped(node.clocks().nextStamp());
        if (settlement.outcome() == GroupSettlement.Outcome.COUNTS && isServing) {
            isShort = false;
            start(GroupStep.again(node, input(found), settlement.former(), this::made));
        } else if (settlement.outcome() == GroupSettlement.Outcome.NOWHERE) {
            unsettled = null;
            make(found);
        } else {
            notApplied("another node may have run updates of some of the keys upon it");
        }
    }

    private void made(GroupStep step) {
        if (state != State.MAKING) {
            storedLate(step);
            return;
        }
        Refusal why = step.refusal();
        if (why != null) {
            refusedBy(why);
        } else if (step.verdict() != Verdict.OK) {
            failed(step);
        } else if (step.isTooLarge()) {
            refuse(TOO_LARGE);
        } else if (!step.more().isEmpty() && ++anew > ANEW_MAX) {
            refuse(TOO_MANY_MORE);
        } else if (!step.more().isEmpty()) {
            // It begins anew, with all of them, in their order.
            state = State.WAITING;
            stand(lines.standAnew(step.more()));
        } else {
            stored(step);
        }
    }

    private void refuse(String error) {
        if (wasStored) {
            notApplied("it would not be made as it was");
        } else {
            end(new Outcome.Refused(error));
        }
    }

    private void failed(GroupStep step) {
        String error = WriteChance.refusal(step.verdict());
        if (error != null && !wasStored) {
            end(new Outcome.Refused(error));
        } else {
            notApplied("the coordinator could not read or write the keys");
        }
    }

    private void stored(GroupStep step) {
        Reply told = step.reply();
        reply = told == null ? reply : told;
        if (step.hasMade()) {
            wasStored = true;
            unsettled = step;
            lines.stored();
            sendFar(step);
        }
        if (step.deltas().isEmpty() || isAlone()) {
            acknowledge();
            return;
        }
        state = State.SPREADING;
        node.requests().close(deadline);
        WriteRound begun = new WriteRound(node, route, ticket.quorum(), this, guard());
        round = begun;
        begun.begin(ticket.deadlineNanos());
        begun.proceed(step.deltas());
    }

    private boolean isAlone() {
        return route.writers().length == 1 && route.isReplica();
    }

    private @Nullable Guard guard() {
        return term.isNone() ? null : node.router().guard(keys().get(0), term);
    }

    private void sendFar(GroupStep step) {
        if (!ticket.quorum().global()) {
            for (int i = 0; i < step.made().size(); i++) {
                LocalWrite write = step.made().get(i);
                if (write != null) {
                    node.remotes().spread(step.key(i), write.delta());
                }
            }
        }
    }

    /** The disk here took longer than the client waited: the others get it as a repair. */
    private void storedLate(GroupStep step) {
        if (step.verdict() == Verdict.OK && step.hasMade()) {
            sendFar(step);
            repairOthers(step);
        }
    }

    /** It is here, and may be nowhere else: the others have all of it from now on, or none. */
    private void repairOthers(GroupStep step) {
        new WriteRound(node, route, ticket.quorum(), this, null).proceed(step.deltas());
    }

    // --- W ---

    @Override
    public void enough() {
        if (!term.isNone() && hasMoved()) {
            refused(Refusal.NONE.and(0, Term.NONE, true));
        } else {
            acknowledge();
        }
    }

    private void acknowledge() {
        end(new Outcome.Updated(reply));
    }

    @Override
    public void failed(int got, int needed) {
        end(new Outcome.NoQuorum("got " + got + " of " + needed + " write acknowledgements in "
                + node.settings().timeoutMillis() + " ms" + NOT_KNOWN));
    }

    @Override
    public boolean supersedes(Versions uncovered) {
        return false;
    }

    @Override
    public void refused(Refusal why) {
        if (state == State.SPREADING) {
            node.requests().open(deadline, node.clocks().nanos(), ticket.deadlineNanos());
            refusedBy(why);
        }
    }

    private void refusedBy(Refusal why) {
        node.counters().updatesRefused++;
        refusals++;
        refusal = refusal.and(why);
        int partition = keys().get(0).partition();
        if (why.shown().isAbove(node.terms().kept(partition))) {
            node.terms().keep(partition, why.shown(), verdict -> {});
        }
        begin();
    }

    // --- the end ---

    private void notApplied(String why) {
        GroupStep step = state == State.MAKING ? making : null;
        if (step != null) {
            step.cancel();
        }
        if (wasStored || (step != null && step.isRun())) {
            GroupStep stored = unsettled;
            if (stored != null) {
                repairOthers(stored);
            }
            end(new Outcome.NoQuorum(why + NOT_KNOWN));
        } else {
            leave();
            node.tryAgain(ticket, why + "; nothing was applied");
        }
    }

    private void end(Outcome outcome) {
        leave();
        node.outbox().reply(ticket.origin(), outcome);
    }

    private void leave() {
        state = State.DONE;
        endReading();
        node.requests().close(deadline);
        WriteRound begun = round;
        if (begun != null && !begun.isOver()) {
            begun.abandon();
        }
        lines.letGo();
    }
}
