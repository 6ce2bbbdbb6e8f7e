package io.kindred.server;

import io.kindred.command.Admission;
import io.kindred.command.CommandCalls;
import org.jspecify.annotations.Nullable;

/**
 * What the command that is run now may do, as its connection has found it, and what became of its questions.
 *
 * <p>Owned by: the connection's loop thread.
 */
final class ClientAdmission implements Admission {
    private @Nullable ReplySlot running;
    private boolean first;
    private boolean alone;
    private boolean writesHeld;
    private boolean readsHeld;
    private boolean heldBack;
    private boolean paused;
    private final ClientPause pause;

    /** @param pause what CLIENT PAUSE has said */
    ClientAdmission(ClientPause pause) {
        this.pause = pause;
    }

    /**
     * The command is run, perhaps not for the first time.
     *
     * @param isFirst whether all commands before it are answered
     * @param noWrites whether writes have to wait now
     * @param noReads whether reads have to wait now
     */
    void beginRun(ReplySlot slot, boolean isFirst, boolean noWrites, boolean noReads) {
        running = slot;
        first = isFirst;
        readsHeld = noReads;
        alone = false;
        writesHeld = noWrites;
        heldBack = false;
        paused = false;
    }

    /** It has begun, or has to wait: nothing holds on to it. */
    void endRun() {
        running = null;
    }

    @Override
    public void started(CommandCalls calls) {
        if (running != null) {
            running.started(calls);
        }
    }

    @Override
    public boolean mayWrite() {
        heldBack = writesHeld;
        return !writesHeld;
    }

    @Override
    public boolean mayRead() {
        heldBack = readsHeld;
        if (running != null) {
            running.read();
        }
        return !readsHeld;
    }

    @Override
    public boolean mayPass(boolean writes) {
        paused = pause.holds(writes);
        heldBack = paused;
        return !paused;
    }

    /** Whether that is because of CLIENT PAUSE. */
    boolean isPaused() {
        return paused;
    }

    @Override
    public boolean runAlone() {
        alone = true;
        return first;
    }

    /** Whether the command that was run last has to wait until writes, or reads, go on. */
    boolean isHeldBack() {
        return heldBack;
    }

    /** Whether nothing may run beside the command that was run last. */
    boolean runsAlone() {
        return alone;
    }

    /** Whether the command that was run last is started now. */
    boolean isStarted() {
        return !heldBack && (first || !alone);
    }
}
