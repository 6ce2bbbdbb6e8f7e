package io.kindred.cluster.wire.tls;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.util.function.Consumer;

/**
 * Looks at the first bytes of a connection to a port that speaks no TLS, and goes away. A ClientHello seldom has a line's end
 * in it, so a client that sent one would wait for ever.
 *
 * <p>Owned by: the event loop.
 */
final class PlainGate extends ChannelInboundHandlerAdapter {
    private static final int MAJOR_VERSION = 3;
    /** A fatal alert of TLS: protocol_version. */
    private static final byte[] ALERT = {21, MAJOR_VERSION, 1, 0, 2, 2, 70};

    private final Consumer<Channel> refused;
    private boolean ended;

    PlainGate(Consumer<Channel> refused) {
        this.refused = refused;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (ended) {
            ReferenceCountUtil.release(message);
            return;
        }
        if (!isTls((ByteBuf) message)) {
            ctx.fireChannelRead(message);
            ctx.pipeline().remove(this);
            return;
        }
        ended = true;
        ReferenceCountUtil.release(message);
        refused.accept(ctx.channel());
        ctx.writeAndFlush(Unpooled.wrappedBuffer(ALERT)).addListener(ChannelFutureListener.CLOSE);
    }

    private static boolean isTls(ByteBuf bytes) {
        int at = bytes.readerIndex();
        return bytes.readableBytes() > 1
                && bytes.getByte(at) == TlsGate.HANDSHAKE_RECORD
                && bytes.getByte(at + 1) == MAJOR_VERSION;
    }
}
