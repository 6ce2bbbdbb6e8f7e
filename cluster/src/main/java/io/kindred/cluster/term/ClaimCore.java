package io.kindred.cluster.term;

import io.kindred.cluster.message.Guard;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.message.TermMessage;
import io.kindred.cluster.quorum.Request;
import io.kindred.cluster.quorum.Route;
import io.kindred.cluster.quorum.TermBook.Claimed;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Term;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * How this node comes to hold a partition's term, for as long as there is somebody who waits for it.
 *
 * <ul>
 *   <li>SAVING: a number above all that is known here goes to this node's own disk. Then ASKING.
 *   <li>ASKING: the replicas of every set that may serve are asked. A majority of each has granted it: HELD. One knows a
 *       greater term or a newer ring, or too many are late: PAUSING. Too many cannot be reached: GIVEN_UP.
 *   <li>PAUSING: for a random moment, or as long as a replica has asked for; then SAVING, with a greater number.
 *   <li>HELD, GIVEN_UP (also when the last who waited has run out of time): the end.
 * </ul>
 */
final class ClaimCore extends Request {
    private enum State {
        SAVING,
        ASKING,
        PAUSING,
        HELD,
        GIVEN_UP
    }

    private static final long PAUSE_MIN_NANOS = 2_000_000L;
    private static final int PAUSE_RANDOM_NANOS = 20_000_000;
    /** Who has not answered by then may never have been asked. */
    private static final long PATIENCE_NANOS = 150_000_000L;

    private final Terms terms;
    private final PartitionTerm partition;
    private final List<Waiter> waiters = new ArrayList<>();
    private State state = State.SAVING;
    private Term asked = Term.NONE;
    private Route route;
    private boolean[] granted = {};
    private boolean[] refused = {};
    /** A replica knows a newer ring. */
    private boolean isMoving;
    /** A replica is there and cannot grant anything. */
    private boolean isShort;

    private record Waiter(long deadlineNanos, Consumer<Claimed> told) {}

    ClaimCore(Terms terms, PartitionTerm partition) {
        this.terms = terms;
        this.partition = partition;
        this.route = routeNow();
    }

    private RecordKey key() {
        return RecordKey.firstOf(partition.partition);
    }

    private Route routeNow() {
        return terms.network().router().routeOf(key());
    }

    /** Told NOT_NOW once its time is up. */
    void add(long deadlineNanos, Consumer<Claimed> told) {
        waiters.add(new Waiter(deadlineNanos, told));
    }

    void begin() {
        terms.network().requests().openUntilClosed(this);
        claim();
    }

    private void claim() {
        if (partition.kept.isLast()) {
            state = State.GIVEN_UP;
            end(Claimed.NOT_NOW);
            return;
        }
        long left = terms.leftOfHold(partition, terms.network().router().self());
        if (left > 0) {
            // It would refuse what the holder has under way.
            pause(left);
            return;
        }
        state = State.SAVING;
        Term next =
                new Term(partition.kept.number() + 1, terms.network().router().self());
        asked = next;
        terms.granted(partition, next);
        terms.saved(partition, ok -> {
            if (state == State.SAVING && asked.equals(next)) {
                if (ok && partition.kept.equals(next)) {
                    ask();
                } else {
                    pause(0);
                }
            }
        });
    }

    private void ask() {
        state = State.ASKING;
        isMoving = false;
        isShort = false;
        route = routeNow();
        int places = route.writers().length;
        granted = new boolean[places];
        refused = new boolean[places];
        Guard guard = terms.network().router().guard(key(), asked);
        for (int i = 0; i < places; i++) {
            if (i == route.self()) {
                granted[i] = partition.counts() || i >= route.serving();
                refused[i] = !granted[i];
                isShort = refused[i];
            } else if (terms.network().router().isGone(route.writers()[i])) {
                refused[i] = true;
            }
        }
        for (int i = 0; i < places; i++) {
            if (!granted[i] && !refused[i]) {
                terms.network()
                        .outbox()
                        .send(route.writers()[i], new TermMessage.TermClaim(id, partition.partition, guard));
            }
        }
        settle();
        if (state == State.ASKING) {
            terms.network().requests().hedge(this, now(), PATIENCE_NANOS);
        }
    }

