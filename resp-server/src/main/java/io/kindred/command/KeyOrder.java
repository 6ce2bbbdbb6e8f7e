package io.kindred.command;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one connection's commands on keys in order: what they do and what they answer is as if each had been sent when
 * the one before it was answered.
 *
 * <p>Two commands conflict if they have a key in common that one of them writes. A command takes its place at all of its
 * keys when it is decoded, and begins when all that it conflicts with, and that was before it, is answered. So places are
 * in the same order at every key, and nothing waits for ever. Commands that do not conflict run beside each other.
 *
 * <p>Two things need no waiting for answers, because what has been sent keeps its order by itself:
 * <ul>
 *   <li>where this node is alone: each operation takes effect, or stands in its key's chain, when it is sent. What has sent
 *       all that it will ever send is over for this order. One that has not (MSETNX, which reads first, or a command on
 *       more keys than may be under way at once) is waited for;
 *   <li>a write behind writes of the same key that this node coordinates, as it does this one: it works them off in
 *       order. Another node might refuse one and take the next, so writes that it coordinates are waited for. So are
 *       writes by reads and reads by writes, because replicas other than the coordinator answer reads.
 * </ul>
 *
 * <p>A key has a line only while a command at it is under way, and where this node is alone there are none but of those
 * that have not sent everything; a command on one key then costs a look at a flag and a size. All of this is bounded by
 * the commands that a connection may have in flight, and their keys.
 *
 * <p>Owned by: the connection's loop thread.
 */
public final class KeyOrder {
    static final int FOLLOWED_KEYS_MAX = PlanRun.IN_FLIGHT_MAX;

    private final Map<Line, Line> lines = new HashMap<>();
    /** Those whose turn has come. They are begun one after the other, never from within each other. */
    private final ArrayDeque<Turn> ready = new ArrayDeque<>(0);

    private boolean beginning;

    private int underWay;
    private boolean alone = true;
    /** What was taken when the node had ceased to be alone, or had come to be, while something was under way. */
    private final ArrayDeque<Turn> heldBack = new ArrayDeque<>(0);

    private boolean admitting;

    /** Begins a command, now or when those before it let it. */
    void take(Turn turn) {
        boolean isAlone = turn.port().isAlone();
        if (!heldBack.isEmpty() || (isAlone != alone && underWay > 0)) {
            turn.delay();
            heldBack.add(turn);
            return;
        }
        alone = isAlone;
        admit(turn);
    }

    private void admit(Turn turn) {
        underWay++;
        if (alone && lines.isEmpty()) {
            begin(turn);
            if (turn.state() == Turn.State.BEGUN) {
                stand(turn);
            }
            return;
        }
        stand(turn);
        if (!turn.isAwaiting()) {
            ready.add(turn);
            beginReady();
        }
    }

    /** A command has sent all that it will send. */
    void sent(Turn turn) {
        if (turn.state() != Turn.State.BEGUN) {
            return;
        }
        turn.state(Turn.State.SENT);
        if (alone) {
            leaveAll(turn);
        } else if (turn.writes() && keepsItsPlace(turn)) {
            turn.follow();
            for (int i = 0; i < turn.lines(); i++) {
                turn.line(i).sent(turn);
            }
        }
        beginReady();
    }

    /**
     * Whether writes behind it need not wait for its answer. They do behind one on very many keys: most of these have been
     * answered by the time that the last one is sent, and to look at each once more costs a digest for each.
     */
    private static boolean keepsItsPlace(Turn write) {
        if (write.lines() > FOLLOWED_KEYS_MAX) {
            return false;
        }
        for (int i = 0; i < write.lines(); i++) {
            if (!write.line(i).follows(write)) {
                return false;
            }
        }
        return true;
    }

    /** A command is answered. */
    void over(Turn turn) {
        if (turn.state() == Turn.State.OVER) {
            throw new IllegalStateException("a command was over twice");
        }
        turn.state(Turn.State.OVER);
        underWay--;
        if (turn.stands()) {
            leaveAll(turn);
            beginReady();
        }
        if (underWay == 0 && !heldBack.isEmpty()) {
            admitHeldBack();
        }
    }

