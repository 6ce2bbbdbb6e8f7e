package io.kindred.cluster.quorum;

import io.kindred.cluster.ring.RecordKey;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The line of a key at this node: the one place where operations of the key wait for each other. (What waits for the disk
 * does so in the key's chain, behind them.)
 *
 * <p>What an operation does may <em>hold</em> the line against others, of some kinds: {@link Hold}. Who comes and is kept
 * back by a hold waits, as a {@link Turn}. When a hold ends, those begin, in the order in which they came, that no other
 * hold keeps back; the first of them may hold the line again. Nobody passes a turn that wants the line for itself.
 *
 * <p>A line exists while something holds it, waits in it, or has updates in flight.
 */
final class KeyLine {
    /** More do not wait for one key. */
    static final int TURNS_MAX = 65_536;

    private static final Hold[] HOLDS = Hold.values();
    private static final String TOO_LONG = "the key's other operations took too long";
    private static final String TOO_MANY = "too many operations of the key wait";

    private final KeyLines lines;
    private final RecordKey key;
    private final ArrayDeque<Turn> waiting = new ArrayDeque<>(2);
    private int holds;
    /** By hold: until then it lasts at most. */
    private final long[] untilNanos = new long[HOLDS.length];
    /** Of those that wait. */
    private int jointTurns;

    private @Nullable UpdateRounds rounds;
    private @Nullable UpdateRounds wideRounds;
    private boolean isBeginning;
    /** Run when no updates are in flight any more. */
    private final List<Runnable> settled = new ArrayList<>(0);

    KeyLine(KeyLines lines, RecordKey key) {
        this.lines = lines;
        this.key = key;
    }

    RecordKey key() {
        return key;
    }

    boolean isHeld(Hold hold) {
        return (holds & hold.bit()) != 0;
    }

    /** Whether a turn that waits for these would have to wait. */
    boolean keepsBack(int keptBackBy) {
        return (holds & keptBackBy) != 0 || (jointTurns > 0 && (keptBackBy & Hold.TAKEN.bit()) != 0);
    }

    /** It waits behind all others; no longer than to its deadline. */
    void stand(Turn turn) {
        if (hasRoomFor(turn)) {
            waiting.addLast(turn);
            added(turn);
        }
    }

    /** As {@link #stand}, before all others: it came before them, and has been begun already. */
    void standFirst(Turn turn) {
        if (hasRoomFor(turn)) {
            waiting.addFirst(turn);
            added(turn);
        }
    }

    private boolean hasRoomFor(Turn turn) {
        boolean hasRoom = waiting.size() < TURNS_MAX;
        if (!hasRoom) {
            lines.refused();
            turn.refuse(TOO_MANY);
        }
        return hasRoom;
    }

    boolean isFull() {
        return waiting.size() >= TURNS_MAX;
    }

    private void added(Turn turn) {
        lines.waiting(1);
        // When a turn before it that wants the line for itself will be through nobody knows yet.
        boolean mayWaitLonger = jointTurns > 0;
        jointTurns += turn instanceof JointTurn.Place ? 1 : 0;
        if (mayWaitLonger || turn.deadlineNanos() - latest(turn.keptBackBy()) < 0) {
            turn.limit(new Overdue(turn));
        }
    }

    /** When the last of these holds ends at the latest. */
    private long latest(int keptBackBy) {
        long latest = lines.clocks().nanos();
        for (Hold hold : HOLDS) {
            long until = untilNanos[hold.place()];
            if (isHeld(hold) && (keptBackBy & hold.bit()) != 0 && until - latest > 0) {
                latest = until;
            }
        }
        return latest;
    }

    /** It has less time left than those for whom it waits, and does not wait for them to its end. */
    private final class Overdue extends Request {
        private final Turn turn;

        Overdue(Turn turn) {
            this.turn = turn;
            lines.requests().open(this, lines.clocks().nanos(), turn.deadlineNanos());
        }

        @Override
        protected void onDeadline() {
            if (leave(turn)) {
                turn.refuse(TOO_LONG);
                beginThose();
            }
        }
    }

    /** It does not wait any more. False: nor did it. */
    boolean leave(Turn turn) {
        boolean waited = waiting.remove(turn);
        if (waited) {
            left(turn);
        }
        return waited;
    }

    /** As {@link #leave}, and those begin that have waited behind it. */
    void giveUp(Turn turn) {
        if (leave(turn)) {
            beginThose();
        }
    }

    private void left(Turn turn) {
        Request limit = turn.limit();
        if (limit != null) {
            lines.requests().close(limit);
        }
        lines.waiting(-1);
        jointTurns -= turn instanceof JointTurn.Place ? 1 : 0;
    }

    /** From now on, or still. */
    void hold(Hold hold, long until) {
        holds |= hold.bit();
        untilNanos[hold.place()] = until;
    }

    /** Those begin that nothing else keeps back. */
    void release(Hold hold) {
        holds &= ~hold.bit();
        beginThose();
    }

    /** One after the other, never from within another one: lines may be long. */
    private void beginThose() {
        if (isBeginning) {
            return;
        }
        isBeginning = true;
        for (Turn next = next(); next != null; next = next()) {
            next.begin();
        }
        isBeginning = false;
        lines.forgetIfIdle(this);
    }

    private @Nullable Turn next() {
        for (Iterator<Turn> each = waiting.iterator(); each.hasNext(); ) {
            Turn turn = each.next();
            if ((holds & turn.keptBackBy()) == 0) {
                each.remove();
                left(turn);
                return turn;
            }
            if (turn instanceof JointTurn.Place) {
                return null;
            }
        }
        return null;
    }

    /** Who holds the line has others come in: all who wait for that alone. */
    List<Turn> callIn(Hold hold) {
        return callIn(hold, turn -> true);
    }

    /**
     * As {@link #callIn(Hold)}, up to the first of those that is not wanted. None comes from behind one that wants the line for
     * itself.
     */
    List<Turn> callIn(Hold hold, Predicate<Turn> wanted) {
        if (waiting.isEmpty()) {
            return List.of();
        }
        List<Turn> taken = new ArrayList<>();
        for (Iterator<Turn> each = waiting.iterator(); each.hasNext(); ) {
            Turn turn = each.next();
            boolean waitsForIt = turn.waitsFor(hold) && (holds & turn.keptBackBy() & ~hold.bit()) == 0;
            if (turn instanceof JointTurn.Place || (waitsForIt && !wanted.test(turn))) {
                break;
            }
            if (waitsForIt) {
                each.remove();
                left(turn);
                taken.add(turn);
            }
        }
        return taken;
    }

    @Nullable
    UpdateRounds rounds(boolean wide) {
        return wide ? wideRounds : rounds;
    }

    /** @param now null: nothing of them is in flight any more */
    void rounds(boolean wide, @Nullable UpdateRounds now) {
        if (wide) {
            wideRounds = now;
        } else {
            rounds = now;
        }
        if (isSettled() && !settled.isEmpty()) {
            List<Runnable> waited = List.copyOf(settled);
            settled.clear();
            waited.forEach(Runnable::run);
        }
        lines.forgetIfIdle(this);
    }

    /** Whether no updates of the key are in flight. */
    boolean isSettled() {
        return rounds == null && wideRounds == null;
    }

    /** Runs it when that is so. Requires: that it is not. */
    void whenSettled(Runnable task) {
        settled.add(task);
    }

    boolean isIdle() {
        return holds == 0 && waiting.isEmpty() && isSettled() && settled.isEmpty() && !isBeginning;
    }
}
