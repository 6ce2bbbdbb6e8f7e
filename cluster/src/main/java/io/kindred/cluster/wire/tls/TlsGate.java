package io.kindred.cluster.wire.tls;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Stands between TLS and what reads and writes in the clear, and says what became of the handshake.
 *
 * <p>States: silent (nothing has come; there is no TLS engine yet, so whoever only connects, or speaks something else, costs
 * none), shaking, open, ended. A connection that this node makes begins shaking, with the engine in front of the gate.
 *
 * <p>Owned by: the event loop.
 */
final class TlsGate extends ChannelInboundHandlerAdapter {
    /** The first byte of a TLS connection: the type of the record that a ClientHello comes in. */
    static final int HANDSHAKE_RECORD = 22;

    private enum State {
        SILENT,
        SHAKING,
        OPEN,
        ENDED
    }

    /** Whose connection it is. */
    interface Owner {
        /** It is closed after this. Never told of a connection that the other end gave up before it said anything. */
        void failed(Channel channel, String why);
    }

    /**
     * How a kind of connections is treated.
     *
     * @param engine gives the TLS handler, at the first byte
     * @param plainFarewell what one that does not speak TLS is told, in its own protocol
     * @param timeoutMillis from its begin to the end of the handshake; 0: somebody else looks at that
     */
    record Treatment(
            Function<Channel, SslHandler> engine, byte[] plainFarewell, int timeoutMillis, TlsCounters counters) {}

    private final Treatment treatment;
    private final Owner owner;
    private State state;
    private @Nullable ScheduledFuture<?> deadline;

    private TlsGate(Treatment treatment, Owner owner, State state) {
        this.treatment = treatment;
        this.owner = owner;
        this.state = state;
    }

    /** For a connection that somebody has made to this node: the first handler of its pipeline. */
    static TlsGate accepting(Treatment treatment, Owner owner) {
        return new TlsGate(treatment, owner, State.SILENT);
    }

    /** For a connection that this node makes: right behind its TLS handler. */
    static TlsGate dialing(TlsCounters counters, Owner owner) {
        return new TlsGate(
                new Treatment(
                        channel -> {
                            throw new IllegalStateException("it is there already");
                        },
                        new byte[0],
                        0,
                        counters),
                owner,
                State.SHAKING);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        if (treatment.timeoutMillis > 0) {
            deadline = ctx.executor().schedule(() -> timedOut(ctx), treatment.timeoutMillis, TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        cancelDeadline();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (state == State.OPEN) {
            ctx.fireChannelRead(message);
        } else if (state == State.SILENT) {
            begin(ctx, (ByteBuf) message);
        } else {
            // Nothing comes through before the handshake's end, and nothing counts after a failure.
            ReferenceCountUtil.release(message);
        }
    }

    private void begin(ChannelHandlerContext ctx, ByteBuf bytes) {
        if (bytes.getUnsignedByte(bytes.readerIndex()) != HANDSHAKE_RECORD) {
            bytes.release();
            end();
            treatment.counters.countPlain();
            ctx.writeAndFlush(Unpooled.wrappedBuffer(treatment.plainFarewell)).addListener(ChannelFutureListener.CLOSE);
            owner.failed(ctx.channel(), "it does not speak TLS");
            return;
        }
        state = State.SHAKING;
        ctx.pipeline().addBefore(ctx.name(), "tls", treatment.engine.apply(ctx.channel()));
        // From the head again, where TLS is by now.
        ctx.pipeline().fireChannelRead(bytes);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake) {
            shaken(ctx, handshake);
        } else if (event instanceof SslCloseCompletionEvent) {
            if (state == State.OPEN) {
                // Who says that nothing more comes has said so, whatever becomes of the socket.
                ctx.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
            }
        } else if (event == ChannelInputShutdownEvent.INSTANCE && state != State.OPEN) {
            if (state == State.SHAKING) {
                fail(ctx, "it ended during the TLS handshake");
            }
            ctx.close();
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    private void shaken(ChannelHandlerContext ctx, SslHandshakeCompletionEvent handshake) {
        if (!handshake.isSuccess()) {
            fail(ctx, reason(handshake.cause()));
        } else if (state == State.SHAKING) {
            state = State.OPEN;
            cancelDeadline();
            treatment.counters.countHandshake();
        } else {
            fail(ctx, "it wants to renegotiate");
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable thrown) {
        Throwable cause = thrown instanceof DecoderException && thrown.getCause() != null ? thrown.getCause() : thrown;
        if (cause instanceof SSLException) {
            fail(ctx, reason(cause));
        } else {
            ctx.fireExceptionCaught(thrown);
        }
    }

    private void timedOut(ChannelHandlerContext ctx) {
        if (state == State.SILENT || state == State.SHAKING) {
            end();
            treatment.counters.countTimeout();
            owner.failed(ctx.channel(), "no TLS handshake within " + treatment.timeoutMillis + " ms");
            ctx.close();
        }
    }

    private void fail(ChannelHandlerContext ctx, String why) {
        State before = state;
        if (before == State.ENDED) {
            return;
        }
        end();
        if (before == State.OPEN) {
            treatment.counters.countBroken();
        } else {
            treatment.counters.countFailure();
        }
        owner.failed(ctx.channel(), why);
        ctx.close();
    }

    private void end() {
        state = State.ENDED;
        cancelDeadline();
    }

    private void cancelDeadline() {
        if (deadline != null) {
            deadline.cancel(false);
            deadline = null;
        }
    }

    private static String reason(Throwable cause) {
        if (cause instanceof ClosedChannelException) {
            return "it ended during the TLS handshake";
        }
        if (cause instanceof NotSslRecordException) {
            // Its message has all the bytes in it.
            return "what it sent is not TLS";
        }
        Throwable deepest = cause;
        while (deepest.getCause() != null) {
            deepest = deepest.getCause();
        }
        return "TLS: " + deepest.getMessage();
    }
}
