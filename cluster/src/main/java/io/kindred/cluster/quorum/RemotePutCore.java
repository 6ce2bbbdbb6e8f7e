package io.kindred.cluster.quorum;

import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.version.Dot;
import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.VersionVector;
import io.kindred.cluster.version.Versions;
import org.jspecify.annotations.Nullable;

/**
 * A write that does not look at the old value, at a node that is no replica of its key. The first live replica lends a
 * dot and tells what it has seen; this node then makes the version and spreads it.
 *
 * <p>Why the version is not made there: a replica that is late or lost may have made it, and nobody could tell. Asking
 * the next one would write the value twice, and the copy that comes late would outlive a newer value or a delete. A dot
 * that was lent and never used does no harm, so the next replica is asked as soon as one is late; where none is left, a
 * stand-in lends its own.
 */
final class RemotePutCore extends Request implements WriteRound.Listener {
    private final Coordination node;
    private final DotLender lender;
    private final Ticket ticket;
    private final Operation.Put put;
    private final Route route;
    private final Needs needs;
    private final Runnable whenDone;
    private final long[] walk;
    private int next;
    private int asked;
    private int refused;
    private boolean skippedLate;
    private long target;
    private long sentNanos;
    /** The newest that a lender knows. */
    private long flushStamp;

    /** What the second write of a plain SET has to supersede: the first one, and what was concurrent with it. */
    private @Nullable Versions above;

    private @Nullable LocalWrite made;

    /** @param whenDone called once, when later operations of the key may begin */
    RemotePutCore(Coordination node, DotLender lender, Ticket ticket, Route route, Runnable whenDone) {
        this.node = node;
        this.lender = lender;
        this.ticket = ticket;
        this.put = (Operation.Put) ticket.operation();
        this.route = route;
        this.needs = node.settings().writes(ticket.quorum(), route.replicas().length);
        this.walk = node.router().walk(route.storageKey());
        this.whenDone = whenDone;
    }

    void start() {
        node.counters().writes++;
        if (WriteRound.hasChance(node, route, needs)) {
            borrow();
        } else {
            tryAgain("fewer than " + needs.all() + " nodes for the key can be reached");
        }
    }

    private void borrow() {
        next = 0;
        asked = 0;
        refused = 0;
        skippedLate = false;
        node.requests().open(this, node.clocks().nanos());
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
            if (candidate == node.self()) {
                asked++;
                lender.lendAsStandIn(route.storageKey(), seen(), this::lent);
                return true;
            }
            if (node.router().avoids(candidate)) {
                skippedLate |= !node.router().isGone(candidate);
            } else {
                ask(candidate);
                return true;
            }
        }
        if (skippedLate && asked == 0) {
            // Nobody is in time: then those that are late are better than nobody.
            for (long candidate : route.replicas()) {
                if (!node.router().isGone(candidate)) {
                    ask(candidate);
                }
            }
        }
        if (refused == asked) {
            giveUp("no replica of the key can be reached");
        }
        return false;
    }

    private void ask(long candidate) {
        asked++;
        target = candidate;
        sentNanos = node.clocks().nanos();
        boolean standIn = route.indexOf(candidate) < 0;
        node.outbox().send(candidate, new Message.DotRequest(id, route.storageKey(), seen(), standIn));
        node.requests().hedge(this, sentNanos, node.latencies().lateAfter(candidate));
    }

    @Override
    public void onAnswer(long from, Message answer) {
        if (answer instanceof Message.DotReply reply) {
            node.latencies().answered(from, node.clocks().nanos() - sentNanos);
            flushStamp = Math.max(flushStamp, reply.flushStamp());
            lent(reply.verdict(), reply.dot(), reply.held());
        }
    }

    /** The first answer is the one that counts. */
    private void lent(Verdict verdict, @Nullable Dot dot, @Nullable Versions held) {
        if (id == 0) {
            return;
        }
        if (verdict != Verdict.OK || dot == null || held == null) {
            refused++;
            if (refused == asked) {
                askNext();
            }
            return;
        }
        node.requests().close(this);
        write(dot, held);
    }

    @Override
    protected void onPeerLost(long peer) {
        if (peer == target) {
            target = 0;
            lent(Verdict.FAILED, null, null);
        }
    }

    @Override
    protected void onHedge() {
        if (target != 0) {
            node.router().late(target);
        }
        if (askNext()) {
            node.counters().hedges++;
        }
    }

    @Override
    protected void onDeadline() {
        node.counters().timeouts++;
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
        if (given != null && PutCore.uncovered(held, given) >= node.settings().siblingsMax()) {
            node.counters().siblingRefusals++;
            end(new Outcome.Refused(String.valueOf(WriteRound.refusal(Verdict.TOO_MANY_SIBLINGS))));
            return;
        }
        LocalWrite first = made;
        if (isSecond && first != null && !lives(held, first.sibling())) {
            // A later write has superseded the first one by now: there is nothing to add.
            enough();
            return;
        }
        LocalWrite.Basis basis =
                given == null ? LocalWrite.Basis.superseding(held) : LocalWrite.Basis.covering(held, given);
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
        WriteRound round = new WriteRound(node, route, needs, this);
        round.begin();
        round.proceed(write.delta());
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
        VersionVector given = put.context();
        Sibling sibling = write.sibling();
        VersionVector context = given == null ? write.stored().clock() : given.with(sibling.dot(), sibling.stamp());
        end(new Outcome.Written(context));
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
        end(new Outcome.TryAgain(why + "; nothing was written"));
    }

    private void end(Outcome outcome) {
        node.outbox().reply(ticket.origin(), outcome);
        whenDone.run();
    }
}