    /** Keys that have a line. */
    int size() {
        return lines.size();
    }

    private void admitHeldBack() {
        if (admitting) {
            return;
        }
        admitting = true;
        while (!heldBack.isEmpty()
                && (underWay == 0 || heldBack.element().port().isAlone() == alone)) {
            Turn next = heldBack.remove();
            alone = next.port().isAlone();
            admit(next);
        }
        admitting = false;
    }

    private void stand(Turn turn) {
        for (int i = 0; i < turn.keys(); i++) {
            Line fresh = new Line(turn.db(), turn.key(i));
            Line there = lines.putIfAbsent(fresh, fresh);
            Line line = there == null ? fresh : there;
            if (line.newest != turn) {
                turn.stand(line);
                line.join(turn);
            }
        }
    }

    private void leaveAll(Turn turn) {
        for (int i = 0; i < turn.lines(); i++) {
            turn.line(i).leave(turn);
        }
        turn.leave();
    }

    private void beginReady() {
        if (beginning) {
            return;
        }
        beginning = true;
        for (Turn next = ready.poll(); next != null; next = ready.poll()) {
            begin(next);
        }
        beginning = false;
    }

    private static void begin(Turn turn) {
        turn.state(Turn.State.BEGUN);
        turn.begin();
    }

    /** One key's commands: those whose turn has come, which do not conflict or keep their order by themselves, and the rest. */
    final class Line {
        private final int db;
        private final byte[] key;
        private final int hash;
        /** Null: nobody has waited; a command may have very many lines. */
        private @Nullable ArrayDeque<Turn> waiting;

        private @Nullable Turn newest;
        private int reads;
        private int writes;
        /** Those of the writes that have been sent, and that are coordinated here, all with the same scope. */
        private int following;

        private boolean followingIsGlobal;

        Line(int db, byte[] key) {
            this.db = db;
            this.key = key;
            this.hash = 31 * Arrays.hashCode(key) + db;
        }

        void join(Turn turn) {
            newest = turn;
            if (isEmpty(waiting) && mayGo(turn)) {
                count(turn, 1);
                return;
            }
            ArrayDeque<Turn> those = waiting == null ? new ArrayDeque<>(2) : waiting;
            waiting = those;
            those.add(turn);
            turn.await();
        }

        private static boolean isEmpty(@Nullable ArrayDeque<Turn> those) {
            return those == null || those.isEmpty();
        }

        private boolean mayGo(Turn turn) {
            if (!turn.writes()) {
                return writes == 0;
            }
            return reads == 0 && (writes == 0 || (following == writes && !turn.readsFirst() && follows(turn)));
        }

        /** Whether writes of the same kind as this one, and it, keep their order by themselves. */
        private boolean follows(Turn turn) {
            return (following == 0 || followingIsGlobal == turn.isGlobal())
                    && turn.port().isCoordinatedHere(db, key, turn.updates());
        }

        private void count(Turn turn, int change) {
            if (turn.writes()) {
                writes += change;
            } else {
                reads += change;
            }
        }

        void sent(Turn write) {
            following++;
            followingIsGlobal = write.isGlobal();
            advance();
        }

        void leave(Turn turn) {
            count(turn, -1);
            if (turn.isFollowing()) {
                following--;
            }
            if (newest == turn) {
                newest = null;
            }
            advance();
            if (reads + writes == 0 && isEmpty(waiting)) {
                lines.remove(this, this);
            }
        }

        private void advance() {
            ArrayDeque<Turn> those = waiting;
            if (those == null) {
                return;
            }
            for (Turn next = those.peek(); next != null && mayGo(next); next = those.peek()) {
                those.remove();
                count(next, 1);
                if (next.isGranted()) {
                    ready.add(next);
                }
            }
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Line that && hash == that.hash && db == that.db && Arrays.equals(key, that.key);
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }
}
