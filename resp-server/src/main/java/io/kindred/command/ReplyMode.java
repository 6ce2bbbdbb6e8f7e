package io.kindred.command;

/**
 * Which commands are answered, as CLIENT REPLY says. Pushes are not asked: they are sent in any case.
 *
 * <p>Owned by: the connection's loop thread.
 */
public final class ReplyMode {
    private boolean off;
    private boolean nextSkipped;
    private boolean muted;

    /** This command is answered, and those after it. */
    public void on() {
        off = false;
        nextSkipped = false;
        muted = false;
    }

    /** Neither this command is answered nor those after it. */
    public void off() {
        off = true;
        muted = true;
    }

    /** Neither this command is answered nor the next. */
    public void skip() {
        nextSkipped = true;
        muted = true;
    }

    /** For the reply that comes next, whether a command or the protocol asks for it. */
    public void beginReply() {
        muted = off || nextSkipped;
        nextSkipped = false;
    }

    /** Whether the command that is running now is to go unanswered. */
    public boolean isMuted() {
        return muted;
    }

    void reset() {
        on();
    }
}