    private long now() {
        return terms.network().clocks().nanos();
    }

    @Override
    public void onTermReply(long from, TermMessage.TermReply reply) {
        int place = route.indexOf(from);
        // A request has a new id each time that it asks, so that this is of the question that was asked last.
        if (state != State.ASKING || place < 0) {
            return;
        }
        Verdict verdict = reply.verdict();
        if (verdict == Verdict.OK || (verdict == Verdict.UNCOUNTED && place >= route.serving())) {
            granted[place] = true;
        } else {
            refused[place] = true;
            isShort |= verdict == Verdict.UNCOUNTED || verdict == Verdict.FAILED || verdict == Verdict.FULL;
            isMoving |= verdict == Verdict.OLD_RING || verdict == Verdict.NOT_MINE;
        }
        if (reply.shown().isAbove(asked)) {
            partition.raise(reply.shown());
        }
        if (verdict == Verdict.OLD_TERM) {
            pause(reply.comeAgainMillis() * 1_000_000L);
        } else {
            settle();
        }
    }

    @Override
    protected void onPeerLost(long peer) {
        int place = state == State.ASKING ? route.indexOf(peer) : -1;
        if (place >= 0 && !granted[place]) {
            refused[place] = true;
            settle();
        }
    }

    private void settle() {
        if (!partition.kept.equals(asked)) {
            pause(0);
        } else if (isMajority(granted, false)) {
            state = State.HELD;
            partition.held = asked;
            terms.counters().won++;
            end(Claimed.HELD);
        } else if (!isMajority(refused, true) && isMoving) {
            pause(0);
        } else if (!isMajority(refused, true)) {
            // Who waits looks again who is there.
            state = State.GIVEN_UP;
            end(isShort ? Claimed.TOO_FEW : Claimed.NOT_NOW);
        }
    }

    /** Whether of each set a majority is marked; {@code inverted}: is not marked. */
    private boolean isMajority(boolean[] marked, boolean inverted) {
        int[][] sets = route.sets();
        if (sets == null) {
            int count = 0;
            for (boolean each : marked) {
                count += each != inverted ? 1 : 0;
            }
            return count > marked.length / 2;
        }
        for (int[] set : sets) {
            int count = 0;
            int missing = set.length / 2 + 1;
            for (int place : set) {
                if (place == Route.GIVEN_UP) {
                    missing--;
                } else {
                    count += marked[place] != inverted ? 1 : 0;
                }
            }
            if (count < missing) {
                return false;
            }
        }
        return true;
    }

    private void pause(long leastNanos) {
        state = State.PAUSING;
        terms.counters().repeated++;
        // Those that were asked before answer to an id that is no more.
        terms.network().requests().openUntilClosed(this);
        long random = terms.network().pause().applyAsInt(PAUSE_RANDOM_NANOS);
        dropLate();
        if (state == State.PAUSING) {
            terms.network().requests().hedge(this, now(), Math.max(leastNanos, PAUSE_MIN_NANOS) + random);
        }
    }

    private void dropLate() {
        List<Waiter> late = new ArrayList<>();
        waiters.removeIf(waiter -> {
            boolean isLate = waiter.deadlineNanos() - now() <= 0;
            if (isLate) {
                late.add(waiter);
            }
            return isLate;
        });
        if (waiters.isEmpty()) {
            state = State.GIVEN_UP;
            end(Claimed.NOT_NOW);
        }
        late.forEach(waiter -> waiter.told().accept(Claimed.NOT_NOW));
    }

    @Override
    protected void onHedge() {
        if (state == State.PAUSING) {
            dropLate();
            if (state == State.PAUSING) {
                claim();
            }
        } else if (state == State.ASKING) {
            pause(0);
        }
    }

    /** It was opened until it is closed. */
    @Override
    protected void onDeadline() {}

    private void end(Claimed how) {
        terms.network().requests().close(this);
        partition.claim = null;
        List<Waiter> told = List.copyOf(waiters);
        waiters.clear();
        told.forEach(waiter -> waiter.told().accept(how));
    }
}
