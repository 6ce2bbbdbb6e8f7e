package io.kindred.server;

import io.kindred.resp.CommandSink;
import io.kindred.resp.RespDecoder;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;

/**
 * What comes from one client: the bytes that are not decoded yet, and the commands that are cut out of them.
 *
 * <p>Owned by: the connection's loop thread.
 */
final class ClientInput {
    private final RespServer server;
    private final RespDecoder decoder;
    private final InputBuffer buffer;
    /** What the load has been told of. */
    private long countedBytes;

    ClientInput(RespServer server, Channel channel) {
        this.server = server;
        this.decoder = new RespDecoder(server.settings().limits().request(), server.window());
        this.buffer = new InputBuffer(channel.alloc());
    }

    /** Takes over {@code more}. */
    void add(ByteBuf more) {
        buffer.add(more);
    }

    /** Hands commands to the sink until it wants no more, or there are none. */
    RespDecoder.Progress decode(CommandSink sink, boolean authenticated) {
        server.beginDecoding();
        decoder.limits(server.settings().limits().request());
        decoder.authenticated(authenticated);
        try {
            return decoder.decode(buffer.bytes(), sink);
        } finally {
            server.endDecoding();
        }
    }

    /** Who has not said the password may send less; what is decoded next is measured by this. */
    void authenticated(boolean yes) {
        decoder.authenticated(yes);
    }

    /** What is wrong with the bytes, where decoding has failed. */
    String error() {
        return decoder.error();
    }

    /** Gives back memory that the rest does not need. */
    void trim() {
        buffer.trim();
    }

    /** Nothing more is decoded. */
    void release() {
        buffer.release();
    }

    int unreadBytes() {
        return buffer.readableBytes();
    }

    /** A half command's. */
    long decodingBytes() {
        return decoder.heldBytes();
    }

    /** Of commands that are decoded and have not begun. */
    long aheadBytes() {
        return decoder.aheadBytes();
    }

    /**
     * Tells the load what waits.
     *
     * @param moreBytes of what is decoded, has not begun, and is not in flight
     */
    void count(long moreBytes) {
        long bytes = unreadBytes() + aheadBytes() + decodingBytes() + moreBytes;
        server.load().input(bytes - countedBytes);
        countedBytes = bytes;
    }

    /** The connection is closed. */
    void close() {
        buffer.release();
        server.load().input(-countedBytes);
        countedBytes = 0;
    }
}
