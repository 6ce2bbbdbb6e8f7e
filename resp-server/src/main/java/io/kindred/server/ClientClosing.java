package io.kindred.server;

import io.kindred.command.ClientIdentity;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import java.io.IOException;
import java.lang.System.Logger.Level;

/** How a client's connection comes to its end, and what the log says of it. */
final class ClientClosing {
    private static final System.Logger LOG = System.getLogger(ClientConnection.class.getName());

    private final Channel channel;
    private final ClientIdentity identity;
    private boolean begun;

    ClientClosing(Channel channel, ClientIdentity identity) {
        this.channel = channel;
        this.identity = identity;
    }

    boolean hasBegun() {
        return begun;
    }

    /** Drops what was not sent. */
    void now() {
        begun = true;
        channel.close();
    }

    /** Once all that was written is sent. */
    void behindReplies() {
        begun = true;
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    void failed(Throwable cause) {
        Level level = cause instanceof IOException ? Level.DEBUG : Level.ERROR;
        LOG.log(
                level,
                "closing client " + identity.id() + " " + identity.addresses().remote(),
                cause);
    }

    void warn(String reason) {
        LOG.log(
                Level.WARNING,
                "closing client " + identity.id() + " " + identity.addresses().remote() + ": " + reason);
    }
}
