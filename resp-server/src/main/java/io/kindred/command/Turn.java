package io.kindred.command;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A command on keys, as {@link KeyOrder} sees it: it is taken, begun when its turn has come at all of its keys, has sent
 * all that it sends, and is over when it is answered.
 *
 * <p>What is here beside the abstract methods belongs to the order alone.
 *
 * <p>Owned by: the session's loop thread.
 */
abstract class Turn {
    /** Each comes after the one before it; a command that is answered at once may leave some out. */
    enum State {
        TAKEN,
        BEGUN,
        SENT,
        OVER
    }

    private State state = State.TAKEN;
    private KeyOrder.@Nullable Line line;
    /** Those past the first: most commands have one key. */
    private @Nullable List<KeyOrder.Line> more;

    private int awaited;
    private boolean delayed;
    private boolean following;

    /** Sends operations, now that nothing is under way that must come before them. Called once. */
    abstract void begin();

    abstract KeyPort port();

    abstract int db();

    abstract int keys();

    /** One of them; the same one may come twice. */
    abstract byte[] key(int index);

    /** Whether it may change its keys. */
    abstract boolean writes();

    /** Whether it looks at what it changes. */
    abstract boolean updates();

    /** Whether it reads its keys in a step of its own, before it changes them. */
    abstract boolean readsFirst();

    /** Whether its quorums are those of all datacenters together. */
    abstract boolean isGlobal();

    final State state() {
        return state;
    }

    final void state(State next) {
        state = next;
    }

    /** Whether it was not begun when it was taken. */
    final boolean isDelayed() {
        return delayed;
    }

    final void delay() {
        delayed = true;
    }

    /** At one more of its lines it has to wait. */
    final void await() {
        awaited++;
        delayed = true;
    }

    /** At one of its lines its turn has come. True: so it has at all of them. */
    final boolean isGranted() {
        return --awaited == 0;
    }

    final boolean isAwaiting() {
        return awaited > 0;
    }

    final void stand(KeyOrder.Line at) {
        if (line == null) {
            line = at;
            return;
        }
        List<KeyOrder.Line> others = more;
        if (others == null) {
            others = new ArrayList<>();
            more = others;
        }
        others.add(at);
    }

    final boolean stands() {
        return line != null;
    }

    final int lines() {
        List<KeyOrder.Line> others = more;
        return line == null ? 0 : 1 + (others == null ? 0 : others.size());
    }

    final KeyOrder.Line line(int index) {
        KeyOrder.Line first = line;
        List<KeyOrder.Line> others = more;
        if (first == null || (index > 0 && others == null)) {
            throw new IllegalStateException("no such line");
        }
        return index == 0 || others == null ? first : others.get(index - 1);
    }

    /** From now on writes behind it at its keys need not wait for its answer. */
    final void follow() {
        following = true;
    }

    final boolean isFollowing() {
        return following;
    }

    final void leave() {
        line = null;
        more = null;
    }
}
