package io.kindred.server;

import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/**
 * Whether a connection is not read from, and in which line it stands until it is again. It stands in at most one; for a reason
 * of its own it stands in none.
 *
 * <p>Owned by: the connection's loop thread.
 */
final class ReadingPause {
    private final RespServer server;
    private final ClientConnection connection;
    private final Channel channel;
    private boolean on;
    private ClientLoad.@Nullable Cause line;

    ReadingPause(RespServer server, ClientConnection connection, Channel channel) {
        this.server = server;
        this.connection = connection;
        this.channel = channel;
    }

    boolean isOn() {
        return on;
    }

    boolean isInLine() {
        return line != null;
    }

    /** The connection waits for commands of its own. */
    void begin() {
        on = true;
        channel.config().setAutoRead(false);
    }

    /** The client is too fast, or does not read: it is counted. */
    void beginAsTooMuch() {
        server.counters().countPause();
        begin();
    }

    /** It stands in a line, and is woken. */
    void beginFor(ClientLoad.Cause cause) {
        line = cause;
        server.load().await(cause, connection);
        if (cause == ClientLoad.Cause.BUDGET) {
            beginAsTooMuch();
        } else {
            begin();
        }
    }

    /**
     * A read that is held back waits for replies of this client, for a place, or for room, in turn.
     *
     * @param may whether it may begin now, as far as it depends on other reads
     * @param othersFirst whether, if not, replies of this client have to come first
     */
    void lineUpHeldRead(boolean may, boolean othersFirst) {
        if (may && line == ClientLoad.Cause.PLACE) {
            leaveLine();
        }
        if (line == null && may && !server.load().hasRoom()) {
            beginFor(ClientLoad.Cause.WINDOW);
        } else if (line == null && !may && !othersFirst) {
            beginFor(ClientLoad.Cause.PLACE);
        }
    }

    /** It has come to the head of its line, and stands in it no more. */
    void woken() {
        line = null;
    }

    void leaveLine() {
        server.load().leave(connection);
        line = null;
    }

    /** What has been read is decoded again. */
    void end() {
        on = false;
    }

    /** The socket is read again, if that has not led to another pause. */
    void readOn() {
        if (!on) {
            channel.config().setAutoRead(true);
        }
    }
}
