package io.kindred.client;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.redis.BulkStringHeaderRedisMessage;

/** Refuses bulk strings that are longer than any that is asked for, before anything of them is kept. */
final class BulkLimit extends ChannelInboundHandlerAdapter {
    /** INFO of a large cluster has a line for each peer. */
    private static final int BULK_BYTES_MAX = 16 << 20;

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof BulkStringHeaderRedisMessage header && header.bulkStringLength() > BULK_BYTES_MAX) {
            throw new TooLongFrameException("a bulk string of length " + header.bulkStringLength());
        }
        context.fireChannelRead(message);
    }
}
