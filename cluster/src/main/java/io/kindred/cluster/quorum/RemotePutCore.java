package io.kindred.cluster.quorum;

import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.version.Dot;
import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.Versions;
import java.util.ArrayList;
import java.util.List;

/**
 * A put at a node that is no replica of its key. The first live replica lends a dot and tells what it has seen; this node
 * then makes the version and spreads it.
 *
 * <p>Why the version is not made there: a replica that is late or lost may have made it, and nobody could tell. Asking
 * the next one would write the value twice, and the copy that comes late would outlive a newer value or a delete. A dot
 * that was lent and never used does no harm, so others can be asked: {@link Borrowing}.
 *
 * <p>It has the key's line for puts until it has ended. Plain SETs that have come to wait there by the time that the dot is
 * lent are written with it, as one version: the last one's, which supersedes the others before anybody has seen them. So a
 * key that is written often costs a few rounds, whoever it is written through. Each is told no later than its own deadline.
 */
final class RemotePutCore extends PutWrite implements Borrowing.Listener {
    /** As {@link Requests} looks at deadlines: up to so much of the timeout early. */
    private static final int DEADLINE_PARTS = 16;

    private final DotLender lender;
    private final KeyLine line;
    /** Those that it supersedes at once, in their order. */
    private List<Ticket> superseded = List.of();

    private final FirstDeadline firstDeadline = new FirstDeadline();

    /** Of those that are superseded, while W is awaited: they came first, and have less time than the last one. */
    private final class FirstDeadline extends Request {
        @Override
        protected void onDeadline() {
            node.counters().timeouts++;
            tellThoseWhoseTimeIsUp();
        }
    }

    /** @param line which it holds: {@link Hold#BORROWING} */
    RemotePutCore(Coordination node, DotLender lender, Ticket ticket, Route route, KeyLine line) {
        super(node, ticket, (Operation.Put) ticket.operation(), node.scoped(ticket, route));
        this.lender = lender;
        this.line = line;
    }

    void start() {
        if (node.waitsForOthers(ticket(), route)) {
            line.release(Hold.BORROWING);
            return;
        }
        node.counters().writes++;
        if (ticket().deadlineNanos() - node.clocks().nanos() <= 0) {
            tryAgain("the key's other writes took too long");
        } else if (WriteChance.isThere(node, route, ticket().quorum())) {
            makeAgain();
        } else {
            tryAgain("fewer than " + needs.all() + " nodes for the key can be reached");
        }
    }

    @Override
    void makeAgain() {
        node.requests().close(firstDeadline);
        new Borrowing(node, lender, route, seen(), this).start(firstDeadlineNanos());
    }

    @Override
    public void notLent(String why) {
        if (isSecond()) {
            failed(0, needs.all());
        } else {
            tryAgain(why);
        }
    }

    @Override
    public void lent(Dot dot, Versions held, long flushStamp) {
        Versions known = known(held);
        if (!isSecond()) {
            if (ticket().deadlineNanos() - node.clocks().nanos() < 0) {
                tryAgain("no replica of the key answered in time");
                return;
            }
            callIn();
            String tooMuch = tooMuch(known, Sibling::lengthBytes);
            if (tooMuch != null) {
                tell(new Outcome.Refused(tooMuch));
                return;
            }
        }
        LocalWrite first = made();
        // Where a later write has superseded the first one by now there is nothing to add, but W to wait for.
        LocalWrite write = first != null && isFirstSuperseded(known)
                ? first
                : make(ticket().above(flushStamp, node.clocks()), dot, basis(known));
        awaitW(ticket().quorum(), ticket().deadlineNanos(), null);
        awaitFirstDeadline();
        spread(write.delta());
    }

    /** Plain SETs with the same quorum go together, where none of the key's writes has been put off. */
    private void callIn() {
        if (put().context() != null || line.isHeld(Hold.PARKED)) {
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
            superseded.add(ticket());
            becomes(later, (Operation.Put) later.operation());
        }
    }

    private boolean goesWithThis(Turn turn) {
        return turn instanceof Turn.OfTicket waiting
                && waiting.ticket().operation() instanceof Operation.Put later
                && later.context() == null
                && waiting.ticket().quorum().equals(ticket().quorum());
    }

    private void awaitFirstDeadline() {
        long first = firstDeadlineNanos();
        if (first != ticket().deadlineNanos()) {
            node.requests().open(firstDeadline, node.clocks().nanos(), first);
        }
    }

    private long firstDeadlineNanos() {
        long first = ticket().deadlineNanos();
        for (Ticket each : superseded) {
            first = each.deadlineNanos() - first < 0 ? each.deadlineNanos() : first;
        }
        return first;
    }

    /** A deadline is looked at a little early: so all are told that end soon. */
    private void tellThoseWhoseTimeIsUp() {
        long soon = node.clocks().nanos() + node.settings().timeoutNanos() / DEADLINE_PARTS;
        Outcome late = new Outcome.NoQuorum("too few write acknowledgements in "
                + node.settings().timeoutMillis() + " ms; the write may still take effect");
        List<Ticket> left = new ArrayList<>();
        for (Ticket each : superseded) {
            if (each.deadlineNanos() - soon < 0) {
                node.outbox().reply(each.origin(), late);
            } else {
                left.add(each);
            }
        }
        superseded = left;
        awaitFirstDeadline();
    }

    /** Who was superseded has seen what its own version would have covered, and not the one that came after it. */
    @Override
    void written(LocalWrite write) {
        tellSuperseded(new Outcome.Written(write.context()));
        super.written(write);
    }

    private void tellSuperseded(Outcome outcome) {
        superseded.forEach(each -> node.outbox().reply(each.origin(), outcome));
        superseded = List.of();
    }

    @Override
    void tell(Outcome outcome) {
        tellSuperseded(outcome);
        node.outbox().reply(ticket().origin(), outcome);
        end();
    }

    private void tryAgain(String why) {
        node.tryAgain(ticket(), why + "; nothing was written");
        end();
    }

    private void end() {
        state(State.DONE);
        node.requests().close(firstDeadline);
        line.release(Hold.BORROWING);
    }

    @Override
    void refused(Verdict verdict) {
        throw new IllegalStateException("this node is no replica of the key");
    }
}
