package io.kindred.cluster.quorum;

import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.version.Dot;
import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.VersionVector;
import io.kindred.cluster.version.Versions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A write that does not look at the old value, at a node that is no replica of its key. The first live replica lends a
 * dot and tells what it has seen; this node then makes the version and spreads it.
 *
 * <p>Why the version is not made there: a replica that is late or lost may have made it, and nobody could tell. Asking
 * the next one would write the value twice, and the copy that comes late would outlive a newer value or a delete. A dot
 * that was lent and never used does no harm, so the next replica is asked as soon as one is late; where none is left, a
 * stand-in lends its own.
 *
 * <p>It has the key's line for puts until it has ended. Plain SETs that have come to wait there by the time that the dot is
 * lent are written with it, as one version: the last one's, which supersedes the others before anybody has seen them. So a
 * key that is written often costs a few rounds, whoever it is written through.
 *
 * <ul>
 *   <li>BORROWING: asks for a dot. SPREADING where one is lent; OVER where none is.
 *   <li>SPREADING: the version is made, W awaited. BORROWING once more, where an acknowledgement shows what a plain SET has to
 *       supersede; else OVER. Those that came first may be told earlier that their time is up.
 *   <li>OVER: all are told, and the line goes on.
 * </ul>
 */
final class RemotePutCore extends Request implements WriteRound.Listener {
    private enum State {
        BORROWING,
        SPREADING,
        OVER
    }

    /** As {@link Requests} looks at deadlines. */
    private static final int DEADLINE_PARTS = 16;

    private final Coordination node;
    private final DotLender lender;
    private final KeyLine line;
    private final Route route;
    private final Needs needs;
    private final long[] walk;
    /** The one whose value is written. */
    private Ticket ticket;

    private Operation.Put put;
    /** Those that it supersedes at once, in their order. */
    private List<Ticket> superseded = List.of();

    private State state = State.BORROWING;
    /** Where to go on looking for lenders. */
    private int next;

    private Lender[] asked = new Lender[0];
    private boolean passedByLate;
    /** The newest flush that a lender knows of. */
    private long flushStamp;
    /** What the second write of a plain SET has to supersede: the first one, and what was concurrent with it. */
    private @Nullable Versions above;

    private @Nullable LocalWrite made;

    /** One node that was asked for a dot. */
    private static final class Lender {
        final long node;
        final long sinceNanos;
        final long patienceNanos;
        boolean answered;

        Lender(long node, long sinceNanos, long patienceNanos) {
            this.node = node;
            this.sinceNanos = sinceNanos;
            this.patienceNanos = patienceNanos;
        }
    }

    /** @param line which it holds: {@link Hold#BORROWING} */
    RemotePutCore(Coordination node, DotLender lender, Ticket ticket, Route route, KeyLine line) {
        this.node = node;
        this.lender = lender;
        this.ticket = ticket;
        this.put = (Operation.Put) ticket.operation();
        this.route = node.scoped(ticket, route);
        this.needs = node.settings().writes(ticket.quorum(), this.route.serving());
        this.walk = node.router().walk(route.storageKey());
        this.line = line;
    }

    void start() {
        if (node.waitsForOthers(ticket, route)) {
            done();
            return;
        }
        node.counters().writes++;
        if (ticket.deadlineNanos() - node.clocks().nanos() <= 0) {
            tryAgain("the key's other writes took too long");
        } else if (WriteRound.hasChance(node, route, ticket.quorum())) {
            borrow();
        } else {
            tryAgain("fewer than " + needs.all() + " nodes for the key can be reached");
        }
    }

    private void borrow() {
        state = State.BORROWING;
        next = 0;
        asked = new Lender[0];
        passedByLate = false;
        node.requests().open(this, node.clocks().nanos(), firstDeadline());
        askNext();
    }

    private VersionVector seen() {
        VersionVector given = put.context() == null ? VersionVector.EMPTY : put.context();
        Versions before = above;
        return before == null ? given : given.join(before.clock());
    }

    /** Asks the next node that can lend a dot; true if there was one. */
    private boolean askNext() {
        while (next < walk.length) {
            long candidate = walk[next++];
            if (!node.router().avoids(candidate)) {
                ask(candidate);
                return true;
            }
            passedByLate |= !node.router().isGone(candidate);
        }
        if (passedByLate) {
            // Nobody is in time: then those that are late are better than nobody.
            passedByLate = false;
            for (long candidate : route.writers()) {
                if (!node.router().isGone(candidate) && lender(candidate) == null) {
                    ask(candidate);
                }
            }
        }
        giveUpIfAllRefused();
        return false;
    }

