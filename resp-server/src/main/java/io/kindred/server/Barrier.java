package io.kindred.server;

import org.jspecify.annotations.Nullable;

/**
 * The command behind which a connection decodes nothing.
 *
 * <p>States: none; runs alone (it has begun, and what is behind it begins when it is answered); waits to (it begins when all
 * before it are answered); held back (it is not begun before the storage, or the room for its reply, allows it). From none to any
 * other; from any to none when the connection goes on, which then runs what has not begun.
 *
 * <p>Owned by: the connection's loop thread.
 */
final class Barrier {
    private enum State {
        NONE,
        RUNS_ALONE,
        WAITS_TO,
        HELD_BACK
    }

    private State state = State.NONE;
    private @Nullable ReplySlot slot;
    /** Of a command that has not begun. */
    private byte @Nullable [] @Nullable [] args;

    /** A command that has not begun. */
    record Unbegun(ReplySlot slot, byte[][] args) {}

    void runsAlone(ReplySlot alone) {
        stand(State.RUNS_ALONE, alone, null);
    }

    void waitsToRunAlone(ReplySlot later, byte[][] command) {
        stand(State.WAITS_TO, later, command);
    }

    void holdBack(ReplySlot later, byte[][] command) {
        stand(State.HELD_BACK, later, command);
    }

    private void stand(State next, ReplySlot at, byte @Nullable [][] command) {
        state = next;
        slot = at;
        args = command;
    }

    boolean stands() {
        return state != State.NONE;
    }

    /** Whether it is a read that waits until its reply has room. */
    boolean isHeldRead() {
        ReplySlot at = slot;
        return state == State.HELD_BACK && at != null && at.isRead();
    }

    boolean hasUnbegun() {
        return args != null;
    }

    boolean isUnbegun(ReplySlot command) {
        return command == slot && args != null;
    }

    /** Whether other commands of the connection have to be answered first. */
    boolean isBlocked(OutputQueue queue) {
        ReplySlot at = slot;
        if (at == null || state == State.HELD_BACK) {
            return false;
        }
        return state == State.RUNS_ALONE ? at.reply() == null : !queue.isOldest(at);
    }

    /** What is held back waits with what is read; what waits to run alone is in flight. */
    long heldBackBytes() {
        byte[][] command = args;
        return state == State.HELD_BACK && command != null ? ClientLoad.weigh(command) : 0;
    }

    /** The connection goes on. Returns what is to be run now; null: nothing. */
    @Nullable
    Unbegun lift() {
        ReplySlot at = slot;
        byte[][] command = args;
        clear();
        return at == null || command == null ? null : new Unbegun(at, command);
    }

    void clear() {
        state = State.NONE;
        slot = null;
        args = null;
    }
}
