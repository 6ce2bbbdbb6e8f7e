package io.kindred.cluster.wire;

import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.PubSubMessage;
import io.kindred.cluster.message.RequestMessage;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One socket to or from a peer: first the handshake, then messages both ways. HANDSHAKE goes to OPEN goes to CLOSED, in
 * {@link #opened} and {@link #end}; the owner is told of each change once.
 *
 * <p>What is sent in one turn is encoded into one buffer and one frame (several, if it is much), which {@link #flush} hands to
 * the socket. The bytes that the socket has not taken yet are counted; past an eighth of the limit {@link #send} sheds what
 * is published, past the limit requests, and past twice the limit anything, so a slow reader costs bounded memory and never makes
 * this thread wait.
 *
 * <p>Owned by: the event loop.
 */
final class Connection extends ByteToMessageDecoder {

    private static final System.Logger LOG = System.getLogger(Connection.class.getName());
    private static final int TURN_BYTES_MIN = 1024;
    private static final int TURN_BYTES_GUESS_MAX = 1 << 18;
    /** A longer buffer is passed on: one that kept growing would be copied each time. */
    private static final int BUFFER_BYTES_MAX = 1 << 18;

    /** How a connection begins that speaks TLS: the type of the record, and the major version. */
    private static final int TLS_RECORD = 0x1603;

    static final String TLS_ON_BOTH = ": 'tls-cluster yes' must be set on both nodes";

    private enum State {
        HANDSHAKE,
        OPEN,
        CLOSED
    }

    /** Whose connection this is. */
    interface Owner {
        Handshake handshake();

        /** Messages may be sent and will come. */
        void opened(Connection connection, RemoteNode peer);

        /** What one frame has, in its order. */
        void received(Connection connection, List<Message> messages);

        /** It never got so far. */
        void failed(Connection connection, HandshakeFailure failure);

        /** It was open, and is no longer. */
        void closed(Connection connection, String why, boolean corrupt);
    }

    private final Owner owner;
    private final TransportConfig config;
    private final boolean dialing;
    private final Handshake handshake;
    private State state = State.HANDSHAKE;
    private @Nullable Channel channel;
    private @Nullable ScheduledFuture<?> deadline;
    private @Nullable RemoteNode peer;
    private PeerTraffic traffic = new PeerTraffic();
    private @Nullable ByteBuf turn;
    private @Nullable OpenFrame frame;
    private int turnBytesGuess = TURN_BYTES_MIN;
    private long inFlightBytes;
    private boolean oversizedNoted;

    Connection(Owner owner, TransportConfig config, boolean dialing) {
        this.owner = owner;
        this.config = config;
        this.dialing = dialing;
        this.handshake = owner.handshake();
    }

    boolean isOpen() {
        return state == State.OPEN;
    }

    /** Whether the other side has said anything yet that a node would. */
    boolean hasBegun() {
        return handshake.hasBegun();
    }

    /** What vouches for the other side, other for each connection that a node makes; null: nothing does. */
    @Nullable
    ByteBuffer voucher() {
        return handshake.voucher();
    }

    /** Whether the other side has proven that it knows the secret. */
    boolean isProven() {
        return handshake.isProven();
    }

    RemoteNode peer() {
        if (peer == null) {
            throw new IllegalStateException("no handshake yet");
        }
        return peer;
    }

    /** From here on counts there. */
    void count(PeerTraffic counters) {
        traffic = counters;
    }

    long queuedBytes() {
        return inFlightBytes + (turn == null ? 0 : turn.readableBytes());
    }

    String remoteAddress() {
        return channel == null ? "an unknown address" : String.valueOf(channel.remoteAddress());
    }

    // --- sending ---

    /** Encodes for this turn's flush. True: this is the first message since the last one. */
    boolean send(Message message) {
        if (state != State.OPEN || channel == null) {
            traffic.dropped++;
            return false;
        }
        if (!WireVersions.speaks(peer().wireVersion(), message)) {
            traffic.unspoken++;
            return false;
        }
        if (message instanceof RequestMessage.Acks acks && !WireVersions.sharesFrames(peer().wireVersion())) {
            return sendEach(acks);
        }
        long queued = queuedBytes();
        if (message instanceof PubSubMessage.Publication && queued > config.publicationBytesMax()) {
            traffic.publicationsShed++;
            return false;
        }
        if (queued > config.queueBytesMax() && !(Answers.isAnswer(message) && queued <= 2L * config.queueBytesMax())) {
            traffic.shed++;
            return false;
        }
        boolean first = turn == null;
        ByteBuf out = turn;
        OpenFrame open = frame;
        if (out == null || open == null) {
            out = channel.alloc().ioBuffer(turnBytesGuess);
            open = begin(out);
        }
        int bytes = open.add(message);
        if (bytes < 0) {
            traffic.oversized++;
            noteOversized(message);
        } else {
            traffic.messagesOut++;
            traffic.bytesOut += bytes;
        }
        if (out.readableBytes() > BUFFER_BYTES_MAX) {
            write(out);
            begin(channel.alloc().ioBuffer(TURN_BYTES_MIN));
        }
        return first;
    }

    /** To a build that knows no better. */
    private boolean sendEach(RequestMessage.Acks acks) {
        boolean first = false;
        for (long id : acks.requestIds()) {
            first |= send(new RequestMessage.DeltasAck(id, Message.Verdict.OK, null));
        }
        return first;
    }

    private OpenFrame begin(ByteBuf out) {
        OpenFrame begun = new OpenFrame(out, config.frameBytesMax(), WireVersions.sharesFrames(peer().wireVersion()));
        turn = out;
        frame = begun;
        return begun;
    }

    /** Once: whoever keeps trying would fill the log. */
    private void noteOversized(Message message) {
        if (!oversizedNoted) {
            oversizedNoted = true;
            String what = message.getClass().getSimpleName();
            LOG.log(System.Logger.Level.WARNING, "a " + what + " to " + peer() + " is longer than a frame: not sent");
        }
    }

    /** Hands the turn's bytes to the socket. */
    void flush() {
        ByteBuf out = turn;
        turn = null;
        frame = null;
        if (out == null) {
            return;
        }
        int bytes = out.readableBytes();
        if (state != State.OPEN || channel == null) {
            out.release();
            return;
        }
        turnBytesGuess = Math.min(TURN_BYTES_GUESS_MAX, Math.max(TURN_BYTES_MIN, bytes + bytes / 4));
        if (bytes == 0) {
            out.release();
        } else {
            write(out);
        }
        channel.flush();
    }

    private void write(ByteBuf out) {
        Channel open = channel;
        if (open == null) {
            throw new IllegalStateException("no channel yet");
        }
        int bytes = out.readableBytes();
        inFlightBytes += bytes;
        open.write(out).addListener(written -> inFlightBytes -= bytes);
    }

    /** Closes; the owner is not told, for it asked. */
    void abandon() {
        release();
        if (channel != null) {
            channel.close();
        }
    }

    // --- the socket's events ---

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        channel = ctx.channel();
        if (state == State.CLOSED) {
            ctx.close();
            return;
        }
        deadline = ctx.executor()
                .schedule(
                        () -> fail(null, new HandshakeFailure(HandshakeFailure.Kind.TIMEOUT, timeoutText())),
                        config.handshakeTimeoutNanos(),
                        TimeUnit.NANOSECONDS);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        if (dialing && state == State.HANDSHAKE) {
            sendFrame(handshake.opening());
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        end("closed by the peer", false);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof IOException)) {
            LOG.log(System.Logger.Level.ERROR, "cutting the connection to " + remoteAddress(), cause);
        }
        end(String.valueOf(cause.getMessage()), false);
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        while (state != State.CLOSED && in.readableBytes() >= MessageCodec.LENGTH_BYTES) {
            int length = in.getInt(in.readerIndex());
            int limit = state == State.OPEN ? config.frameBytesMax() : Handshake.FRAME_BYTES_MAX;
            if (length < 0 || length > limit) {
                if (state == State.HANDSHAKE && length >>> 16 == TLS_RECORD) {
                    tlsFailed("it speaks TLS, and this node does not" + TLS_ON_BOTH);
                    break;
                }
                cut("a frame of " + Integer.toUnsignedString(length) + " bytes; the limit is " + limit);
                break;
            }
            if (in.readableBytes() < MessageCodec.LENGTH_BYTES + length) {
                return;
            }
            in.skipBytes(MessageCodec.LENGTH_BYTES);
            onFrame(in, length);
        }
        if (state == State.CLOSED) {
            in.skipBytes(in.readableBytes());
        }
    }

    private void onFrame(ByteBuf in, int length) {
        if (state == State.HANDSHAKE) {
            byte[] frame = new byte[length];
            in.readBytes(frame);
            onHandshake(handshake.receive(frame));
            return;
        }
        List<Message> messages;
        try {
            messages = MessageCodec.decode(in, length);
        } catch (CorruptFrame e) {
            cut(String.valueOf(e.getMessage()));
            return;
        }
        traffic.messagesIn += messages.size();
        traffic.bytesIn += MessageCodec.LENGTH_BYTES + length;
        owner.received(this, messages);
    }

    private void onHandshake(Handshake.Step step) {
        if (step instanceof Handshake.Step.Send send) {
            sendFrame(send.frame());
        } else if (step instanceof Handshake.Step.Failed failed) {
            fail(failed.farewell(), failed.failure());
        } else if (step instanceof Handshake.Step.Done done) {
            if (done.frame() != null) {
                sendFrame(done.frame());
            }
            opened(done.peer());
        }
    }

    private void opened(RemoteNode proven) {
        peer = proven;
        state = State.OPEN;
        cancelDeadline();
        owner.opened(this, proven);
    }

    // --- ends ---

    /** The peer sent what no peer of ours sends. */
    private void cut(String what) {
        if (state == State.HANDSHAKE) {
            fail(null, new HandshakeFailure(HandshakeFailure.Kind.GARBAGE, what));
        } else {
            end("cut: " + what, true);
        }
    }

    private void fail(byte @Nullable [] farewell, HandshakeFailure failure) {
        if (state != State.HANDSHAKE) {
            return;
        }
        release();
        if (channel != null && farewell != null) {
            sendFrame(farewell).addListener(ChannelFutureListener.CLOSE);
        } else if (channel != null) {
            channel.close();
        }
        owner.failed(this, failure);
    }

    /** The connection could not be made at all. */
    void unreachable(String why) {
        fail(null, new HandshakeFailure(HandshakeFailure.Kind.UNREACHABLE, why));
    }

    /** There is no TLS with the other end, or not any more. */
    void tlsFailed(String why) {
        if (state == State.HANDSHAKE) {
            fail(null, new HandshakeFailure(HandshakeFailure.Kind.TLS, why));
        } else {
            end(why, false);
        }
    }

    private void end(String why, boolean corrupt) {
        if (state == State.HANDSHAKE) {
            unreachable(why + " during the handshake");
            return;
        }
        if (state == State.CLOSED) {
            return;
        }
        abandon();
        owner.closed(this, why, corrupt);
    }

    private void release() {
        state = State.CLOSED;
        cancelDeadline();
        ByteBuf out = turn;
        turn = null;
        frame = null;
        if (out != null) {
            out.release();
        }
    }

    private void cancelDeadline() {
        if (deadline != null) {
            deadline.cancel(false);
            deadline = null;
        }
    }

    private ChannelFuture sendFrame(byte[] body) {
        if (channel == null) {
            throw new IllegalStateException("no channel yet");
        }
        ByteBuf frame = channel.alloc().buffer(MessageCodec.LENGTH_BYTES + body.length);
        frame.writeInt(body.length).writeBytes(body);
        return channel.writeAndFlush(frame);
    }

    private String timeoutText() {
        return "no handshake within " + TimeUnit.NANOSECONDS.toMillis(config.handshakeTimeoutNanos()) + " ms";
    }
}