    private void ask(long candidate) {
        long patience = node.latencies().lateAfter(candidate);
        Lender lender = new Lender(candidate, node.clocks().nanos(), patience);
        asked = Arrays.copyOf(asked, asked.length + 1);
        asked[asked.length - 1] = lender;
        if (candidate == node.self()) {
            long asking = id;
            this.lender.lendAsStandIn(route.storageKey(), seen(), (verdict, dot, held) -> {
                if (id == asking) {
                    lent(lender, verdict, dot, held);
                }
            });
            return;
        }
        boolean standIn = route.indexOf(candidate) < 0;
        node.outbox().send(candidate, new Message.DotRequest(id, route.storageKey(), seen(), standIn));
        node.requests().hedge(this, lender.sinceNanos, patience);
    }

    private @Nullable Lender lender(long candidate) {
        for (Lender each : asked) {
            if (each.node == candidate) {
                return each;
            }
        }
        return null;
    }

    @Override
    public void onAnswer(long from, Message answer) {
        Lender lender = lender(from);
        if (lender != null && answer instanceof Message.DotReply reply) {
            node.latencies().answered(from, node.clocks().nanos() - lender.sinceNanos, false);
            flushStamp = Math.max(flushStamp, reply.flushStamp());
            lent(lender, reply.verdict(), reply.dot(), reply.held());
        }
    }

    /** The first answer is the one that counts. */
    private void lent(Lender from, Verdict verdict, @Nullable Dot dot, @Nullable Versions held) {
        if (state != State.BORROWING || from.answered) {
            return;
        }
        from.answered = true;
        if (verdict == Verdict.OK && dot != null && held != null && isNew(dot, held)) {
            node.requests().close(this);
            write(dot, held);
        } else if (!anyAsked()) {
            askNext();
        }
    }

    /** A lender that names a dot that was given before has lost its mind; its dots are of no use. */
    private boolean isNew(Dot dot, Versions held) {
        return !held.clock().covers(dot) && !seen().covers(dot);
    }

    private boolean anyAsked() {
        for (Lender each : asked) {
            if (!each.answered) {
                return true;
            }
        }
        return false;
    }

    private void giveUpIfAllRefused() {
        if (state == State.BORROWING && !anyAsked()) {
            giveUp("no replica of the key can be reached");
        }
    }

    @Override
    protected void onPeerLost(long peer) {
        Lender lender = lender(peer);
        if (lender != null) {
            lent(lender, Verdict.FAILED, null, null);
        }
    }

    @Override
    protected void onHedge() {
        if (state != State.BORROWING) {
            return;
        }
        boolean late = false;
        for (Lender each : asked) {
            long waited = node.clocks().nanos() - each.sinceNanos;
            if (!each.answered && waited >= each.patienceNanos) {
                node.router().late(each.node);
                late = true;
            }
        }
        if (late && askNext()) {
            node.counters().hedges++;
        }
    }

    @Override
    protected void onDeadline() {
        node.counters().timeouts++;
        if (state == State.SPREADING) {
            node.requests().close(this);
            tellThoseWhoseTimeIsUp();
            return;
        }
        giveUp("no replica of the key answered in " + node.settings().timeoutMillis() + " ms");
    }

    private void write(Dot dot, Versions lentHeld) {
        Versions before = above;
        Versions held = before == null ? lentHeld : lentHeld.join(before);
        VersionVector given = put.context();
        boolean isSecond = before != null;
        if (!isSecond && ticket.deadlineNanos() - node.clocks().nanos() < 0) {
            tryAgain("no replica of the key answered in time");
            return;
        }
        if (!isSecond) {
            callIn();
        }
        String tooMuch = given == null
                ? null
                : SiblingLimits.refusal(node.settings(), held, given, put.value(), Sibling::lengthBytes);
        if (tooMuch != null) {
            node.counters().siblingRefusals++;
            end(new Outcome.Refused(tooMuch));
            return;
        }
        LocalWrite first = made;
        if (isSecond && first != null && !lives(held, first.sibling())) {
            // A later write has superseded the first one by now: there is nothing to add, but W to wait for.
            spread(first);
            return;
        }
        long reapMark = node.replica().reapMark(route.storageKey());
        LocalWrite.Basis basis = given == null
                ? LocalWrite.Basis.superseding(held, reapMark)
                : LocalWrite.Basis.covering(held, given, reapMark);
        if (given == null && held.valueCount() > 1 && !isSecond) {
            node.counters().lwwLosers += held.valueCount() - 1;
        }
        LocalWrite write = LocalWrite.make(
                node,
                ticket.above(flushStamp, node.clocks()),
                dot,
                basis,
                new LocalWrite.Content(put.value(), put.expireAtMillis()));
        made = write;
        spread(write);
    }

