package io.kindred.server;

import io.kindred.cluster.message.Reply;
import io.kindred.resp.RespEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the encoded replies of one turn, so that they go out in one write. Long runs are handed to the channel in
 * chunks, since a buffer that kept growing would be copied each time.
 *
 * <p>Owned by: the connection's loop thread.
 */
final class OutputBuffer {
    private static final int CHUNK_BYTES = 64 * 1024;
    private static final int FIRST_CAPACITY_BYTES = 1024;
    /** A bulk string's line with its length, and both line ends. */
    private static final int LENGTH_LINE_BYTES = 24;

    private final Channel channel;
    private final ServerCounters counters;
    private @Nullable ByteBuf chunk;
    /** As much as the last chunk took, since clients repeat themselves. */
    private int capacityBytes = FIRST_CAPACITY_BYTES;

    private long passedBytes;
    private long passedBefore;
    private long pendingBefore;
    private long progressBefore;

    OutputBuffer(Channel channel, ServerCounters counters) {
        this.channel = channel;
        this.counters = counters;
    }

    /** Gives the number of bytes that the reply took. */
    int write(Reply reply, int protocol) {
        int longBytes = reply instanceof Reply.Bulk bulk && bulk.bytes().length >= CHUNK_BYTES
                ? bulk.bytes().length + LENGTH_LINE_BYTES
                : 0;
        if (longBytes > 0) {
            passOn();
        }
        ByteBuf out = chunk;
        if (out == null) {
            out = channel.alloc().directBuffer(Math.max(capacityBytes, longBytes));
            chunk = out;
        }
        int before = out.readableBytes();
        RespEncoder.write(out, reply, protocol);
        int bytes = out.readableBytes() - before;
        if (out.readableBytes() >= CHUNK_BYTES) {
            passOn();
        }
        return bytes;
    }

    /** Gives what there is to the channel, which sends it with the next flush. */
    void passOn() {
        ByteBuf out = chunk;
        if (out != null) {
            chunk = null;
            int bytes = out.readableBytes();
            counters.countOutput(bytes);
            passedBytes += bytes;
            capacityBytes = Math.min(CHUNK_BYTES, Math.max(FIRST_CAPACITY_BYTES, bytes));
            channel.write(out, channel.voidPromise());
        }
    }

    void flush() {
        passOn();
        channel.flush();
    }

    /** Encoded replies that the socket has not taken. */
    long pendingBytes() {
        ByteBuf out = chunk;
        return (out == null ? 0 : out.readableBytes()) + pendingBytes(channel);
    }

    /** Whether the client has taken anything since this was asked last. */
    boolean hasMoved() {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        long pending = pendingBytes(channel);
        long progress = buffer == null ? 0 : buffer.currentProgress();
        boolean moved = pending < pendingBefore + passedBytes - passedBefore || progress != progressBefore;
        pendingBefore = pending;
        passedBefore = passedBytes;
        progressBefore = progress;
        return moved;
    }

    void release() {
        if (chunk != null) {
            chunk.release();
            chunk = null;
        }
    }

    private static long pendingBytes(Channel channel) {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        return buffer == null ? 0 : buffer.totalPendingWriteBytes();
    }
}
