package io.kindred.command;

/**
 * What a client has switched on or off, as the flags of CLIENT LIST show it.
 *
 * <p>Owned by: the connection's loop thread.
 */
public final class ClientFlags {
    private boolean noEvict;
    private boolean noTouch;
    private boolean closesAfterReply;

    public boolean noEvict() {
        return noEvict;
    }

    public void noEvict(boolean on) {
        noEvict = on;
    }

    public boolean noTouch() {
        return noTouch;
    }

    public void noTouch(boolean on) {
        noTouch = on;
    }

    /** The connection closes once this command is answered; what is pipelined behind it is dropped. */
    public void closeAfterReply() {
        closesAfterReply = true;
    }

    public boolean closesAfterReply() {
        return closesAfterReply;
    }

    /** One that closes goes on closing. */
    void reset() {
        noEvict = false;
        noTouch = false;
    }
}