    /** Plain SETs with the same quorum go together, where none of the key's writes has been put off. */
    private void callIn() {
        if (put.context() != null || line.isHeld(Hold.PARKED)) {
            return;
        }
        List<Turn> others = line.callIn(Hold.BORROWING, this::goesWithThis);
        if (others.isEmpty()) {
            return;
        }
        superseded = new ArrayList<>(others.size());
        for (Turn turn : others) {
            Ticket later = ((Turn.OfTicket) turn).ticket();
            node.counters().writes++;
            superseded.add(ticket);
            ticket = later;
            put = (Operation.Put) later.operation();
        }
    }

    /** Whoever came first has less time than the last one. */
    private void awaitFirstDeadline() {
        long first = firstDeadline();
        if (first != ticket.deadlineNanos()) {
            node.requests().open(this, node.clocks().nanos(), first);
        }
    }

    private long firstDeadline() {
        long first = ticket.deadlineNanos();
        for (Ticket each : superseded) {
            first = each.deadlineNanos() - first < 0 ? each.deadlineNanos() : first;
        }
        return first;
    }

    /** A deadline is looked at a little early: so all are told that end soon. */
    private void tellThoseWhoseTimeIsUp() {
        long soon = node.clocks().nanos() + node.settings().timeoutNanos() / DEADLINE_PARTS;
        List<Ticket> left = new ArrayList<>();
        for (Ticket each : superseded) {
            if (each.deadlineNanos() - soon < 0) {
                node.outbox()
                        .reply(
                                each.origin(),
                                new Outcome.NoQuorum("too few write acknowledgements in "
                                        + node.settings().timeoutMillis() + " ms; the write may still take effect"));
            } else {
                left.add(each);
            }
        }
        superseded = left;
        awaitFirstDeadline();
    }

    private boolean goesWithThis(Turn turn) {
        return turn instanceof Turn.OfTicket waiting
                && waiting.ticket().operation() instanceof Operation.Put later
                && later.context() == null
                && waiting.ticket().quorum().equals(ticket.quorum());
    }

    private void spread(LocalWrite write) {
        WriteRound round = new WriteRound(node, route, ticket.quorum(), this);
        state = State.SPREADING;
        round.begin(ticket.deadlineNanos());
        awaitFirstDeadline();
        round.proceed(write.delta());
        node.spread(ticket, route.storageKey(), write.delta());
    }

    private static boolean lives(Versions held, Sibling sibling) {
        return held.siblings().stream().anyMatch(other -> other.dot().equals(sibling.dot()));
    }

    @Override
    public void enough() {
        LocalWrite write = made;
        if (write == null) {
            throw new IllegalStateException("a round without a write");
        }
        // Who was superseded has seen what its version would have covered, and not the one that came after it.
        Outcome before = new Outcome.Written(write.context());
        superseded.forEach(each -> node.outbox().reply(each.origin(), before));
        superseded = List.of();
        end(new Outcome.Written(write.contextAfter(put.context())));
    }

    @Override
    public void failed(int got, int ofNeeded) {
        end(new Outcome.NoQuorum("got " + got + " of " + ofNeeded + " write acknowledgements in "
                + node.settings().timeoutMillis() + " ms; the write may still take effect"));
    }

    @Override
    public boolean supersedes(Versions uncovered) {
        LocalWrite write = made;
        if (put.context() != null || above != null || write == null) {
            return false;
        }
        node.counters().supersededOnAck++;
        above = write.stored().join(uncovered);
        node.requests().close(this);
        borrow();
        return true;
    }

    private void giveUp(String why) {
        node.requests().close(this);
        if (above != null) {
            failed(0, needs.all());
        } else {
            tryAgain(why);
        }
    }

    private void tryAgain(String why) {
        node.tryAgain(ticket, why + "; nothing was written");
        done();
    }

    private void end(Outcome outcome) {
        superseded.forEach(each -> node.outbox().reply(each.origin(), outcome));
        node.outbox().reply(ticket.origin(), outcome);
        done();
    }

    private void done() {
        state = State.OVER;
        node.requests().close(this);
        line.release(Hold.BORROWING);
    }
}
