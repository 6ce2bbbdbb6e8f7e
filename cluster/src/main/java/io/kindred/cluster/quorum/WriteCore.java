package io.kindred.cluster.quorum;

import io.kindred.cluster.message.Guard;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.message.QuorumSpec;
import io.kindred.cluster.version.Versions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A version on its way, whoever makes it: made, stored where this node is a replica of the key, and spread until W have it.
 *
 * <ul>
 *   <li>MAKING: in the key's chain, or where a dot is borrowed for it. SPREADING where it is made; DONE where it is not, or the
 *       time is up.
 *   <li>SPREADING: W awaited. DONE where W have it, or can not have it in time; MAKING where it is made once more, above what an
 *       acknowledgement shows; CANCELLED.
 *   <li>FOLLOWING, of updates: there is nothing to spread, and it ends as the one does that has left what it saw. DONE.
 *   <li>DONE: all who wait for it have been told. What is stored only then goes to the others as a repair.
 *   <li>CANCELLED, of updates: refused, and settled by the rounds of its key.
 * </ul>
 */
abstract class WriteCore implements WriteRound.Listener {
    enum State {
        MAKING,
        SPREADING,
        FOLLOWING,
        DONE,
        CANCELLED
    }

    final Coordination node;
    final Route route;
    private final boolean isForAll;
    private State state = State.MAKING;
    private @Nullable WriteRound round;
    /** Where the only replica is this node. */
    private @Nullable DiskDeadline disk;

    private @Nullable LocalWrite made;

    /** @param isForAll whether its own round reaches the other datacenters, or it came from one */
    WriteCore(Coordination node, Route route, boolean isForAll) {
        this.node = node;
        this.route = route;
        this.isForAll = isForAll;
    }

    final State state() {
        return state;
    }

    final void state(State next) {
        state = next;
    }

    /** Whether nobody else has the key. */
    final boolean isAlone() {
        return route.writers().length == 1 && route.isReplica();
    }

    final void awaitDisk(List<Ticket> tickets, long deadlineNanos) {
        DiskDeadline begun = new DiskDeadline(node, tickets, deadlineNanos);
        disk = begun;
        begun.begin();
    }

    /** @param guard of an update under a term */
    final void awaitW(QuorumSpec quorum, long deadlineNanos, @Nullable Guard guard) {
        WriteRound begun = new WriteRound(node, route, quorum, this, guard);
        round = begun;
        begun.begin(deadlineNanos);
    }

    /** Nobody is waited for any more. */
    final void endWaiting() {
        WriteRound begun = round;
        if (begun != null) {
            begun.abandon();
        }
        DiskDeadline alone = disk;
        if (alone != null) {
            alone.end();
        }
    }

    final @Nullable LocalWrite made() {
        return made;
    }

    final void made(LocalWrite write) {
        made = write;
    }

    /** The step in the key's chain is over. */
    public final void done(Verdict verdict) {
        DiskDeadline alone = disk;
        if (state == State.CANCELLED) {
            return;
        }
        if (alone != null && !alone.end()) {
            state = State.DONE;
            over();
        } else if (state == State.DONE) {
            repair(verdict);
        } else if (verdict == Verdict.OK && isMade()) {
            stored();
        } else {
            endWaiting();
            refused(verdict);
        }
    }

    /** The disk here took longer than anybody waited. */
    private void repair(Verdict verdict) {
        WriteRound begun = round;
        LocalWrite write = made;
        if (verdict == Verdict.OK && begun != null && write != null && isMade()) {
            sendFar(write);
            begun.proceed(write.delta());
        }
    }

    /** Whether the step in the key's chain has done what it was for. */
    boolean isMade() {
        return made != null;
    }

    /** What was made is durable here. */
    void stored() {
        LocalWrite write = made;
        if (write != null) {
            spread(write.delta());
        }
    }

    /** Nothing is left of it here: the disk has failed, or {@link #isMade} says no. */
    abstract void refused(Verdict verdict);

    /** Whoever waited for the disk has been told that it was too late. */
    void over() {}

    final void spread(Versions delta) {
        LocalWrite write = made;
        if (write != null) {
            sendFar(write);
        }
        state = State.SPREADING;
        WriteRound begun = round;
        if (begun == null) {
            enough();
        } else {
            begun.proceed(delta);
        }
    }

    /** To the other datacenters. */
    final void sendFar(LocalWrite write) {
        if (!isForAll) {
            node.remotes().spread(route.storageKey(), write.delta());
        }
    }

    /** What is concurrent stays as a sibling, for the reader to see. */
    @Override
    public boolean supersedes(Versions uncovered) {
        return false;
    }
}
