package io.kindred.cluster.quorum;

import io.kindred.cluster.ring.RecordKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A turn that needs several keys, each for itself. It stands in the first one's line until that is its own, then in the next
 * one's, in the order of (database, key): so of two such turns that have keys in common one has them all, and none waits
 * for ever. It begins when it has all of them, and has them until it lets go.
 *
 * <ul>
 *   <li>WAITING: in the line of one key, with those before it taken. Then HOLDING, or OVER where its time is up.
 *   <li>HOLDING: all are taken. Then OVER.
 *   <li>OVER: none is.
 * </ul>
 */
abstract class JointTurn {
    private enum State {
        WAITING,
        HOLDING,
        OVER
    }

    /** Elements of one key, too, are in one order everywhere. */
    static final Comparator<RecordKey> ORDER = Comparator.comparingInt(RecordKey::db)
            .thenComparing(RecordKey::key, Arrays::compareUnsigned)
            .thenComparing(Comparator.naturalOrder());

    private final KeyLines lines;
    private final List<RecordKey> keys;
    private final long deadlineNanos;
    private int taken;
    /** Where it waits; null: nowhere. */
    private @Nullable Place place;

    private State state = State.WAITING;

    JointTurn(KeyLines lines, List<RecordKey> keys, long deadlineNanos) {
        this.lines = lines;
        List<RecordKey> inOrder = new ArrayList<>(keys.stream().distinct().toList());
        inOrder.sort(ORDER);
        this.keys = inOrder;
        this.deadlineNanos = deadlineNanos;
    }

    /** All keys are its own. */
    abstract void begin();

    /** It has waited for too long: none is. */
    abstract void refuse(String why);

    /** Takes its place in the first line. */
    final void stand() {
        standNext();
    }

    private void standNext() {
        while (state == State.WAITING && taken < keys.size()) {
            KeyLine line = lines.of(keys.get(taken));
            if (line.keepsBack(Hold.FOR_ALL)) {
                Place next = new Place();
                place = next;
                line.stand(next);
                return;
            }
            take(line);
        }
        if (state == State.WAITING) {
            state = State.HOLDING;
            begin();
        }
    }

    private void take(KeyLine line) {
        line.hold(Hold.TAKEN, deadlineNanos);
        taken++;
    }

    final List<RecordKey> keys() {
        return keys;
    }

    /** Others may have the keys. */
    final void letGo() {
        if (state == State.OVER) {
            throw new IllegalStateException("it has let go already");
        }
        state = State.OVER;
        Place waiting = place;
        KeyLine next = waiting == null ? null : lines.find(keys.get(taken));
        if (next != null && waiting != null) {
            next.giveUp(waiting);
        }
        for (int i = 0; i < taken; i++) {
            KeyLine line = lines.find(keys.get(i));
            if (line == null) {
                throw new IllegalStateException("the line of a key that is taken is gone");
            }
            line.release(Hold.TAKEN);
        }
    }

    /** Where it waits. */
    final class Place extends Turn {
        private Place() {
            super(Hold.FOR_ALL, deadlineNanos);
        }

        @Override
        void begin() {
            place = null;
            KeyLine line = lines.of(keys.get(taken));
            take(line);
            standNext();
        }

        @Override
        void refuse(String why) {
            place = null;
            letGo();
            JointTurn.this.refuse(why);
        }
    }
}
